//! The facts of every field as a tree, read back from the JSON schema of the types.
//!
//! Not here: the facts themselves; they stand beside each field.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use super::{FIXED, Facts};
use crate::credential::Encoding;
use crate::pipe::ClickPipeSpec;

/// The schema extension that carries the facts of a field.
const FACTS: &str = "x-facts";
/// The schema extension that carries the value that the service means when it returns none.
const DEFAULT: &str = "x-default";
/// The schema extension that marks a type whose value comes from a Secret, a `ConfigMap` or the spec.
pub(crate) const CREDENTIAL: &str = "x-credential";

/// One field of the desired document.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// How the API treats it.
    pub facts: Facts,
    /// What is in it.
    pub kind: Kind,
    /// What the service means when it returns nothing for this field.
    pub default: Option<Value>,
    /// Whether it is a number; the service may return it as text.
    pub number: bool,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// An object with known members.
    Object(BTreeMap<String, Field>),
    /// A list whose members are alike.
    List(Box<Field>),
    /// A scalar.
    Scalar,
    /// A value that is read from the spec, a Secret or a `ConfigMap`, and how it is encoded for the API.
    Credential(Encoding),
}

impl Field {
    /// The member of an object with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Field> {
        match &self.kind {
            Kind::Object(members) => members.get(name),
            Kind::List(_) | Kind::Scalar | Kind::Credential(_) => None,
        }
    }
}

/// The members of a pipe's spec that make up the desired document: `name`, `source`, `destination`, `fieldMappings`, `scaling`, `settings`.
///
/// A member of the spec without facts of its own or of its members is about the operator (a policy) and is not in the tree.
pub fn document() -> &'static Field {
    static TREE: OnceLock<Field> = OnceLock::new();
    TREE.get_or_init(|| {
        let mut root = read(&schema::<ClickPipeSpec>(), None).unwrap_or(Field {
            facts: FIXED,
            kind: Kind::Object(BTreeMap::new()),
            default: None,
            number: false,
        });
        root.facts = FIXED;
        root
    })
}

/// The schema of a type with everything that stands on its fields: facts, and a description of its own for each value of an enum.
pub(crate) fn schema<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::openapi3();
    settings.inline_subschemas = true;
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Reads one field; `None` when neither it nor an ancestor nor a descendant has facts.
fn read(schema: &Value, inherited: Option<Facts>) -> Option<Field> {
    let own = schema.get(FACTS).and_then(|facts| serde_json::from_value(facts.clone()).ok());
    let facts: Option<Facts> = own.or(inherited);
    let default = schema.get(DEFAULT).cloned();
    // Members of a keyed or set list do not inherit how the list is compared.
    let passed_on = facts.map(|facts| Facts { compare: super::Compare::Exact, whole: false, key: false, ..facts });
    let kind = if let Some(encoding) = schema.get(CREDENTIAL) {
        Kind::Credential(serde_json::from_value(encoding.clone()).ok()?)
    } else if let Some(items) = schema.get("items") {
        Kind::List(Box::new(read(items, passed_on)?))
    } else if let Some(members) = schema.get("properties").and_then(Value::as_object) {
        let members = read_members(members, passed_on);
        if members.is_empty() {
            return None;
        }
        Kind::Object(members)
    } else {
        facts?;
        Kind::Scalar
    };
    let number = matches!(schema.get("type").and_then(Value::as_str), Some("integer" | "number"));
    Some(Field { facts: facts.unwrap_or(FIXED), kind, default, number })
}

fn read_members(members: &Map<String, Value>, inherited: Option<Facts>) -> BTreeMap<String, Field> {
    members.iter().filter_map(|(name, schema)| Some((name.clone(), read(schema, inherited)?))).collect()
}
