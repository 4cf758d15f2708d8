//! Columns and field mappings travel together: the API refuses `fieldMappings` without `destination.columns` (clickhousectl#763).

use cloud::Document;

use crate::desired::Wanted;

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
