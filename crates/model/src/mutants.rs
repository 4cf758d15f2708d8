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
const FORGED: Budget = Budget { lookalikes: 1, deletes: 1, ..NOTHING };
const DELETED: Budget = Budget { deletes: 1, ..LOST };

/// Without an intent, a LIST, the window, or the right order of them.
fn protocol() -> Vec<Variant> {
    let left_over = Verdicts { nothing_left: false, ..Verdicts::ALL };
    let two_and_left_over = Verdicts { one: false, ..left_over };
    let all_three = Verdicts { one_runs: false, ..two_and_left_over };
    // A pipe that runs as soon as it is made shows best what a second one does.
    let at_once = |name, about, mutant| Variant {
        database: true,
        processes: 1,
        expect: Verdicts { no_trap: false, ..all_three },
        ..broken(name, about, mutant, DELETED)
    };
    vec![
        Variant {
            expect: two_and_left_over,
            ..broken("M1", "LIST first, then the look at the clock", Mutant::ListThenClock, DELETED)
        },
        at_once("M2", "no intent, no LIST", Mutant::NoIntentNoList),
        at_once("M3", "a LIST before the POST, no intent", Mutant::NoIntent),
        Variant { processes: 2, expect: all_three, ..at_once("M4", "the same, two processes", Mutant::NoIntent) },
        at_once("M5", "an unknown answer is a failure", Mutant::UnknownIsFailed),
        Variant {
            processes: 1,
            expect: left_over,
            ..broken("M6", "a delete ignores a pending intent", Mutant::DeleteIgnoresIntent, DELETED)
        },
        Variant {
            expect: Verdicts::ALL,
            ..broken("M7", "the id is written without compare-and-swap", Mutant::IdWithoutSwap, DELETED)
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
    let trespass = Verdicts { no_trespass: false, ..Verdicts::ALL };
    vec![
        Variant {
            recreate: true,
            expect: trespass,
            ..broken(
                "G1",
                "a pipe is deleted without being retired first",
                Mutant::RetireFirst,
                Budget { console_deletes: 1, ..NOTHING },
            )
        },
        Variant {
            processes: 1,
            rests,
            expect: trespass,
            ..broken("G2", "nothing needs an intent on record", Mutant::SweepNeedsIntent, FORGED)
        },
        Variant {
            processes: 1,
            adopt: true,
            expect: trespass,
            ..broken("G2s", "the same, beside a pipe that was adopted", Mutant::SweepNeedsIntent, FORGED)
        },
        Variant {
            processes: 1,
            adopt: true,
            expect: Verdicts::ALL,
            ..broken("G2r", "its first half: no record of a create is needed", Mutant::SweepNeedsRecord, FORGED)
        },
        Variant {
            processes: 1,
            recreate: true,
            rests,
            expect: trespass,
            ..broken(
                "G2n",
                "its second half: the record of a create needs no nonce",
                Mutant::RecordNeedsNonce,
                Budget { console_deletes: 1, forgeries: 1, ..NOTHING },
            )
        },
        Variant {
            processes: 1,
            replace: true,
            rests: &[Reason::AwaitingApproval],
            expect: Verdicts { no_trespass: false, no_trap: false, ..Verdicts::ALL },
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
            expect: Verdicts { one: false, nothing_left: false, ..Verdicts::ALL },
            ..broken(
                "G4",
                "Retain does not wait for a pending intent",
                Mutant::RetainWaitsForIntent,
                Budget { deletes: 1, remakes: 1, retains: 1, ..LOST },
            )
        },
        Variant {
            processes: 1,
            database: true,
            rests,
            expect: Verdicts { one: false, one_runs: false, ..Verdicts::ALL },
            ..broken(
                "G5",
                "Retain does not wait until the pipe was seen",
                Mutant::RetainWaitsForPipe,
                Budget { deletes: 1, remakes: 1, retains: 1, ..NOTHING },
            )
        },
        Variant {
            stale: true,
            expect: Verdicts { nothing_left: false, ..Verdicts::ALL },
            ..broken(
                "G6",
                "a match is not confirmed by GET",
                Mutant::ConfirmByGet,
                Budget { console_deletes: 1, deletes: 1, lost_posts: 1, ..NOTHING },
            )
        },
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
