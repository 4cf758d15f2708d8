//! Which states a pipe passes through, by family and command.

use serde_json::json;

use crate::bodies::{body, changed};
use crate::world::{World, told};

/// The course of a new pipe.
fn created(arm: &str, change: &serde_json::Value) -> String {
    let mut world = World::new();
    let id = world.create(&changed(arm, change));
    told(&world.course(&id))
}

#[test]
fn a_streaming_pipe_is_provisioned_and_runs() {
    for arm in ["kafka", "kinesis", "pubsub"] {
        assert_eq!(created(arm, &json!({})), "0 Provisioning, 20 Running", "{arm}");
    }
}

#[test]
fn files_are_loaded_once_unless_continuous() {
    assert_eq!(created("objectStorage", &json!({})), "0 Provisioning, 20 Running, 50 Completed");
    assert_eq!(created("objectStorage", &json!({"isContinuous": true})), "0 Provisioning, 20 Running");
}

#[test]
fn a_database_pipe_loads_before_it_replicates() {
    for arm in ["postgres", "mysql", "mongodb"] {
        assert_eq!(created(arm, &json!({})), "0 Provisioning, 20 Setup, 30 Snapshot, 60 Running", "{arm}");
    }
    let only = json!({"settings": {"replicationMode": "cdc_only"}});
    assert_eq!(created("postgres", &only), "0 Provisioning, 20 Setup, 30 Running");
}

#[test]
fn a_snapshot_is_completed() {
    assert_eq!(created("bigquery", &json!({})), "0 Provisioning, 20 Setup, 30 Snapshot, 60 Completed");
}

