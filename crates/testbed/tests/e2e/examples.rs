//! Every example and flavour on the real API server: ready through kubectl alone, at the promised price, without a leak, and gone
//! without a trace.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testbed::{Operator, World, wait_for_value, wait_until};

use crate::canaries::Canaries;
use crate::words::{PATIENCE, assert_budget_kept, condition, count, live_pipes, world, writes};

/// Everything the operator can say.
const TALKATIVE: [&str; 2] = ["--log-level", "debug"];

/// Faults: F20.
/// Invariants: 1, 2.
#[test]
fn the_examples_live_and_go_as_promised() {
    let world = world();
    let canaries = Canaries::of_examples(&world);
    let folder = canaries.folder.path().to_string_lossy().into_owned();
    let operator = world.start_operator(&TALKATIVE).unwrap();
    kubectl(&world, &["apply", "-f", &folder]);
    wait_all_ready(&world, canaries.pipes);
    // A streaming or object-storage pipe costs a POST and a start, a database pipe a POST.
    assert_eq!(
        (canaries.pipes, count(&world, "CreatePipe"), count(&world, "SetState"), writes(&world)),
        (25, 25, 16, 41)
    );
    assert_budget_kept(&world);

    asked_to_look_again_it_only_looks(&world);
    canaries.assert_received(&world);
    nothing_leaks(&world, &operator, &canaries);
    assert!(operator.terminate(PATIENCE).unwrap().success());

    let operator = a_restart_changes_nothing(&world, canaries.pipes);
    nothing_leaks(&world, &operator, &canaries);

    // Secrets, connection and pipes at once.
    kubectl(&world, &["delete", "--timeout=150s", "-f", &folder]);
    assert_eq!(kubectl(&world, &["get", "clickpipes,cloudconnections", "-o", "name"]), "");
    assert_eq!(live_pipes(&world), Vec::<Value>::new());
    assert_eq!((count(&world, "CreatePipe"), count(&world, "DeletePipe"), count(&world, "GetPipe")), (25, 25, 0));
    assert_budget_kept(&world);
    nothing_leaks(&world, &operator, &canaries);
}

/// Invariants: 6.
fn wait_all_ready(world: &World, count: usize) {
    // At most one request a second.
    wait_until(2 * PATIENCE, "every example to be Ready and Synced", || {
        let pipes = world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
        let pipes = pipes["items"].as_array().unwrap().clone();
        let holds = |pipe: &Value, r#type| condition(pipe, r#type).is_some_and(|found| found["status"] == "True");
        let open: Vec<String> = pipes
            .iter()
            .filter(|pipe| !(holds(pipe, "Ready") && holds(pipe, "Synced")))
            .map(|pipe| format!("{}: {}", pipe["metadata"]["name"], pipe["status"]["conditions"]))
            .collect();
        if pipes.len() == count && open.is_empty() { Ok(Some(())) } else { Err(open.join("\n")) }
    })
    .unwrap();
}

fn asked_to_look_again_it_only_looks(world: &World) {
    let (written, lists) = (writes(world), count(world, "ListPipes"));
    kubectl(world, &["annotate", "clickpipes", "--all", "cloud.clickhouse.com/reconcile-requested-at=once-more"]);
    wait_until(PATIENCE, "every pipe to be looked at", || {
        let pipes = world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
        let handled = |pipe: &Value| pipe["status"]["lastHandledReconcileAt"] == "once-more";
        Ok::<_, String>(pipes["items"].as_array().unwrap().iter().all(handled).then_some(()))
    })
    .unwrap();
    assert_eq!((writes(world), count(world, "GetPipe")), (written, 0));
    assert!(count(world, "ListPipes") > lists, "nobody looked");
    // The connection shows its queue a little later; what a restart must not touch is the status of a quiet moment.
    let queued = || world.get(&["cloudconnection", "prod"]).map(|found| found["status"]["budget"]["queued"].clone());
    wait_for_value(PATIENCE, "the queue to be empty", queued, |queued| queued == "none").unwrap();
    assert_budget_kept(world);
}

/// Invariants: 5.
fn a_restart_changes_nothing(world: &World, pipes: usize) -> Operator {
    let (written, lists, before) = (writes(world), count(world, "ListPipes"), versions(world));
    let operator = world.start_operator(&TALKATIVE).unwrap();
    wait_until(PATIENCE, "the new process to have listed once and to have passed over every pipe since", || {
        let metrics = operator.metrics().map_err(|error| error.to_string())?;
        let passes = metrics
            .lines()
            .filter(|line| line.starts_with("clickpipes_reconcile_total{kind=\"ClickPipe\""))
            .filter_map(|line| line.rsplit_once(' ')?.1.parse::<usize>().ok())
            .sum::<usize>();
        // At least one pass before the list and one after it.
        if count(world, "ListPipes") > lists && passes >= 2 * pipes {
            Ok(Some(()))
        } else {
            Err(format!("{passes} passes"))
        }
    })
    .unwrap();
    assert_eq!(writes(world), written, "a restart wrote to the service");
    assert_eq!(versions(world), before, "a restart wrote to Kubernetes");
    operator
}

fn versions(world: &World) -> BTreeMap<String, Value> {
    let objects = world.get(&["clickpipes,cloudconnections"]).unwrap();
    let version =
        |object: &Value| (object["metadata"]["name"].to_string(), object["metadata"]["resourceVersion"].clone());
    objects["items"].as_array().unwrap().iter().map(version).collect()
}

/// Invariants: 4.
fn nothing_leaks(world: &World, operator: &Operator, canaries: &Canaries) {
    canaries.assert_absent("logs", &operator.logs());
    canaries.assert_absent("metrics", &operator.metrics().unwrap());
    canaries.assert_absent("events", &world.get(&["events"]).unwrap().to_string());
    let mut objects = world.get(&["clickpipes,cloudconnections"]).unwrap();
    for object in objects["items"].as_array_mut().unwrap() {
        object["metadata"]["managedFields"] = json!(null);
    }
    canaries.assert_absent("objects", &objects.to_string());
}

fn kubectl(world: &World, arguments: &[&str]) -> String {
    let all = [arguments, &["--namespace", world.namespace()]].concat();
    world.control_plane().kubectl(&all).unwrap().text().unwrap()
}
