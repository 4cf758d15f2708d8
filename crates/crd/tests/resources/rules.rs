//! Every rule refuses what it is about, says so, and accepts the cure that it names.
//!
//! The cases are data: `rules/<file>.yaml` holds a valid spec, variations that are good too, and for each rule a change that is refused and
//! one that cures it. Changes are JSON merge patches. Not here: types, ranges and patterns, which the API server checks without a rule.

use std::collections::BTreeSet;

use clickpipes_crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use crate::server::{refusals, rules_of, typed};

#[derive(Deserialize)]
struct Cases {
    base: Value,
    good: Vec<Value>,
    refused: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    /// How the message of the rule begins, or a part of it that no other rule has.
    says: String,
    /// What the stored object has instead, for rules about changes.
    #[serde(default)]
    was: Option<Value>,
    when: Value,
    cured: Value,
}

const PIPES: [(&str, &str); 9] = [
    ("pipe", include_str!("rules/pipe.yaml")),
    ("kafka", include_str!("rules/kafka.yaml")),
    ("kinesis", include_str!("rules/kinesis.yaml")),
    ("object-storage", include_str!("rules/object-storage.yaml")),
    ("pubsub", include_str!("rules/pubsub.yaml")),
    ("postgres", include_str!("rules/postgres.yaml")),
    ("mysql", include_str!("rules/mysql.yaml")),
    ("mongodb", include_str!("rules/mongodb.yaml")),
    ("bigquery", include_str!("rules/bigquery.yaml")),
];

#[test]
fn every_rule_of_a_pipe_refuses_and_is_cured() {
    let schema = rules_of("ClickPipe");
    let mut broken = BTreeSet::new();
    for (file, text) in PIPES {
        broken.append(&mut play::<ClickPipe>(file, text, &schema));
    }
    // The one rule about metadata, which the files do not vary.
    let long = json!({"spec": pipe_base(), "metadata": {"name": "n".repeat(241)}});
    let message = "metadata.name is longer than 240 characters";
    assert!(refusals(&schema, &long, None).iter().any(|refusal| refusal.starts_with(message)));
    broken.extend(messages(&schema).into_iter().filter(|rule| rule.starts_with(message)));
    assert_eq!(
        messages(&schema).difference(&broken).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "rules without a case"
    );
}

#[test]
fn every_rule_of_a_connection_refuses_and_is_cured() {
    let schema = rules_of("CloudConnection");
    let broken = play::<CloudConnection>("connection", include_str!("rules/connection.yaml"), &schema);
    assert_eq!(messages(&schema), broken);
}

#[test]
fn every_rule_of_a_cluster_connection_refuses_and_is_cured() {
    let schema = rules_of("ClusterCloudConnection");
    let broken =
        play::<ClusterCloudConnection>("cluster-connection", include_str!("rules/cluster-connection.yaml"), &schema);
    assert_eq!(messages(&schema), broken);
}

/// Plays the cases of one file and returns the messages of the rules that were broken.
fn play<T: Serialize + DeserializeOwned>(file: &str, text: &str, schema: &Value) -> BTreeSet<String> {
    let cases: Cases = serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
    let base = object(file, &cases.base);
    let allowed = |object: &Value, old: Option<&Value>, what: &str| {
        assert_eq!(refusals(schema, &typed::<T>(object), old), Vec::<String>::new(), "{file}: {what}");
    };
    allowed(&base, None, "the base");
    for change in &cases.good {
        allowed(&with(&base, change), None, &change.to_string());
    }
    let mut broken = BTreeSet::new();
    for Case { says, was, when, cured } in &cases.refused {
        let old = was.as_ref().map(|was| with(&base, was));
        let refused = with(&base, when);
        let refusals = refusals(schema, &typed::<T>(&refused), old.as_ref());
        assert!(
            !refusals.is_empty() && refusals.iter().all(|refusal| refusal.contains(says.as_str())),
            "{file}: {when} should be refused with {says:?} alone, and is with {refusals:?}"
        );
        allowed(&with(&refused, cured), old.as_ref(), &format!("cured by {cured}"));
        broken.extend(refusals);
    }
    broken
}

fn object(file: &str, spec: &Value) -> Value {
    let header = if file.ends_with("connection") {
        json!({})
    } else {
        json!({"connectionRef": {"name": "prod"}, "serviceId": "22222222-2222-4222-8222-222222222222"})
    };
    json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": kind(file), "metadata": {"name": file}, "spec": merged(&header, spec)})
}

fn kind(file: &str) -> &'static str {
    match file {
        "connection" => "CloudConnection",
        "cluster-connection" => "ClusterCloudConnection",
        _ => "ClickPipe",
    }
}

fn with(object: &Value, change: &Value) -> Value {
    merged(object, &json!({"spec": change}))
}

/// RFC 7396.
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut merged_target = target.as_object().cloned().unwrap_or_else(Map::new);
    for (name, value) in patch {
        if value.is_null() {
            merged_target.remove(name);
        } else {
            let old = merged_target.get(name).cloned().unwrap_or(Value::Null);
            merged_target.insert(name.clone(), merged(&old, value));
        }
    }
    Value::Object(merged_target)
}

fn pipe_base() -> Value {
    let cases: Cases = serde_saphyr::from_str(include_str!("rules/pipe.yaml")).unwrap();
    object("pipe", &cases.base)["spec"].clone()
}

/// The messages of every rule in a schema.
fn messages(schema: &Value) -> BTreeSet<String> {
    let mut rules = BTreeSet::new();
    if let Value::Object(members) = schema {
        for rule in members.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten() {
            rules.insert(rule["message"].as_str().expect("every rule says what is wrong").to_owned());
        }
    }
    let inner: Vec<&Value> = match schema {
        Value::Object(members) => members.values().collect(),
        Value::Array(items) => items.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    for value in inner {
        rules.append(&mut messages(value));
    }
    rules
}
