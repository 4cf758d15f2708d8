//! Every example on the real API server: ready through kubectl alone, at the promised price, without a leak, and gone without a trace.

use crate::words::{
    KEY, ORGANIZATION, PATIENCE, assert_budget_kept, condition, count, examples, live_pipes, world, writes,
};
use serde_json::Value;
use testbed::{World, wait_until, workspace_root};

/// Values that stand in the examples' Secrets, each replaced by a canary of its own.
const SECRETS: [&str; 6] =
    [": my_password", ": <password>", ": <secret_key>", "AccountKey=mykey", "<private_key>", ": <your_key_secret>"];

#[test]
fn the_examples_live_and_go_as_promised() {
    let world = world();
    let operator = world.start_operator(&["--log-level", "debug"]).unwrap();
    let (manifests, canaries) = with_canaries(world.simulator().url());
    for manifest in &manifests {
        world.apply(manifest).unwrap();
    }
    wait_all_ready(&world);
    promised_price(&world);
    nothing_leaks(&world, &operator.logs(), &operator.metrics().unwrap(), &canaries);

    assert!(operator.terminate(PATIENCE).unwrap().success());
    let (written, before) = (writes(&world), versions(&world));
    let lists = count(&world, "ListPipes");
    let operator = world.start_operator(&["--log-level", "debug"]).unwrap();
    let looked = || Ok::<_, String>((count(&world, "ListPipes") >= lists + 2).then_some(()));
    wait_until(PATIENCE, "two looks of the new process", looked).unwrap();
    assert_eq!(writes(&world), written, "a restart writes nothing to the service");
    assert_eq!(versions(&world), before, "a restart writes nothing to Kubernetes");

    let folder = workspace_root().join("deploy/examples").to_string_lossy().into_owned();
    let delete = ["delete", "--namespace", world.namespace(), "--timeout=50s", "-f", &folder];
    world.control_plane().kubectl(&delete).unwrap().text().unwrap();
    assert_eq!(live_pipes(&world), Vec::<Value>::new());
    assert_eq!(world.get(&["clickpipes,cloudconnections"]).unwrap()["items"], Value::Array(Vec::new()));
    assert_budget_kept(&world);
    nothing_leaks(&world, &operator.logs(), &operator.metrics().unwrap(), &canaries);
}

/// The examples with the simulator's address, the test's key, and a canary for each secret.
fn with_canaries(url: &str) -> (Vec<String>, Vec<String>) {
    let mut canaries = vec![KEY.1.to_owned()];
    let manifests = examples()
        .into_iter()
        .enumerate()
        .map(|(number, manifest)| {
            let organization = format!("  organizationId: {ORGANIZATION}\n");
            let mut text = manifest
                .replace(&organization, &format!("{organization}  apiUrl: {url}\n  pollInterval: 30s\n"))
                .replace("<your_key_id>", KEY.0)
                .replace("<your_key_secret>", KEY.1);
            for (kind, secret) in SECRETS.iter().enumerate().filter(|(_, secret)| manifest.contains(**secret)) {
                let canary = format!("canary-{number}-{kind}");
                let start = secret.find(|c: char| c.is_alphanumeric() || c == '<').unwrap_or_default();
                let (keep, _) =
                    if secret.starts_with("AccountKey=") { ("AccountKey=", "") } else { secret.split_at(start) };
                if !secret.contains("key_secret") {
                    text = text.replace(secret, &format!("{keep}{canary}"));
                    canaries.push(canary);
                }
            }
            text
        })
        .collect();
    (manifests, canaries)
}

fn wait_all_ready(world: &World) {
    wait_until(PATIENCE, "every example to be Ready and Synced", || {
        let pipes = world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
        let pipes = pipes["items"].as_array().unwrap().clone();
        let holds = |pipe: &Value, r#type| condition(pipe, r#type).is_some_and(|found| found["status"] == "True");
        let open: Vec<String> = pipes
            .iter()
            .filter(|pipe| !(holds(pipe, "Ready") && holds(pipe, "Synced")))
            .map(|pipe| format!("{}: {}", pipe["metadata"]["name"], pipe["status"]["conditions"]))
            .collect();
        if pipes.len() == 10 && open.is_empty() { Ok(Some(())) } else { Err(open.join("\n")) }
    })
    .unwrap();
}

/// A streaming or object-storage pipe costs a POST and a start, a database pipe a POST; nobody looks at a single pipe.
fn promised_price(world: &World) {
    assert_eq!((count(world, "CreatePipe"), count(world, "SetState"), count(world, "GetPipe")), (10, 6, 0));
    assert_eq!(writes(world), 16);
    assert_budget_kept(world);
}

fn versions(world: &World) -> Vec<Value> {
    let objects = world.get(&["clickpipes,cloudconnections"]).unwrap();
    objects["items"].as_array().unwrap().iter().map(|object| object["metadata"]["resourceVersion"].clone()).collect()
}

/// Every canary reached the service, and no other place shows one.
fn nothing_leaks(world: &World, logs: &str, metrics: &str, canaries: &[String]) {
    let received = world.simulator().requests().unwrap().to_string();
    let objects = world.get(&["clickpipes,cloudconnections,events.events.k8s.io"]).unwrap();
    for canary in canaries {
        assert!(
            canary == KEY.1 || canary.ends_with("-4") || received.contains(canary),
            "{canary} never reached the service"
        );
        for (place, text) in [("logs", logs), ("metrics", metrics), ("objects and events", &objects.to_string())] {
            assert!(!text.contains(canary), "{canary} is in the {place}");
        }
    }
    assert!(canaries.len() >= 10, "{canaries:?}");
}
