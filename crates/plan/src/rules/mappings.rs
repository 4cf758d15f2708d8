//! Table mappings as a whole: unique targets and columns, and what a removal names.

use std::collections::{BTreeMap, BTreeSet};

use cloud::Document;
use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::facts::tree::{Field, Kind};
use crd::source::SourceKind;
use serde_json::Value;

use crate::desired::Problem;

/// Two mappings of one pipe must not write to the same table. (CEL cannot afford this check for 2,000 mappings.)
pub(super) fn unique_targets(spec: &ClickPipeSpec) -> Vec<Problem> {
    let mut first = BTreeMap::new();
    let mappings = mappings(spec);
    let targets = mappings.iter().enumerate().filter_map(|(at, (path, mapping))| {
        let target = mapping.get("targetTable")?.as_str()?;
        let before = *first.entry(target.to_owned()).or_insert(at);
        (before != at).then(|| Problem {
            reason: Reason::InvalidSpec,
            path: format!("{path}.targetTable"),
            message: format!(
                "\"{target}\" is also the target of tableMappings[{before}]: give each mapping its own table"
            ),
        })
    });
    targets.collect()
}

/// A list of columns inside a mapping names each column once. (CEL cannot afford this check for 2,000 mappings.)
pub(super) fn unique_columns(spec: &ClickPipeSpec) -> Vec<Problem> {
    let mappings = mappings(spec);
    let lists = mappings.iter().flat_map(|(path, mapping)| {
        let structured = mapping.get("structuredIngestion").map(|inner| (format!("{path}.structuredIngestion"), inner));
        std::iter::once((path.clone(), mapping)).chain(structured).flat_map(|(path, owner)| {
            ["sortingKeys", "excludedColumns"].map(|name| (format!("{path}.{name}"), owner.get(name)))
        })
    });
    lists.flat_map(|(path, list)| repeated(&path, list)).collect()
}

fn repeated(path: &str, list: Option<&Value>) -> Vec<Problem> {
    let mut seen = BTreeSet::new();
    let names = list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).enumerate();
    let again = names.filter(|(_, name)| !seen.insert(*name));
    again
        .map(|(at, name)| Problem {
            reason: Reason::InvalidSpec,
            path: format!("{path}[{at}]"),
            message: format!("\"{name}\" is named twice: name each column once"),
        })
        .collect()
}

/// The table mappings of whatever source this is, each with its path.
fn mappings(spec: &ClickPipeSpec) -> Vec<(String, Value)> {
    let Some(arm) = spec.source.kind().map(SourceKind::as_str) else { return Vec::new() };
    let source = serde_json::to_value(&spec.source).unwrap_or_default();
    let mappings = source.get(arm).and_then(|source| source.get("tableMappings")).and_then(Value::as_array).cloned();
    let numbered = mappings.into_iter().flatten().enumerate();
    numbered.map(|(at, mapping)| (format!("spec.source.{arm}.tableMappings[{at}]"), mapping)).collect()
}

/// A removal names the source table and the target.
pub(super) fn to_remove(observed: &Value, item: &Field) -> Document {
    let Kind::Object(members) = &item.kind else { return Document::empty() };
    let named = |name: &str, member: &Field| member.facts.key || name == "targetTable";
    let kept = members
        .iter()
        .filter(|(name, member)| named(name, member))
        .filter_map(|(name, _)| Some((name.clone(), observed.get(name)?.clone())));
    Document::plain(Value::Object(kept.collect()))
}
