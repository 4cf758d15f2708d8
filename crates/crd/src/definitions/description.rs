//! What `kubectl explain` says about a field: its doc comment, what each value of an enum means, and what a change of it leads to.
//!
//! Not here: any text about a single field; that is the field's doc comment.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{JSONSchemaProps, JSONSchemaPropsOrArray};
use serde_json::Value;

use crate::facts::tree::{Field, Kind};
use crate::facts::{Change, Route};

/// Writes the descriptions of a field and of everything in it.
///
/// `described` is the schema that still has a description for each value; `facts` is absent for what is not sent to the API.
pub(super) fn write(schema: &mut JSONSchemaProps, described: &Value, facts: Option<&Field>) {
    // The derive puts the description of an optional field's type in the place of the field's own.
    let own = described.get("description").and_then(Value::as_str).map(unwrapped).or(schema.description.take());
    let parts = [own, values(described), facts.and_then(change).map(str::to_owned)];
    let text = parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    schema.description = (!text.is_empty()).then_some(text);
    for (name, member) in schema.properties.iter_mut().flatten() {
        if let Some(described) = described.get("properties").and_then(|members| members.get(name)) {
            write(member, described, facts.and_then(|field| field.member(name)));
        }
    }
    if let (Some(JSONSchemaPropsOrArray::Schema(items)), Some(described)) = (&mut schema.items, described.get("items"))
    {
        // The list itself tells what a change of a member leads to.
        write(items, described, None);
    }
}

/// The text without the line breaks of the source file inside its paragraphs.
fn unwrapped(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n")
}

/// The values of an enum, each with its meaning; `kubectl explain` alone cuts the list after four.
fn values(described: &Value) -> Option<String> {
    let required = described.get("oneOf");
    let optional = || described.pointer("/anyOf/0/oneOf");
    let values: Vec<String> = required
        .or_else(optional)?
        .as_array()?
        .iter()
        .filter_map(|one| {
            let name = one.pointer("/enum/0")?.as_str()?;
            let meaning = one.get("description")?.as_str()?;
            Some(format!("{name}: {meaning}"))
        })
        .collect();
    (!values.is_empty()).then(|| values.join("\n"))
}

/// What a change of this field leads to, where it is more than a call.
fn change(field: &Field) -> Option<&'static str> {
    if field.facts.route == Route::Mappings {
        return Some(
            "Mappings are added and removed while the pipe pauses for a moment. A changed mapping loads its table again, after approval.",
        );
    }
    match (field.facts.change, &field.kind) {
        (_, Kind::Object(_)) if !field.facts.whole && !all_fixed(field) => None,
        (Change::Fixed, _) => Some("Fixed at creation: a change needs a new pipe."),
        (Change::WhilePaused, _) => Some("A change pauses the pipe for a moment."),
        (Change::InPlace, _) => None,
    }
}

fn all_fixed(field: &Field) -> bool {
    field.facts.change == Change::Fixed
        && match &field.kind {
            Kind::Object(members) => members.values().all(all_fixed),
            Kind::List(_) | Kind::Scalar | Kind::Credential(_) => true,
        }
}
