//! Adding and removing the tables of a database pipe, and the race between resuming and stopping.

use serde_json::json;

use crate::bodies::body;
use crate::world::World;

#[test]
fn impossible_table_changes_are_refused_whole() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let mine = json!({"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"});
    let other = json!({"sourceSchemaName": "s", "sourceTable": "v", "targetTable": "u"});
    for (patch, text) in [
        (json!({"tableMappingsToRemove": [mine]}), "minLength: 1"),
        (json!({"tableMappingsToRemove": [other]}), "does not exist"),
        (json!({"tableMappingsToAdd": [mine]}), "already exists"),
        (json!({"tableMappingsToAdd": [mine], "tableMappingsToRemove": [mine]}), "added and removed"),
        (json!({"tableMappingsToAdd": [other]}), "duplicate target table"),
        (json!({"tableMappingsToAdd": [{"sourceTable": "c"}]}), "sourceSchemaName"),
        (json!({"tableMappingsToAdd": 3}), "tableMappingsToAdd: '3'"),
    ] {
        let exchange = world.patch(&id, &json!({"name": "renamed", "source": {"postgres": patch}}));
        assert!(exchange.status() == 400 && exchange.error().contains(text), "{text}: {}", exchange.error());
    }
    assert_eq!((&world.get(&id)["name"], world.state(&id)), (&json!("my-postgres"), "Paused".to_owned()));
}

#[test]
fn a_table_can_be_added_while_another_is_removed() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let mine = json!({"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"});
    let other = json!({"sourceSchemaName": "s", "sourceTable": "v", "targetTable": "w"});
    let patch = json!({"source": {"postgres": {"tableMappingsToAdd": [other], "tableMappingsToRemove": [mine]}}});
    let exchange = world.patch(&id, &patch);
    assert_eq!(exchange.result()["source"]["postgres"]["tableMappings"], json!([other]));
}

#[test]
fn a_stop_after_an_edit_wins_over_the_resumption() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    world.patch(&id, &json!({"source": {"postgres": {"settings": {"pullBatchSize": 5}}}}));
    assert_eq!(world.command(&id, "stop").status(), 200);
    world.wait(60_000);
    assert_eq!(world.state(&id), "Paused");
}

#[test]
fn a_start_after_an_edit_does_not_lose_the_added_tables() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let other = json!({"sourceSchemaName": "s", "sourceTable": "v", "targetTable": "w"});
    world.patch(&id, &json!({"source": {"postgres": {"tableMappingsToAdd": [other]}}}));
    assert_eq!(world.command(&id, "start").status(), 200);
    world.wait(5_000);
    assert_eq!(world.state(&id), "Setup");
}

#[test]
fn a_login_as_undefined_fails_when_the_pipe_resumes() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    world.patch(&id, &json!({"source": {"postgres": {"credentials": {"password": "new"}}}}));
    world.wait(60_000);
    assert_eq!(world.state(&id), "Failed");
}
