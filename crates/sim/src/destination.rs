//! The destination of a pipe and its column mappings.
//!
//! Whether the destination service is running, or a table already holds rows, is not looked at here.

use serde_json::{Map, Value, json};

use crate::field::{Field, Kind};
use crate::refusal::{Checked, Refusal};
use crate::schema::{Reading, check, check_list, keep};
use crate::source::Family;

/// `destination`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("database", Kind::Filled),
    Field::new("table", Kind::Filled),
    Field::new("managedTable", Kind::Bool),
    Field::new("columns", Kind::Objects(COLUMN, 0)),
    Field::new("tableDefinition", Kind::Object(DEFINITION)),
    Field::new("roles", Kind::Texts).write_only(),
];

/// A destination column.
pub(crate) const COLUMN: &[Field] =
    &[Field::new("name", Kind::Filled).required(), Field::new("type", Kind::Filled).required()];

const DEFINITION: &[Field] = &[
    Field::new("engine", Kind::Object(ENGINE)).required(),
    Field::new("sortingKey", Kind::Texts),
    Field::new("partitionBy", Kind::Filled),
    Field::new("primaryKey", Kind::Filled),
    Field::new("ttl", Kind::Filled),
];

const ENGINE: &[Field] = &[
    Field::new("type", Kind::OneOf(&["MergeTree", "ReplacingMergeTree", "SummingMergeTree", "Null"])).required(),
    Field::new("versionColumnId", Kind::Text).write_only(),
    Field::new("columnIds", Kind::Texts).write_only(),
];

/// One entry of `fieldMappings`.
pub(crate) const FIELD_MAPPING: &[Field] =
    &[Field::new("sourceField", Kind::Filled).required(), Field::new("destinationField", Kind::Filled).required()];

/// Checks the destination of a POST.
pub(crate) fn check_new(family: Family, destination: &Map<String, Value>, strict: bool) -> Checked {
    let how = Reading { partial: false, closed: strict, strict };
    check(FIELDS, destination, "destination", how)?;
    if strict && absent(destination, "database") {
        return Err(Refusal::missing("destination.database"));
    }
    check_roles(destination)?;
    match family {
        Family::Database => check_database(destination),
        Family::Streaming | Family::ObjectStorage => check_table(family, destination),
    }
}

/// These two role names are the service's own.
fn check_roles(destination: &Map<String, Value>) -> Checked {
    let roles = destination.get("roles").and_then(Value::as_array);
    let reserved = ["clickpipes", "clickpipes_system", ""];
    let bad = roles.into_iter().flatten().find(|role| role.as_str().is_some_and(|role| reserved.contains(&role)));
    bad.map_or(Ok(()), |role| Err(Refusal::member("destination.roles", role)))
}

/// A database pipe makes its own tables.
fn check_database(destination: &Map<String, Value>) -> Checked {
    for name in ["table", "managedTable", "columns", "tableDefinition"] {
        if !absent(destination, name) {
            let text = format!("request body.destination.{name}: is not supported for database ClickPipes");
            return Err(Refusal::bad_request(text));
        }
    }
    Ok(())
}

fn check_table(family: Family, destination: &Map<String, Value>) -> Checked {
    for name in ["table", "managedTable", "columns"] {
        if absent(destination, name) {
            return Err(Refusal::missing(&format!("destination.{name}")));
        }
    }
    let columns = destination.get("columns").and_then(Value::as_array);
    if family == Family::ObjectStorage && columns.is_some_and(Vec::is_empty) {
        return Err(Refusal::bad_request("request body.destination.columns array length < minLength minLength: 1"));
    }
    let managed = destination.get("managedTable").and_then(Value::as_bool) == Some(true);
    let definition = destination.get("tableDefinition").and_then(Value::as_object);
    match definition {
        None if managed => Err(Refusal::missing("destination.tableDefinition")),
        None => Ok(()),
        Some(definition) => check_definition(definition, columns.map(Vec::as_slice).unwrap_or_default()),
    }
}

