//! What an answer shows of a pipe.
//!
//! Never what is write-only. Everything else as it was sent, unless a switch says otherwise (`disguise`).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::destination;
use crate::disguise::{self, Disguise};
use crate::field::{Field, Kind, Returned};
use crate::pipe::Pipe;
use crate::source::{Family, Source};
use crate::stamp;
use crate::switch::Switch;

/// The pipe as a GET shows it at `now_ms`.
pub(crate) fn pipe(pipe: &Pipe, now_ms: u64, switches: &BTreeSet<Switch>) -> Value {
    let disguise = Disguise { pipe, now_ms, switches };
    json!({
        "id": pipe.id,
        "serviceId": pipe.service,
        "name": pipe.name,
        "state": pipe.state(),
        "scaling": disguise::scaling(&disguise),
        "source": source(&disguise),
        "destination": disguise::destination(&disguise, shown(destination::FIELDS, &pipe.destination, false)),
        "fieldMappings": pipe.field_mappings,
        "settings": disguise::settings(&disguise),
        "createdAt": stamp::iso(pipe.created_micros),
        "updatedAt": stamp::iso(pipe.updated_micros),
    })
}

/// The source: its own arm, and `null` for the seven others.
fn source(disguise: &Disguise<'_>) -> Value {
    let pipe = disguise.pipe;
    let mut arms = Map::new();
    for source in Source::ALL {
        let value = if source == pipe.source {
            let open = disguise.on(Switch::ShowUriCredentials);
            disguise::source(disguise, shown(source.fields(), &pipe.document, open))
        } else {
            Value::Null
        };
        arms.insert(source.arm().to_owned(), value);
    }
    Value::Object(arms)
}

/// An object without its write-only members.
fn shown(fields: &'static [Field], object: &Map<String, Value>, open: bool) -> Map<String, Value> {
    let mut out = Map::new();
    for field in fields {
        let Some(value) = object.get(field.name) else {
            continue;
        };
        match field.returned {
            Returned::Never => {}
            Returned::Redacted if !open => {
                out.insert(field.name.to_owned(), redacted(value));
            }
            Returned::Redacted | Returned::Yes => {
                out.insert(field.name.to_owned(), shown_value(field, value));
            }
        }
    }
    out
}

fn shown_value(field: &Field, value: &Value) -> Value {
    match (field.kind, value) {
        (Kind::Object(fields), Value::Object(object)) => Value::Object(shown(fields, object, false)),
        (Kind::Objects(fields, _), Value::Array(list)) => {
            let entries = list.iter().filter_map(Value::as_object);
            Value::Array(entries.map(|entry| Value::Object(shown(fields, entry, false))).collect())
        }
        _ => value.clone(),
    }
}

/// A URI whose user and password are replaced by `[REDACTED]`.
pub(crate) fn redacted(uri: &Value) -> Value {
    let Some((scheme, rest)) = uri.as_str().and_then(|text| text.split_once("://")) else {
        return uri.clone();
    };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    match authority.rsplit_once('@') {
        Some((_, host)) => json!(format!("{scheme}://[REDACTED]@{host}{path}")),
        None => uri.clone(),
    }
}

/// The settings alone, as their own endpoint shows them.
pub(crate) fn settings(pipe: &Pipe, now_ms: u64, switches: &BTreeSet<Switch>) -> Value {
    disguise::settings(&Disguise { pipe, now_ms, switches })
}

/// Whether a pipe has settings and a size of its own.
pub(crate) fn sized(pipe: &Pipe) -> bool {
    pipe.family() != Family::Database
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_is_shown_without_its_user() {
        let shown = redacted(&json!("mongodb://u:p@a.example,b.example/db?x=1"));
        assert_eq!(shown, json!("mongodb://[REDACTED]@a.example,b.example/db?x=1"));
        assert_eq!(redacted(&json!("mongodb://a.example/?m=x@y")), json!("mongodb://a.example/?m=x@y"));
    }
}
