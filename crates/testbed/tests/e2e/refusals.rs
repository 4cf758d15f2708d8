//! Manifests that cannot work, on the real API server: each is refused with words that name the cure.
//!
//! One kubectl call sends them all. Not here: every single rule; the crate `crd` plays those without a server.

use serde_json::{Map, Value, json};
use testbed::{SimulatorOptions, World};

use crate::words::{ORGANIZATION, SERVICE};

#[test]
fn what_cannot_work_is_refused_with_the_cure() {
    let world = World::start(SimulatorOptions::default()).unwrap();
    let cases = cases();
    let items: Vec<Value> = cases.iter().enumerate().map(|(number, case)| case.manifest(number)).collect();
    let list = json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string();
    let create = ["create", "--dry-run=server", "--namespace", world.namespace(), "-f", "-"];
    let output = world.control_plane().kubectl_stdin(&create, &list).unwrap();
    assert_eq!(output.stdout, "", "something was accepted");
    for (number, case) in cases.iter().enumerate() {
        let start = format!("\"bad-{number}\" is invalid");
        let refusal = output.stderr.lines().find(|line| line.contains(&start)).unwrap_or("no refusal");
        assert!(refusal.contains(case.cure), "bad-{number}: {:?} is not in {refusal}", case.cure);
    }
}

struct Case {
    kind: &'static str,
    spec: Value,
    cure: &'static str,
}

impl Case {
    fn manifest(&self, number: usize) -> Value {
        json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": self.kind,
            "metadata": {"name": format!("bad-{number}")}, "spec": self.spec})
    }
}

fn cases() -> Vec<Case> {
    let pipe = |source: &Value, change: Value, cure| Case { kind: "ClickPipe", spec: merged(source, &change), cure };
    let kafka =
        &spec(&json!({"kafka": {"type": "kafka", "format": "JSONEachRow", "brokers": "b:9092", "topics": "t"}}));
    let s3 = &spec(
        &json!({"objectStorage": {"type": "s3", "format": "JSONEachRow", "url": "https://b.s3.amazonaws.com/x"}}),
    );
    let login = json!({"username": {"value": "ann"}, "password": {"secretKeyRef": {"name": "s", "key": "password"}}});
    let of_kafka = |change: Value| json!({"source": {"kafka": change}});
    let mongodb = &database(&json!({"mongodb": {
        "uri": "mongodb://db.example.com", "readPreference": "primary", "credentials": login,
        "settings": {"replicationMode": "cdc"},
        "tableMappings": [{"sourceDatabaseName": "d", "sourceCollection": "c", "targetTable": "t"}],
    }}));
    let postgres = &database(&json!({"postgres": {
        "host": "db.example.com", "port": 5432, "database": "d", "credentials": login,
        "settings": {"replicationMode": "cdc"},
        "tableMappings": [{"sourceSchemaName": "public", "sourceTable": "a", "targetTable": "t"}],
    }}));
    vec![
        pipe(kafka, json!({"source": {"kafka": null}}), "set exactly one of kafka, kinesis"),
        pipe(kafka, json!({"source": s3["source"]}), "set exactly one of kafka, kinesis"),
        pipe(kafka, json!({"serviceId": "my-service"}), "spec.serviceId"),
        pipe(kafka, of_kafka(json!({"type": "confluentt"})), "supported values: \""),
        pipe(
            kafka,
            of_kafka(json!({"type": "confluent", "authentication": "SCRAM-SHA-256", "credentials": login})),
            "confluent PLAIN",
        ),
        pipe(kafka, of_kafka(json!({"type": "msk", "authentication": "IAM_ROLE"})), "set both, or remove iamRole"),
        pipe(kafka, of_kafka(json!({"authentication": "PLAIN"})), "set both, or remove credentials"),
        pipe(
            kafka,
            of_kafka(json!({"authentication": "MUTUAL_TLS", "credentials": login})),
            "MUTUAL_TLS takes certificate",
        ),
        pipe(kafka, of_kafka(json!({"format": "Avro"})), "need schemaRegistry"),
        pipe(kafka, json!({"destination": {"columns": null}}), "list each column that the pipe writes"),
        pipe(kafka, json!({"destination": {"tableDefinition": null}}), "set tableDefinition.engine.type"),
        pipe(kafka, json!({"resyncRequest": "1"}), "only for Postgres, MySQL and MongoDB"),
        pipe(kafka, json!({"managementPolicy": "ObserveOnly"}), "needs adopt.id"),
        pipe(
            s3,
            json!({"source": {"objectStorage": {"type": "gcs", "url": "gs://b/x"}}}),
            "write https://storage.googleapis.com/<bucket>/<path>",
        ),
        pipe(
            s3,
            json!({"source": {"objectStorage": {"url": "https://b.s3.amazonaws.com/{a,b}"}}}),
            "use the wildcards",
        ),
        pipe(s3, json!({"source": {"objectStorage": {"authentication": "IAM_USER"}}}), "set both, or remove accessKey"),
        pipe(
            mongodb,
            json!({"source": {"mongodb": {"uri": "mongodb://ann:hunter2@db.example.com"}}}),
            "put them into credentials",
        ),
        pipe(mongodb, json!({"source": {"mongodb": {"uri": "https://db.example.com"}}}), "uri begins with mongodb://"),
        pipe(postgres, json!({"destination": {"table": "t"}}), "remove destination.table"),
        pipe(postgres, json!({"scaling": {"replicas": 2}}), "use source settings and table mappings"),
        pipe(
            postgres,
            json!({"source": {"postgres": {"host": "https://db.example.com/"}}}),
            "host is a host name or address alone",
        ),
        connection(&json!({"pollInterval": "5s"}), "pollInterval is a duration from 30s to 24h"),
        connection(&json!({"organizationId": "acme"}), "spec.organizationId"),
        connection(
            &json!({"credentials": {"keyId": {"secretKeyRef": {"name": "cloud", "key": "keyId"}}}}),
            "set exactly one of value, secretKeyRef",
        ),
    ]
}

fn connection(change: &Value, cure: &'static str) -> Case {
    let credentials =
        json!({"keyId": {"value": "key"}, "keySecret": {"secretKeyRef": {"name": "cloud", "key": "keySecret"}}});
    let spec = json!({"organizationId": ORGANIZATION, "credentials": credentials});
    Case { kind: "CloudConnection", spec: merged(&spec, change), cure }
}

/// A good streaming or object-storage pipe.
fn spec(source: &Value) -> Value {
    json!({
        "connectionRef": {"name": "prod"}, "serviceId": SERVICE, "source": source,
        "destination": {
            "database": "default", "table": "t", "managedTable": true,
            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}],
        },
    })
}

/// A good database pipe.
fn database(source: &Value) -> Value {
    json!({"connectionRef": {"name": "prod"}, "serviceId": SERVICE, "source": source, "destination": {"database": "default"}})
}

/// A JSON merge patch (RFC 7396).
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut merged_target = target.as_object().cloned().unwrap_or_else(Map::new);
    for (name, value) in patch {
        let before = merged_target.remove(name).unwrap_or_default();
        if !value.is_null() {
            merged_target.insert(name.clone(), merged(&before, value));
        }
    }
    Value::Object(merged_target)
}
