//! The definitions on the real API server: accepted as people apply them, explained, printed, and strict.

use serde_json::{Value, json};
use testbed::{ControlPlane, Tools, wait_until, workspace_root};

use crate::words::{PATIENCE, condition, kafka};

/// What kubectl keeps of an applied object in one annotation, at most.
const ANNOTATION: usize = 262_144;

#[test]
fn the_definitions_are_accepted_explained_and_strict() {
    let plane = ControlPlane::start(&Tools::prepare(|line| eprintln!("{line}")).unwrap()).unwrap();
    let crds = workspace_root().join("crds").to_string_lossy().into_owned();
    // As people do it: client-side, so that the whole object must fit into an annotation.
    plane.kubectl(&["apply", "-f", &crds]).unwrap().text().unwrap();
    plane.kubectl(&["wait", "--for=condition=Established", "--timeout=30s", "-f", &crds]).unwrap().text().unwrap();
    let stored = plane.kubectl(&["get", "crds", "-o", "json"]).unwrap().json().unwrap();
    for crd in stored["items"].as_array().unwrap() {
        let applied =
            crd["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"].as_str().unwrap();
        assert!(applied.len() < ANNOTATION, "{}: {}", crd["metadata"]["name"], applied.len());
    }
    explained(&plane);
    fresh_object(&plane);
    refused(&plane);
}

fn explained(plane: &ControlPlane) {
    // The description is served a moment after the definition is.
    let explain = || plane.kubectl(&["explain", "clickpipe.spec.source.kafka"])?.text().map(Some);
    let text = wait_until(PATIENCE, "the explanation", explain).unwrap();
    for words in ["FIELDS:", "brokers\t<string> -required-", "Brokers of one cluster", "Fixed at creation"] {
        assert!(text.contains(words), "{words:?} is not in {text}");
    }
}

fn fresh_object(plane: &ControlPlane) {
    plane.kubectl_stdin(&["create", "-f", "-"], &kafka("fresh", "s").to_string()).unwrap().text().unwrap();
    let fresh = plane.kubectl(&["get", "cpipe", "fresh", "-o", "json"]).unwrap().json().unwrap();
    assert_eq!(fresh["status"]["observedGeneration"], -1);
    for r#type in ["Ready", "Synced", "ReferencesResolved"] {
        let found = fresh["status"]["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|condition| condition["type"] == r#type)
            .unwrap();
        assert_eq!((&found["status"], &found["reason"]), (&json!("Unknown"), &json!("Pending")));
    }
    assert_eq!(condition(&fresh, "Ready"), None, "it was not made for this generation");
    let table = plane.kubectl(&["get", "clickpipes", "-o", "wide"]).unwrap().text().unwrap();
    let columns: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(
        columns,
        ["NAME", "STATE", "READY", "SYNCED", "SOURCE", "DESTINATION", "AGE", "PIPE-ID", "SERVICE", "REASON"]
    );
    let narrow = plane.kubectl(&["get", "clickpipes"]).unwrap().text().unwrap();
    assert!(!narrow.contains("PIPE-ID"));
    for (selector, found) in [
        ("spec.serviceId=22222222-2222-4222-8222-222222222222", 1),
        ("spec.serviceId=x", 0),
        ("spec.connectionRef.name=prod", 1),
    ] {
        let names =
            plane.kubectl(&["get", "clickpipes", "--field-selector", selector, "-o", "name"]).unwrap().text().unwrap();
        assert_eq!(names.lines().count(), found, "{selector}");
    }
    let category = plane.kubectl(&["get", "clickhouse-cloud", "-o", "name"]).unwrap().text().unwrap();
    assert!(category.contains("clickpipe.cloud.clickhouse.com/fresh"));
}

/// Bad manifests and edits, each with words of the cure that the API server must answer with.
fn refused(plane: &ControlPlane) {
    let edited = |path: &str, value: Value| {
        let mut pipe = kafka("bad", "s");
        *pipe.pointer_mut(path).unwrap_or(&mut Value::Null) = value.clone();
        if pipe.pointer(path).is_none() {
            let (parent, name) = path.rsplit_once('/').unwrap();
            pipe.pointer_mut(parent).unwrap()[name] = value;
        }
        pipe
    };
    let pubsub = json!({"format": "JSONEachRow", "projectId": "my-project", "topic": "t", "seekType": "latest", "authentication": "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"});
    let cases = [
        (edited("/spec/source", json!({})), "set exactly one of kafka"),
        (edited("/spec/source/pubsub", pubsub), "set exactly one of kafka"),
        (edited("/spec/serviceId", json!("my-service")), "spec.serviceId"),
        (edited("/spec/source/kafka/authentication", json!("IAM_ROLE")), "does not support this authentication"),
        (edited("/spec/source/kafka/credentials/password", json!("hunter2")), "spec.source.kafka.credentials.password"),
        (edited("/spec/settings", json!({"object_storage_concurrency": 99})), "object_storage_concurrency"),
        (edited("/spec/managementPolicy", json!("ObserveOnly")), "needs adopt.id"),
        (edited("/spec/resyncRequest", json!("now")), "only for Postgres, MySQL and MongoDB"),
        (edited("/spec/scaling", json!({"replicas": 0})), "spec.scaling.replicas"),
    ];
    for (manifest, words) in cases {
        let output = plane.kubectl_stdin(&["create", "-f", "-"], &manifest.to_string()).unwrap();
        assert!(!output.success && output.stderr.contains(words), "{words:?} is not in {}", output.stderr);
    }
    let mut leaking = edited("/spec/destination", json!({"database": "default"}));
    leaking["spec"]["source"] = json!({"mongodb": {
        "uri": "mongodb://ann:hunter2@h.example", "readPreference": "primary", "settings": {"replicationMode": "cdc"},
        "tableMappings": [{"sourceDatabaseName": "d", "sourceCollection": "c", "targetTable": "t"}],
    }});
    let output = plane.kubectl_stdin(&["create", "-f", "-"], &leaking.to_string()).unwrap();
    assert!(
        output.stderr.contains("put them into credentials") && !output.stderr.contains("hunter2"),
        "{}",
        output.stderr
    );
    for (patch, words) in [
        (r#"{"spec":{"serviceId":"33333333-3333-4333-8333-333333333333"}}"#, "serviceId is immutable"),
        (
            r#"{"spec":{"source":{"kafka":null,"kinesis":{"format":"JSONEachRow","streamName":"s","region":"r","iteratorType":"LATEST","authentication":"IAM_ROLE","iamRole":"arn:aws:iam::123456789012:role/r"}}}}"#,
            "cannot be changed",
        ),
    ] {
        let output = plane.kubectl(&["patch", "clickpipe", "fresh", "--type=merge", "-p", patch]).unwrap();
        assert!(!output.success && output.stderr.contains(words), "{words:?} is not in {}", output.stderr);
    }
}
