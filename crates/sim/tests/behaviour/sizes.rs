//! The size of a pipe and the size that database pipes share, within their bounds.

use serde_json::{Value, json};

use crate::bodies::body;
use crate::world::World;

const SERVICE: &str =
    "/v1/organizations/11111111-1111-4111-8111-111111111111/services/22222222-2222-4222-8222-222222222222";

#[test]
fn a_pipe_is_scaled_member_by_member() {
    let mut world = World::new();
    let id = world.create(&body("kafka"));
    let exchange = world.call("PATCH", &format!("/{id}/scaling"), &json!({"replicas": 3}));
    let expected = json!({"replicas": 3, "replicaCpuMillicores": 125, "replicaMemoryGb": 0.5});
    assert_eq!(exchange.result()["scaling"], expected);
}

#[test]
fn a_size_out_of_bounds_is_named() {
    let mut world = World::new();
    let id = world.create(&body("kafka"));
    for (sent, text) in [
        (json!({"replicas": 0}), "replicas: Not between 1 and 40"),
        (json!({"replicaCpuMillicores": 100}), "replicaCpuMillicores: Not between 125 and 2000"),
        (json!({"replicaMemoryGb": 9}), "replicaMemoryGb: Not between 0.5 and 8"),
        (json!({"concurrency": 35}), "concurrency: Not between 0 and 34"),
        (json!({"replicas": "two"}), "request body.replicas: 'two'"),
    ] {
        let exchange = world.call("PATCH", &format!("/{id}/scaling"), &sent);
        assert_eq!((exchange.status(), exchange.error()), (400, format!("BAD_REQUEST: {text}")));
    }
}

#[test]
fn the_shared_size_is_whole_cores_and_four_times_as_much_memory() {
    let mut world = World::new();
    world.resting(&body("postgres"), "Running");
    let path = format!("{SERVICE}/clickpipesCdcScaling");
    for wrong in [
        json!({"replicaCpuMillicores": 4000, "replicaMemoryGb": 8}),
        json!({"replicaCpuMillicores": 1500}),
        json!({"replicaMemoryGb": 6}),
        json!({"replicaCpuMillicores": 33_000}),
    ] {
        assert_eq!(world.request("PATCH", &path, &wrong).status(), 400, "{wrong}");
    }
}

#[test]
fn the_shared_size_goes_with_the_last_database_pipe() {
    let mut world = World::new();
    let path = format!("{SERVICE}/clickpipesCdcScaling");
    let id = world.create(&body("postgres"));
    assert_eq!(world.request("GET", &path, &Value::Null).status(), 404, "nothing is provisioned yet");
    world.wait(20_000);
    assert_eq!(world.request("GET", &path, &Value::Null).status(), 200);
    world.call("DELETE", &format!("/{id}"), &Value::Null);
    world.wait(30_000);
    assert_eq!(world.request("GET", &path, &Value::Null).status(), 404);
}
