//! The spec that is read back from a pipe is admitted, and adopting the pipe with it needs no call, however the service answers.
//!
//! Not here: the reading itself; its own tests are beside it.

use std::collections::BTreeSet;

use clickpipes_plan::inverse::{Manifest, Names, manifest};
use crd::ClickPipeStatus;
use crd::source::SourceKind;
use proptest::prelude::*;
use serde_json::Value;
use sim::{DEFAULT_SERVICE, Switch};
use specimens::{Admission, Specimen, flavours, path, specimens};

use crate::life::{POLL, born, settle, written};
use crate::switches::{all, each};
use crate::world::World;

#[test]
fn every_flavour_is_read_back_and_adopted_without_a_call() {
    for flavour in SourceKind::ALL.into_iter().flat_map(flavours) {
        round(&flavour, &BTreeSet::new());
        round(&flavour, &all());
    }
}

#[test]
fn every_flavour_is_read_back_under_each_way_to_answer() {
    for kind in SourceKind::ALL {
        let flavours = flavours(kind);
        for (at, switch) in each().into_iter().enumerate() {
            round(&flavours[at % flavours.len()], &BTreeSet::from([switch]));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pipe_is_read_back_and_adopted_without_a_call(
        specimen in (0..SourceKind::ALL.len()).prop_flat_map(|kind| specimens(SourceKind::ALL[kind])),
        answers in any::<bool>(),
    ) {
        round(&specimen, &if answers { all() } else { BTreeSet::new() });
    }
}

/// Makes a pipe, reads it back, forgets everything, and adopts it.
fn round(specimen: &Specimen, switches: &BTreeSet<Switch>) {
    let mut world = born(specimen, switches);
    settle(&mut world);
    assert_eq!(world.sim.pipes().count(), 1, "{}: {:#?} {}", specimen.label, world.status.conditions, specimen.spec);
    let manifest = read_back(&world, specimen);
    let mut adopting = stranger(&world, specimen, &manifest);
    adopting.live(6 * POLL);
    let condition = adopting.condition("Synced");
    let message = adopting.status.conditions.iter().find(|one| one.type_ == "Synced").map(|one| one.message.clone());
    assert_eq!(
        (written(&adopting), condition.as_str()),
        (Vec::new(), "True ReconcileSuccess"),
        "{} {switches:?}: {message:?} {}",
        specimen.label,
        manifest.spec
    );
    adopting.restart();
    adopting.live(4 * POLL);
    assert_eq!(written(&adopting), Vec::<String>::new(), "{} after a restart", specimen.label);
}

fn read_back(world: &World, specimen: &Specimen) -> Manifest {
    let pipe = world.seen.as_ref().and_then(|seen| seen.pipes.values().next()).expect("a list shows the pipe");
    let names = Names { connection: "prod", service: DEFAULT_SERVICE, secret: "login" };
    let mut manifest = manifest(pipe, &names).expect("a known source");
    for gap in std::mem::take(&mut manifest.gaps) {
        // What a person fills in.
        let place: Vec<String> = gap.split('.').skip(1).map(str::to_owned).collect();
        let value = path::get(&specimen.spec, &place).cloned().unwrap_or(Value::Null);
        assert!(path::set(&mut manifest.spec, &place, value), "{gap}");
    }
    assert!(Admission::of_this_thread(&manifest.spec), "{} is not admitted: {}", specimen.label, manifest.spec);
    manifest
}

/// Another object that never saw the pipe, before the same service.
fn stranger(world: &World, specimen: &Specimen, manifest: &Manifest) -> World {
    let mut other = world.clone();
    let adopting = specimen.with(manifest.spec.clone());
    other.spec = adopting.typed();
    other.secrets.clone_from(&adopting.secrets);
    other.status = ClickPipeStatus::default();
    (other.object.uid, other.object.name, other.object.generation) = ("uid-9".into(), "other".into(), 1);
    (other.held, other.last_pipe) = (false, None);
    other.trace.clear();
    other.sim.clear_requests();
    other.restart();
    other
}
