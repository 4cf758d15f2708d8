//! One operator at a time, killed at bad moments and started again.

use std::time::Duration;

use serde_json::json;

use super::{Stage, postgres};
use crate::words::{KEY, count, wait_ready};

/// Invariants: 11.
#[test]
fn f01_f27_a_kill_in_the_middle_of_create_update_and_delete_leaves_one_pipe_each() {
    let stage = Stage::new();
    let mut logs = Vec::new();
    let operator = stage.operator(&[]);
    stage.apply(&["edited", "deleted"]);
    stage.world.apply(&postgres(&["users"])).unwrap();
    stage.wait_settled(&["edited", "deleted", "tables"]);

    // Four calls on the wire, none of which will be answered to this process; one create is carried out only after its death.
    let never = json!({"ms": 3_000_000});
    stage.fault("slow-answer", &never, "CreatePipe", "made");
    stage.fault("never-answered", &json!({"commit_after_ms": 250_000}), "CreatePipe", "late");
    stage.fault("slow-answer", &never, "SetScaling", "edited");
    stage.fault("slow-answer", &never, "PatchPipe", "tables");
    stage.fault("slow-answer", &never, "DeletePipe", "deleted");
    let created = count(&stage.world, "CreatePipe");
    stage.apply(&["made", "late"]);
    stage.kubectl(&["patch", "clickpipe", "edited", "--type=merge", "-p", r#"{"spec":{"scaling":{"replicas":2}}}"#]);
    stage.world.apply(&postgres(&["users", "orders"])).unwrap();
    stage.kubectl(&["delete", "clickpipe", "deleted", "--wait=false"]);
    stage.wait_requests("CreatePipe", created + 2);
    for route in ["SetScaling", "PatchPipe", "DeletePipe"] {
        stage.wait_requests(route, 1);
    }
    let tables = stage.world.get(&["clickpipe", "tables"]).unwrap();
    assert_eq!(tables["status"]["operation"]["kind"], "Update", "that we paused it is on record");
    operator.kill_9().unwrap();
    logs.push(operator.logs());

    let operator = stage.operator(&[]);
    let left = ["edited", "tables", "made", "late"];
    stage.wait_settled(&left);
    logs.push(operator.logs());
    assert_eq!(count(&stage.world, "CreatePipe"), created + 2, "a create was repeated");
    let pipes = stage.world.simulator().pipes().unwrap();
    let tables = pipes.as_array().unwrap().iter().find(|pipe| pipe["source"]["postgres"].is_object()).unwrap();
    assert_eq!(tables["state"], "Running", "what was paused for a change runs again");
    assert_eq!(tables["source"]["postgres"]["tableMappings"].as_array().unwrap().len(), 2);
    stage.assert_in_order(&left, &logs);
}

#[test]
fn f01_an_operator_that_is_killed_again_and_again_comes_to_the_same_end() {
    let stage = Stage::new();
    let mut logs = Vec::new();
    let names = ["orders", "payments", "refunds", "returns"];
    // Killed at the first sign of each kind of request, so at another place each time; every life finds something new to make.
    for (name, route) in names.iter().zip(["ListServices", "ListPipes", "CreatePipe", "SetState"]) {
        stage.apply(&[name]);
        let before = count(&stage.world, route);
        let operator = stage.operator(&["--create-window", "20s"]);
        stage.wait_requests(route, before + 1);
        operator.kill_9().unwrap();
        logs.push(operator.logs());
    }
    let operator = stage.operator(&["--create-window", "20s"]);
    for name in names {
        wait_ready(&stage.world, name);
    }
    assert_eq!(count(&stage.world, "CreatePipe"), 4, "one request for each object");
    logs.push(operator.logs());
    stage.assert_in_order(&names, &logs);
    assert!(logs.iter().all(|log| !log.contains(KEY.1)));
}

#[test]
fn an_orderly_end_does_not_wait_for_the_queue() {
    let stage = Stage::new();
    let slow = r#"{"spec":{"requestBudget":{"requests":10,"perSeconds":10}}}"#;
    stage.kubectl(&["patch", "cloudconnection", "prod", "--type=merge", "-p", slow]);
    let names: Vec<String> = (0..60).map(|number| format!("pipe-{number}")).collect();
    let operator = stage.operator(&[]);
    stage.apply(&names.iter().map(String::as_str).collect::<Vec<_>>());
    stage.wait_requests("CreatePipe", 2);
    // A minute of creates is waiting for the budget.
    assert!(operator.terminate(Duration::from_secs(20)).unwrap().success(), "{}", operator.logs());
    let made = count(&stage.world, "CreatePipe");
    assert!(made < 30, "{made}");
    // Nothing is left half done: whoever comes next need not wait for an answer that nobody got.
    let objects = stage.world.get(&["clickpipes"]).unwrap();
    let objects = objects["items"].as_array().unwrap();
    let recorded = objects.iter().filter(|pipe| pipe["status"]["pipe"]["id"].is_string()).count();
    assert_eq!(u64::try_from(recorded).unwrap(), made, "every answer is on record");
    assert!(objects.iter().all(|pipe| pipe["status"]["create"]["phase"] != "Intent"), "no intent is left open");
}
