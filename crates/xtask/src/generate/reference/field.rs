//! One field as one row of a table.

use crd::facts::tree::{Field, Kind};
use crd::facts::{Change, Route};
use serde_json::Value;

/// The members of an object.
pub(super) fn members(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema["properties"].as_object().into_iter().flatten()
}

/// The row: path, type, what a change means, description.
pub(super) fn row(path: &str, schema: &Value, facts: Option<&Field>, required: bool) -> String {
    let required = if required { ", required" } else { "" };
    let description = without_note(schema["description"].as_str().unwrap_or_default());
    format!(
        "| `{path}` | {}{required} | {} | {} |\n",
        if is_credential(facts) { sources(schema) } else { type_of(schema) },
        facts.map_or("", |field| change(path, field)),
        description.replace('|', "\\|").replace("\n\n", "<br>").replace('\n', "<br>")
    )
}

/// The facts of a list's members.
pub(super) fn item(field: Option<&Field>) -> Option<&Field> {
    match &field?.kind {
        Kind::List(item) => Some(item),
        Kind::Object(_) | Kind::Scalar | Kind::Credential(_) => None,
    }
}

/// Whether the field's value is read from somewhere.
pub(super) fn is_credential(field: Option<&Field>) -> bool {
    field.is_some_and(|field| matches!(field.kind, Kind::Credential(_)))
}

/// Where a credential may be read from.
fn sources(schema: &Value) -> String {
    let names: Vec<String> = members(schema).map(|(name, _)| format!("`{name}`")).collect();
    names.join(" or ")
}

fn type_of(schema: &Value) -> String {
    let name = schema["type"].as_str().unwrap_or("any");
    let name = match name {
        "array" => format!("list of {}", schema["items"]["type"].as_str().unwrap_or("any")),
        _ if schema["enum"].is_array() => "enum".to_owned(),
        _ => name.to_owned(),
    };
    // The largest value of the type is no limit that anybody needs to read.
    let most = schema["maximum"].as_f64().filter(|most| (most - f64::from(i32::MAX)).abs() > 0.5);
    let range = match (schema["minimum"].as_f64(), most) {
        (Some(least), Some(most)) => format!(" {least} to {most}"),
        (Some(least), None) => format!(" from {least}"),
        (None, Some(most)) => format!(" up to {most}"),
        (None, None) => String::new(),
    };
    let default = match &schema["default"] {
        Value::Null | Value::Object(_) | Value::Array(_) => String::new(),
        default => format!(", default `{}`", default.as_str().map_or_else(|| default.to_string(), str::to_owned)),
    };
    format!("{name}{range}{default}")
}

/// What a change of the field leads to.
fn change(path: &str, field: &Field) -> &'static str {
    match (&field.kind, field.facts.change, field.facts.route) {
        (Kind::Object(_), _, _) if !field.facts.whole => "",
        (_, Change::Fixed, _) => "new pipe",
        (_, _, Route::Mappings) if field.facts.key => "another mapping",
        (_, _, Route::Mappings) if path.contains("[]") => "loads the table again, after approval",
        (_, _, Route::Mappings) => "in place: mappings are added and removed; pauses",
        (_, Change::WhilePaused, _) => "in place; pauses",
        (_, Change::InPlace, _) => "in place",
    }
}

/// The description without its last paragraph where that is what the column `change` says.
fn without_note(description: &str) -> String {
    let notes = ["Fixed at creation", "A change pauses the pipe"];
    let paragraphs = description.split("\n\n");
    paragraphs.filter(|text| !notes.iter().any(|note| text.starts_with(note))).collect::<Vec<_>>().join("\n\n")
}
