//! A rotated Secret reaches the service: at once by the watch of metadata, or at the next look of an operator that may not watch Secrets.
//!
//! Not here: what a rotation sends (crate `plan`).

use serde_json::{Value, json};
use testbed::{World, wait_until};

use crate::words::{KEY, PATIENCE, connection, count, kafka, secret, wait_for, wait_ready, world, writes};

#[test]
fn a_watched_secret_is_sent_at_once() {
    let world = world();
    let operator = world.start_operator(&[]).unwrap();
    // No sweep will find it.
    ready(&world, "24h");
    let before = (writes(&world), count(&world, "ListPipes"));
    world.apply(&secret("orders", "password", "hunter3")).unwrap();
    wait_sent(&world, "hunter3");
    assert_eq!(writes(&world), before.0 + 1);
    wait_ready(&world, "orders");
    // The same value in a new version of the Secret is no rotation.
    let label = json!({"metadata": {"labels": {"touched": "yes"}}}).to_string();
    let patch = ["patch", "secret", "orders", "--namespace", world.namespace(), "--type=merge", "-p", &label];
    world.control_plane().kubectl(&patch).unwrap().text().unwrap();
    world.apply(&secret("orders", "password", "hunter4")).unwrap();
    wait_sent(&world, "hunter4");
    assert_eq!(writes(&world), before.0 + 2);
    the_key_of_the_connection(&world);
    assert!(!operator.logs().contains("hunter"));
}

/// The API key: a wrong one is told, the right one heals without a restart.
fn the_key_of_the_connection(world: &World) {
    let wrong = connection("wrong", world.simulator().url()).replace("pollInterval: 30s", "pollInterval: 24h");
    world.apply(&wrong).unwrap();
    wait_for(world, "cloudconnection/prod", "Ready", "False", "AuthenticationFailed");
    world.apply(&wrong.replace("keySecret: wrong", &format!("keySecret: {}", KEY.1))).unwrap();
    wait_for(world, "cloudconnection/prod", "Ready", "True", "Valid");
}

#[test]
fn without_a_watch_a_secret_is_sent_at_the_next_look() {
    let world = world();
    let operator = world.start_operator_with("watchSecrets=false", &["--watch-secrets", "false"]).unwrap();
    assert!(!may(&world, "list") && !may(&world, "watch") && may(&world, "get"), "the chart takes the rights away");
    ready(&world, "30s");
    let before = writes(&world);
    world.apply(&secret("orders", "password", "hunter3")).unwrap();
    wait_sent(&world, "hunter3");
    wait_ready(&world, "orders");
    assert_eq!(writes(&world), before + 1, "sent once");
    assert!(!operator.logs().contains("watch interrupted"), "{}", operator.logs());
}

fn ready(world: &World, poll_interval: &str) {
    let url = world.simulator().url();
    world
        .apply(&connection(KEY.1, url).replace("pollInterval: 30s", &format!("pollInterval: {poll_interval}")))
        .unwrap();
    world.apply(&secret("orders", "password", "hunter2")).unwrap();
    world.apply(&kafka("orders", "orders").to_string()).unwrap();
    wait_ready(world, "orders");
}

fn wait_sent(world: &World, password: &str) {
    wait_until(PATIENCE, &format!("{password} to be sent"), || {
        let requests = world.simulator().requests().map_err(|error| error.to_string())?;
        let sent = |request: &Value| {
            request["method"] == "PATCH" && request["body"]["source"]["kafka"]["credentials"]["password"] == password
        };
        Ok::<_, String>(requests.as_array().unwrap().iter().any(sent).then_some(()))
    })
    .unwrap();
}

/// Whether the operator may do this to Secrets of the test's namespace.
fn may(world: &World, verb: &str) -> bool {
    let account = "system:serviceaccount:clickpipes-system:clickpipes-operator";
    let ask = ["auth", "can-i", verb, "secrets", "--namespace", world.namespace(), "--as", account];
    world.control_plane().kubectl(&ask).unwrap().stdout.trim() == "yes"
}