/// What the engine says must agree with the columns.
fn check_definition(definition: &Map<String, Value>, columns: &[Value]) -> Checked {
    let engine = definition.get("engine").and_then(Value::as_object);
    let kind = engine.and_then(|engine| engine.get("type")).and_then(Value::as_str);
    let version = engine.and_then(|engine| engine.get("versionColumnId")).and_then(Value::as_str);
    let summed = engine.and_then(|engine| engine.get("columnIds")).and_then(Value::as_array);
    let path = "destination.tableDefinition.engine";
    let sorted = definition.get("sortingKey").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty());
    if kind == Some("ReplacingMergeTree") && !sorted {
        return Err(Refusal::missing("destination.tableDefinition.sortingKey"));
    }
    if let Some(column) = version.filter(|column| !column.is_empty())
        && (kind != Some("ReplacingMergeTree") || !has_column(columns, column))
    {
        return Err(Refusal::member(&format!("{path}.versionColumnId"), &json!(column)));
    }
    for column in summed.into_iter().flatten().filter_map(Value::as_str) {
        if kind != Some("SummingMergeTree") || !has_column(columns, column) {
            return Err(Refusal::member(&format!("{path}.columnIds"), &json!(column)));
        }
    }
    Ok(())
}

fn has_column(columns: &[Value], name: &str) -> bool {
    columns.iter().any(|column| column.get("name").and_then(Value::as_str) == Some(name))
}

fn absent(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_none_or(Value::is_null)
}

/// The destination as it is stored. A missing database means `default`, as the older documentation has it.
pub(crate) fn keep_new(destination: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = keep(FIELDS, destination);
    kept.entry("database").or_insert_with(|| json!("default"));
    kept
}

/// Checks `destination` and `fieldMappings` of a PATCH, which come together or not at all (CTL#763).
pub(crate) fn check_change(family: Family, destination: Option<&Value>, mappings: Option<&Value>) -> Checked {
    let how = Reading { partial: false, closed: false, strict: false };
    let columns = destination.and_then(|destination| destination.get("columns"));
    match (destination, columns) {
        (Some(_), None | Some(Value::Null)) => return Err(Refusal::missing("destination.columns")),
        (Some(_), Some(_)) if family == Family::Database => {
            let text = "request body.destination.columns: is not supported for database ClickPipes";
            return Err(Refusal::bad_request(text));
        }
        (_, Some(columns)) => check_list(COLUMN, 1, columns, "destination.columns", how)?,
        (None, None) => {}
    }
    match mappings {
        Some(_) if columns.is_none() => {
            Err(Refusal::bad_request("Columns are required if field mappings are provided"))
        }
        Some(mappings) => check_list(FIELD_MAPPING, 0, mappings, "fieldMappings", how),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(family: Family, destination: &Value) -> String {
        check_new(family, destination.as_object().unwrap(), false).unwrap_err().text
    }

    #[test]
    fn a_database_pipe_names_no_table() {
        let text = refusal(Family::Database, &json!({"database": "d", "table": "t"}));
        assert!(text.starts_with("request body.destination.table"), "{text}");
    }

    #[test]
    fn a_managed_table_needs_a_definition() {
        let text = refusal(Family::Streaming, &json!({"table": "t", "managedTable": true, "columns": []}));
        assert!(text.contains("destination.tableDefinition"), "{text}");
    }

    #[test]
    fn a_version_column_must_exist() {
        let destination = json!({"table": "t", "managedTable": true, "columns": [{"name": "id", "type": "UInt64"}],
            "tableDefinition": {"sortingKey": ["id"], "engine": {"type": "ReplacingMergeTree", "versionColumnId": "v"}}});
        let text = refusal(Family::Streaming, &destination);
        assert_eq!(text, "request body.destination.tableDefinition.engine.versionColumnId: 'v'");
    }

    #[test]
    fn the_services_own_roles_are_reserved() {
        let text = refusal(Family::Database, &json!({"database": "d", "roles": ["clickpipes_system"]}));
        assert_eq!(text, "request body.destination.roles: 'clickpipes_system'");
    }

    #[test]
    fn field_mappings_need_columns_beside_them() {
        let refusal = check_change(Family::ObjectStorage, None, Some(&json!([]))).unwrap_err();
        assert_eq!(refusal.text, "Columns are required if field mappings are provided");
    }
}
