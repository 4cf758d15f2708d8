//! The spec of an existing pipe: the inverse of [`crate::document`].
//!
//! Generic over all fields, as the way there is. A pipe that is adopted with this spec needs no call.
//!
//! # Guarantees
//! - Everything that the service returned and a spec can say is in it; nothing else.
//! - No credential: each one that the pipe needs is a reference to a Secret that a person has to make, listed in
//!   [`Manifest::references`].
//!
//! # Caveats
//! The service does not return everything. Roles and a version column are missing without notice; what a spec cannot do without is listed in
//! [`Manifest::gaps`]. Whether a `MongoDB` pipe logs in is not told; a login is assumed. Not here: reading the pipe, printing YAML.

use cloud::{Pipe, PipeState};
use crd::facts::Compare;
use crd::facts::tree::{Field, Kind, document as facts};
use crd::source::{Family, SourceKind};
use serde_json::{Map, Number, Value, json};

use crate::compare;
use crate::document::{Reference, references_in};
use crate::rules;

/// A spec for a pipe that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The spec as a person would write it.
    pub spec: Value,
    /// What it refers to: Secrets that have to be made before it is applied.
    pub references: Vec<Reference>,
    /// Paths that must be filled in, because the service does not return them.
    pub gaps: Vec<String>,
}

/// The names that a manifest needs and the pipe does not tell.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    /// The connection, for `connectionRef.name`.
    pub connection: &'a str,
    /// The service's id.
    pub service: &'a str,
    /// The Secret for credentials.
    pub secret: &'a str,
}

/// The spec of a pipe; `None` when it has no source that is known here.
#[must_use]
pub fn manifest(pipe: &Pipe, names: &Names<'_>) -> Option<Manifest> {
    let source = pipe.document.get("source")?;
    let kind = SourceKind::ALL.into_iter().find(|kind| source.get(kind.as_str()).is_some_and(Value::is_object))?;
    let mut spec = read(&pipe.document, facts()).and_then(|value| value.as_object().cloned()).unwrap_or_default();
    if kind.family() == Family::Database {
        // What the service shows of these for a database pipe means nothing.
        spec.retain(|name, _| ["name", "source", "destination"].contains(&name.as_str()));
        if let Some(destination) = spec.get_mut("destination").and_then(Value::as_object_mut) {
            destination.retain(|name, _| name == "database");
        }
    }
    let arm = spec.get_mut("source").and_then(|source| source.get_mut(kind.as_str()))?;
    rules::imply(arm);
    for path in rules::logins(kind.as_str(), arm) {
        let key = path.join(".");
        place(arm, &path, json!({"secretKeyRef": {"name": names.secret, "key": key}}));
    }
    let gaps =
        rules::not_returned(kind.as_str(), arm).into_iter().map(|name| format!("spec.source.{kind}.{name}")).collect();
    spec.insert("connectionRef".to_owned(), json!({"name": names.connection}));
    spec.insert("serviceId".to_owned(), json!(names.service));
    spec.insert("adopt".to_owned(), json!({"id": pipe.id.as_str()}));
    if stands_still(&pipe.state) {
        spec.insert("state".to_owned(), json!("Stopped"));
    }
    let spec = Value::Object(spec);
    Some(Manifest { references: references_in(&spec), spec, gaps })
}

pub(crate) fn stands_still(state: &PipeState) -> bool {
    matches!(state, PipeState::Stopped | PipeState::Stopping | PipeState::Paused | PipeState::Pausing)
}

