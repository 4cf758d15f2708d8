//! The promises of the create protocol, in every state of every variant; and that the search sees what each part of it is for.
//!
//! The long variants run with `cargo xtask model --long`. Not here: what a variant is (`src/table.rs`).

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use clickpipes_model::page::{self, Rows};
use clickpipes_model::{Found, Variant, World, mutants, search, tell, variants};
use stateright::{Checker, Model};

/// Far more states than any variant that is not long.
const LIMIT: usize = 4_000_000;

fn stories(world: &World, found: &Found) -> String {
    let stories: Vec<String> =
        found.ways.iter().map(|(name, way)| format!("{name} does not hold:\n{}", tell(world, way))).collect();
    stories.join("\n")
}

fn page_as_it_is() -> String {
    std::fs::read_to_string(page::path()).unwrap()
}

/// What came out is what is expected, and what the page says.
fn hold(variants: Vec<Variant>) {
    let said = page::rows(&page_as_it_is());
    let mut drifted = Vec::new();
    for variant in variants.into_iter().filter(|variant| !variant.long) {
        let world = World::new(variant);
        let found = search(&world, LIMIT);
        let name = world.variant().name;
        assert!(
            found.is_as_expected(&world),
            "{name}: {} states (all: {}), {} goals, {:?} instead of {:?}\n{}",
            found.states,
            found.complete,
            found.goals,
            found.verdicts,
            world.variant().expect,
            stories(&world, &found)
        );
        drifted.extend(page::drift(&said, name, (&found).into()));
    }
    assert!(drifted.is_empty(), "{}\ncargo xtask model --long --write puts it right", drifted.join("\n"));
}

#[test]
fn every_variant_keeps_its_promises_or_breaks_what_it_is_said_to() {
    hold(variants());
}

#[test]
fn every_part_of_the_protocol_is_missed_when_it_is_taken_away() {
    hold(mutants());
}

#[test]
fn the_page_is_as_it_is_written_and_has_figures_for_every_variant() {
    let page = page_as_it_is();
    let rows: Rows = page::rows(&page);
    for variant in variants().into_iter().chain(mutants()) {
        assert!(rows.contains_key(variant.name), "{} is not on the page", variant.name);
    }
    assert_eq!(page::page(&rows), page, "cargo xtask model --long --write");
}

#[test]
fn the_search_of_stateright_finds_as_many_states_and_breaks() {
    let chosen = |name| variants().into_iter().find(|variant| variant.name == name).unwrap();
    for name in ["W1", "F1", "P2", "B6"] {
        let ours = search(&World::new(chosen(name)), LIMIT);
        let theirs = World::new(chosen(name)).checker().spawn_bfs().join();
        assert_eq!(theirs.unique_state_count(), ours.states, "{name}");
        let broken = ours.ways.iter().filter(|(name, _)| *name != "no trap").count();
        assert_eq!(theirs.discoveries().len(), broken, "{name}");
    }
}
