//! Columns as a whole: what names a column names one that is there, and what travels with columns.
//!
//! The API refuses `fieldMappings` without `destination.columns` (clickhousectl#763). Not here: what CEL can afford to check.

use std::collections::BTreeSet;

use cloud::Document;
use crd::ClickPipeSpec;
use crd::condition::Reason;

use crate::desired::{Problem, Wanted};

/// What is summed, and what a field is written to, is one of the columns. (CEL cannot afford this check for 1,000 columns.)
pub(super) fn named(spec: &ClickPipeSpec) -> Vec<Problem> {
    let Some(columns) = &spec.destination.columns else { return Vec::new() };
    let columns: BTreeSet<&str> = columns.iter().map(|column| column.name.as_str()).collect();
    let engine = spec.destination.table_definition.as_ref().map(|definition| &definition.engine);
    let summed = engine.and_then(|engine| engine.column_ids.as_ref()).into_iter().flatten().enumerate();
    let summed = summed.map(|(at, name)| (format!("spec.destination.tableDefinition.engine.columnIds[{at}]"), name));
    let mapped = spec.field_mappings.iter().flatten().enumerate();
    let mapped =
        mapped.map(|(at, mapping)| (format!("spec.fieldMappings[{at}].destinationField"), &mapping.destination_field));
    let unknown = summed.chain(mapped).filter(|(_, name)| !columns.contains(name.as_str()));
    unknown
        .map(|(path, name)| Problem {
            reason: Reason::InvalidSpec,
            path,
            message: format!(
                "\"{name}\" is not one of destination.columns: add the column there, or name one that is there"
            ),
        })
        .collect()
}

pub(super) fn together(body: &mut Document, wanted: &Wanted) {
    if body.get("fieldMappings").is_none() && body.at(&["destination", "columns"]).is_none() {
        return;
    }
    for path in [&["destination", "columns"][..], &["fieldMappings"][..]] {
        if let Some(value) = wanted.document.at(path) {
            body.set(path, value.clone());
        }
    }
}
