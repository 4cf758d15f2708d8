//! The desired document: the spec, with every reference replaced by its value.
//!
//! Generic over all fields: which members belong to the document, which are references and how they are encoded, is told by the facts.
//! Not here: reading Secrets (the controller reads what [`references`] lists), the name's token ([`crate::body`]).

pub mod encode;

use std::collections::BTreeMap;

use cloud::{Document, Secret};
use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::credential::Encoding;
use crd::facts::tree::{Field, Kind, document as facts};
use serde_json::Value;

use crate::desired::{Problem, Wanted};
use crate::fingerprint::Key;

/// One value that the spec refers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// Where it is.
    pub holder: Holder,
    /// The name of the Secret or `ConfigMap`.
    pub name: String,
    /// The key in it.
    pub key: String,
    /// Whether the value may be bytes that are no text; it is then handed over as base64.
    pub bytes: bool,
}

/// What holds a referenced value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A Secret.
    Secret,
    /// A `ConfigMap`.
    ConfigMap,
}

/// Why a referenced value could not be read: the reason people see, and a message with the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The reason.
    pub reason: Reason,
    /// The message.
    pub message: String,
}

/// The values that were read.
pub type Values = BTreeMap<Reference, Result<Secret, Unread>>;

/// Everything that the spec refers to.
#[must_use]
pub fn references(spec: &ClickPipeSpec) -> Vec<Reference> {
    references_in(&to_json(spec))
}

/// Everything that a spec which is still JSON refers to.
pub(crate) fn references_in(spec: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    visit(spec, facts(), &mut |credential, encoding| found.extend(reference(credential, encoding)));
    found.sort();
    found.dedup();
    found
}

/// The document that the pipe should have.
///
/// # Errors
/// Every problem at once, each with its path: values that could not be read or are malformed, and rules that span fields.
pub fn wanted(spec: &ClickPipeSpec, values: &Values, key: &Key) -> Result<Wanted, Vec<Problem>> {
    let mut problems = crate::rules::problems(spec);
    let document = build(&to_json(spec), facts(), "", values, &mut problems).unwrap_or_else(Document::empty);
    if problems.is_empty() {
        let (fingerprints, hash) = (key.fingerprints(&document), key.hash(&document));
        Ok(Wanted { document, fingerprints, hash })
    } else {
        Err(problems)
    }
}

fn to_json(spec: &ClickPipeSpec) -> Value {
    // The spec came from JSON; it cannot fail to become JSON again. Were it to, an empty document plans nothing.
    serde_json::to_value(spec).unwrap_or(Value::Null)
}

fn visit(value: &Value, field: &Field, found: &mut dyn FnMut(&Value, Encoding)) {
    match (&field.kind, value) {
        (Kind::Credential(encoding), Value::Object(_)) => found(value, *encoding),
        (Kind::Object(members), Value::Object(values)) => {
            for (name, member) in members {
                if let Some(value) = values.get(name) {
                    visit(value, member, found);
                }
            }
        }
        (Kind::List(item), Value::Array(values)) => values.iter().for_each(|value| visit(value, item, found)),
        _ => {}
    }
}

fn reference(credential: &Value, encoding: Encoding) -> Option<Reference> {
    let (holder, place) = match (credential.get("secretKeyRef"), credential.get("configMapKeyRef")) {
        (Some(place), _) if !place.is_null() => (Holder::Secret, place),
        (_, Some(place)) if !place.is_null() => (Holder::ConfigMap, place),
        _ => return None,
    };
    let text = |name: &str| place.get(name).and_then(Value::as_str).map(str::to_owned);
    let bytes = encoding == Encoding::ProtobufSchema;
    Some(Reference { holder, name: text("name")?, key: text("key")?, bytes })
}

/// Builds one field; `None` when the user did not set it, or when it has a problem.
fn build(value: &Value, field: &Field, path: &str, values: &Values, problems: &mut Vec<Problem>) -> Option<Document> {
    match (&field.kind, value) {
        (_, Value::Null) => None,
        (Kind::Credential(encoding), credential) => {
            let (clear, secret) = match reference(credential, *encoding) {
                None => (credential.get("value")?.as_str()?.to_owned(), encoding.is_secret()),
                Some(reference) => match values.get(&reference) {
                    Some(Ok(read)) => (read.expose().to_owned(), true),
                    Some(Err(unread)) => {
                        problems.push(Problem {
                            reason: unread.reason,
                            path: path.to_owned(),
                            message: unread.message.clone(),
                        });
                        return None;
                    }
                    None => return None,
                },
            };
            match encode::encode(*encoding, &clear) {
                Ok(text) if secret => Some(Document::Secret(Secret::new(text))),
                Ok(text) => Some(Document::text(text)),
                Err(message) => {
                    problems.push(Problem { reason: Reason::SecretInvalid, path: path.to_owned(), message });
                    None
                }
            }
        }
        (Kind::Object(members), Value::Object(given)) => {
            let built = members.iter().filter_map(|(name, member)| {
                let path = if path.is_empty() { format!("spec.{name}") } else { format!("{path}.{name}") };
                Some((name.clone(), build(given.get(name)?, member, &path, values, problems)?))
            });
            let built: BTreeMap<String, Document> = built.collect();
            // An object whose members are all unset says nothing.
            (!built.is_empty()).then_some(Document::Object(built))
        }
        (Kind::List(item), Value::Array(given)) => Some(Document::List(
            given
                .iter()
                .enumerate()
                .filter_map(|(at, value)| build(value, item, &format!("{path}[{at}]"), values, problems))
                .collect(),
        )),
        (_, scalar) => Some(Document::Value(whole_number(scalar))),
    }
}

/// `2.0` is written `2`, as people and the API write it.
fn whole_number(value: &Value) -> Value {
    match value.as_f64() {
        Some(number) if value.is_f64() && number.fract() == 0.0 && number.abs() < 9e15 => {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53, checked on the line above")]
            let whole = number as i64;
            Value::from(whole)
        }
        _ => value.clone(),
    }
}
