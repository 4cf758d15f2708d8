//! The switches at work: how an answer is made to differ from what was sent.
//!
//! With no switch on, nothing here changes anything. What is never shown was cut out before.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::field::{Field, Kind, Returned};
use crate::pipe::Pipe;
use crate::settings as setting;
use crate::source::{Family, Source};
use crate::switch::Switch;

/// A pipe that is being shown, and the switches that are on.
pub(crate) struct Disguise<'a> {
    /// The pipe.
    pub(crate) pipe: &'a Pipe,
    /// The time.
    pub(crate) now_ms: u64,
    /// The switches.
    pub(crate) switches: &'a BTreeSet<Switch>,
}

impl Disguise<'_> {
    /// Whether a switch is on.
    pub(crate) fn on(&self, switch: Switch) -> bool {
        self.switches.contains(&switch)
    }
}

/// The members of the source.
pub(crate) fn source(disguise: &Disguise<'_>, mut shown: Map<String, Value>) -> Value {
    let pipe = disguise.pipe;
    let fields = pipe.source.fields();
    if disguise.on(Switch::FillDefaults) {
        fill(fields, &mut shown);
    }
    if disguise.on(Switch::EmptyStrings) && pipe.family() == Family::Database {
        fill_texts(fields, &mut shown);
    }
    if disguise.on(Switch::NullForAbsent) {
        for field in fields.iter().filter(|field| field.returned == Returned::Yes) {
            shown.entry(field.name).or_insert(Value::Null);
        }
    }
    if disguise.on(Switch::ConsumerGroup) && pipe.source == Source::Kafka {
        shown.entry("consumerGroup").or_insert_with(|| json!(format!("clickpipes-{}", pipe.id)));
    }
    if disguise.on(Switch::OmitAzure) && shown.get("type") == Some(&json!("azureblobstorage")) {
        for name in ["path", "azureContainerName", "authentication"] {
            shown.remove(name);
        }
    }
    if disguise.on(Switch::OmitRegistryType)
        && let Some(registry) = shown.get_mut("schemaRegistry").and_then(Value::as_object_mut)
    {
        registry.remove("type");
    }
    if disguise.on(Switch::BucketUrl) {
        rewrite_url(&mut shown);
    }
    let mut value = Value::Object(shown);
    if disguise.on(Switch::ShuffleArrays) {
        shuffle(&mut value);
    }
    value
}

/// Puts the documented defaults where nothing was sent.
fn fill(fields: &'static [Field], object: &mut Map<String, Value>) {
    for field in fields {
        if let Ok(default) = serde_json::from_str::<Value>(field.default) {
            object.entry(field.name).or_insert(default);
        }
        match (field.kind, object.get_mut(field.name)) {
            (Kind::Object(inner), Some(Value::Object(value))) => fill(inner, value),
            (Kind::Objects(inner, _), Some(Value::Array(list))) => {
                for entry in list.iter_mut().filter_map(Value::as_object_mut) {
                    fill(inner, entry);
                }
            }
            _ => {}
        }
    }
}

/// Puts `""` where a text of the source or its settings was not sent.
fn fill_texts(fields: &'static [Field], object: &mut Map<String, Value>) {
    for field in fields {
        match (field.kind, field.returned) {
            (Kind::Text | Kind::Filled, Returned::Yes) => {
                object.entry(field.name).or_insert_with(|| json!(""));
            }
            (Kind::Object(inner), Returned::Yes) => {
                if let Some(Value::Object(value)) = object.get_mut(field.name) {
                    fill_texts(inner, value);
                }
            }
            _ => {}
        }
    }
}

/// `https://bucket.s3.amazonaws.com/key` as `s3://bucket/key`, `https://storage.googleapis.com/b/k` as `gs://b/k`.
fn rewrite_url(shown: &mut Map<String, Value>) {
    let Some(url) = shown.get("url").and_then(Value::as_str) else {
        return;
    };
    let rest = url.strip_prefix("https://").unwrap_or(url);
    let google = rest.strip_prefix("storage.googleapis.com/").map(|rest| format!("gs://{rest}"));
    let rewritten = google.or_else(|| {
        let (host, key) = rest.split_once('/')?;
        let (bucket, _) = host.split_once(".s3")?;
        Some(format!("s3://{bucket}/{key}"))
    });
    if let Some(url) = rewritten {
        shown.insert("url".to_owned(), json!(url));
    }
}

/// Another order for the lists whose order means nothing. Reversing is enough: it differs, and it is the same every time.
fn shuffle(value: &mut Value) {
    let Value::Object(object) = value else {
        return;
    };
    for (name, member) in object {
        match (name.as_str(), member) {
            ("tableMappings", Value::Array(list)) => {
                list.reverse();
                list.iter_mut().for_each(shuffle);
            }
            ("excludedColumns" | "reversePrivateEndpointIds", Value::Array(list)) => list.reverse(),
            (_, nested @ Value::Object(_)) => shuffle(nested),
            _ => {}
        }
    }
}

/// The destination.
pub(crate) fn destination(disguise: &Disguise<'_>, mut shown: Map<String, Value>) -> Value {
    if disguise.on(Switch::DatabaseTable) && disguise.pipe.family() == Family::Database {
        shown.insert("managedTable".to_owned(), json!(false));
        shown.insert("table".to_owned(), json!(""));
        shown.insert("tableDefinition".to_owned(), Value::Null);
    }
    let definition = shown.get_mut("tableDefinition").and_then(Value::as_object_mut);
    if disguise.on(Switch::EngineParentheses)
        && let Some(engine) = definition.and_then(|definition| definition.get_mut("engine"))
        && let Some(kind) = engine.get("type").and_then(Value::as_str)
    {
        *engine = json!({"type": format!("{kind}()")});
    }
    Value::Object(shown)
}

/// The size: nothing for database pipes, and zeros while it is not known yet (TF#513).
pub(crate) fn scaling(disguise: &Disguise<'_>) -> Value {
    let pipe = disguise.pipe;
    if pipe.family() == Family::Database {
        return Value::Null;
    }
    let mut shown = pipe.scaling.clone();
    if disguise.on(Switch::ScalingZeros) || disguise.now_ms < pipe.scaling_unknown_until_ms {
        shown.insert("replicaCpuMillicores".to_owned(), json!(0));
        shown.insert("replicaMemoryGb".to_owned(), json!(0));
    } else if disguise.on(Switch::ScalingQuantities) {
        let text = |name: &str| shown.get(name).map(ToString::to_string).unwrap_or_default();
        let (cpu, memory) = (format!("{}m", text("replicaCpuMillicores")), format!("{}Gi", text("replicaMemoryGb")));
        shown.insert("replicaCpuMillicores".to_owned(), json!(cpu));
        shown.insert("replicaMemoryGb".to_owned(), json!(memory));
    }
    Value::Object(shown)
}

/// The settings: nothing for database pipes.
pub(crate) fn settings(disguise: &Disguise<'_>) -> Value {
    let pipe = disguise.pipe;
    if pipe.family() == Family::Database || disguise.on(Switch::SettingsNull) {
        return Value::Null;
    }
    let mut shown = Map::new();
    if disguise.on(Switch::SettingsDefaults) {
        shown = setting::defaults(pipe.source);
    }
    shown.extend(pipe.settings.clone());
    if disguise.on(Switch::SettingsText) {
        for value in shown.values_mut().filter(|value| value.is_number()) {
            *value = json!(value.to_string());
        }
    }
    Value::Object(shown)
}