#[test]
fn a_pipe_that_starts_paused_stays_stopped_until_it_is_started() {
    let mut world = World::new();
    let mut sent = body("kafka");
    sent["startPaused"] = json!(true);
    let id = world.create(&sent);
    assert_eq!(told(&world.course(&id)), "0 Stopped");
    assert_eq!(world.command(&id, "start").status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Provisioning, 8 Running");
}

#[test]
fn a_database_pipe_cannot_start_paused() {
    let mut sent = body("postgres");
    sent["startPaused"] = json!(true);
    assert_eq!(World::new().call("POST", "", &sent).status(), 400);
}

#[test]
fn stopping_takes_a_while_and_has_a_word_of_its_own_for_databases() {
    for (arm, course) in [("kafka", "0 Stopping, 5 Stopped"), ("postgres", "0 Pausing, 5 Paused")] {
        let mut world = World::new();
        let id = world.resting(&body(arm), "Running");
        assert_eq!(world.command(&id, "stop").result()["state"], "Running", "the answer shows the state at acceptance");
        assert_eq!(told(&world.course(&id)), course);
    }
}

#[test]
fn stopping_what_stands_still_is_accepted() {
    for (arm, state) in [("kafka", "Stopped"), ("postgres", "Paused")] {
        let mut world = World::new();
        let id = world.resting(&body(arm), state);
        assert_eq!(world.command(&id, "stop").status(), 200);
        assert_eq!(world.state(&id), state);
    }
}

#[test]
fn a_database_pipe_that_is_stopped_while_it_loads_pauses_afterwards() {
    let mut world = World::new();
    let id = world.create(&body("postgres"));
    assert_eq!(world.command(&id, "stop").status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Provisioning, 20 Setup, 30 Snapshot, 60 Pausing, 65 Paused");
}

#[test]
fn a_running_pipe_cannot_be_started() {
    for state in ["Running", "Provisioning", "Stopping"] {
        let mut world = World::new();
        let id = world.resting(&body("kafka"), state);
        let refused = world.command(&id, "start");
        assert_eq!(refused.error(), format!("BAD_REQUEST: {} ClickPipe is already running", &id[..8]));
        assert_eq!(refused.status(), 400);
    }
}

#[test]
fn a_completed_pipe_can_be_neither_started_nor_stopped_nor_edited() {
    let mut world = World::new();
    let id = world.resting(&body("objectStorage"), "Completed");
    assert_eq!(world.command(&id, "start").status(), 400);
    assert_eq!(world.command(&id, "stop").status(), 400);
    assert_eq!(world.patch(&id, &json!({"name": "other"})).status(), 400);
}

#[test]
fn a_failed_pipe_can_be_started_again() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Failed");
    assert_eq!(world.command(&id, "start").status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Provisioning, 8 Running");
}

#[test]
fn a_resync_loads_everything_again_and_swaps() {
    let mut world = World::new();
    let id = world.resting(&body("mysql"), "Running");
    assert_eq!(world.command(&id, "resync").status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Setup, 10 Snapshot, 40 Resync, 45 Running");
}

#[test]
fn only_databases_that_replicate_can_be_resynced() {
    for arm in ["kafka", "kinesis", "objectStorage", "pubsub", "bigquery"] {
        let mut world = World::new();
        let id = world.resting(&body(arm), "Running");
        assert_eq!(world.command(&id, "resync").status(), 400, "{arm}");
    }
}

#[test]
fn a_database_pipe_must_be_paused_to_be_edited() {
    for (arm, title) in [("postgres", "Postgres"), ("mysql", "MySQL"), ("mongodb", "MongoDB")] {
        let mut world = World::new();
        let id = world.resting(&body(arm), "Running");
        let refused = world.patch(&id, &json!({"source": { arm: {"settings": {"syncIntervalSeconds": 5}}}}));
        assert_eq!(refused.error(), format!("BAD_REQUEST: {title} ClickPipe must be paused to edit"));
    }
}

#[test]
fn an_edited_database_pipe_resumes_by_itself() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let edited = world.patch(&id, &json!({"source": {"postgres": {"settings": {"syncIntervalSeconds": 5}}}}));
    assert_eq!(edited.status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Paused, 2 Running");
}

#[test]
fn added_tables_are_loaded_and_removed_ones_dropped() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let patch = json!({"source": {"postgres": {
        "tableMappingsToAdd": [{"sourceSchemaName": "s", "sourceTable": "new", "targetTable": "new"}],
        "tableMappingsToRemove": [{"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"}]}}});
    assert_eq!(world.patch(&id, &patch).status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Paused, 2 Modifying, 7 Setup, 17 Snapshot, 47 Running");
    assert_eq!(world.get(&id)["source"]["postgres"]["tableMappings"][0]["sourceTable"], "new");
}

#[test]
fn a_rename_does_not_resume_a_paused_pipe() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    assert_eq!(world.patch(&id, &json!({"name": "other"})).status(), 200);
    assert_eq!(told(&world.course(&id)), "0 Paused");
}

#[test]
fn a_deleted_database_pipe_is_visible_until_it_is_torn_down() {
    for (arm, course) in [("kafka", "0 gone"), ("postgres", "0 Running, 30 gone")] {
        let mut world = World::new();
        let id = world.resting(&body(arm), "Running");
        assert_eq!(world.call("DELETE", &format!("/{id}"), &json!(null)).status(), 200);
        assert_eq!(told(&world.course(&id)), course);
        assert_eq!(world.call("DELETE", &format!("/{id}"), &json!(null)).status(), 404);
    }
}

#[test]
fn shared_scaling_takes_effect_minutes_later() {
    let path = "/v1/organizations/11111111-1111-4111-8111-111111111111/services/22222222-2222-4222-8222-222222222222/\
        clickpipesCdcScaling";
    let mut world = World::new();
    assert_eq!(world.request("GET", path, &json!(null)).status(), 404, "nothing is shared before the first pipe");
    world.resting(&body("postgres"), "Running");
    let wanted = json!({"replicaCpuMillicores": 1000, "replicaMemoryGb": 4});
    assert_eq!(world.request("PATCH", path, &wanted).status(), 200);
    assert_ne!(world.request("GET", path, &json!(null)).result(), wanted);
    world.wait(180_000);
    assert_eq!(world.request("GET", path, &json!(null)).result(), wanted);
}
