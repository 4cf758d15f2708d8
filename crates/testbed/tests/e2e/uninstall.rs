//! The definition is removed with a hundred objects in the cluster, while nobody takes Events and nobody reads metrics.
//!
//! Not here: one object that goes (`examples`).

use serde_json::{Value, json};
use testbed::{World, wait_until};

use crate::cases::merged;
use crate::words::{KEY, PATIENCE, condition, count, kafka, live_pipes, quick_connection, quick_world, secret};

/// How many objects there are, and each how-many-th keeps its pipe.
const OBJECTS: usize = 100;
const KEPT: usize = 5;
const DEFINITION: &str = "clickpipes.cloud.clickhouse.com";
const OPERATOR: &str = "clickpipes-operator";

#[test]
fn f21_f34_a_hundred_objects_go_with_their_definition_as_their_policies_say() {
    let world = quick_world();
    let operator = world.start_operator(&[]).unwrap();
    no_events(&world);
    world.apply(&quick_connection(&world)).unwrap();
    world.apply(&secret("source", "password", "hunter2")).unwrap();
    let objects: Vec<String> = (0..OBJECTS).map(object).collect();
    world.apply(&objects.join("\n---\n")).unwrap();
    wait_until(2 * PATIENCE, "a hundred pipes to be ready", || {
        let pipes = world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
        let ready = |pipe: &&Value| condition(pipe, "Ready").is_some_and(|ready| ready["status"] == "True");
        let ready = pipes["items"].as_array().unwrap().iter().filter(ready).count();
        if ready == OBJECTS { Ok(Some(())) } else { Err(format!("{ready} are ready")) }
    })
    .unwrap();
    assert_eq!((count(&world, "CreatePipe"), live_pipes(&world).len()), (100, 100), "without Events as ever");
    let events = world.get(&["events"]).unwrap();
    assert_eq!(events["items"], json!([]), "nobody took one");

    let plane = world.control_plane();
    plane.kubectl(&["delete", "crd", DEFINITION, "--wait=false"]).unwrap().text().unwrap();
    wait_until(2 * PATIENCE, "the definition to be gone", || {
        let found = plane.kubectl(&["get", "crd", DEFINITION, "--ignore-not-found", "-o", "name"]);
        let found = found.and_then(testbed::Output::text).map_err(|error| error.to_string())?;
        Ok::<_, String>(found.trim().is_empty().then_some(()))
    })
    .unwrap();
    let kept = OBJECTS / KEPT;
    assert_eq!((live_pipes(&world).len(), count(&world, "DeletePipe")), (kept, 100 - kept as u64));
    let stats = world.simulator().stats().unwrap();
    let most = stats["most_in_ten_seconds"][KEY.0].as_u64().unwrap();
    assert!(most <= 100 && stats["throttled"] == 0, "{stats}");
    assert!(!operator.logs().contains("panicked"), "{}", operator.logs());
    operator.metrics().unwrap();
}

fn object(number: usize) -> String {
    let policy = if number.is_multiple_of(KEPT) { "Retain" } else { "Delete" };
    merged(&kafka(&format!("pipe-{number}"), "source"), &json!({"spec": {"deletionPolicy": policy}})).to_string()
}

/// Takes from the operator the right to write Events.
fn no_events(world: &World) {
    let plane = world.control_plane();
    let roles = plane.kubectl(&["get", "clusterroles", "-o", "json"]).unwrap().json().unwrap();
    let about_events = |rule: &Value| rule["resources"].as_array().is_some_and(|all| all.contains(&json!("events")));
    let ours = |role: &&Value| role["metadata"]["name"].as_str().is_some_and(|name| name.contains(OPERATOR));
    let role = roles["items"].as_array().unwrap().iter().filter(ours).find(|role| rules(role).iter().any(about_events));
    let role = role.unwrap();
    let left: Vec<&Value> = rules(role).iter().filter(|rule| !about_events(rule)).collect();
    let (name, patch) = (role["metadata"]["name"].as_str().unwrap(), json!({"rules": left}).to_string());
    plane.kubectl(&["patch", "clusterrole", name, "--type=merge", "-p", &patch]).unwrap().text().unwrap();
}

fn rules(role: &Value) -> &[Value] {
    role["rules"].as_array().map(Vec::as_slice).unwrap_or_default()
}
