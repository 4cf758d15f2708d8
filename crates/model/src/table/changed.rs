//! Changing; and deleting under policies, and applying again.
//!
//! Not here: creating ([`super::created`]).

use crd::condition::Reason;

use crate::table::{NOTHING, base};
use crate::variant::{Budget, Variant};

/// Changing.
///
/// Faults: F1, F2, F4, F15, F16, F26.
pub(super) fn changed() -> Vec<Variant> {
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
pub(super) fn deleted() -> Vec<Variant> {
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
