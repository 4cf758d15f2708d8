//! The variants, and what must come out of each.
//!
//! Not here: what a variant is ([`crate::variant`]), the protocol with parts taken away ([`mod@crate::mutants`]).

use crd::condition::Reason;

use crate::variant::{Budget, Variant, Verdicts};

/// Nothing goes wrong.
pub(crate) const NOTHING: Budget = Budget {
    crashes: 0,
    faults: 0,
    lost_posts: 0,
    refusals: 0,
    deletes: 0,
    remakes: 0,
    turns: 0,
    recipes: 0,
    retains: 0,
    approvals: 0,
    console_deletes: 0,
    console_stops: 0,
    forgeries: 0,
    lookalikes: 0,
};

/// The full protocol around a streaming pipe, with two processes, when A1 and A2 hold; nothing else happens.
pub(crate) fn base(name: &'static str, about: &'static str) -> Variant {
    Variant {
        name,
        about,
        database: false,
        asks: false,
        warn: false,
        recreate: false,
        replace: false,
        adopt: false,
        processes: 2,
        a1: true,
        a2: true,
        budget: NOTHING,
        rests: &[],
        mutant: None,
        expect: Verdicts::ALL,
        long: false,
    }
}

/// Every variant of the protocol.
#[must_use]
pub fn variants() -> Vec<Variant> {
    [created(), changed(), deleted(), doubted()].concat()
}

/// Creating, and deleting at any time.
///
/// Faults: F1, F2, F4, F10, F13, F18, F19, F30.
fn created() -> Vec<Variant> {
    let lost = Budget { lost_posts: 1, ..NOTHING };
    vec![
        Variant { budget: Budget { deletes: 1, ..lost }, ..base("P0", "a POST is lost, the object is deleted") },
        Variant { budget: Budget { crashes: 1, ..lost }, ..base("P0c", "a POST is lost, a process crashes") },
        Variant { budget: Budget { faults: 1, ..lost }, ..base("P0f", "a POST and another answer are lost") },
        Variant {
            processes: 1,
            budget: Budget { lost_posts: 2, refusals: 1, crashes: 1, faults: 1, deletes: 1, ..NOTHING },
            ..base("P1", "one process, all of it and more")
        },
        Variant {
            database: true,
            budget: Budget { deletes: 1, ..lost },
            ..base("P2", "a database pipe, which runs at once")
        },
        Variant {
            database: true,
            asks: true,
            budget: Budget { deletes: 1, ..lost },
            ..base("P3", "a database pipe, a person confirms before the second POST")
        },
        Variant {
            processes: 1,
            budget: Budget { lost_posts: 1, forgeries: 1, deletes: 1, ..NOTHING },
            rests: &[Reason::AdoptionRequired],
            ..base("F1", "somebody forges a pipe with our token")
        },
        Variant {
            processes: 1,
            adopt: true,
            budget: Budget { forgeries: 1, deletes: 1, crashes: 1, ..NOTHING },
            ..base("A1", "a pipe is adopted, and another forged")
        },
    ]
}

/// Changing.
///
/// Faults: F1, F2, F4, F15, F16, F26.
fn changed() -> Vec<Variant> {
    vec![
        Variant {
            budget: Budget { turns: 2, ..NOTHING },
            warn: true,
            processes: 1,
            ..base("W1", "driftPolicy Warn, stopped and started by the spec")
        },
        Variant { budget: Budget { turns: 1, ..NOTHING }, ..base("W2", "stopped by the spec") },
        Variant {
            replace: true,
            budget: Budget { recipes: 1, approvals: 1, ..NOTHING },
            rests: &[Reason::AwaitingApproval],
            long: true,
            ..base("R1", "a fixed field changes, the replacement is approved")
        },
        Variant {
            replace: true,
            processes: 1,
            budget: Budget { recipes: 2, approvals: 1, crashes: 1, lost_posts: 1, ..NOTHING },
            rests: &[Reason::AwaitingApproval],
            ..base("R2", "one process: the edit is reverted, a crash, a lost POST")
        },
        Variant {
            recreate: true,
            budget: Budget { console_deletes: 1, ..NOTHING },
            long: true,
            ..base("C1", "onExternalDelete Recreate, deleted in the console")
        },
        Variant {
            recreate: true,
            processes: 1,
            budget: Budget { console_deletes: 1, lost_posts: 1, crashes: 1, faults: 1, ..NOTHING },
            ..base("C2", "one process: the same, a crash, lost answers")
        },
    ]
}

/// Deleting under policies, and applying again.
///
/// Faults: F1, F2, F4, F18.
fn deleted() -> Vec<Variant> {
    vec![
        Variant {
            processes: 1,
            budget: Budget { lost_posts: 1, deletes: 1, remakes: 1, crashes: 1, ..NOTHING },
            ..base("D1", "one process: deleted and applied again")
        },
        Variant {
            processes: 1,
            budget: Budget { lost_posts: 1, deletes: 1, remakes: 1, retains: 1, crashes: 1, ..NOTHING },
            rests: &[Reason::AdoptionRequired],
            ..base("D2", "one process: Retain, deleted and applied again")
        },
        Variant {
            budget: Budget { deletes: 1, remakes: 1, retains: 1, ..NOTHING },
            rests: &[Reason::AdoptionRequired],
            long: true,
            ..base("D3", "Retain, deleted and applied again")
        },
    ]
}

/// When the assumptions do not hold.
///
/// Faults: F5, F7.
fn doubted() -> Vec<Variant> {
    let budget = Budget { lost_posts: 1, deletes: 1, ..NOTHING };
    let all_broken = Verdicts { one: false, one_runs: false, nothing_left: false, no_trap: false, no_trespass: true };
    vec![
        Variant {
            database: true,
            a1: false,
            budget,
            long: true,
            expect: all_broken,
            ..base("B1", "A1 false, a pipe that runs at once")
        },
        Variant {
            database: true,
            a2: false,
            budget,
            long: true,
            expect: all_broken,
            ..base("B2", "A2 false, a pipe that runs at once")
        },
        Variant {
            a1: false,
            a2: false,
            budget,
            expect: Verdicts { one: false, nothing_left: false, ..Verdicts::ALL },
            long: true,
            ..base("B3", "A1 and A2 false, startPaused and sweep")
        },
        Variant {
            database: true,
            asks: true,
            a1: false,
            a2: false,
            budget,
            long: true,
            expect: Verdicts { nothing_left: false, no_trap: false, ..Verdicts::ALL },
            ..base("B5", "A1 and A2 false, a person confirms before the second POST")
        },
    ]
}
