//! Crashes of the real operator at the worst moment: between the service's commit and the record.

use std::time::Duration;

use crate::words::{
    KEY, PATIENCE, assert_budget_kept, connection, count, kafka, live_pipes, secret, wait_ready, world,
};
use serde_json::json;
use testbed::wait_until;

/// Faults: F1, F4.
#[test]
fn a_kill_after_the_commit_leaves_one_pipe_which_is_adopted() {
    let world = world();
    let operator = world.start_operator(&[]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    world.apply(&secret("orders", "password", "hunter2")).unwrap();
    // Committed at once, answered after a minute of this clock.
    let slow =
        json!({"name": "slow-answer", "parameters": {"ms": 3_000_000}, "match": {"route": "CreatePipe"}, "times": 1});
    world.simulator().add_fault(&slow).unwrap();
    world.apply(&kafka("orders", "orders").to_string()).unwrap();
    wait_until(PATIENCE, "the commit", || Ok::<_, String>((live_pipes(&world).len() == 1).then_some(()))).unwrap();
    operator.kill_9().unwrap();
    let pipe = world.get(&["clickpipe", "orders"]).unwrap();
    assert_eq!(pipe["status"]["create"]["phase"], "Intent", "the record did not get the id");
    assert!(pipe["status"]["pipe"].is_null());

    let _operator = world.start_operator(&[]).unwrap();
    wait_ready(&world, "orders");
    assert_eq!((count(&world, "CreatePipe"), live_pipes(&world).len()), (1, 1));
    let pipe = world.get(&["clickpipe", "orders"]).unwrap();
    assert_eq!(pipe["status"]["pipe"]["id"], live_pipes(&world)[0]["id"]);
    assert_budget_kept(&world);
}

#[test]
fn an_orderly_end_waits_for_the_answer_and_writes_it_down() {
    let world = world();
    let operator = world.start_operator(&[]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    world.apply(&secret("orders", "password", "hunter2")).unwrap();
    // Answered after five seconds of this clock.
    let slow =
        json!({"name": "slow-answer", "parameters": {"ms": 250_000}, "match": {"route": "CreatePipe"}, "times": 1});
    world.simulator().add_fault(&slow).unwrap();
    world.apply(&kafka("orders", "orders").to_string()).unwrap();
    wait_until(PATIENCE, "the commit", || Ok::<_, String>((live_pipes(&world).len() == 1).then_some(()))).unwrap();
    let status = operator.terminate(Duration::from_mins(1)).unwrap();
    assert!(status.success(), "{status} {}", operator.logs());
    let pipe = world.get(&["clickpipe", "orders"]).unwrap();
    assert_eq!(pipe["status"]["pipe"]["id"], live_pipes(&world)[0]["id"], "the id is on record");
    assert_eq!(count(&world, "CreatePipe"), 1);
}
