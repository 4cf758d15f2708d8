//! What the operator depends on goes away and comes back.

use serde_json::json;

use super::{Stage, wait_leads};
use crate::words::{PATIENCE, count, live_pipes};

#[test]
fn f30_kubernetes_goes_away_in_the_middle_of_work_and_comes_back() {
    let stage = Stage::new();
    let plane = stage.world.control_plane();
    let operator = stage.operator(&[]);
    stage.apply(&["orders"]);
    stage.wait_settled(&["orders"]);

    // The API server dies between the intent and the record, with an edit and a delete under way.
    stage.fault("slow-answer", &json!({"ms": 100_000}), "CreatePipe", "payments");
    stage.apply(&["payments", "refunds"]);
    stage.wait_requests("CreatePipe", 2);
    plane.stop_api_server().unwrap();
    stage.wait_answered("CreatePipe");
    plane.start_api_server().unwrap();
    stage.wait_settled(&["orders", "payments", "refunds"]);

    // The database freezes: the API server is there, and answers nothing.
    stage.fault("slow-answer", &json!({"ms": 100_000}), "CreatePipe", "returns");
    stage.apply(&["returns"]);
    stage.wait_requests("CreatePipe", 4);
    plane.pause_etcd().unwrap();
    stage.wait_answered("CreatePipe");
    plane.resume_etcd().unwrap();
    let names = ["orders", "payments", "refunds", "returns"];
    stage.wait_settled(&names);
    assert_eq!(count(&stage.world, "CreatePipe"), 4, "one request for each object");
    stage.assert_in_order(&names, &[operator.logs()]);
}

#[test]
fn f11_f30_a_leader_that_cannot_renew_stops_and_its_successor_finishes() {
    let stage = Stage::new();
    let plane = stage.world.control_plane();
    let leader = stage.candidate();
    wait_leads(&leader, PATIENCE);
    stage.apply(&["orders"]);
    stage.wait_settled(&["orders"]);
    // The answer comes after the lease is lost, and before the database is back.
    stage.fault("slow-answer", &json!({"ms": 500_000}), "CreatePipe", "payments");
    stage.apply(&["payments", "refunds"]);
    stage.wait_requests("CreatePipe", 3);
    plane.pause_etcd().unwrap();
    let lost = || Ok::<_, String>(leader.logs().contains("the lease is lost").then_some(()));
    leader.process().wait_until(PATIENCE, "the lease to be lost", lost).unwrap();
    let written = crate::words::writes(&stage.world);
    stage.wait_answered("CreatePipe");
    plane.resume_etcd().unwrap();
    assert!(!leader.process().wait(PATIENCE).unwrap().success(), "it ends so that a new one begins");
    assert_eq!(crate::words::writes(&stage.world), written, "it wrote after its lease was lost");
    let names = ["orders", "payments", "refunds"];
    let successor = stage.candidate();
    stage.wait_settled(&names);
    assert_eq!(count(&stage.world, "CreatePipe"), 3, "one request for each object");
    stage.assert_in_order(&names, &[leader.logs(), successor.logs()]);
}

#[test]
fn f04_the_service_freezes_with_a_create_on_the_wire_and_comes_back() {
    let stage = Stage::new();
    let service = stage.world.simulator().process();
    let flags = ["--create-window", "20s"];
    let operator = stage.operator(&flags);
    stage.apply(&["orders"]);
    stage.wait_settled(&["orders"]);

    // The service stops reading just after the intent was written; what is on the wire then is carried out when it goes on.
    stage.apply(&["payments"]);
    let intent = || {
        let pipe = stage.world.get(&["clickpipe", "payments"]).map_err(|error| error.to_string())?;
        Ok::<_, String>((!pipe["status"]["create"].is_null()).then_some(()))
    };
    operator.process().wait_until(PATIENCE, "the intent", intent).unwrap();
    service.pause().unwrap();
    stage.kubectl(&["patch", "clickpipe", "orders", "--type=merge", "-p", r#"{"spec":{"scaling":{"replicas":2}}}"#]);
    operator.kill_9().unwrap();
    let successor = stage.operator(&flags);
    successor.wait_until_ready(PATIENCE).unwrap();
    service.resume().unwrap();
    let names = ["orders", "payments"];
    stage.wait_settled(&names);
    assert_eq!(live_pipes(&stage.world).len(), 3, "ours and somebody else's");
    stage.assert_in_order(&names, &[operator.logs(), successor.logs()]);
}
