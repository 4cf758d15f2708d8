//! A leader that is frozen for longer than its lease, and goes on.

use serde_json::json;

use super::{ELECTED, Stage, wait_leads};
use crate::words::{PATIENCE, count, writes};

#[test]
fn f11_a_leader_that_was_frozen_writes_nothing_when_it_goes_on() {
    let stage = Stage::new();
    let frozen = stage.operator(&ELECTED);
    wait_leads(&frozen, PATIENCE);
    let other = stage.operator(&ELECTED);
    other.wait_until_ready(PATIENCE).unwrap();
    stage.apply(&["orders"]);
    stage.wait_settled(&["orders"]);

    // Frozen with a create on the wire, one edit begun, and more to do.
    stage.fault("slow-answer", &json!({"ms": 150_000}), "CreatePipe", "payments");
    stage.apply(&["payments"]);
    stage.wait_requests("CreatePipe", 2);
    frozen.pause().unwrap();
    stage.kubectl(&["patch", "clickpipe", "orders", "--type=merge", "-p", r#"{"spec":{"scaling":{"replicas":2}}}"#]);
    stage.apply(&["refunds"]);
    wait_leads(&other, PATIENCE);
    let names = ["orders", "payments", "refunds"];
    stage.wait_settled(&names);
    stage.look_again();

    let (written, listed) = (writes(&stage.world), count(&stage.world, "ListServices"));
    let versions = || stage.world.get(&["clickpipes"]).unwrap()["metadata"]["resourceVersion"].clone();
    let before = stage.world.get(&["clickpipes"]).unwrap();
    frozen.resume().unwrap();
    let end = frozen.process().wait(PATIENCE).unwrap();
    assert!(!end.success(), "it ends so that a new one begins");
    assert!(frozen.logs().contains("the lease is lost"), "{}", frozen.logs());
    assert_eq!(
        (writes(&stage.world), count(&stage.world, "ListServices")),
        (written, listed),
        "it wrote to the service"
    );
    let after = stage.world.get(&["clickpipes"]).unwrap();
    assert_eq!(before["items"], after["items"], "it wrote to Kubernetes; {}", versions());

    // A new process in its place is a candidate like any other.
    let again = stage.operator(&ELECTED);
    again.wait_until_ready(PATIENCE).unwrap();
    assert!(other.terminate(PATIENCE).unwrap().success());
    wait_leads(&again, PATIENCE);
    assert_eq!(count(&stage.world, "CreatePipe"), 3, "one request for each object");
    stage.assert_in_order(&names, &[frozen.logs(), other.logs(), again.logs()]);
}
