//! The table mappings of database pipes, and how a PATCH adds and removes them.
//!
//! A mapping has no name of its own: it is known by its source namespace and source object.

use serde_json::{Map, Value};

use crate::field::Field;
use crate::machine::Tables;
use crate::refusal::{Checked, Refusal};
use crate::schema::{Reading, check_list, keep};
use crate::source::{Source, bigquery, database, mongodb};

/// The member of a PATCH with mappings to add.
pub(crate) const TO_ADD: &str = "tableMappingsToAdd";
/// The member of a PATCH with mappings to remove.
pub(crate) const TO_REMOVE: &str = "tableMappingsToRemove";

/// Parts a patch into ordinary members and the two lists that only a PATCH has.
pub(crate) fn split(patch: &Map<String, Value>) -> (Map<String, Value>, Map<String, Value>) {
    let mut members = patch.clone();
    let mut deltas = Map::new();
    for name in [TO_ADD, TO_REMOVE] {
        if let Some(list) = members.remove(name).filter(|list| !list.is_null()) {
            deltas.insert(name.to_owned(), list);
        }
    }
    (members, deltas)
}

/// The members of a mapping of this source.
pub(crate) fn fields(source: Source) -> &'static [Field] {
    match source {
        Source::Mongodb => mongodb::TABLE_MAPPING,
        Source::Bigquery => bigquery::TABLE_MAPPING,
        _ => database::TABLE_MAPPING,
    }
}

/// What a mapping is known by: the names of its namespace and its object.
pub(crate) fn key(source: Source, mapping: &Map<String, Value>) -> Option<(String, String)> {
    let (namespace, object) = match source {
        Source::Mongodb => ("sourceDatabaseName", "sourceCollection"),
        Source::Bigquery => ("sourceDatasetName", "sourceTable"),
        _ => ("sourceSchemaName", "sourceTable"),
    };
    let text = |name: &str| mapping.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text(namespace)?, text(object)?))
}

/// Adds and removes mappings.
pub(crate) fn apply(
    source: Source,
    document: &mut Map<String, Value>,
    deltas: &Map<String, Value>,
    path: &str,
    how: Reading,
) -> Result<Tables, Refusal> {
    let added = entries(deltas, TO_ADD, path)?;
    let removed = entries(deltas, TO_REMOVE, path)?;
    if added.is_empty() && removed.is_empty() {
        return Ok(Tables::default());
    }
    if let Some(list) = deltas.get(TO_ADD) {
        check_list(fields(source), 0, list, &format!("{path}.{TO_ADD}"), how)?;
    }
    let mut mappings = stored(document);
    for mapping in &removed {
        remove(source, &mut mappings, mapping, path)?;
    }
    for mapping in &added {
        check_addable(source, &mappings, &removed, mapping, path)?;
        mappings.push(keep(fields(source), mapping));
    }
    if mappings.is_empty() {
        let text = format!("request body.{path}.tableMappings array length < minLength <array:0> minLength: 1");
        return Err(Refusal::bad_request(text));
    }
    let list = mappings.into_iter().map(Value::Object).collect();
    document.insert("tableMappings".to_owned(), Value::Array(list));
    Ok(Tables { added: !added.is_empty(), removed: !removed.is_empty() })
}

fn entries(deltas: &Map<String, Value>, name: &str, path: &str) -> Result<Vec<Map<String, Value>>, Refusal> {
    let Some(value) = deltas.get(name) else {
        return Ok(Vec::new());
    };
    let wrong = || Refusal::member(&format!("{path}.{name}"), value);
    let list = value.as_array().ok_or_else(wrong)?;
    list.iter().map(|entry| entry.as_object().cloned().ok_or_else(wrong)).collect()
}

fn stored(document: &Map<String, Value>) -> Vec<Map<String, Value>> {
    let list = document.get("tableMappings").and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_object).cloned().collect()
}

fn remove(source: Source, mappings: &mut Vec<Map<String, Value>>, mapping: &Map<String, Value>, path: &str) -> Checked {
    let wanted = key(source, mapping);
    let missing = || Refusal::bad_request(format!("request body.{path}.{TO_REMOVE}: table mapping does not exist"));
    let at = mappings.iter().position(|stored| wanted.is_some() && key(source, stored) == wanted);
    mappings.remove(at.ok_or_else(missing)?);
    Ok(())
}

/// Neither a mapping that is there nor one that the same PATCH removes can be added.
fn check_addable(
    source: Source,
    mappings: &[Map<String, Value>],
    removed: &[Map<String, Value>],
    mapping: &Map<String, Value>,
    path: &str,
) -> Checked {
    let wanted = key(source, mapping);
    let known = |list: &[Map<String, Value>]| list.iter().any(|other| key(source, other) == wanted);
    let at = format!("request body.{path}.{TO_ADD}");
    if known(removed) {
        return Err(Refusal::bad_request(format!("{at}: the same table cannot be added and removed at once")));
    }
    if known(mappings) {
        return Err(Refusal::bad_request(format!("{at}: table mapping already exists")));
    }
    Ok(())
}
