//! The tables of the destination that a pipe writes.
//!
//! Whether they hold rows is the service's knowledge.

use serde_json::{Map, Value};

use crate::source::Family;

/// The tables that the pipe itself makes, as `database.table`: they must be empty when it is created.
pub(crate) fn written(family: Family, source: &Map<String, Value>, destination: &Map<String, Value>) -> Vec<String> {
    let database = destination.get("database").and_then(Value::as_str).unwrap_or("default");
    let full = |table: &str| format!("{database}.{table}");
    if family == Family::Database {
        let mappings = source.get("tableMappings").and_then(Value::as_array);
        let targets = mappings.into_iter().flatten().filter_map(|mapping| mapping.get("targetTable")?.as_str());
        return targets.map(full).collect();
    }
    let managed = destination.get("managedTable").and_then(Value::as_bool) == Some(true);
    let table = destination.get("table").and_then(Value::as_str);
    table.filter(|_| managed).map(full).into_iter().collect()
}
