//! The objects that sequences are about: a few variants of each kind, edits and statuses that the schema allows.
//!
//! Not here: when they are used.

use serde_json::{Value, json};

use crate::sequence::edit;

/// How many variants of each kind there are.
pub(crate) const VARIANTS: usize = 4;

const UUID: &str = "22222222-2222-4222-8222-222222222222";

/// A variant of an object.
pub(crate) fn object(kind: &str, namespace: Option<&str>, name: &str, variant: usize) -> Value {
    let mut object = body(kind, variant);
    object["kind"] = json!(kind);
    object["metadata"]["name"] = json!(name);
    if let Some(namespace) = namespace {
        object["metadata"]["namespace"] = json!(namespace);
    }
    match variant {
        1 => object["metadata"]["annotations"] = json!({"plain": "applied", "team": "data"}),
        2 => object["metadata"]["labels"] = json!({"app": "orders"}),
        3 if kind != "Namespace" => object["metadata"]["finalizers"] = json!(["example.com/users"]),
        _ => {}
    }
    object
}

fn body(kind: &str, variant: usize) -> Value {
    let key = |key: &str| json!({"secretKeyRef": {"name": "keys", "key": key}});
    let ours = "cloud.clickhouse.com/v1alpha1";
    match kind {
        "ClickPipe" => {
            let mut pipe = json!({"apiVersion": ours, "spec": pipe()});
            match variant {
                1 => pipe["spec"]["paused"] = json!(true),
                2 => {
                    pipe["spec"]["connectionRef"] = json!({"name": "other", "kind": "ClusterCloudConnection"});
                    pipe["spec"]["settings"] = json!({"streaming_max_insert_wait_ms": 5000});
                    // A status that comes with the object is not taken.
                    pipe["status"] = json!({"observedGeneration": 7, "conditions": []});
                }
                3 => pipe["spec"]["destination"]["columns"] = json!([{"name": "id", "type": "UInt32"}]),
                _ => {}
            }
            pipe
        }
        "CloudConnection" => {
            json!({"apiVersion": ours, "spec": {"organizationId": UUID, "requestBudget": {"requests": 5 + variant},
            "credentials": {"keyId": key("keyId"), "keySecret": key("keySecret")}}})
        }
        "ClusterCloudConnection" => {
            let key = |key: &str| json!({"secretKeyRef": {"namespace": "system", "name": "keys", "key": key}});
            let mut connection = json!({"apiVersion": ours, "spec": {"organizationId": UUID,
                "credentials": {"keyId": {"value": "id"}, "keySecret": key("keySecret")}}});
            if variant % 2 == 1 {
                connection["spec"]["allowedNamespaces"] = json!({"selector": {"matchLabels": {"team": "data"}}});
            }
            connection
        }
        "Secret" => match variant {
            0 => json!({"apiVersion": "v1", "stringData": {"keyId": "id", "keySecret": "canary"}}),
            1 => json!({"apiVersion": "v1", "stringData": {"keySecret": "canary"}}),
            2 => json!({"apiVersion": "v1", "data": {"keyId": "aWQ=", "bytes": "/wA="}}),
            _ => json!({"apiVersion": "v1"}),
        },
        "ConfigMap" => match variant {
            0 => json!({"apiVersion": "v1", "data": {"ca.crt": "text", "more": "text"}}),
            1 => json!({"apiVersion": "v1", "data": {"ca.crt": "other"}, "binaryData": {"bytes": "/wA="}}),
            _ => json!({"apiVersion": "v1", "data": {"ca.crt": "other"}}),
        },
        _ => json!({"apiVersion": "v1"}),
    }
}

fn pipe() -> Value {
    json!({
        "connectionRef": {"name": "prod"},
        "serviceId": UUID,
        "source": {"kafka": {
            "type": "confluent", "format": "JSONEachRow", "brokers": "broker.example.com:9092", "topics": "topic",
            "authentication": "PLAIN",
            "credentials": {"username": {"value": "user"}, "password": {"secretKeyRef": {"name": "kafka", "key": "password"}}},
        }},
        "destination": {"database": "default", "table": "t", "managedTable": true,
            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}]},
    })
}

/// What users change.
pub(crate) fn edits(kind: &str) -> Vec<Vec<(String, Option<Value>)>> {
    let nothing = || json!("nothing");
    let mut edits = vec![
        edit("metadata.annotations.plain", json!("edited")),
        edit("metadata.annotations.plain", nothing()),
        edit("metadata.annotations.team", nothing()),
        edit("metadata.labels.app", json!("edited")),
        edit("metadata.labels.app", nothing()),
        edit("metadata.finalizers", json!(["example.com/users"])),
        edit("metadata.finalizers", json!([])),
        edit("metadata.finalizers", nothing()),
    ];
    edits.extend(match kind {
        "ClickPipe" => vec![
            edit("spec.paused", json!(true)),
            edit("spec.paused", nothing()),
            edit("spec.state", json!("Stopped")),
            edit("spec.state", nothing()),
            edit("spec.adopt.id", json!(UUID)),
            edit("spec.adopt", nothing()),
            edit("spec.connectionRef.name", json!("other")),
            edit(
                "spec.destination.columns",
                json!([{"name": "id", "type": "UInt16"}, {"name": "x", "type": "String"}]),
            ),
            edit("status.observedGeneration", json!(99)),
            vec![
                ("spec.paused".to_owned(), Some(json!(true))),
                ("metadata.annotations.x".to_owned(), Some(json!("y"))),
            ],
        ],
        "Secret" => vec![
            edit("stringData.keySecret", json!("edited")),
            edit("data.keyId", json!("ZWRpdGVk")),
            edit("data.keySecret", nothing()),
        ],
        "ConfigMap" => vec![edit("data.more", json!("edited")), edit("data.more", nothing())],
        _ => vec![
            edit("spec.pollInterval", json!("30s")),
            edit("spec.pollInterval", nothing()),
            edit("spec.requestBudget.perSeconds", json!(5)),
            edit("spec.requestBudget", nothing()),
            edit("spec.wakeIdleServices", json!(true)),
        ],
    });
    edits
}

/// What the operator writes.
pub(crate) fn statuses(kind: &str) -> Vec<Value> {
    let condition = |status: &str| {
        json!({"type": "Ready", "status": status, "reason": "Running", "message": "", "observedGeneration": 1,
            "lastTransitionTime": "2026-01-01T00:00:00Z"})
    };
    let mut statuses = vec![
        Value::Null,
        json!({}),
        json!({"observedGeneration": 1, "conditions": [condition("True")]}),
        json!({"observedGeneration": 2, "conditions": [condition("False")]}),
    ];
    if kind == "ClickPipe" {
        statuses.push(json!({"observedGeneration": 1, "conditions": [condition("True")], "retired": [UUID],
            "observed": {"any": {"thing": [1, {"x": 2}]}}, "secretFingerprints": {"a": "b"},
            "history": [{"time": "2026-01-01T00:00:00Z", "generation": 1, "action": "Start", "outcome": "Accepted"}]}));
    } else {
        statuses.push(json!({"conditions": [], "services": [{"id": UUID, "pipes": 3}], "pipes": 3}));
    }
    statuses
}
