//! The protocol with one part taken away, each in the smallest world in which that part matters.
//!
//! Not here: what is taken away ([`crate::mutant`]).

use crd::condition::Reason;

use crate::mutant::Mutant;
use crate::table::{NOTHING, base};
use crate::variant::{Budget, Variant, Verdicts};

/// Every mutant. What it is expected to break is what its `expect` says does not hold.
#[must_use]
pub fn mutants() -> Vec<Variant> {
    [protocol(), guards()].concat()
}

fn broken(name: &'static str, about: &'static str, mutant: Mutant, budget: Budget) -> Variant {
    Variant { mutant: Some(mutant), budget, expect: Verdicts { one: false, ..Verdicts::ALL }, ..base(name, about) }
}

const LOST: Budget = Budget { lost_posts: 1, ..NOTHING };

/// Without an intent, a LIST, the window, or the right order of them.
fn protocol() -> Vec<Variant> {
    let left_over = Verdicts { nothing_left: false, ..Verdicts::ALL };
    vec![
        broken("M1", "LIST first, then the look at the clock", Mutant::ListThenClock, LOST),
        Variant { processes: 1, ..broken("M2", "no intent, no LIST", Mutant::NoIntentNoList, LOST) },
        Variant { processes: 1, ..broken("M3", "a LIST before the POST, no intent", Mutant::NoIntent, LOST) },
        broken("M4", "the same, two processes", Mutant::NoIntent, NOTHING),
        Variant { processes: 1, ..broken("M5", "an unknown answer is a failure", Mutant::UnknownIsFailed, LOST) },
        Variant {
            processes: 1,
            expect: left_over,
            ..broken(
                "M6",
                "a delete ignores a pending intent",
                Mutant::DeleteIgnoresIntent,
                Budget { deletes: 1, ..LOST },
            )
        },
        Variant {
            processes: 1,
            ..broken(
                "NK",
                "the window is counted from an earlier attempt",
                Mutant::NonceKey,
                Budget { lost_posts: 2, ..NOTHING },
            )
        },
    ]
}

/// Without one of the guards.
fn guards() -> Vec<Variant> {
    let rests: &[Reason] = &[Reason::AdoptionRequired];
    vec![
        Variant {
            recreate: true,
            expect: Verdicts { no_trespass: false, ..Verdicts::ALL },
            ..broken(
                "G1",
                "a pipe is deleted without being retired first",
                Mutant::RetireFirst,
                Budget { console_deletes: 1, ..NOTHING },
            )
        },
        Variant {
            processes: 1,
            replace: true,
            rests: &[Reason::AwaitingApproval],
            expect: Verdicts { no_trap: false, ..Verdicts::ALL },
            ..broken(
                "G3",
                "a replacement is not recorded before its first stop",
                Mutant::OperationFirst,
                Budget { recipes: 2, approvals: 1, crashes: 1, ..NOTHING },
            )
        },
        Variant {
            processes: 1,
            rests,
            ..broken(
                "G4",
                "Retain does not wait for a pending intent",
                Mutant::RetainWaitsForIntent,
                Budget { deletes: 1, remakes: 1, retains: 1, ..LOST },
            )
        },
        Variant {
            processes: 1,
            rests,
            ..broken(
                "G5",
                "Retain does not wait until the pipe was seen",
                Mutant::RetainWaitsForPipe,
                Budget { deletes: 1, remakes: 1, retains: 1, ..NOTHING },
            )
        },
        Variant {
            recreate: true,
            ..broken(
                "G6",
                "a match is not confirmed by GET",
                Mutant::ConfirmByGet,
                Budget { console_deletes: 1, lost_posts: 2, ..NOTHING },
            )
        }
        .long(),
        Variant {
            processes: 1,
            warn: true,
            expect: Verdicts { no_trap: false, ..Verdicts::ALL },
            ..broken(
                "G7",
                "a stop by the spec does not make the next start owed",
                Mutant::StopOwesStart,
                Budget { turns: 2, ..NOTHING },
            )
        },
    ]
}
