//! Table mappings as a whole: unique targets, and what a removal names.

use std::collections::BTreeMap;

use cloud::Document;
use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::facts::tree::{Field, Kind};
use serde_json::Value;

use crate::desired::Problem;

/// Two mappings of one pipe must not write to the same table. (CEL cannot afford this check for 2,000 mappings.)
pub(super) fn unique_targets(spec: &ClickPipeSpec) -> Option<Problem> {
    let arm = spec.source.kind()?.as_str();
    let source = serde_json::to_value(&spec.source).ok()?;
    let mappings = source.get(arm)?.get("tableMappings")?.as_array()?.clone();
    let mut first = BTreeMap::new();
    mappings.iter().enumerate().find_map(|(at, mapping)| {
        let target = mapping.get("targetTable")?.as_str()?.to_owned();
        let before = *first.entry(target.clone()).or_insert(at);
        (before != at).then(|| Problem {
            reason: Reason::InvalidSpec,
            path: format!("spec.source.{arm}.tableMappings[{at}].targetTable"),
            message: format!(
                "\"{target}\" is also the target of tableMappings[{before}]: give each mapping its own table"
            ),
        })
    })
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
