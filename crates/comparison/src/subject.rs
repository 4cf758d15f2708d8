//! The pipes that are created: the body that the provider sends, and the manifest that says the same to the operator.
//!
//! Not here: faults.

use serde_json::{Value, json};

/// One pipe, told in both ways.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Names it: the name of the object.
    pub name: &'static str,
    /// What the provider sends with its POST.
    pub body: Value,
    /// What it sends with the scaling call that follows, if any.
    pub scaling: Option<Value>,
    /// Whether the pipe is wanted stopped.
    pub stopped: bool,
    /// The manifest.
    pub manifest: String,
}

/// A streaming pipe that runs, one that is wanted stopped, and a database pipe.
#[must_use]
pub fn subjects() -> Vec<Subject> {
    vec![kafka("streaming", false), kafka("stopped", true), postgres()]
}

fn kafka(name: &'static str, stopped: bool) -> Subject {
    let state = if stopped { "Stopped" } else { "Running" };
    let destination = json!({
        "database": "default", "table": "orders", "managedTable": true,
        "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}],
    });
    let body = json!({
        "name": name,
        "source": {"kafka": {
            "type": "confluent", "format": "JSONEachRow", "brokers": "broker.example.com:9092", "topics": "orders",
            "authentication": "PLAIN", "credentials": {"username": "ann", "password": "canary-password"},
        }},
        "destination": destination,
        "fieldMappings": [],
    });
    let manifest = format!(
        "{SECRET}\n---\n{}",
        json!({
            "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": name, "namespace": "data"},
            "spec": {
                "connectionRef": {"name": "prod"}, "serviceId": sim::DEFAULT_SERVICE, "state": state,
                "scaling": {"replicas": 2},
                "source": {"kafka": {
                    "type": "confluent", "format": "JSONEachRow", "brokers": "broker.example.com:9092", "topics": "orders",
                    "authentication": "PLAIN", "credentials": credentials(),
                }},
                "destination": destination,
            },
        })
    );
    Subject { name, body, scaling: Some(json!({"replicas": 2})), stopped, manifest }
}

fn postgres() -> Subject {
    let name = "database";
    let mapping = json!({"sourceSchemaName": "public", "sourceTable": "users", "targetTable": "public_users"});
    let body = json!({
        "name": name,
        "source": {"postgres": {
            "host": "postgres.example.com", "port": 5432, "database": "shop",
            "credentials": {"username": "ann", "password": "canary-password"},
            "settings": {"replicationMode": "cdc"}, "tableMappings": [mapping],
        }},
        "destination": {"database": "default"},
    });
    let manifest = format!(
        "{SECRET}\n---\n{}",
        json!({
            "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": name, "namespace": "data"},
            "spec": {
                "connectionRef": {"name": "prod"}, "serviceId": sim::DEFAULT_SERVICE,
                "source": {"postgres": {
                    "host": "postgres.example.com", "port": 5432, "database": "shop", "credentials": credentials(),
                    "settings": {"replicationMode": "cdc"}, "tableMappings": [mapping],
                }},
                "destination": {"database": "default"},
            },
        })
    );
    Subject { name, body, scaling: None, stopped: false, manifest }
}

fn credentials() -> Value {
    json!({"username": {"value": "ann"}, "password": {"secretKeyRef": {"name": "source", "key": "password"}}})
}

/// The password of every source, as the operator reads it.
const SECRET: &str = r#"{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "source", "namespace": "data"}, "stringData": {"password": "canary-password"}}"#;
