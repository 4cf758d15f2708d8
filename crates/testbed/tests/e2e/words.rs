//! Words that the end-to-end tests share: the examples, conditions, requests.

use std::time::Duration;

use serde_json::Value;
use testbed::{Simulator, SimulatorOptions, World, wait_until};

/// The organization that the examples name.
pub(crate) const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
/// The service that the examples name.
pub(crate) const SERVICE: &str = "22222222-2222-4222-8222-222222222222";
/// The API key of the tests.
pub(crate) const KEY: (&str, &str) = ("test-key-id", "canary-api-key-secret");
/// The longest that anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A world of its own whose service lives fifty times as fast as the real one.
pub(crate) fn world() -> World {
    world_with(&[])
}

/// The same with ten times the usual budget, for what needs many requests; [`quick_connection`] uses it.
pub(crate) fn quick_world() -> World {
    world_with(&["--rate-limit", "100/10s"])
}

fn world_with(flags: &[&str]) -> World {
    World::alone(SimulatorOptions {
        organization: ORGANIZATION.to_owned(),
        service: SERVICE.to_owned(),
        key_id: KEY.0.to_owned(),
        key_secret: KEY.1.to_owned(),
        speed: 50.0,
        flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
        ..SimulatorOptions::default()
    })
    .unwrap()
}

/// The connection `prod` of a [`quick_world`] and its Secret.
pub(crate) fn quick_connection(world: &World) -> String {
    let quick = "  pollInterval: 30s\n  requestBudget: {requests: 100, perSeconds: 10}\n";
    connection(KEY.1, world.simulator().url()).replace("  pollInterval: 30s\n", quick)
}

/// The connection `prod` and its Secret, with this key secret and URL.
pub(crate) fn connection(secret: &str, url: &str) -> String {
    format!(
        "apiVersion: v1
kind: Secret
metadata: {{name: clickhouse-cloud-api-key}}
stringData: {{keyId: {}, keySecret: {secret}}}
---
apiVersion: cloud.clickhouse.com/v1alpha1
kind: CloudConnection
metadata: {{name: prod}}
spec:
  organizationId: {ORGANIZATION}
  apiUrl: {url}
  pollInterval: 30s
  credentials:
    keyId: {{secretKeyRef: {{name: clickhouse-cloud-api-key, key: keyId}}}}
    keySecret: {{secretKeyRef: {{name: clickhouse-cloud-api-key, key: keySecret}}}}
",
        KEY.0
    )
}

/// A Secret of one value.
pub(crate) fn secret(name: &str, key: &str, value: &str) -> String {
    serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {key: value}})
        .to_string()
}

/// A Kafka pipe that reads its password from this Secret.
pub(crate) fn kafka(name: &str, secret: &str) -> Value {
    serde_json::json!({
        "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": name},
        "spec": {
            "connectionRef": {"name": "prod"}, "serviceId": SERVICE,
            "source": {"kafka": {
                "type": "confluent", "format": "JSONEachRow", "brokers": format!("{name}.example.com:9092"), "topics": name, "authentication": "PLAIN",
                "credentials": {"username": {"value": "ann"}, "password": {"secretKeyRef": {"name": secret, "key": "password"}}},
            }},
            "destination": {
                "database": "default", "table": name.replace('-', "_"), "managedTable": true, "tableDefinition": {"engine": {"type": "MergeTree"}},
                "columns": [{"name": "id", "type": "UInt64"}],
            },
        },
    })
}

/// A condition of an object, if it was made for the object's present generation.
pub(crate) fn condition(object: &Value, r#type: &str) -> Option<Value> {
    let found = object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == r#type)?;
    (found["observedGeneration"] == object["metadata"]["generation"]).then(|| found.clone())
}

/// Waits until a condition has this status and reason; gives its message.
pub(crate) fn wait_for(world: &World, what: &str, r#type: &str, status: &str, reason: &str) -> String {
    let found = wait_until(PATIENCE, &format!("{what}: {type}={status} {reason}"), || {
        let object = world.get(&what.split('/').collect::<Vec<_>>()).map_err(|error| error.to_string())?;
        match condition(&object, r#type) {
            Some(found) if found["status"] == status && found["reason"] == reason => Ok(Some(found)),
            _ => Err(object["status"]["conditions"].to_string()),
        }
    });
    found.unwrap()["message"].as_str().unwrap_or_default().to_owned()
}

/// Waits until a pipe is ready and synced.
pub(crate) fn wait_ready(world: &World, name: &str) {
    wait_for(world, &format!("clickpipe/{name}"), "Ready", "True", "Running");
    wait_for(world, &format!("clickpipe/{name}"), "Synced", "True", "ReconcileSuccess");
}

/// How many requests of this kind the service has seen.
pub(crate) fn count(world: &World, route: &str) -> u64 {
    world.simulator().stats().unwrap()["by_route"][route].as_u64().unwrap_or_default()
}

/// How many requests that change something the service has seen.
pub(crate) fn writes(world: &World) -> u64 {
    let methods = world.simulator().stats().unwrap()["by_method"].clone();
    ["POST", "PATCH", "PUT", "DELETE"].iter().filter_map(|method| methods[*method].as_u64()).sum()
}

/// The pipes that live in the service.
pub(crate) fn live_pipes(world: &World) -> Vec<Value> {
    let pipes = world.simulator().pipes().unwrap();
    pipes.as_array().unwrap().iter().filter(|pipe| pipe["alive"] == true).cloned().collect()
}

/// Never more than the limit, and nothing refused as too many.
///
/// Invariants: 7.
pub(crate) fn assert_budget_kept(world: &World) {
    assert_budget_kept_by(world.simulator());
}

/// The same, as this service has counted it.
pub(crate) fn assert_budget_kept_by(service: &Simulator) {
    let stats = service.stats().unwrap();
    for (key, most) in stats["most_in_ten_seconds"].as_object().unwrap() {
        assert!(most.as_u64().unwrap() <= 10, "{key}: {most} requests in 10 s");
    }
    assert_eq!(stats["throttled"], 0, "{stats}");
}
