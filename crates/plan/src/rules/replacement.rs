//! Changes that only a new pipe can realise, although the API lists their fields as changeable.
//!
//! Not here: fields that never change, which say so in their facts; what is done about a replacement.

use cloud::{Document, Pipe, PipeState};
use crd::facts::Route;
use crd::status::Impact;

use crate::desired::Wanted;
use crate::diff::Difference;
use crate::rules::loading::leaves_out_a_beginning;

/// How the way to log in with a Google key file is called; the API knows no way into it or out of it.
const KEY_FILE: &str = "SERVICE_ACCOUNT";

pub(super) fn weigh(found: Vec<Difference>, wanted: &Wanted, pipe: &Pipe) -> Vec<Difference> {
    let completed = pipe.state == PipeState::Completed;
    found
        .into_iter()
        .filter(|difference| !completed || matters_to_a_finished_load(difference, wanted))
        .map(|difference| {
            let replace = completed
                || changes_the_key_file(&difference)
                || edits_a_snapshot(&difference, wanted)
                || leaves_out_a_beginning(&difference, pipe);
            if replace { Difference { impact: Impact::Replace, ..difference } } else { difference }
        })
        .collect()
}

/// A load that is complete takes no change any more. It logs in nowhere, so a rotated Secret means nothing to it; and what somebody else
/// changed on it has no effect that could be repaired.
fn matters_to_a_finished_load(difference: &Difference, wanted: &Wanted) -> bool {
    let path: Vec<&str> = difference.path.iter().map(String::as_str).collect();
    difference.edited && !wanted.document.at(&path).is_some_and(Document::has_secret)
}

/// Google Cloud Storage: a pipe does not begin or cease to log in with a key file.
fn changes_the_key_file(difference: &Difference) -> bool {
    difference.path == ["source", "objectStorage", "authentication"]
        && (difference.from == KEY_FILE || difference.to == KEY_FILE)
}

/// A snapshot is loaded once: a table that is added to it would never be.
fn edits_a_snapshot(difference: &Difference, wanted: &Wanted) -> bool {
    let Some(arm) = difference.path.get(1) else { return false };
    let mode = wanted.document.at(&["source", arm, "settings", "replicationMode"]);
    difference.facts.route == Route::Mappings && mode.is_some_and(|mode| mode.expose() == "snapshot")
}
