//! What a PATCH changes, what it silently does not, and what it refuses.

use serde_json::{Value, json};

use crate::bodies::{body, changed};
use crate::world::World;

/// The error of a PATCH of a running Kafka pipe, which must not change it.
fn refused(patch: &Value) -> String {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let before = world.admin("GET", &format!("/pipes/{id}"), &Value::Null);
    let answer = world.patch(&id, patch);
    assert_eq!(answer.status(), 400, "{}", answer.body());
    assert_eq!(world.admin("GET", &format!("/pipes/{id}"), &Value::Null), before);
    answer.error()
}

#[test]
fn what_is_fixed_in_a_kafka_source_is_silently_kept() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let patch = json!({"brokers": "other:9092", "topics": "other", "format": "Avro", "type": "msk",
        "consumerGroup": "other", "offset": {"strategy": "from_beginning"}});
    let answer = world.patch(&id, &json!({"source": {"kafka": patch}}));
    assert_eq!(answer.status(), 200);
    let shown = world.get(&id);
    assert_eq!(shown["source"]["kafka"]["brokers"], "b:9092");
    assert_eq!(shown["source"]["kafka"]["topics"], "t");
    assert_eq!(shown["source"]["kafka"].get("offset"), None);
}

#[test]
fn credentials_of_a_kafka_source_are_applied() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let fresh = json!({"username": "u", "password": "new"});
    assert_eq!(world.patch(&id, &json!({"source": {"kafka": {"credentials": fresh}}})).status(), 200);
    assert_eq!(world.sim.pipe(&id).unwrap().document["credentials"], fresh);
}

#[test]
fn half_a_login_is_stored_as_undefined() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    world.patch(&id, &json!({"source": {"postgres": {"credentials": {"password": "new"}}}}));
    assert_eq!(
        world.sim.pipe(&id).unwrap().document["credentials"],
        json!({"username": "undefined", "password": "new"})
    );
    world.wait(2_000);
    assert_eq!(world.state(&id), "Failed");
}

#[test]
fn a_new_address_needs_the_credentials_again() {
    let mut world = World::new();
    let id = world.resting(&body("postgres"), "Paused");
    let refused = world.patch(&id, &json!({"source": {"postgres": {"host": "other"}}}));
    assert!(refused.error().contains("password authentication failed"), "{}", refused.error());
}

#[test]
fn a_new_address_needs_no_credentials_where_a_role_logs_in() {
    let mut world = World::new();
    let mut body = body("postgres");
    body["source"]["postgres"]["authentication"] = json!("IAM_ROLE");
    body["source"]["postgres"]["iamRole"] = json!("arn:aws:iam::123456789012:role/clickpipes");
    body["source"]["postgres"]["credentials"] = json!({"username": "u"});
    let id = world.resting(&body, "Paused");
    let answer = world.patch(&id, &json!({"source": {"postgres": {"database": "other"}}}));
    assert_eq!((answer.status(), &world.get(&id)["source"]["postgres"]["database"]), (200, &json!("other")));
}

#[test]
fn field_mappings_need_columns() {
    let text = refused(&json!({"fieldMappings": [{"sourceField": "a", "destinationField": "b"}]}));
    assert_eq!(text, "BAD_REQUEST: Columns are required if field mappings are provided");
}

#[test]
fn field_mappings_with_columns_are_applied() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let mappings = json!([{"sourceField": "a", "destinationField": "b"}]);
    let columns = json!([{"name": "b", "type": "String"}]);
    let answer = world.patch(&id, &json!({"fieldMappings": mappings, "destination": {"columns": columns}}));
    assert_eq!(answer.status(), 200);
    let shown = world.get(&id);
    assert_eq!((&shown["fieldMappings"], &shown["destination"]["columns"]), (&mappings, &columns));
}

#[test]
fn settings_alone_are_no_update() {
    let text = refused(&json!({"settings": {"streaming_max_insert_wait_ms": 1000}}));
    assert_eq!(text, "BAD_REQUEST: no fields to update");
    assert_eq!(refused(&json!({})), text);
}

#[test]
fn settings_beside_a_name_are_checked_and_not_applied() {
    let mut world = World::new();
    let id = world.resting(&body("kafka"), "Running");
    let patch = json!({"name": "n", "settings": {"streaming_max_insert_wait_ms": 1000}});
    assert_eq!(world.patch(&id, &patch).status(), 200);
    assert_eq!(world.get(&id)["settings"], json!({}));
    refused(&json!({"name": "n", "settings": {"streaming_max_insert_wait_ms": 1}}));
}

#[test]
fn registry_credentials_are_refused() {
    let credentials = json!({"username": "u", "password": "p"});
    let registry = json!({"url": "https://r", "authentication": "PLAIN", "credentials": credentials});
    assert!(refused(&json!({"source": {"kafka": {"schemaRegistry": registry}}})).contains("credentials"));
}

#[test]
fn another_source_is_refused() {
    refused(&json!({"source": {"kinesis": {"streamName": "s"}}}));
}

#[test]
fn a_bigquery_source_cannot_be_changed() {
    let mut world = World::new();
    let id = world.resting(&body("bigquery"), "Paused");
    assert_eq!(world.patch(&id, &json!({"source": {"bigquery": {"projectId": "p"}}})).status(), 400);
}

#[test]
fn a_refused_edit_changes_nothing_of_it() {
    refused(&json!({"name": "other", "source": {"kafka": {"authentication": "SCRAM"}}}));
}

#[test]
fn a_redacted_uri_that_is_sent_back_keeps_the_stored_one() {
    let mut world = World::new();
    let id = world.resting(&changed("mongodb", &json!({"uri": "mongodb://u:p@h/db"})), "Paused");
    let shown = world.get(&id)["source"]["mongodb"]["uri"].clone();
    assert_eq!(shown, "mongodb://[REDACTED]@h/db");
    assert_eq!(world.patch(&id, &json!({"source": {"mongodb": {"uri": shown}}})).status(), 200);
    assert_eq!(world.sim.pipe(&id).unwrap().document["uri"], "mongodb://u:p@h/db");
}

#[test]
fn a_role_needs_no_password() {
    let mut world = World::new();
    let role =
        json!({"authentication": "IAM_ROLE", "iamRole": "arn:aws:iam::1:role/r", "credentials": {"username": "u"}});
    let id = world.resting(&changed("postgres", &role), "Paused");
    world.patch(&id, &json!({"source": {"postgres": {"credentials": {"username": "v"}}}}));
    world.wait(60_000);
    assert_eq!(world.state(&id), "Running");
}
