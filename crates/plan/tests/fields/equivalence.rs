//! A spec that is written differently and means the same needs no call.
//!
//! Not here: what the service rewrites ([`crate::normalisation`]).

use std::collections::BTreeMap;

use crd::source::SourceKind;
use specimens::{flavours, variants};

use crate::life::{Converged, POLL, edit, written};

#[test]
fn what_means_the_same_needs_no_call() {
    let mut wrong = Vec::new();
    let mut count: BTreeMap<String, u32> = BTreeMap::new();
    for kind in SourceKind::ALL {
        let mut worlds = Converged::default();
        for flavour in flavours(kind) {
            for variant in variants(&flavour) {
                let mut world = worlds.on(&flavour);
                edit(&mut world, &variant.specimen);
                world.live(2 * POLL);
                let sort =
                    variant.what.split(" of ").next().unwrap_or_default().split(" for ").next().unwrap_or_default();
                *count.entry(sort.to_owned()).or_default() += 1;
                if !written(&world).is_empty() || world.condition("Synced") != "True ReconcileSuccess" {
                    let (calls, synced) = (written(&world), world.condition("Synced"));
                    wrong.push(format!("{} with {}: {calls:?} {synced}", flavour.label, variant.what));
                }
            }
        }
    }
    println!("{count:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(count.len() >= 6 && count.values().sum::<u32>() > 300, "{count:?}");
}
