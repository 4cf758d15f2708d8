//! Somebody else changes the same fields again and again: after the third time within an hour they are left alone.
//!
//! A correction counts once a LIST has shown it in effect; a change that never takes effect is nobody's fight ([`crate::update`]). Not here:
//! correcting.

use std::time::Duration;

use cloud::{Document, Pipe, PipeState, Tick};
use crd::condition::{ConditionType, Reason};
use crd::facts::tree::document as facts;
use crd::policy::DriftPolicy;
use serde_json::Value;

use crate::compare;
use crate::desired::Desired;
use crate::known::{Known, Memory};
use crate::step::Applies;

/// Corrections of one field that are made before it is left alone.
const FLIPS: usize = 3;
/// The time within which they count.
const WITHIN: Duration = Duration::from_hours(1);
/// The path of the run state.
pub(crate) const STATE: &str = "state";

/// A difference that nobody here caused and that was put right.
#[derive(Clone, Debug, PartialEq)]
pub struct Correction {
    /// The field.
    pub path: Vec<String>,
    /// Its value, redacted.
    pub value: Value,
    /// The generation that asks for it.
    pub generation: i64,
    /// When the service accepted it.
    pub at: Tick,
    /// Whether a later LIST showed it in effect.
    pub shown: bool,
}

/// Notes what an accepted change corrects: fields whose wanted value is the one that was applied before.
pub(crate) fn note(known: &mut Known, generation: i64, applies: &Applies) {
    let before = known.record.applied.as_ref().map(|applied| applied.document.clone()).unwrap_or_default();
    for (path, value) in &applies.values {
        if path.iter().try_fold(&before, |value, name| value.get(name)) == Some(value) {
            corrected(known, generation, path.clone(), value.clone());
        }
    }
}

/// Notes a correction. Sent again before it took effect, it is the same one.
pub(crate) fn corrected(known: &mut Known, generation: i64, path: Vec<String>, value: Value) {
    let now = known.now;
    let corrections = &mut known.memory.corrections;
    corrections.retain(|correction| now - correction.at <= WITHIN);
    corrections.retain(|correction| correction.shown || correction.path != path);
    corrections.push(Correction { path, value, generation, at: now, shown: false });
}

/// Takes notice of which corrections a LIST shows in effect.
pub(crate) fn see(memory: &mut Memory, begun: Tick, pipe: &Pipe) {
    for correction in memory.corrections.iter_mut().filter(|correction| !correction.shown && begun > correction.at) {
        correction.shown = is_shown(&correction.path, &correction.value, pipe);
    }
}

fn is_shown(path: &[String], value: &Value, pipe: &Pipe) -> bool {
    if path.iter().eq([STATE]) {
        let stopped = matches!(pipe.state, PipeState::Stopped | PipeState::Paused);
        return if value == "Running" { pipe.state == PipeState::Running } else { stopped };
    }
    let field = path.iter().try_fold(facts(), |field, name| field.member(name));
    let observed = path.iter().try_fold(&pipe.document, |value, name| value.get(name));
    field.is_some_and(|field| compare::same(&Document::plain(value.clone()), observed, field))
}

/// Whether a field is fought over: nothing is written to it until the spec changes or a person asks.
pub(crate) fn is_contested(desired: &Desired, known: &Known, path: &[String]) -> bool {
    let asked = known.memory.request_seen.as_ref().map(|(_, at)| *at).unwrap_or_default();
    let counts = |correction: &&Correction| {
        correction.shown
            && correction.path == path
            && correction.generation == desired.object.generation
            && correction.at >= asked
            && known.now - correction.at <= WITHIN
    };
    known.memory.corrections.iter().filter(counts).count() >= FLIPS || is_on_record(desired, known, path)
}

/// A fight that was given up stays given up after a restart.
fn is_on_record(desired: &Desired, known: &Known, path: &[String]) -> bool {
    let spec_path = format!("spec.{}", path.join("."));
    known.still_says(desired, ConditionType::Stalled, Reason::ManagementConflict)
        && known.record.drift.as_ref().is_some_and(|drift| drift.paths.contains(&spec_path))
}

/// Whether drift of this field is corrected.
pub(crate) fn is_corrected(desired: &Desired, known: &Known, path: &[String]) -> bool {
    desired.spec.drift_policy == DriftPolicy::Correct && !is_contested(desired, known, path)
}

/// Whether somebody keeps starting or stopping the pipe.
pub(crate) fn is_run_state_contested(desired: &Desired, known: &Known) -> bool {
    is_contested(desired, known, &[STATE.to_owned()])
}
