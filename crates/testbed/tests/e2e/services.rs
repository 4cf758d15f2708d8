//! The states of a service end to end: woken when the connection allows it, waited for when it does not, missed when it is gone; and what
//! only the service knows is told in its own words.
//!
//! Not here: every state, and what is never done (crate `plan`, in virtual time).

use serde_json::json;
use testbed::World;

use crate::cases::merged;
use crate::words::{
    KEY, SERVICE, assert_budget_kept, connection, count, kafka, live_pipes, secret, wait_for, wait_ready, world, writes,
};

const GOOGLE: &str = "44444444-4444-4444-8444-444444444444";

/// Faults: F23.
#[test]
fn a_service_is_woken_waited_for_and_missed() {
    let world = world();
    let _operator = world.start_operator(&[]).unwrap();
    let waking = connection(KEY.1, world.simulator().url()) + "  wakeIdleServices: true\n";
    world.apply(&waking).unwrap();
    world.apply(&secret("login", "password", "hunter2")).unwrap();

    set(&world, "idle");
    world.apply(&kafka("first", "login").to_string()).unwrap();
    wait_ready(&world, "first");
    assert_eq!(count(&world, "SetServiceState"), 1, "woken once");

    // A person stopped it; that is respected.
    set(&world, "stopped");
    world.apply(&kafka("second", "login").to_string()).unwrap();
    let message = wait_for(&world, "clickpipe/second", "Ready", "Unknown", "WaitingForService");
    assert!(
        message.contains("stopped") && message.contains("never starts a service that a person stopped"),
        "{message}"
    );
    wait_ready(&world, "first");
    set(&world, "running");
    look_now(&world, "second", "1");
    wait_ready(&world, "second");
    assert_eq!(count(&world, "SetServiceState"), 1);

    only_the_service_knows(&world);

    // Gone: nobody concludes that the pipes were deleted.
    let before = (writes(&world), live_pipes(&world).len());
    world
        .apply(&merged(&kafka("first", "login"), &json!({"spec": {"onExternalDelete": "Recreate"}})).to_string())
        .unwrap();
    world.simulator().admin("DELETE", &format!("/_sim/services/{SERVICE}"), None).unwrap();
    look_now(&world, "first", "2");
    let message = wait_for(&world, "clickpipe/first", "ReferencesResolved", "False", "ServiceNotFound");
    assert!(message.contains("spec.serviceId"), "{message}");
    world.simulator().admin("POST", "/_sim/services", Some(&json!({"id": SERVICE}))).unwrap();
    look_now(&world, "first", "3");
    wait_ready(&world, "first");
    assert_eq!((writes(&world), live_pipes(&world).len()), before);
    assert_budget_kept(&world);
}

/// Which cloud a service runs on is in no manifest: the service refuses, and its words are shown.
fn only_the_service_knows(world: &World) {
    world.simulator().admin("POST", "/_sim/services", Some(&json!({"id": GOOGLE, "provider": "gcp"}))).unwrap();
    let source = json!({"kafka": null, "kinesis": {
        "format": "JSONEachRow", "streamName": "orders", "region": "us-east-1", "iteratorType": "LATEST", "authentication": "IAM_ROLE",
        "iamRole": "arn:aws:iam::123456789012:role/ClickHouseAccessRole-orders"}});
    let pipe =
        |service: &str| merged(&kafka("region", "login"), &json!({"spec": {"serviceId": service, "source": source}}));
    world.apply(&pipe(GOOGLE).to_string()).unwrap();
    let message = wait_for(world, "clickpipe/region", "Synced", "False", "InvalidSpec");
    assert!(message.contains("IAM_ROLE") && message.contains("correct the spec"), "{message}");
    wait_for(world, "clickpipe/region", "Stalled", "True", "InvalidSpec");
    world
        .control_plane()
        .kubectl(&["delete", "clickpipe", "region", "--namespace", world.namespace()])
        .unwrap()
        .text()
        .unwrap();
}

fn set(world: &World, state: &str) {
    world.simulator().admin("PATCH", &format!("/_sim/services/{SERVICE}"), Some(&json!({"state": state}))).unwrap();
}

fn look_now(world: &World, name: &str, request: &str) {
    let annotation = format!("cloud.clickhouse.com/reconcile-requested-at={request}");
    let annotate = ["annotate", "--overwrite", "--namespace", world.namespace(), "clickpipe", name, &annotation];
    world.control_plane().kubectl(&annotate).unwrap().text().unwrap();
}
