//! The promises of the create protocol, in every state of every variant; and that the search sees what each part of it is for.
//!
//! The long variants run with `cargo xtask model --long`. Not here: what a variant is (`src/table.rs`).

use clickpipes_model::{Found, Verdicts, World, mutants, search, tell, variants};
use stateright::{Checker, Model};

/// Far more states than any variant that is not long.
const LIMIT: usize = 4_000_000;

fn stories(world: &World, found: &Found) -> String {
    let stories: Vec<String> =
        found.ways.iter().map(|(name, way)| format!("{name} does not hold:\n{}", tell(world, way))).collect();
    stories.join("\n")
}

#[test]
fn every_variant_keeps_its_promises() {
    for variant in variants().into_iter().filter(|variant| !variant.long) {
        let expect = variant.expect;
        let world = World::new(variant);
        let found = search(&world, LIMIT);
        let name = world.variant().name;
        assert_eq!(found.verdicts, expect, "{name}: {}", stories(&world, &found));
        assert!(found.complete && found.goals > 0, "{name}: {} states are not all, or none is a goal", found.states);
    }
}

#[test]
fn every_part_of_the_protocol_is_missed_when_it_is_taken_away() {
    for variant in mutants().into_iter().filter(|variant| !variant.long) {
        let world = World::new(variant);
        let found = search(&world, LIMIT);
        assert_ne!(found.verdicts, Verdicts::ALL, "{}: nobody misses it", world.variant().name);
    }
}

#[test]
fn the_search_of_stateright_finds_as_many_states_and_breaks() {
    let chosen = |name| variants().into_iter().chain(mutants()).find(|variant| variant.name == name).unwrap();
    let mut checked = 0;
    for name in ["W1", "F1"] {
        let ours = search(&World::new(chosen(name)), LIMIT);
        let theirs = World::new(chosen(name)).checker().spawn_bfs().join();
        assert_eq!(theirs.unique_state_count(), ours.states, "{name}");
        let broken = ours.ways.iter().filter(|(name, _)| *name != "no trap").count();
        assert_eq!(theirs.discoveries().len(), broken, "{name}");
        checked += 1;
    }
    assert_eq!(checked, 2);
}
