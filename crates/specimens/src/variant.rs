//! Other ways to write a spec that mean the same.
//!
//! Not here: whether the operator takes them for the same; that is a test of the crate `plan`.

use crd::facts::Compare;
use crd::facts::tree::{Field, Kind, document};
use serde_json::{Map, Value, json};

use crate::leaf::leaves;
use crate::path;
use crate::specimen::Specimen;

/// A spec that means the same as another.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What is written differently.
    pub what: String,
    /// The other way to write it.
    pub specimen: Specimen,
}

/// Every other way to write a specimen.
#[must_use]
pub fn variants(specimen: &Specimen) -> Vec<Variant> {
    let mut found = Vec::new();
    let mut add = |what: String, spec: Value| {
        let same = specimen.with(spec);
        if same.spec != specimen.spec && same.is_valid() {
            found.push(Variant { what, specimen: same });
        }
    };
    let mut reordered = specimen.spec.clone();
    reorder(&mut reordered, document());
    add("the order of lists without an order".to_owned(), reordered);
    let mut nulls = specimen.spec.clone();
    write_nulls(&mut nulls, document());
    add("null for what is not set".to_owned(), nulls);
    for leaf in leaves(specimen.kind) {
        let here = |value: Value| {
            let mut spec = specimen.spec.clone();
            if path::set(&mut spec, &leaf.path, value) { spec } else { Value::Null }
        };
        let parent = leaf.path.split_last().map(|(_, parents)| parents).unwrap_or_default();
        let now = path::get(&specimen.spec, &leaf.path);
        match (&leaf.field.kind, now) {
            // An optional object is not made for the sake of a default in it.
            (_, None) if !parent.is_empty() && path::get(&specimen.spec, parent).is_none() => {}
            (Kind::List(_), None) => add(format!("an empty list for {}", leaf.name()), here(json!([]))),
            (Kind::Object(_), None) => add(format!("an empty object for {}", leaf.name()), here(json!({}))),
            (Kind::Scalar, None) => {
                let falsy = leaf.schema_says("boolean").then_some(json!(false));
                for default in leaf.field.default.clone().or(falsy).into_iter().filter(|_| leaf.field.facts.returned) {
                    add(format!("the explicit default of {}", leaf.name()), here(default));
                }
            }
            (Kind::Scalar, Some(now)) => {
                for same in notations(leaf.field.facts.compare, now) {
                    add(format!("another notation of {}", leaf.name()), here(same));
                }
            }
            (Kind::Credential(_), _) | (Kind::List(_) | Kind::Object(_), Some(_)) => {}
        }
    }
    found
}

impl crate::leaf::Leaf {
    fn schema_says(&self, kind: &str) -> bool {
        self.schema.get("type").and_then(Value::as_str) == Some(kind)
    }
}

/// Other texts and numbers for the same value.
fn notations(compare: Compare, now: &Value) -> Vec<Value> {
    match (compare, now) {
        (Compare::Minute, Value::String(text)) => match text.strip_suffix('Z') {
            Some(bare) => vec![json!(format!("{bare}.000Z")), json!(format!("{bare}+00:00"))],
            None => Vec::new(),
        },
        (Compare::ObjectUrl, Value::String(text)) => {
            let https = text.strip_prefix("s3://").and_then(|rest| rest.split_once('/'));
            let s3 = text
                .strip_prefix("https://")
                .and_then(|rest| rest.split_once(".s3."))
                .and_then(|(bucket, rest)| Some((bucket, rest.split_once('/')?.1)));
            https
                .map(|(bucket, key)| format!("https://{bucket}.s3.amazonaws.com/{key}"))
                .into_iter()
                .chain(s3.map(|(bucket, key)| format!("s3://{bucket}/{key}")))
                .map(|url| json!(url))
                .collect()
        }
        (Compare::Quantity, Value::Number(number)) => number.as_f64().map(|number| json!(number)).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Turns every list around whose order means nothing.
fn reorder(value: &mut Value, field: &Field) {
    match (&field.kind, value) {
        (Kind::Object(members), Value::Object(values)) => {
            for (name, member) in members {
                if let Some(value) = values.get_mut(name) {
                    reorder(value, member);
                }
            }
        }
        (Kind::List(item), Value::Array(items)) => {
            if matches!(field.facts.compare, Compare::Set | Compare::Keyed) {
                items.reverse();
            }
            for value in items {
                reorder(value, item);
            }
        }
        _ => {}
    }
}

/// Writes null for every member that is not set.
fn write_nulls(value: &mut Value, field: &Field) {
    match (&field.kind, value) {
        (Kind::Object(members), Value::Object(values)) => {
            for (name, member) in members {
                write_nulls(values.entry(name.clone()).or_insert(Value::Null), member);
            }
        }
        (Kind::List(item), Value::Array(items)) => {
            for value in items {
                write_nulls(value, item);
            }
        }
        (Kind::Credential(_), Value::Object(values)) => {
            let absent: Map<String, Value> = ["value", "secretKeyRef"]
                .iter()
                .filter(|name| !values.contains_key(**name))
                .map(|name| ((*name).to_owned(), Value::Null))
                .collect();
            values.extend(absent);
        }
        _ => {}
    }
}
