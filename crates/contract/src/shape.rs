//! What a schema says about each property: type, values, bounds, whether it is required.
//!
//! The same reader serves the official document and our own definition. The arms of a `oneOf` are read as one object with the members of
//! all: our types are so, and rules say which members go together. Not here: the comparison of two shapes (`agreement`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::document::Document;

/// A limit on a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// Least number.
    Minimum,
    /// Largest number.
    Maximum,
    /// Fewest characters.
    MinLength,
    /// Most characters.
    MaxLength,
    /// Fewest members of a list.
    MinItems,
    /// Most members of a list.
    MaxItems,
}

impl Bound {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
        (Self::MinLength, "minLength"),
        (Self::MaxLength, "maxLength"),
        (Self::MinItems, "minItems"),
        (Self::MaxItems, "maxItems"),
    ];

    /// Whether smaller values break it.
    #[must_use]
    pub const fn is_lower(self) -> bool {
        matches!(self, Self::Minimum | Self::MinLength | Self::MinItems)
    }

    /// Its name in a JSON schema.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(bound, _)| *bound == self).map_or("", |(_, name)| name)
    }
}

/// Whether an object must have a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Required {
    /// It must.
    Yes,
    /// It need not: the object lists what is required, and not this, or not in every arm.
    No,
    /// The object does not list what is required.
    #[default]
    Unsaid,
}

/// What a property may be marked as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A list whose members must differ.
    Unique,
    /// A password.
    Password,
    /// Never returned.
    WriteOnly,
    /// Out of date.
    Deprecated,
}

/// What is said about one property.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// JSON types, `null` left out.
    pub types: BTreeSet<String>,
    /// The only values, if they are listed.
    pub values: Option<BTreeSet<String>>,
    /// Limits.
    pub bounds: BTreeMap<Bound, f64>,
    /// Regular expression that a text must match.
    pub pattern: Option<String>,
    /// Whether it must be there.
    pub required: Required,
    /// What it is marked as.
    pub marks: BTreeSet<Mark>,
    /// What is meant when it is absent.
    pub default: Option<Value>,
    /// What people are told about it.
    pub description: String,
    /// The members of a list of scalars.
    pub item: Option<Box<Shape>>,
}

/// Every property of a schema by its path; members of a list stand under `name[]`.
#[must_use]
pub fn properties(document: &Document, schema: &Value) -> BTreeMap<String, Shape> {
    let mut found = BTreeMap::new();
    members(document, &arms(document, schema), "", &mut found);
    found
}

/// The arms of a schema, itself the first; `null` is none.
fn arms<'a>(document: &'a Document, schema: &'a Value) -> Vec<&'a Value> {
    let schema = document.resolve(schema);
    let mut found = vec![schema];
    for list in ["oneOf", "anyOf", "allOf"] {
        for arm in schema[list].as_array().into_iter().flatten() {
            found.extend(arms(document, arm));
        }
    }
    found.retain(|arm| arm["type"] != "null");
    found
}

fn members(document: &Document, arms: &[&Value], prefix: &str, found: &mut BTreeMap<String, Shape>) {
    let objects: Vec<&&Value> = arms.iter().filter(|arm| arm["properties"].is_object()).collect();
    let names: BTreeSet<&String> =
        objects.iter().filter_map(|object| object["properties"].as_object()).flat_map(serde_json::Map::keys).collect();
    for name in names {
        let schemas: Vec<&Value> =
            objects.iter().map(|object| &object["properties"][name]).filter(|schema| !schema.is_null()).collect();
        let required = if objects.iter().all(|object| object["required"].is_null()) {
            Required::Unsaid
        } else if objects.iter().all(|object| lists(&object["required"], name)) {
            Required::Yes
        } else {
            Required::No
        };
        property(document, &schemas, required, &format!("{prefix}{name}"), found);
    }
}

fn property(
    document: &Document,
    schemas: &[&Value],
    required: Required,
    path: &str,
    found: &mut BTreeMap<String, Shape>,
) {
    let all: Vec<&Value> = schemas.iter().flat_map(|schema| arms(document, schema)).collect();
    let mut shape = merged(&all);
    shape.required = required;
    let items: Vec<&Value> = all.iter().map(|arm| &arm["items"]).filter(|items| items.is_object()).collect();
    let items: Vec<&Value> = items.iter().flat_map(|items| arms(document, items)).collect();
    if !items.is_empty() && items.iter().all(|arm| arm["properties"].is_null()) {
        shape.item = Some(Box::new(merged(&items)));
    }
    found.insert(path.to_owned(), shape);
    members(document, &items, &format!("{path}[]."), found);
    members(document, &all, &format!("{path}."), found);
}

/// What the arms say together: the widest of what they allow.
fn merged(arms: &[&Value]) -> Shape {
    let mut shape = Shape::default();
    let mut values: Vec<BTreeSet<String>> = Vec::new();
    for arm in arms {
        shape.types.extend(types(arm));
        if let Some(list) = arm["enum"].as_array() {
            values.push(list.iter().filter(|value| !value.is_null()).map(text).collect());
        }
        for (bound, name) in Bound::ALL {
            if let Some(limit) = arm[name].as_f64() {
                let known = shape.bounds.get(&bound).copied().unwrap_or(limit);
                shape.bounds.insert(bound, if bound.is_lower() { known.min(limit) } else { known.max(limit) });
            }
        }
        if let Some(pattern) = arm["pattern"].as_str() {
            shape.pattern = Some(pattern.to_owned());
        }
        shape.marks.extend(marks(arm));
        if !arm["default"].is_null() {
            shape.default = Some(arm["default"].clone());
        }
        if let Some(description) = arm["description"].as_str() {
            shape.description.push_str(description);
            shape.description.push('\n');
        }
    }
    if !values.is_empty() {
        shape.values = Some(values.into_iter().flatten().collect());
    }
    shape
}

fn marks(schema: &Value) -> impl Iterator<Item = Mark> {
    let marked = [
        (Mark::Unique, schema["uniqueItems"] == true || schema["x-kubernetes-list-type"] == "set"),
        (Mark::Password, schema["format"] == "password"),
        (Mark::WriteOnly, schema["writeOnly"] == true),
        (Mark::Deprecated, schema["deprecated"] == true),
    ];
    marked.into_iter().filter(|(_, is_marked)| *is_marked).map(|(mark, _)| mark)
}

fn types(schema: &Value) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = match &schema["type"] {
        Value::String(name) => BTreeSet::from([name.clone()]),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ if schema["properties"].is_object() => BTreeSet::from(["object".to_owned()]),
        _ => BTreeSet::new(),
    };
    found.remove("null");
    found
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn lists(list: &Value, name: &str) -> bool {
    list.as_array().into_iter().flatten().any(|entry| entry == name)
}
