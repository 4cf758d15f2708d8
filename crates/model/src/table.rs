//! The variants, and what must come out of each.
//!
//! Not here: what a variant is ([`crate::variant`]), the protocol with parts taken away ([`mod@crate::mutants`]).

mod changed;
mod created;
mod doubted;

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
        hasty: false,
        warn: false,
        recreate: false,
        replace: false,
        adopt: false,
        processes: 2,
        stale: false,
        ghosts: false,
        a1: true,
        a2: true,
        attempts: None,
        report: false,
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
    [created::created(), created::stale(), changed::changed(), changed::deleted(), doubted::doubted()].concat()
}
