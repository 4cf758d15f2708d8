//! The document's schemas, made to refuse what they do not name: to judge the bodies that we send.
//!
//! As it stands the document lets every object hold more than it names, so that nothing misspelt would be noticed, and the arms of a union
//! are told apart by nothing. Not here: judging.

use serde_json::{Value, json};

use crate::document::Document;
use crate::exceptions::left_out_of_changes;
use crate::operation::{Operation, Purpose, operations};

/// The schema of a call's body in which every object is closed, and what we leave out of changes is not required. It stands alone.
#[must_use]
pub fn schema(document: &Document, operation: &Operation) -> Value {
    let mut components = document.value["components"].clone();
    for schema in components["schemas"].as_object_mut().into_iter().flatten().map(|(_, schema)| schema) {
        close(schema);
    }
    let mut closed = Document { version: document.version.clone(), value: json!({"components": components}) };
    for field in left_out_of_changes() {
        allow_absence(&mut closed, field);
    }
    let mut schema = closed.value;
    schema["$ref"] = operation.schema["$ref"].clone();
    schema
}

/// The call that a request is, by its method and path from the service on; `None` when we never make it.
#[must_use]
pub fn operation(document: &Document, method: &str, path: &str) -> Option<Operation> {
    operations(document).into_iter().find(|operation| {
        let (pattern, path) = (operation.path.split('/'), path.split('/'));
        matches!(operation.purpose, Purpose::Pipe(_))
            && operation.method == method
            && pattern.clone().count() == path.clone().count()
            && pattern.zip(path).all(|(pattern, part)| pattern == part || pattern.starts_with('{'))
    })
}

/// No member but those that are named.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("properties").is_some_and(Value::is_object) && !members.contains_key("additionalProperties")
            {
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            members.values_mut().for_each(close);
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes a field out of the list of what a PATCH requires.
fn allow_absence(document: &mut Document, field: &str) {
    let names: Vec<&str> = field.split('.').collect();
    let Some((last, parents)) = names.split_last() else { return };
    let mut name = "ClickPipePatchRequest".to_owned();
    for parent in parents {
        let property = &document.value["components"]["schemas"][&name]["properties"][parent];
        let reference = property["$ref"].as_str().unwrap_or_default();
        name = reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    let schema = &mut document.value["components"]["schemas"][&name];
    if let Some(required) = schema["required"].as_array_mut() {
        required.retain(|required| required != last);
    }
}
