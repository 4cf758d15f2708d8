//! In words: what a variant's world is, and how often what may go wrong in it.
//!
//! Not here: the variants ([`crate::table`]).

use crate::variant::{Budget, Variant};

/// What the world of a variant is and where it ends.
#[must_use]
pub fn bounds(variant: &Variant) -> String {
    let Budget {
        crashes,
        faults,
        lost_posts,
        refusals,
        deletes,
        remakes,
        turns,
        recipes,
        retains,
        approvals,
        console_deletes,
        console_stops,
        forgeries,
        lookalikes,
    } = variant.budget;
    let processes =
        if variant.processes == 1 { "1 process".to_owned() } else { format!("{} processes", variant.processes) };
    let mut words = vec![processes];
    words.extend(variant.stale.then(|| "stale caches".to_owned()));
    words.extend(variant.ghosts.then(|| "lists that lag behind deletions".to_owned()));
    for (times, what) in [
        (lost_posts, "POST unanswered"),
        (refusals, "POST refused"),
        (faults, "other answer lost or late"),
        (crashes, "crash"),
        (deletes, "deletion"),
        (remakes, "re-creation"),
        (turns, "turn of spec.state"),
        (recipes, "fixed edit"),
        (retains, "turn to Retain"),
        (approvals, "approval"),
        (console_deletes, "deletion in the console"),
        (console_stops, "stop in the console"),
        (forgeries, "forged pipe"),
        (lookalikes, "forged pipe that fits"),
    ] {
        words.extend((times > 0).then(|| format!("{times} {what}")));
    }
    words.extend(variant.attempts.map(|attempts| format!("{attempts} attempts")));
    words.join(", ")
}