/// What the service returned for a field as it is written in a spec; `None` when that says nothing.
fn read(observed: &Value, field: &Field) -> Option<Value> {
    if field.facts.compare == Compare::Never {
        return None;
    }
    match (&field.kind, observed) {
        (Kind::Object(members), Value::Object(values)) => {
            let read = |(name, member): (&String, &Field)| Some((name.clone(), read(values.get(name)?, member)?));
            let found: Map<String, Value> = members.iter().filter_map(read).collect();
            (!found.is_empty()).then_some(Value::Object(found))
        }
        (Kind::List(item), Value::Array(values)) => {
            let found: Vec<Value> = values.iter().filter_map(|value| read(value, item)).collect();
            (!found.is_empty()).then_some(Value::Array(found))
        }
        // A certificate is no secret, and it is returned.
        (Kind::Credential(encoding), Value::String(text)) => {
            (!encoding.is_secret() && field.facts.returned && !text.is_empty()).then(|| json!({ "value": text }))
        }
        (Kind::Scalar, Value::String(_) | Value::Number(_) | Value::Bool(_)) => scalar(observed, field),
        _ => None,
    }
}

fn scalar(observed: &Value, field: &Field) -> Option<Value> {
    if field.number {
        let number = compare::as_number(observed)?;
        // 0 is what the service says while it does not know yet.
        return (field.facts.compare != Compare::Quantity || number != 0.0).then(|| written(number));
    }
    let Some(text) = observed.as_str() else { return Some(observed.clone()) };
    let text = match field.facts.compare {
        Compare::Engine => text.split('(').next().unwrap_or_default().trim().to_owned(),
        Compare::RedactedUri => compare::without_user(text),
        // The form with gs:// is refused in a spec.
        Compare::ObjectUrl => match text.strip_prefix("gs://") {
            Some(path) => format!("https://storage.googleapis.com/{path}"),
            None => text.to_owned(),
        },
        _ => text.to_owned(),
    };
    (!text.is_empty()).then_some(Value::String(text))
}

/// `2.0` is written `2`.
fn written(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53, checked on the line above")]
        let whole = number as i64;
        return Value::from(whole);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// Puts a value at a path, making objects on the way.
fn place(value: &mut Value, path: &[&str], new: Value) {
    let Some((name, rest)) = path.split_first() else {
        *value = new;
        return;
    };
    if let Some(members) = value.as_object_mut() {
        place(members.entry((*name).to_owned()).or_insert_with(|| json!({})), rest, new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: Names<'_> =
        Names { connection: "prod", service: "22222222-2222-4222-8222-222222222222", secret: "login" };

    fn pipe(source: &Value, state: &str) -> Pipe {
        let id = "99999999-9999-4999-8999-999999999999";
        let document = json!({"id": id, "name": "Orders", "state": state, "source": source, "destination": {"database": "d", "managedTable": false}, "scaling": null, "settings": null});
        Pipe::read(document).unwrap()
    }

    #[test]
    fn what_the_service_rewrites_is_read_as_it_was_written() {
        let source = json!({"kafka": null, "mongodb": {"uri": "mongodb://[REDACTED]@h/?a=b", "readPreference": "primary", "tlsHost": "",
            "settings": {"replicationMode": "cdc", "pullBatchSize": "50000"}, "tableMappings": []}});
        let manifest = manifest(&pipe(&source, "Paused"), &NAMES).unwrap();
        let reference = |key: &str| json!({"secretKeyRef": {"name": "login", "key": key}});
        let expected = json!({
            "connectionRef": {"name": "prod"},
            "serviceId": NAMES.service,
            "adopt": {"id": "99999999-9999-4999-8999-999999999999"},
            "name": "Orders",
            "state": "Stopped",
            "source": {"mongodb": {"uri": "mongodb://h/?a=b", "readPreference": "primary",
                "credentials": {"username": reference("credentials.username"), "password": reference("credentials.password")},
                "settings": {"replicationMode": "cdc", "pullBatchSize": 50000}}},
            "destination": {"database": "d"},
        });
        assert_eq!(manifest.spec, expected);
        assert_eq!(manifest.references.len(), 2);
    }

    #[test]
    fn a_source_that_is_not_known_has_no_spec() {
        assert_eq!(manifest(&pipe(&json!({"carrierPigeon": {}}), "Running"), &NAMES), None);
    }
}
