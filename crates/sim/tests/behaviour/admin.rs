//! The admin API: what it shows, and what it does behind the API's back.

use serde_json::{Value, json};

use crate::bodies::body;
use crate::world::World;

const SERVICE: &str = "22222222-2222-4222-8222-222222222222";

fn shown(world: &mut World, path: &str) -> Value {
    world.admin("GET", path, &Value::Null)
}

#[test]
fn requests_are_recorded_and_counted_and_admin_requests_are_not() {
    let mut world = World::new();
    let id = world.create(&body("kafka"));
    world.call("GET", "", &Value::Null);
    let requests = shown(&mut world, "/requests");
    assert_eq!(requests.as_array().map(Vec::len), Some(2));
    let first = &requests[0];
    assert_eq!((&first["seq"], &first["at_ms"], &first["status"]), (&json!(1), &json!(0), &json!(200)));
    assert_eq!((&first["route"], &first["key"], &first["pipe"]), (&json!("CreatePipe"), &json!("key"), &json!(id)));
    assert_eq!(first["body"], body("kafka"));
    let stats = shown(&mut world, "/stats");
    assert_eq!(stats["by_route"], json!({"CreatePipe": 1, "ListPipes": 1}));
    assert_eq!(stats["by_method"], json!({"GET": 1, "POST": 1}));
    assert_eq!(stats["most_in_ten_seconds"], json!({"key": 2}));
    world.admin("DELETE", "/requests", &Value::Null);
    assert_eq!(shown(&mut world, "/requests"), json!([]));
    assert_eq!(shown(&mut world, "/stats")["requests"], 0);
}

#[test]
fn a_pipe_can_be_edited_and_deleted_behind_the_apis_back() {
    let mut world = World::new();
    let id = world.create(&body("kafka"));
    let edit = json!({"state": "Stopped", "name": "renamed", "source": {"topics": "other", "authentication": null},
        "settings": {"kafka_read_committed": true}, "scaling": {"replicas": 5}});
    world.admin("PATCH", &format!("/pipes/{id}"), &edit);
    let pipe = world.get(&id);
    assert_eq!((&pipe["state"], &pipe["name"]), (&json!("Stopped"), &json!("renamed")));
    assert_eq!((&pipe["scaling"]["replicas"], &pipe["settings"]), (&json!(5), &edit["settings"]));
    assert_eq!(pipe["source"]["kafka"]["topics"], "other");
    assert!(pipe["source"]["kafka"].get("authentication").is_none());
    world.wait(600_000);
    assert_eq!(world.state(&id), "Stopped", "it rests there");
    world.admin("DELETE", &format!("/pipes/{id}"), &Value::Null);
    assert_eq!(world.state(&id), "gone");
    assert_eq!(shown(&mut world, &format!("/pipes/{id}"))["alive"], false, "deleted ones are remembered");
}

#[test]
fn somebody_elses_pipe_is_marked_and_counts_as_no_request() {
    let mut world = World::new();
    let mut theirs = body("postgres");
    theirs["service"] = json!(SERVICE);
    let id = world.resting(&theirs, "Running");
    let pipe = shown(&mut world, &format!("/pipes/{id}"));
    assert_eq!((&pipe["foreign"], &pipe["state"]), (&json!(true), &json!("Running")));
    assert_eq!(shown(&mut world, "/requests"), json!([]));
}

#[test]
fn a_key_can_be_disabled_and_its_secret_is_not_shown() {
    let mut world = World::new();
    world.admin("POST", "/keys", &json!({"id": "key", "secret": "secret", "disabled": true}));
    assert_eq!(world.call("GET", "", &Value::Null).status(), 401);
    assert_eq!(shown(&mut world, "/keys"), json!([{"id": "key", "organization": null, "disabled": true}]));
    world.admin("DELETE", "/keys/key", &Value::Null);
    assert_eq!(world.call("GET", "", &Value::Null).status(), 200, "without keys every key is accepted");
}

#[test]
fn a_fault_is_listed_with_its_hits_until_it_is_cleared() {
    let mut world = World::new();
    let made = world.admin("POST", "/faults", &json!({"name": "forbidden", "times": 1}));
    assert_eq!(made, json!({"id": "fault-1"}));
    assert_eq!(world.call("GET", "", &Value::Null).status(), 403);
    let fault = shown(&mut world, "/faults")[0].clone();
    assert_eq!((&fault["id"], &fault["hits"], &fault["times"]), (&json!("fault-1"), &json!(1), &json!(0)));
    world.admin("DELETE", "/faults/fault-1", &Value::Null);
    assert_eq!(world.request("DELETE", "/_sim/faults/fault-1", &Value::Null).status(), 404);
}

#[test]
fn behaviour_can_be_changed_while_it_runs() {
    let mut world = World::new();
    let change = json!({"timings": {"create_ms": 5}, "toggles": {"unique_names": true}, "switches": ["scaling-zeros"]});
    world.admin("PATCH", "/config", &change);
    let id = world.create(&body("kafka"));
    assert_eq!(world.now_ms, 5);
    assert_eq!(world.get(&id)["scaling"]["replicaMemoryGb"], 0);
    assert_eq!(world.call("POST", "", &body("kafka")).status(), 400);
    for wrong in [json!({"timings": {"naps_ms": 5}}), json!({"colour": "red"}), json!({"switches": ["sideways"]})] {
        assert_eq!(world.request("PATCH", "/_sim/config", &wrong).status(), 400, "{wrong}");
    }
}

#[test]
fn an_unknown_admin_path_is_404_and_a_misspelt_body_400() {
    let mut world = World::new();
    for (method, path, status) in [
        ("GET", "/nothing", 404),
        ("GET", "/pipes/nobody", 404),
        ("PATCH", "/services/nobody", 404),
        ("POST", "/services", 400),
        ("POST", "/keys", 400),
        ("POST", "/pipes", 400),
    ] {
        let exchange = world.request(method, &format!("/_sim{path}"), &json!({}));
        assert_eq!(exchange.status(), status, "{method} {path}");
        assert!(exchange.body()["error"].is_string());
    }
}
