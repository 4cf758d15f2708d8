//! However the service rewrites what it was sent, a converged pipe stays alone: no write for twenty polls, and none after a restart.
//!
//! Not here: what each rewriting is (`sim/src/switch.rs`).

use std::collections::BTreeSet;

use crd::source::SourceKind;
use sim::Switch;
use specimens::{Specimen, flavours};

use crate::life::{POLL, converged, written};
use crate::switches::{all, each};

/// Each switch alone, all together, and all with the two that hide instead of rewriting.
fn ways() -> Vec<BTreeSet<Switch>> {
    let mut ways: Vec<BTreeSet<Switch>> = each().into_iter().map(|switch| BTreeSet::from([switch])).collect();
    ways.extend([all(), each().into_iter().collect()]);
    ways
}

#[test]
fn every_example_stays_alone_under_every_way_to_answer() {
    let examples: Vec<Specimen> = SourceKind::ALL
        .into_iter()
        .flat_map(flavours)
        .filter(|flavour| flavour.label.starts_with("example "))
        .collect();
    assert!(examples.len() >= 10, "{}", examples.len());
    for example in examples {
        for way in ways() {
            stays_alone(&example, &way);
        }
    }
}

#[test]
fn every_flavour_stays_alone_when_everything_is_rewritten() {
    for flavour in SourceKind::ALL.into_iter().flat_map(flavours) {
        stays_alone(&flavour, &all());
        stays_alone(&flavour, &each().into_iter().collect());
    }
}

fn stays_alone(specimen: &Specimen, way: &BTreeSet<Switch>) {
    let mut world = converged(specimen, way);
    world.live(20 * POLL);
    assert_eq!(written(&world), Vec::<String>::new(), "{} under {way:?}", specimen.label);
    world.restart();
    world.live(20 * POLL);
    assert_eq!(written(&world), Vec::<String>::new(), "{} under {way:?} after a restart", specimen.label);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{} under {way:?}", specimen.label);
}
