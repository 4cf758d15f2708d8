//! Every field of every source can be changed, or the table of exemptions says why not; and every specimen is valid.
//!
//! Not here: whether the operator and the service agree; that is tried in the crate `plan`.

use std::collections::{BTreeMap, BTreeSet};

use clickpipes_specimens::{
    Admission, Specimen, Verb, changes, edits, exemption, flavours, leaves, path, specimens, variants,
};
use crd::source::SourceKind;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

#[test]
fn every_field_of_every_source_has_a_change_or_a_reason_why_not() {
    let mut wrong = Vec::new();
    let mut count = BTreeMap::new();
    for kind in SourceKind::ALL {
        let edited: BTreeSet<String> = changes(kind).iter().map(|change| change.leaf.name()).collect();
        for leaf in leaves(kind).iter().filter(|leaf| !leaf.is_object()) {
            *count.entry(kind).or_insert(0) += 1;
            if !edited.contains(&leaf.name()) && exemption(kind, &leaf.name()).is_none() {
                wrong.push(format!("{kind}: {} has no change", leaf.name()));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert!(count.values().sum::<usize>() > 250, "{count:?}");
}

#[test]
fn every_field_is_set_by_some_flavour() {
    let mut unset = Vec::new();
    for kind in SourceKind::ALL {
        let flavours = flavours(kind);
        for leaf in leaves(kind) {
            let set = flavours.iter().any(|flavour| path::get(&flavour.spec, &leaf.path).is_some());
            if !set && exemption(kind, &leaf.name()).is_none() {
                unset.push(format!("{kind}: {}", leaf.name()));
            }
        }
    }
    assert_eq!(unset, Vec::<String>::new());
}

#[test]
fn every_specimen_is_valid() {
    let admission = Admission::default();
    for kind in SourceKind::ALL {
        for flavour in flavours(kind) {
            assert_eq!(admission.refusals(&flavour.spec), Vec::<String>::new(), "{}", flavour.label);
            assert_eq!(flavour.problems(), Vec::<String>::new(), "{}", flavour.label);
            assert_eq!(flavour.typed().source.kind(), Some(kind));
            for variant in variants(&flavour) {
                let refusals = admission.refusals(&variant.specimen.spec);
                assert_eq!(refusals, Vec::<String>::new(), "{} with {}", flavour.label, variant.what);
            }
        }
        for change in changes(kind) {
            assert_eq!(admission.refusals(&change.before.spec), Vec::<String>::new(), "before: {}", change.name());
            assert_eq!(admission.refusals(&change.after.spec), Vec::<String>::new(), "after: {}", change.name());
        }
    }
}

#[test]
fn a_change_changes_its_field_and_nothing_else() {
    for kind in SourceKind::ALL {
        for change in changes(kind) {
            let (mut before, mut after) = (change.before.spec.clone(), change.after.spec.clone());
            let at = |specimen: &Specimen| path::get(&specimen.spec, &change.leaf.path).cloned();
            assert!(at(&change.before) != at(&change.after) || change.paths.len() > 1, "{}", change.name());
            for path in &change.paths {
                path::unset(&mut before, path);
                path::unset(&mut after, path);
            }
            // What was the only member of an object leaves an empty one behind.
            [&mut before, &mut after].into_iter().for_each(without_empty);
            assert_eq!(before, after, "{}", change.name());
            assert_eq!(change.verb == Verb::Unset, at(&change.after).is_none(), "{}", change.name());
        }
    }
}

#[test]
fn the_admission_refuses_what_the_api_server_refuses() {
    let admission = Admission::default();
    let good = flavours(SourceKind::Postgres).remove(0).spec;
    let bad = [
        ("/source/postgres/port", json!(0), "out of range"),
        ("/source/postgres/port", json!("x"), "is no integer"),
        ("/source/postgres/type", json!("oracle"), "is not one of"),
        ("/source/postgres/host", json!(""), "0 characters"),
        ("/source/postgres/host", json!("a/b"), "host name"),
        ("/source/postgres/tableMappings", json!([]), "0 items"),
        ("/serviceId", json!("not-a-uuid"), "characters"),
        ("/source/postgres/settings/replicationSlotName", json!("s"), "replicationSlotName is only"),
        ("/readyWhen", json!("Never"), "is not one of"),
    ];
    for (pointer, value, says) in bad {
        let mut spec = good.clone();
        let path: Vec<String> = pointer.split('/').skip(1).map(str::to_owned).collect();
        assert!(path::set(&mut spec, &path, value.clone()));
        let refusals = admission.refusals(&spec);
        assert!(refusals.iter().any(|refusal| refusal.contains(says)), "{pointer} = {value}: {refusals:?}");
    }
}

#[test]
fn random_specimens_and_edits_are_valid_and_many() {
    let admission = Admission::default();
    let mut runner = TestRunner::deterministic();
    for kind in SourceKind::ALL {
        let mut seen = BTreeSet::new();
        for _ in 0..40 {
            let specimen = specimens(kind).new_tree(&mut runner).unwrap().current();
            assert!(admission.admits(&specimen.spec), "{}", specimen.spec);
            seen.insert(specimen.spec.to_string());
        }
        assert!(seen.len() > 15, "{kind}: {} different", seen.len());
        let (_, steps) = (0..20)
            .map(|_| edits(kind, 6).new_tree(&mut runner).unwrap().current())
            .max_by_key(|(_, steps)| steps.len())
            .unwrap_or_else(|| panic!("{kind}"));
        assert!(steps.iter().all(|step| admission.admits(&step.spec)) && !steps.is_empty(), "{kind}");
    }
}

fn without_empty(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(without_empty);
            members.retain(|_, member| *member != json!({}));
        }
        Value::Array(items) => items.iter_mut().for_each(without_empty),
        _ => {}
    }
}
