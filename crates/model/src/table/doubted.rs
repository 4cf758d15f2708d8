//! When the assumptions do not hold: what breaks then, and what holds all the same.
//!
//! Without A1 and A2 another attempt may always follow, so the number of attempts is bounded; where the next one would begin, the search
//! ends. Not here: the assumptions ([`Variant`]).

use crd::condition::Reason;

use crate::table::{NOTHING, base};
use crate::variant::{Budget, Variant, Verdicts};

/// Both assumptions fail, two processes, two attempts.
fn two(name: &'static str, about: &'static str) -> Variant {
    Variant {
        a1: false,
        a2: false,
        attempts: Some(2),
        budget: Budget { lost_posts: 1, deletes: 1, ..NOTHING },
        ..base(name, about)
    }
}

/// Both fail, one process, three attempts.
fn one(name: &'static str, about: &'static str) -> Variant {
    Variant {
        processes: 1,
        attempts: Some(3),
        budget: Budget { lost_posts: 2, crashes: 1, deletes: 1, ..NOTHING },
        ..two(name, about)
    }
}

/// The variants without the assumptions.
///
/// Faults: F5, F7, F11, F18, F19.
pub(super) fn doubted() -> Vec<Variant> {
    [at_once(), paused(), confirmed(), forged()].concat()
}

/// A pipe that runs as soon as it is made, and nobody is asked.
fn at_once() -> Vec<Variant> {
    let broken = Verdicts { one: false, one_runs: false, nothing_left: false, no_trap: false, no_trespass: true };
    let at_once = |variant| Variant { database: true, expect: broken, ..variant };
    vec![
        Variant { a2: true, ..at_once(two("B1", "A1 false, a pipe that runs at once")) },
        Variant { a1: true, ..at_once(two("B2", "A2 false, a pipe that runs at once")) },
        at_once(one("B12", "one process: both false, a pipe that runs at once, a crash, two lost POSTs")),
    ]
}

/// A pipe that is made stopped. A second one is found and removed; one whose object is gone is reported, and a person removes it.
fn paused() -> Vec<Variant> {
    let read = Verdicts { one: false, nothing_left: false, ..Verdicts::ALL };
    let unread = Verdicts { no_trap: false, ..read };
    vec![
        Variant {
            report: true,
            expect: read,
            ..two("B3", "A1 and A2 false, made stopped, twins swept, the report read")
        }
        .long(),
        Variant { expect: unread, ..two("B4", "the same, and nobody reads the report") }.long(),
        Variant { report: true, expect: read, ..one("B3s", "one process: B3, a crash, two lost POSTs") },
        Variant { expect: unread, ..one("B4s", "one process: B4, a crash, two lost POSTs") },
    ]
}

/// A pipe that runs as soon as it is made, and a person confirms before the second POST.
fn confirmed() -> Vec<Variant> {
    let left = Verdicts { nothing_left: false, no_trap: false, ..Verdicts::ALL };
    let asks = |variant| Variant { database: true, asks: true, ..variant };
    vec![
        Variant { expect: left, ..asks(two("B5", "A1 and A2 false, a person confirms before the second POST")) },
        Variant {
            report: true,
            expect: Verdicts { nothing_left: false, ..Verdicts::ALL },
            ..asks(two("B6", "the same, and the report is read"))
        },
        Variant {
            hasty: true,
            expect: Verdicts { one: false, one_runs: false, ..left },
            ..asks(one("B7", "one process: B5, and the person confirms too early"))
        },
    ]
}

/// Somebody forges our token and the fixed fields of a create that is under way: what they made counts as ours, and ours is left behind.
fn forged() -> Vec<Variant> {
    vec![Variant {
        processes: 1,
        budget: Budget { lost_posts: 1, lookalikes: 1, deletes: 1, ..NOTHING },
        rests: &[Reason::AdoptionRequired],
        expect: Verdicts { nothing_left: false, no_trap: false, ..Verdicts::ALL },
        ..base("B8", "one process: somebody forges our token and the fixed fields of a create under way")
    }]
}
