//! Words that the end-to-end tests share: the world of the examples, manifests, conditions, requests.

#![expect(
    dead_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "each test program uses some of the words; a test that cannot go on has failed; a JSON value indexed by a name gives null"
)]

use std::time::Duration;

use serde_json::{Value, json};
use testbed::{SimulatorOptions, World, wait_until};

/// The organization that the examples name.
pub(crate) const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
/// The service that the examples name.
pub(crate) const SERVICE: &str = "22222222-2222-4222-8222-222222222222";
/// The API key of the tests: its id and its secret.
pub(crate) const KEY: (&str, &str) = ("canary-key-id", "canary-key-secret");
/// The longest that anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(90);

/// A world of its own whose service lives fifty times as fast as the real one. The rate limit is the real one.
pub(crate) fn world() -> World {
    World::alone(SimulatorOptions {
        organization: ORGANIZATION.to_owned(),
        service: SERVICE.to_owned(),
        key_id: KEY.0.to_owned(),
        key_secret: KEY.1.to_owned(),
        speed: 50.0,
        ..SimulatorOptions::default()
    })
    .unwrap()
}

/// A Secret with these entries.
pub(crate) fn secret(name: &str, entries: &[(&str, &str)]) -> Value {
    let data: serde_json::Map<_, _> = entries.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data})
}

/// A connection that reads its key from this Secret.
pub(crate) fn connection(name: &str, secret: &str, url: &str) -> Value {
    let entry = |key: &str| json!({"secretKeyRef": {"name": secret, "key": key}});
    json!({
        "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "CloudConnection", "metadata": {"name": name},
        "spec": {
            "organizationId": ORGANIZATION, "apiUrl": url, "pollInterval": "30s",
            "credentials": {"keyId": entry("keyId"), "keySecret": entry("keySecret")},
        },
    })
}

/// A Kafka pipe of the connection `prod` that reads its password from the Secret `kafka`.
pub(crate) fn kafka(name: &str) -> Value {
    json!({
        "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": name},
        "spec": {
            "connectionRef": {"name": "prod"}, "serviceId": SERVICE,
            "source": {"kafka": {
                "type": "kafka", "format": "JSONEachRow", "brokers": format!("{name}.example.com:9092"), "topics": name,
                "authentication": "PLAIN",
                "credentials": {
                    "username": {"value": "ann"}, "password": {"secretKeyRef": {"name": "kafka", "key": "password"}},
                },
            }},
            "destination": {
                "database": "default", "table": name.replace('-', "_"), "managedTable": true,
                "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}],
            },
        },
    })
}

/// The connection `prod` and every Secret that [`kafka`] needs.
pub(crate) fn prepare(world: &World) {
    let (key_id, key_secret) = KEY;
    apply(
        world,
        &[
            secret("cloud", &[("keyId", key_id), ("keySecret", key_secret)]),
            connection("prod", "cloud", world.simulator().url()),
            secret("kafka", &[("password", "hunter2")]),
        ],
    );
}

/// Applies objects with kubectl.
pub(crate) fn apply(world: &World, objects: &[Value]) {
    world.apply(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string()).unwrap();
}

/// Runs kubectl in the world's namespace.
pub(crate) fn kubectl(world: &World, arguments: &[&str]) -> String {
    let all = [arguments, &["--namespace", world.namespace()]].concat();
    world.control_plane().kubectl(&all).unwrap().text().unwrap()
}

/// A condition of an object, if it was made for the object's present generation.
pub(crate) fn condition(object: &Value, r#type: &str) -> Option<Value> {
    let found = object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == r#type)?;
    (found["observedGeneration"] == object["metadata"]["generation"]).then(|| found.clone())
}

/// Waits until a condition of an object (`clickpipe/orders`) is as wanted, such as `Ready=True Running`; gives its message.
pub(crate) fn wait_for(world: &World, object: &str, wanted: &str) -> String {
    let (r#type, rest) = wanted.split_once('=').unwrap();
    let (status, reason) = rest.split_once(' ').unwrap();
    let found = wait_until(PATIENCE, &format!("{object}: {wanted}"), || {
        let seen = world.get(&[object]).map_err(|error| error.to_string())?;
        match condition(&seen, r#type) {
            Some(found) if found["status"] == status && found["reason"] == reason => Ok(Some(found)),
            _ => Err(seen["status"]["conditions"].to_string()),
        }
    });
    found.unwrap()["message"].as_str().unwrap_or_default().to_owned()
}

/// Waits until a pipe is ready and synced.
pub(crate) fn wait_ready(world: &World, name: &str) {
    let object = format!("clickpipe/{name}");
    wait_for(world, &object, "Ready=True Running");
    wait_for(world, &object, "Synced=True ReconcileSuccess");
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
pub(crate) fn assert_budget_kept(world: &World) {
    let stats = world.simulator().stats().unwrap();
    for (key, most) in stats["most_in_ten_seconds"].as_object().unwrap() {
        assert!(most.as_u64().unwrap() <= 10, "{key}: {most} requests in 10 s");
    }
    assert_eq!(stats["throttled"], 0, "{stats}");
}
