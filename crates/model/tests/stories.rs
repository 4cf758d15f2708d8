//! The shortest ways on which mutants break a promise are stories in `tests/scenarios`: played there against the whole controller, they end well.
//!
//! Not here: playing them (`cargo test -p clickpipes-simulation --test scenarios`).

use std::path::Path;

use clickpipes_model::{World, commands, mutants, scenarios, search};

/// The mutant, and the story of one of its ways.
const STORIES: [(&str, &str); 4] = [
    ("M5", "postgres-unanswered-create-is-no-failure"),
    ("M6", "kafka-deleted-while-its-create-is-unanswered"),
    ("G3", "kafka-replacement-knows-its-own-delete"),
    ("G4", "kafka-retained-while-its-create-is-unanswered"),
];

#[test]
fn the_way_of_a_mutant_is_told_in_its_story() {
    for (name, story) in STORIES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios").join(format!("{story}.txt"));
        let text = std::fs::read_to_string(path).unwrap();
        let told = commands(text.split("\n----\n").next().unwrap());
        let mutant = mutants().into_iter().find(|variant| variant.name == name).unwrap();
        let world = World::new(mutant);
        let ways = scenarios(&world, &search(&world, 100_000));
        assert!(
            ways.iter().any(|way| commands(way) == told),
            "{story}: no way of {name} takes these commands:\n{}\nbut these do:\n{}",
            told.join("\n"),
            ways.join("\n\n")
        );
    }
}
