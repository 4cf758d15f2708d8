//! What people read of a planned change: one line for each field, and for a list of mappings one for each mapping that differs.
//!
//! Values are redacted already. Not here: what makes a difference ([`crate::diff`]).

use cloud::Document;
use crd::facts::Compare;
use crd::facts::tree::{Field, Kind, document as facts};
use crd::status::{Impact, PlannedChange};
use serde_json::Value;

use crate::compare;
use crate::diff::Difference;

/// Longer values are cut.
const LONGEST: usize = 200;

/// More lines are counted only: a status has its limits, and 2,000 mappings can change at once.
const MOST: usize = 50;

/// The lines of all differences.
pub(super) fn all(allowed: &[Difference]) -> Vec<PlannedChange> {
    let mut lines: Vec<PlannedChange> = allowed.iter().flat_map(changes).collect();
    let class = lines.iter().skip(MOST).map(|line| line.class).max();
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    lines.extend(class.map(|class| line(format!("and {more} more"), &Value::Null, &Value::Null, class)));
    lines
}

/// The lines of one difference.
fn changes(difference: &Difference) -> Vec<PlannedChange> {
    let field = difference.path.iter().try_fold(facts(), |field, name| field.member(name));
    if let (Some(Kind::List(item)), Compare::Keyed, Some(to)) =
        (field.map(|field| &field.kind), difference.facts.compare, difference.to.as_array())
    {
        let from = difference.from.as_array().map(Vec::as_slice).unwrap_or_default();
        return items(difference, from, to, item);
    }
    vec![line(difference.spec_path(), &difference.from, &difference.to, difference.impact)]
}

/// The items that are added, removed, and changed, each changed member on a line of its own.
fn items(difference: &Difference, from: &[Value], to: &[Value], item: &Field) -> Vec<PlannedChange> {
    let path = |one: &Value| format!("{}[{}]", difference.spec_path(), key(one, item));
    let with = |one: &Value, others: &[Value]| {
        others.iter().find(|other| compare::same_key(&Document::plain(one.clone()), other, item)).cloned()
    };
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for wanted in to {
        match with(wanted, from) {
            Some(observed) => changed.extend(members(&path(wanted), &observed, wanted, item, difference.impact)),
            None => added.push(line(path(wanted), &Value::Null, wanted, Impact::Restart)),
        }
    }
    let removed = from.iter().filter(|observed| with(observed, to).is_none());
    let removed = removed.map(|observed| line(path(observed), observed, &Value::Null, Impact::Restart));
    changed.into_iter().chain(added).chain(removed).collect()
}

fn members(path: &str, observed: &Value, wanted: &Value, item: &Field, class: Impact) -> Vec<PlannedChange> {
    let (Kind::Object(members), Some(wanted)) = (&item.kind, wanted.as_object()) else { return Vec::new() };
    let differs = |name: &str, value: &Value| {
        members
            .get(name)
            .is_some_and(|member| !compare::same(&Document::plain(value.clone()), observed.get(name), member))
    };
    let changed = wanted.iter().filter(|(name, value)| differs(name, value));
    changed
        .map(|(name, value)| line(format!("{path}.{name}"), observed.get(name).unwrap_or(&Value::Null), value, class))
        .collect()
}

/// What identifies an item, as `public.users`.
fn key(one: &Value, item: &Field) -> String {
    let Kind::Object(members) = &item.kind else { return String::new() };
    let keys: Vec<&str> =
        members.iter().filter(|(_, member)| member.facts.key).filter_map(|(name, _)| one.get(name)?.as_str()).collect();
    keys.join(".")
}

fn line(path: String, from: &Value, to: &Value, class: Impact) -> PlannedChange {
    PlannedChange { path: cut(path), from: words(from), to: words(to), class }
}

/// A value in short.
fn words(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => Document::plain(other.clone()).to_string(),
    };
    cut(text)
}

fn cut(text: String) -> String {
    if text.chars().count() > LONGEST { text.chars().take(LONGEST - 1).chain(['…']).collect() } else { text }
}
