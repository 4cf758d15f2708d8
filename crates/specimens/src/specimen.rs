//! One valid spec with the values of everything that it refers to.
//!
//! The values are canaries: long, all different, and told from each other by name, key and generation. Not here: where specs come from.

use std::collections::BTreeMap;

use cloud::Secret;
use crd::ClickPipeSpec;
use crd::credential::Encoding;
use crd::facts::tree::{Field, Kind, document};
use crd::source::SourceKind;
use data_encoding::BASE64;
use plan::document::{Reference, Values, references, wanted};
use plan::fingerprint::Key;
use serde_json::Value;

use crate::admission::Admission;

/// Values of Secrets and `ConfigMap`s, by name and key.
pub type Secrets = BTreeMap<(String, String), String>;

/// One valid spec with the values of everything that it refers to.
#[derive(Clone, Debug, PartialEq)]
pub struct Specimen {
    /// What is special about it.
    pub label: String,
    /// Its source.
    pub kind: SourceKind,
    /// The cloud that the service must run on: `aws` or `gcp`.
    pub provider: String,
    /// The spec as JSON.
    pub spec: Value,
    /// The values of what it refers to.
    pub secrets: Secrets,
}

impl Specimen {
    /// A specimen whose referenced values are canaries.
    #[must_use]
    pub fn new(label: impl Into<String>, kind: SourceKind, provider: impl Into<String>, spec: Value) -> Self {
        let secrets = canaries(&spec);
        Self { label: label.into(), kind, provider: provider.into(), spec, secrets }
    }

    /// The same with another spec; values of new references are canaries.
    #[must_use]
    pub fn with(&self, spec: Value) -> Self {
        let mut secrets = canaries(&spec);
        for (place, value) in &mut secrets {
            if let Some(known) = self.secrets.get(place) {
                value.clone_from(known);
            }
        }
        Self { spec, secrets, ..self.clone() }
    }

    /// The spec as the operator reads it.
    #[must_use]
    pub fn typed(&self) -> ClickPipeSpec {
        serde_json::from_value(self.spec.clone())
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.label, self.spec))
    }

    /// Whether the API server admits it, the operator's own rules have nothing against it, and the service's cloud has the way to log in.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        let arm = self.spec.pointer(&format!("/source/{}/authentication", self.kind)).and_then(Value::as_str);
        let there = match arm {
            Some("IAM_ROLE") => self.provider == "aws",
            Some("SERVICE_ACCOUNT_WORKLOAD_IDENTITY") => self.provider == "gcp",
            _ => true,
        };
        there && Admission::of_this_thread(&self.spec) && self.problems().is_empty()
    }

    /// What the operator's own rules have against it.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        let spec = self.typed();
        let read = |reference: &Reference| {
            let clear = self.secrets.get(&(reference.name.clone(), reference.key.clone()));
            Ok(Secret::new(clear.cloned().unwrap_or_default()))
        };
        let values: Values = references(&spec).into_iter().map(|one| (one.clone(), read(&one))).collect();
        match wanted(&spec, &values, &Key::new(Secret::new("specimens".to_owned()))) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    /// Every reference: where it is in the spec, what it refers to, and how the value is encoded.
    #[must_use]
    pub fn references(&self) -> Vec<(String, (String, String), Encoding)> {
        let mut found = Vec::new();
        visit(&self.spec, document(), "", &mut |path, place, encoding| found.push((path.to_owned(), place, encoding)));
        found
    }

    /// The same with another value behind one reference.
    #[must_use]
    pub fn rotated(&self, place: &(String, String), encoding: Encoding, generation: u32) -> Self {
        let mut rotated = self.clone();
        rotated.secrets.insert(place.clone(), canary(place, encoding, generation));
        rotated
    }
}

fn canaries(spec: &Value) -> Secrets {
    let mut secrets = Secrets::new();
    visit(spec, document(), "", &mut |_, place, encoding| {
        secrets.insert(place.clone(), canary(&place, encoding, 1));
    });
    secrets
}

/// A value that is right for its encoding and occurs nowhere else.
fn canary((name, key): &(String, String), encoding: Encoding, generation: u32) -> String {
    let word = format!("canary-{name}-{key}-{generation}");
    match encoding {
        Encoding::Text | Encoding::Secret => word,
        Encoding::Certificate => pem("CERTIFICATE", &word),
        Encoding::PrivateKey => pem("PRIVATE KEY", &word),
        Encoding::ServiceAccountKey => format!(r#"{{"type": "service_account", "private_key": "{word}"}}"#),
        Encoding::ProtobufSchema => format!("syntax = \"proto3\"; // {word}\nmessage Order {{ int64 id = 1; }}\n"),
    }
}

/// A value of a credential that stands in the spec itself.
pub(crate) fn literal(encoding: Encoding, word: &str) -> String {
    match encoding {
        Encoding::Certificate => pem("CERTIFICATE", word),
        _ => word.to_owned(),
    }
}

fn pem(what: &str, word: &str) -> String {
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", BASE64.encode(word.as_bytes()))
}

/// What is called for each reference: its path, its name and key, its encoding.
type See<'a> = &'a mut dyn FnMut(&str, (String, String), Encoding);

fn visit(value: &Value, field: &Field, path: &str, see: See<'_>) {
    match (&field.kind, value) {
        (Kind::Credential(encoding), Value::Object(members)) => {
            let reference = ["secretKeyRef", "configMapKeyRef"].iter().find_map(|name| members.get(*name));
            let text = |name: &str| Some(reference?.get(name)?.as_str()?.to_owned());
            if let (Some(name), Some(key)) = (text("name"), text("key")) {
                see(path, (name, key), *encoding);
            }
        }
        (Kind::Object(members), Value::Object(values)) => {
            for (name, member) in members {
                if let Some(value) = values.get(name) {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    visit(value, member, &path, see);
                }
            }
        }
        (Kind::List(item), Value::Array(values)) => {
            for (at, value) in values.iter().enumerate() {
                visit(value, item, &format!("{path}[{at}]"), see);
            }
        }
        _ => {}
    }
}
