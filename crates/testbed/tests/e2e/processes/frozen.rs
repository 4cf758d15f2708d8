//! A leader that is frozen for longer than its lease, and goes on.

use serde_json::json;

use super::{Stage, postgres, wait_leads};
use crate::words::{PATIENCE, count};

#[test]
fn f11_a_leader_that_was_frozen_writes_nothing_when_it_goes_on() {
    let stage = Stage::new();
    let frozen = stage.candidate();
    wait_leads(&frozen, PATIENCE);
    let other = stage.candidate();
    other.wait_until_ready(PATIENCE).unwrap();
    stage.apply(&["orders"]);
    stage.world.apply(&postgres(&["users"])).unwrap();
    stage.wait_settled(&["orders", "tables"]);

    // Frozen with a create and the middle of a change on the wire.
    let slow = json!({"ms": 150_000});
    stage.fault("slow-answer", &slow, "CreatePipe", "payments");
    stage.fault("slow-answer", &slow, "PatchPipe", "tables");
    stage.apply(&["payments"]);
    stage.world.apply(&postgres(&["users", "orders"])).unwrap();
    stage.wait_requests("CreatePipe", 3);
    stage.wait_requests("PatchPipe", 1);
    frozen.pause().unwrap();
    stage.apply(&["refunds"]);
    wait_leads(&other, PATIENCE);
    let names = ["orders", "tables", "payments", "refunds"];
    stage.wait_settled(&names);
    stage.look_again();

    // It goes on with answers to read and with work to do, and nobody else is there to do it.
    other.pause().unwrap();
    stage.kubectl(&["patch", "clickpipe", "orders", "--type=merge", "-p", r#"{"spec":{"scaling":{"replicas":2}}}"#]);
    let requests = || stage.world.simulator().stats().unwrap()["requests"].clone();
    let objects = || stage.world.get(&["clickpipes"]).unwrap()["items"].clone();
    let before = (requests(), objects());
    frozen.resume().unwrap();
    let end = frozen.process().wait(PATIENCE).unwrap();
    assert!(!end.success(), "it ends so that a new one begins");
    assert!(frozen.logs().contains("the lease is lost"), "{}", frozen.logs());
    assert_eq!(before, (requests(), objects()), "it went on working");
    other.kill_9().unwrap();

    // A new process in its place is a candidate like any other.
    let again = stage.candidate();
    wait_leads(&again, PATIENCE);
    stage.wait_settled(&names);
    assert_eq!(
        (count(&stage.world, "CreatePipe"), count(&stage.world, "SetScaling")),
        (4, 1),
        "nothing was done twice"
    );
    stage.assert_in_order(&names, &[frozen.logs(), other.logs(), again.logs()]);
}
