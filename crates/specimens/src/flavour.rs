//! The flavours: specs that together set every field of every source, and the manifests of `deploy/examples`.
//!
//! Not here: changing them.

use std::path::Path;

use crd::source::{Family, SourceKind};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::specimen::Specimen;

#[derive(Deserialize)]
struct Flavour {
    label: String,
    #[serde(default)]
    provider: Option<String>,
    source: Value,
}

#[derive(Deserialize)]
struct Surroundings {
    tables: Vec<Map<String, Value>>,
    databases: Vec<Map<String, Value>>,
    settings: Map<String, Value>,
}

/// The flavours of a kind of source, those of `flavours/` first, then the examples.
#[must_use]
pub fn flavours(kind: SourceKind) -> Vec<Specimen> {
    let own: Vec<Flavour> = serde_saphyr::from_str(text(kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
    let around: Surroundings =
        serde_saphyr::from_str(include_str!("../flavours/surroundings.yaml")).expect("surroundings");
    let own = own.into_iter().enumerate().map(|(at, flavour)| {
        let Flavour { label, provider, source } = flavour;
        let spec = surrounded(kind, at, source, &around);
        Specimen::new(format!("{kind} {label}"), kind, provider.as_deref().unwrap_or("aws"), spec)
    });
    own.chain(examples(kind)).collect()
}

fn text(kind: SourceKind) -> &'static str {
    match kind {
        SourceKind::Kafka => include_str!("../flavours/kafka.yaml"),
        SourceKind::Kinesis => include_str!("../flavours/kinesis.yaml"),
        SourceKind::ObjectStorage => include_str!("../flavours/object-storage.yaml"),
        SourceKind::Pubsub => include_str!("../flavours/pubsub.yaml"),
        SourceKind::Postgres => include_str!("../flavours/postgres.yaml"),
        SourceKind::Mysql => include_str!("../flavours/mysql.yaml"),
        SourceKind::Mongodb => include_str!("../flavours/mongodb.yaml"),
        SourceKind::Bigquery => include_str!("../flavours/bigquery.yaml"),
    }
}

/// The source with everything around it: all there is for the first, less and less for those after it.
fn surrounded(kind: SourceKind, at: usize, source: Value, around: &Surroundings) -> Value {
    let list = if kind.family() == Family::Database { &around.databases } else { &around.tables };
    let mut spec = list.get(at).or(list.last()).expect("there are surroundings").clone();
    if let (Some(settings), Some(own)) = (
        spec.get_mut("settings").and_then(Value::as_object_mut),
        around.settings.get(kind.as_str()).and_then(Value::as_object),
    ) {
        settings.extend(own.clone());
    }
    if at == 0 {
        spec.insert("name".to_owned(), json!(format!("Orders by {kind}")));
    }
    spec.insert("source".to_owned(), source);
    spec.extend(header());
    Value::Object(spec)
}

fn header() -> Map<String, Value> {
    let header = json!({"connectionRef": {"name": "prod"}, "serviceId": "22222222-2222-4222-8222-222222222222"});
    header.as_object().cloned().unwrap_or_default()
}

/// The pipes of `deploy/examples` with this source. The values of their Secrets are canaries here.
fn examples(kind: SourceKind) -> Vec<Specimen> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples");
    let entries = std::fs::read_dir(folder).expect("deploy/examples is a folder");
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    let documents = files.iter().flat_map(|file| {
        let text = std::fs::read_to_string(file).expect("an example can be read");
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let read = move |text: &str| serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let documents: Vec<Value> = text.split("\n---\n").map(read).collect();
        documents.into_iter().map(move |document| (name.clone(), document))
    });
    let ours = documents.filter_map(|(file, document)| {
        let spec = document.get("spec").filter(|_| document.get("kind") == Some(&json!("ClickPipe")))?;
        spec.pointer(&format!("/source/{kind}"))?;
        Some(Specimen::new(format!("example {file}"), kind, "aws", spec.clone()))
    });
    ours.collect()
}
