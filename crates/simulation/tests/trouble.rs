//! A few storms, and two stories with a crash at every point; `cargo xtask simulate` runs many storms and sweeps every story.
//!
//! Not here: what a storm or a story is.

use simulation::scenario::all;
use simulation::storm::Storm;
use simulation::sweep::{crash, singles};

#[test]
fn storms_pass_and_leave_everything_as_it_was_asked_for() {
    for seed in 300..308 {
        let end = Storm::of(seed).rage();
        assert!(end.problems.is_empty(), "cargo xtask simulate storm --seed {seed}\n{}", end.problems.join("\n"));
    }
}

/// Faults: F1, F2.
#[test]
fn a_crash_at_any_point_of_a_create_and_a_delete_changes_nothing_in_the_end() {
    let stories = all().unwrap();
    for name in ["kafka-created-stopped", "bigquery-delete"] {
        let story = stories.iter().find(|story| story.name() == name).unwrap();
        let points = singles(story);
        assert!(points.len() > 20, "{name} has {} points", points.len());
        for point in points {
            let problems = crash(story, &point).problems;
            let at: Vec<String> = point.iter().map(ToString::to_string).collect();
            assert!(problems.is_empty(), "cargo xtask simulate crash {name} {}\n{}", at.join(" "), problems.join("\n"));
        }
    }
}
