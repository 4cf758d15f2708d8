//! Pairs of valid specs that differ in one field: every way in which a person can edit it.
//!
//! Deterministic: the same tree and flavours give the same changes. Not here: what the operator makes of a change.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crd::source::SourceKind;
use serde_json::Value;

use crate::candidate::others;
use crate::companion::{COMPANIONS, exemption};
use crate::flavour::flavours;
use crate::leaf::{Leaf, leaves};
use crate::path;
use crate::specimen::Specimen;

/// How a field is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It held something and holds something else.
    Replace,
    /// It held nothing and holds something.
    Set,
    /// It held something and holds nothing, which means that it is no longer managed.
    Unset,
    /// A list has one member more.
    Add,
    /// A list has one member less.
    Remove,
}

/// One edit of one field.
#[derive(Clone, Debug)]
pub struct Change {
    /// The field.
    pub leaf: Leaf,
    /// How it is edited.
    pub verb: Verb,
    /// The spec before.
    pub before: Specimen,
    /// The spec after.
    pub after: Specimen,
    /// The paths of everything that changed: the field alone, unless it has companions.
    pub paths: Vec<Vec<String>>,
}

impl Change {
    /// What it is, for messages.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:?} {} of {}", self.verb, self.leaf.name(), self.before.label)
    }
}

/// Every edit of every field of one kind of source: for each field and verb the first that some flavour admits. Made once.
#[must_use]
pub fn changes(kind: SourceKind) -> &'static [Change] {
    static CHANGES: Mutex<BTreeMap<SourceKind, &'static [Change]>> = Mutex::new(BTreeMap::new());
    let mut changes = CHANGES.lock().expect("nobody panics with it");
    changes.entry(kind).or_insert_with(|| {
        let flavours = flavours(kind);
        let made: Vec<Change> = leaves(kind).iter().flat_map(|leaf| of_leaf(leaf, kind, &flavours)).collect();
        Box::leak(made.into_boxed_slice())
    })
}

fn of_leaf(leaf: &Leaf, kind: SourceKind, flavours: &[Specimen]) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    if exemption(kind, &leaf.name()).is_some() {
        return found;
    }
    for change in flavours.iter().flat_map(|flavour| candidates(leaf, flavour)) {
        // Both are judged: an edit that sets something begins with a spec that is no flavour.
        let admitted = |change: &Change| change.before.is_valid() && change.after.is_valid();
        if found.iter().all(|known| known.verb != change.verb) && admitted(&change) {
            found.push(change);
        }
    }
    for (change, reason) in companions(leaf, kind, flavours) {
        let admitted = change.after.is_valid();
        assert!(admitted, "{} ({reason}): the companions are not enough", change.name());
        // Ways to log in are tried with and without others beside them.
        if leaf.member() == "authentication" || found.iter().all(|known| known.verb != change.verb) {
            found.push(change);
        }
    }
    found
}

fn candidates<'a>(leaf: &'a Leaf, flavour: &'a Specimen) -> impl Iterator<Item = Change> + 'a {
    let now = path::get(&flavour.spec, &leaf.path);
    let replaced = others(leaf, now).into_iter().filter_map(move |value| {
        let verb = verb(now, &value);
        edited(leaf, verb, flavour, &[(leaf.path.clone(), value)])
    });
    let unset = now.and_then(|_| edited(leaf, Verb::Unset, flavour, &[(leaf.path.clone(), Value::Null)]));
    // Backwards, an edit that takes something away is one that sets it.
    let set =
        unset.clone().map(|change| Change { verb: Verb::Set, before: change.after, after: change.before, ..change });
    replaced.chain(unset).chain(set)
}

fn companions<'a>(
    leaf: &'a Leaf,
    kind: SourceKind,
    flavours: &'a [Specimen],
) -> impl Iterator<Item = (Change, &'static str)> + 'a {
    let name = leaf.name();
    COMPANIONS.iter().filter(move |companion| companion.is_about(kind, &name)).filter_map(move |companion| {
        let wanted = |flavour: &&Specimen| {
            path::get(&flavour.spec, &leaf.path).is_some()
                && (companion.flavour.is_empty() || flavour.label == format!("{kind} {}", companion.flavour))
        };
        let flavour = flavours.iter().find(wanted)?;
        let set = companion.of(kind);
        let verb = if set.first().is_some_and(|(_, value)| value.is_null()) { Verb::Unset } else { Verb::Replace };
        Some((edited(leaf, verb, flavour, &set)?, companion.reason))
    })
}

fn verb(now: Option<&Value>, new: &Value) -> Verb {
    match (now, new) {
        (None, _) => Verb::Set,
        (Some(Value::Array(now)), Value::Array(new)) if new.len() > now.len() => Verb::Add,
        (Some(Value::Array(now)), Value::Array(new)) if new.len() < now.len() => Verb::Remove,
        (Some(_), _) => Verb::Replace,
    }
}

fn edited(leaf: &Leaf, verb: Verb, flavour: &Specimen, set: &[(Vec<String>, Value)]) -> Option<Change> {
    let mut spec = flavour.spec.clone();
    for (path, value) in set {
        if value.is_null() {
            path::unset(&mut spec, path);
        } else if !path::set(&mut spec, path, value.clone()) {
            return None;
        }
    }
    let paths = set.iter().map(|(path, _)| path.clone()).collect();
    (spec != flavour.spec).then(|| Change {
        leaf: leaf.clone(),
        verb,
        before: flavour.clone(),
        after: flavour.with(spec),
        paths,
    })
}
