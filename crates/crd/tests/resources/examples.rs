//! The manifests of `deploy/examples` ask for what the documentation's examples ask for, and no rule refuses them.
//!
//! Not here: the token in the name and `startPaused`, which the operator adds to every body it sends.

use std::collections::BTreeMap;
use std::path::Path;

use clickpipes_crd::credential::Encoding;
use clickpipes_crd::facts::tree::{Field, Kind, document};
use clickpipes_crd::{ClickPipe, CloudConnection};
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::server::{refusals, rules_of, typed};

/// The documentation page with a `curl` for each source.
const PAGE: &str = include_str!("../../../../tests/reference/000.txt");

/// Examples that the page has too.
const DOCUMENTED: [&str; 9] =
    ["kafka", "kinesis", "s3", "gcs", "azure-blob", "postgres", "mysql", "mongodb", "bigquery"];

#[test]
fn each_example_asks_for_what_the_documentation_asks_for() {
    let documented = documented_bodies();
    assert_eq!(documented.len(), DOCUMENTED.len());
    for (file, mut documented) in DOCUMENTED.into_iter().zip(documented) {
        // The listed differences.
        documented["destination"]["database"] = json!("default");
        if file == "gcs" {
            documented["source"]["objectStorage"]["url"] =
                json!("https://storage.googleapis.com/my-bucket/data/*.json");
        }
        let mut ours = body(file);
        hide_google_keys(&mut ours);
        assert_eq!(ours, documented, "{file}");
    }
}

#[test]
fn no_rule_refuses_an_example() {
    let pipes = rules_of("ClickPipe");
    let connections = rules_of("CloudConnection");
    for file in files() {
        for manifest in manifests(&file) {
            let refusals = match manifest["kind"].as_str() {
                Some("ClickPipe") => refusals(&pipes, &typed::<ClickPipe>(&manifest), None),
                Some("CloudConnection") => refusals(&connections, &typed::<CloudConnection>(&manifest), None),
                Some("Secret" | "ConfigMap") => Vec::new(),
                kind => panic!("{file}: {kind:?}"),
            };
            assert_eq!(refusals, Vec::<String>::new(), "{file}");
        }
    }
}

#[test]
fn every_source_has_an_example_that_works_in_any_namespace() {
    let mut sources = Vec::new();
    for file in files() {
        for manifest in manifests(&file) {
            assert!(manifest["metadata"]["namespace"].is_null(), "{file} names a namespace");
            if manifest["kind"] == "ClickPipe" {
                let name = file.rsplit('/').next().unwrap();
                assert_eq!(manifest["metadata"]["name"], name, "the pipe is called like its file");
                let spec = serde_json::from_value::<ClickPipe>(manifest).unwrap().spec;
                sources.push(spec.source.kind().unwrap());
            }
        }
    }
    sources.sort_unstable();
    sources.dedup();
    assert_eq!(sources, clickpipes_crd::source::SourceKind::ALL);
}

/// The bodies of the page's examples that create a pipe, in the order of the page.
fn documented_bodies() -> Vec<Value> {
    let bodies = PAGE.split("-d '").skip(1).filter_map(|rest| rest.split("}' \\").next());
    bodies
        .filter_map(|body| serde_json::from_str::<Value>(&format!("{body}}}")).ok())
        .filter(|body| body["source"].is_object())
        .collect()
}

/// The document that the pipe of an example asks for, its Secrets read from the same file.
fn body(file: &str) -> Value {
    let manifests = manifests(file);
    let secrets: BTreeMap<&str, &Value> = manifests
        .iter()
        .filter(|manifest| manifest["kind"] == "Secret")
        .map(|secret| (secret["metadata"]["name"].as_str().unwrap(), &secret["stringData"]))
        .collect();
    let pipe = manifests.iter().find(|manifest| manifest["kind"] == "ClickPipe").unwrap();
    resolved(&pipe["spec"], document(), &secrets)
}

fn resolved(value: &Value, field: &Field, secrets: &BTreeMap<&str, &Value>) -> Value {
    match &field.kind {
        Kind::Object(members) => value
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), resolved(value, members.get(name)?, secrets))))
            .collect(),
        Kind::List(item) => value.as_array().unwrap().iter().map(|value| resolved(value, item, secrets)).collect(),
        Kind::Scalar => value.clone(),
        Kind::Credential(encoding) => {
            let clear = value["value"].as_str().unwrap_or_else(|| {
                let reference = &value["secretKeyRef"];
                secrets[reference["name"].as_str().unwrap()][reference["key"].as_str().unwrap()].as_str().unwrap()
            });
            match encoding {
                Encoding::ServiceAccountKey => json!(BASE64.encode(clear.as_bytes())),
                Encoding::Text
                | Encoding::Secret
                | Encoding::Certificate
                | Encoding::PrivateKey
                | Encoding::ProtobufSchema => json!(clear),
            }
        }
    }
}

/// Puts the page's placeholder in the place of each encoded key file.
fn hide_google_keys(value: &mut Value) {
    match value {
        Value::String(text) => {
            let file = BASE64.decode(text.as_bytes()).ok().and_then(|file| serde_json::from_slice::<Value>(&file).ok());
            if file.is_some_and(|file| file["type"] == "service_account") {
                *value = json!("<base64_encoded_service_account_json>");
            }
        }
        Value::Object(members) => members.values_mut().for_each(hide_google_keys),
        Value::Array(items) => items.iter_mut().for_each(hide_google_keys),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The objects in one example.
fn manifests(file: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(folder().join(format!("{file}.yaml"))).unwrap();
    serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The names of the examples, without `.yaml`; those of the flavours begin with their folder.
fn files() -> Vec<String> {
    let within = |inner: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder().join(inner)).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter_map(|name| Some(format!("{inner}{}", name.strip_suffix(".yaml")?))).collect()
    };
    [within(""), within("flavours/")].concat()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples")
}
