//! Creating, adopting, and deleting at any time.
//!
//! Not here: policies, and applying again ([`super::changed`]).

use crd::condition::Reason;

use crate::table::{NOTHING, base};
use crate::variant::{Budget, Variant};

/// Creating, and deleting at any time.
///
/// Faults: F1, F2, F4, F10, F13, F18, F19, F30.
pub(super) fn created() -> Vec<Variant> {
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
            recreate: true,
            budget: Budget { console_deletes: 1, forgeries: 1, lookalikes: 1, ..NOTHING },
            rests: &[Reason::AdoptionRequired],
            ..base("F3", "one process: recreated beside forged pipes")
        },
        Variant {
            processes: 1,
            adopt: true,
            budget: Budget { forgeries: 1, deletes: 1, crashes: 1, ..NOTHING },
            ..base("A1", "a pipe is adopted, and another forged")
        },
        Variant {
            processes: 1,
            adopt: true,
            budget: Budget { lookalikes: 1, deletes: 1, crashes: 1, ..NOTHING },
            ..base("A2", "a pipe is adopted, and a fitting one forged")
        },
    ]
}

/// A process may be frozen after its looks, too; what it read is old by then.
///
/// Faults: F4, F9, F10, F18, F26.
pub(super) fn stale() -> Vec<Variant> {
    vec![
        Variant {
            stale: true,
            rests: &[Reason::ExternallyDeleted],
            budget: Budget { console_deletes: 1, deletes: 1, lost_posts: 1, ..NOTHING },
            ..base("S1", "stale caches: a lost POST, its pipe deleted in the console, the object deleted")
        }
        .long(),
        Variant {
            stale: true,
            budget: Budget { lost_posts: 1, deletes: 1, ..NOTHING },
            ..base("S0", "stale caches: a POST is lost, the object is deleted")
        },
        Variant {
            stale: true,
            rests: &[Reason::ExternallyDeleted],
            budget: Budget { console_deletes: 1, lost_posts: 1, ..NOTHING },
            ..base("S2", "stale caches: a lost POST, its pipe deleted in the console")
        },
        Variant {
            ghosts: true,
            processes: 1,
            rests: &[Reason::ExternallyDeleted],
            budget: Budget { console_deletes: 1, lost_posts: 2, crashes: 1, deletes: 1, ..NOTHING },
            ..base("L1", "one process: lagging lists, a pipe deleted in the console before it is on record")
        },
        Variant {
            ghosts: true,
            processes: 1,
            recreate: true,
            budget: Budget { console_deletes: 1, lost_posts: 1, crashes: 1, deletes: 1, remakes: 1, ..NOTHING },
            ..base("L2", "one process: lagging lists, recreated, deleted and applied again")
        },
        Variant {
            ghosts: true,
            processes: 1,
            replace: true,
            rests: &[Reason::AwaitingApproval],
            budget: Budget { recipes: 1, approvals: 1, lost_posts: 1, crashes: 1, deletes: 1, ..NOTHING },
            ..base("L3", "one process: lagging lists, replaced and deleted")
        },
    ]
}
