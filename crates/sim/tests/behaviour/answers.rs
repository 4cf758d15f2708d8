//! What answers show: settings, what is never returned, and the refusals that are not about the body.

use clickpipes_sim::ServiceState;
use serde_json::{Value, json};

use crate::bodies::{body, changed};
use crate::world::World;

const SERVICE: &str = "22222222-2222-4222-8222-222222222222";

#[test]
fn settings_are_merged() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let path = format!("/{id}/settings");
    assert_eq!(world.call("PUT", &path, &json!({"kafka_read_committed": true})).status(), 200);
    let both = json!({"kafka_read_committed": true, "streaming_max_insert_wait_ms": 1000});
    let answer = world.call("PUT", &path, &json!({"streaming_max_insert_wait_ms": 1000}));
    assert_eq!(answer.result(), both);
    assert_eq!(world.call("GET", &path, &Value::Null).result(), both);
    assert_eq!(world.get(&id)["settings"], both);
}

#[test]
fn a_database_pipe_has_no_settings() {
    let mut world = World::new();
    let id = world.resting(&body("mysql"), "Running");
    let answer = world.call("GET", &format!("/{id}/settings"), &Value::Null);
    assert_eq!(answer.error(), format!("NOT_FOUND: ingestion for pipe \"{id}\" not found"));
}

#[test]
fn what_is_write_only_is_never_returned() {
    let secrets = [
        ("kafka", json!({"credentials": {"username": "SECRET", "password": "SECRET"}})),
        ("kinesis", json!({"accessKey": {"accessKeyId": "SECRET", "secretKey": "SECRET"}})),
        ("objectStorage", json!({"accessKey": {"accessKeyId": "SECRET", "secretKey": "SECRET"}})),
        ("pubsub", json!({"serviceAccountKey": {"serviceAccountFile": "SECRET"}})),
        ("postgres", json!({"credentials": {"username": "SECRET", "password": "SECRET"}})),
        ("mysql", json!({"credentials": {"username": "SECRET", "password": "SECRET"}})),
        ("mongodb", json!({"uri": "mongodb://SECRET:SECRET@h", "credentials": {"username": "SECRET"}})),
        ("bigquery", json!({"credentials": {"serviceAccountFile": "SECRET"}})),
    ];
    for (arm, secret) in secrets {
        let mut world = World::new();
        let mut sent = changed(arm, &secret);
        sent["destination"]["roles"] = json!(["SECRET"]);
        let made = world.call("POST", "", &sent);
        assert_eq!(made.status(), 200, "{arm}: {}", made.body());
        let id = world.create(&sent);
        for shown in [made.result(), world.get(&id), world.call("GET", "", &Value::Null).result()] {
            assert!(!shown.to_string().contains("SECRET"), "{arm}: {shown}");
        }
        assert!(world.admin("GET", "/pipes", &Value::Null).to_string().contains("SECRET"), "{arm}");
    }
}

#[test]
fn creating_and_editing_need_a_running_service_and_nothing_else_does() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    world.sim.set_service(SERVICE, ServiceState::Idle);
    let text = "FAILED_DEPENDENCY: ClickPipe creation is allowed only when the ClickHouse service is running. \
        Current state: idle";
    for refused in [world.call("POST", "", &body("kafka")), world.patch(&id, &json!({"name": "n"}))] {
        assert_eq!((refused.status(), refused.error()), (424, text.to_owned()));
    }
    assert_eq!(world.call("GET", "", &Value::Null).status(), 200);
    assert_eq!(world.command(&id, "stop").status(), 200);
    assert_eq!(world.call("DELETE", &format!("/{id}"), &Value::Null).status(), 200);
}

#[test]
fn an_idle_service_wakes_within_a_minute() {
    let mut world = World::new();
    world.sim.set_service(SERVICE, ServiceState::Idle);
    let path = format!("/v1/organizations/11111111-1111-4111-8111-111111111111/services/{SERVICE}/state");
    world.request("PATCH", &path, &json!({"command": "start"}));
    assert_eq!(world.sim.service_state(SERVICE), Some(ServiceState::Idle), "start does not wake");
    world.request("PATCH", &path, &json!({"command": "awake"}));
    assert_eq!(world.sim.service_state(SERVICE), Some(ServiceState::Awaking));
    world.wait(60_000);
    assert_eq!(world.sim.service_state(SERVICE), Some(ServiceState::Running));
}

#[test]
fn an_unknown_key_is_401_and_a_key_of_another_organization_403() {
    let mut world = World::new();
    world.admin("POST", "/keys", &json!({"id": "other", "secret": "s"}));
    assert_eq!(world.call("GET", "", &Value::Null).status(), 401);
    let elsewhere = "33333333-3333-4333-8333-333333333333";
    world.admin("POST", "/keys", &json!({"id": "key", "secret": "secret", "organization": elsewhere}));
    assert_eq!(world.call("GET", "", &Value::Null).status(), 403);
}

#[test]
fn a_pipe_that_is_not_there_is_404_and_one_that_cannot_be_400() {
    let mut world = World::new();
    assert_eq!(world.call("GET", "/44444444-4444-4444-8444-444444444444", &Value::Null).status(), 404);
    let refused = world.call("GET", "/nonsense", &Value::Null);
    assert_eq!(refused.error(), "BAD_REQUEST: Invalid ClickPipe id string:\"nonsense\"");
}

#[test]
fn a_database_pipe_has_neither_size_nor_settings_in_answers() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Running");
    let shown = world.get(&id);
    assert_eq!((&shown["scaling"], &shown["settings"]), (&Value::Null, &Value::Null));
    assert_eq!(world.call("PATCH", &format!("/{id}/scaling"), &json!({"replicas": 2})).status(), 400);
}

#[test]
fn a_table_with_rows_cannot_be_written_by_a_new_pipe() {
    let mut world = World::new();
    world.admin("PATCH", &format!("/services/{SERVICE}"), &json!({"tables_with_rows": ["d.u"]}));
    let refused = world.call("POST", "", &body("postgres"));
    assert_eq!(refused.error(), "BAD_REQUEST: table d.u: table exists and is not empty");
}
