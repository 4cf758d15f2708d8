//! Two operators at once: with a Lease one works and the other takes over; without one they still make one pipe for each object.

use std::time::{Duration, Instant};

use serde_json::json;
use testbed::Operator;

use super::{LEASE_DURATION, Stage, leads, wait_leads};
use crate::words::{PATIENCE, count, live_pipes};

/// How long a busy machine may be late.
const SLACK: Duration = Duration::from_secs(8);

/// Every request that this process has sent to the service.
fn sent(operator: &Operator) -> u64 {
    let metrics = operator.metrics().unwrap();
    let requests = metrics.lines().filter(|line| line.starts_with("clickpipes_api_requests_total"));
    requests.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

/// Waits until this process says that it ends, and looks that it answers everything else as before.
fn assert_answers_to_its_end(operator: &Operator) {
    let unready = || {
        let answer = operator.http().get("/readyz")?;
        Ok::<_, testbed::Error>((answer.status == 503 && answer.body.contains("shutdown")).then_some(()))
    };
    operator.process().wait_until(PATIENCE, "the operator to say that it ends", unready).unwrap();
    assert_eq!(operator.http().get("/healthz").unwrap().status, 200, "what finishes its work is alive");
    assert!(leads(operator), "and tells what it does");
}

#[test]
fn one_of_two_replicas_works_and_the_other_takes_over() {
    let stage = Stage::new();
    let first = stage.candidate();
    wait_leads(&first, PATIENCE);
    let second = stage.candidate();
    second.wait_until_ready(PATIENCE).unwrap();
    stage.apply(&["orders", "payments"]);
    stage.wait_settled(&["orders", "payments"]);
    assert!(leads(&first) && !leads(&second), "the second one is ready and does not lead");
    assert_eq!((sent(&second), second.metrics().unwrap().contains("clickpipes_managed_resources")), (0, false));

    // A replica that never led has nothing to lose.
    let idle = stage.candidate();
    idle.wait_until_ready(PATIENCE).unwrap();
    assert!(idle.terminate(PATIENCE).unwrap().success(), "{}", idle.logs());

    // An orderly end while a create is on the wire: its answer is written down before the successor begins, and that is at once.
    stage.fault("slow-answer", &json!({"ms": 300_000}), "CreatePipe", "refunds");
    stage.apply(&["refunds"]);
    stage.wait_requests("CreatePipe", 3);
    let end = std::thread::scope(|scope| {
        let end = scope.spawn(|| first.terminate(PATIENCE).unwrap());
        assert_answers_to_its_end(&first);
        end.join().unwrap()
    });
    assert!(end.success(), "{}", first.logs());
    let ended = Instant::now();
    wait_leads(&second, PATIENCE);
    let waited = ended.elapsed();
    assert!(waited < LEASE_DURATION, "the lease was given up, and still it took {waited:?}");
    let refunds = stage.world.get(&["clickpipe", "refunds"]).unwrap();
    let id = &refunds["status"]["pipe"]["id"];
    assert!(live_pipes(&stage.world).iter().any(|pipe| pipe["id"] == *id), "the answer is on record: {refunds}");

    // A kill while a create is on the wire: the successor waits for the duration, and no longer.
    let third = stage.candidate();
    third.wait_until_ready(PATIENCE).unwrap();
    stage.fault("slow-answer", &json!({"ms": 3_000_000}), "CreatePipe", "returns");
    stage.apply(&["returns"]);
    stage.wait_requests("CreatePipe", 4);
    second.kill_9().unwrap();
    let killed = Instant::now();
    wait_leads(&third, PATIENCE);
    let waited = killed.elapsed();
    assert!(waited < LEASE_DURATION + SLACK, "{waited:?}");
    let names = ["orders", "payments", "refunds", "returns"];
    stage.wait_settled(&names);
    assert_eq!(count(&stage.world, "CreatePipe"), 4, "one request for each object");
    stage.assert_in_order(&names, &[first.logs(), second.logs(), third.logs()]);
}

#[test]
fn f10_two_replicas_without_a_lease_make_one_pipe_for_each_object() {
    let stage = Stage::new();
    let first = stage.operator(&[]);
    let second = stage.operator(&[]);
    first.wait_until_ready(PATIENCE).unwrap();
    second.wait_until_ready(PATIENCE).unwrap();
    let names = ["orders", "payments", "refunds", "returns", "visits", "clicks"];
    stage.apply(&names);
    stage.wait_settled(&names);
    assert!(sent(&first) > 1 && sent(&second) > 1, "both are at work");
    assert_eq!(count(&stage.world, "CreatePipe"), 6, "one request for each object");

    // Everything at once: an edit, a delete, a new one, and the death of one of the two in the middle.
    stage.fault("slow-answer", &json!({"ms": 3_000_000}), "CreatePipe", "late");
    stage.apply(&["late"]);
    stage.kubectl(&["patch", "clickpipe", "visits", "--type=merge", "-p", r#"{"spec":{"scaling":{"replicas":2}}}"#]);
    stage.kubectl(&["delete", "clickpipe", "clicks", "--wait=false"]);
    stage.wait_requests("CreatePipe", 7);
    let maker = stage.world.get(&["clickpipe", "late"]).unwrap()["status"]["create"]["holder"].clone();
    let first_made_it = first.logs().contains(maker.as_str().unwrap());
    let (killed, left) = if first_made_it { (first, second) } else { (second, first) };
    killed.kill_9().unwrap();
    let names = ["orders", "payments", "refunds", "returns", "visits", "late"];
    stage.wait_settled(&names);
    assert_eq!(count(&stage.world, "CreatePipe"), 7, "one request for each object");
    stage.assert_in_order(&names, &[killed.logs(), left.logs()]);
}
