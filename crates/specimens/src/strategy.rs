//! Random specimens and random sequences of edits, for property tests.
//!
//! A random specimen is a flavour after some random edits, each of which is admitted. Shrinking drops edits. Not here: deterministic
//! enumerations ([`crate::changes`]).

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use crd::facts::Change as Changeable;
use crd::source::SourceKind;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

use crate::candidate::others;
use crate::companion::exemption;
use crate::flavour::flavours;
use crate::leaf::{Leaf, leaves};
use crate::path;
use crate::specimen::Specimen;

/// A random valid specimen of this kind of source.
pub fn specimens(kind: SourceKind) -> impl Strategy<Value = Specimen> {
    (any::<Index>(), vec(any::<(Index, Index)>(), 0..8)).prop_map(move |(flavour, picks)| {
        let (flavours, leaves) = stock(kind);
        let start = flavour.get(flavours).clone();
        picks.iter().fold(start, |specimen, pick| edit(&specimen, leaves, *pick).unwrap_or(specimen))
    })
}

/// A random flavour, and what it becomes by up to `most` random edits of fields that may change, each one after the other.
///
/// Mappings are added and removed, never changed: that loads a table anew and asks a person.
pub fn edits(kind: SourceKind, most: usize) -> impl Strategy<Value = (Specimen, Vec<Specimen>)> {
    (any::<Index>(), vec(any::<(Index, Index)>(), 1..=most)).prop_map(move |(flavour, picks)| {
        let (flavours, leaves) = stock(kind);
        let changeable: Vec<Leaf> =
            leaves.iter().filter(|leaf| leaf.facts.change != Changeable::Fixed).cloned().collect();
        let start = flavour.get(flavours).clone();
        let mut steps: Vec<Specimen> = Vec::new();
        for pick in picks {
            let next = edit(steps.last().unwrap_or(&start), &changeable, pick);
            steps.extend(next);
        }
        (start, steps)
    })
}

/// Flavours and fields of a kind, made once.
fn stock(kind: SourceKind) -> &'static (Vec<Specimen>, Vec<Leaf>) {
    type Stock = &'static (Vec<Specimen>, Vec<Leaf>);
    static STOCK: OnceLock<Mutex<BTreeMap<SourceKind, Stock>>> = OnceLock::new();
    let mut stock = STOCK.get_or_init(Mutex::default).lock().expect("nobody panics with it");
    stock.entry(kind).or_insert_with(|| {
        let mut fields = leaves(kind);
        fields.retain(|leaf| exemption(kind, &leaf.name()).is_none());
        Box::leak(Box::new((flavours(kind), fields)))
    })
}

/// One edit; `None` when the field that was picked cannot be edited here, or not alone.
fn edit(specimen: &Specimen, leaves: &[Leaf], (field, value): (Index, Index)) -> Option<Specimen> {
    if leaves.is_empty() {
        return None;
    }
    let leaf = field.get(leaves);
    let now = path::get(&specimen.spec, &leaf.path);
    let mut values = others(leaf, now);
    let deep = leaf.path.iter().filter(|name| *name == path::FIRST).count() > 1;
    if leaf.listed && (deep || !leaf.field.facts.key) && leaf.facts.route == crd::facts::Route::Mappings {
        return None;
    }
    values.push(Value::Null);
    let value = value.get(&values);
    let mut spec = specimen.spec.clone();
    let done = if value.is_null() {
        path::unset(&mut spec, &leaf.path)
    } else {
        path::set(&mut spec, &leaf.path, value.clone())
    };
    let edited = done.then(|| specimen.with(spec))?;
    edited.is_valid().then_some(edited)
}
