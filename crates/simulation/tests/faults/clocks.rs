//! Clocks that are wrong: what the operator does depends on how much time passes, and not on what time it is.

use simulation::scenario::all;
use simulation::scenario::stage::play_by;
use simulation::shared::Clock;

const HOUR_MS: i64 = 3_600_000;

/// Plays every so-many-th story by this clock: exactly what was accepted by a right one must happen.
fn changes_nothing(clock: Clock, step: usize) {
    for story in all().unwrap().into_iter().step_by(step) {
        let end = play_by(clock, &story, None);
        let name = story.name();
        assert!(end.problems.is_empty(), "{name} by {clock:?}: {:#?}", end.problems);
        assert_eq!(end.happened, story.golden, "{name} by {clock:?}");
    }
}

#[test]
fn f14_a_clock_that_jumps_by_two_hours_changes_nothing() {
    changes_nothing(Clock::Jumping { ms: HOUR_MS, every_ms: 50_000 }, 1);
}

#[test]
fn f14_a_clock_that_is_an_hour_ahead_or_behind_changes_nothing() {
    changes_nothing(Clock::Wrong { ms: HOUR_MS }, 10);
    changes_nothing(Clock::Wrong { ms: -HOUR_MS }, 9);
}
