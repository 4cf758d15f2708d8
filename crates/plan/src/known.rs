//! What is known: the record in the status, what was last seen of the service, and what this process remembers.
//!
//! The record survives a restart and authorises writes; the memory does not and may only make us wait longer or save a look.

use std::collections::BTreeMap;
use std::iter::Chain;
use std::option::Iter;
use std::sync::Arc;

use cloud::{Call, Command, Pipe, PipeId, PipeState, Tick};
use crd::ClickPipeStatus;
use crd::condition::{ConditionType, Reason};
use crd::policy::{Adopt, RunState};
use crd::status::record::OperationPhase;
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use crate::conflict::{self, Correction};
use crate::desired::Desired;
use crate::neighbours::Neighbours;
use crate::setback::{Setback, is_look};

/// Everything that is known about one object.
#[derive(Clone, Debug)]
pub struct Known {
    /// The status as it stands in Kubernetes, which holds our record.
    pub record: ClickPipeStatus,
    /// Whether our finalizer is on the object.
    pub held: bool,
    /// The pipe id in the annotation `last-pipe`, which may forbid a create.
    pub last_pipe: Option<String>,
    /// What this process remembers.
    pub memory: Memory,
    /// The last LIST of the service.
    pub seen: Option<Seen>,
    /// Now.
    pub now: Tick,
    /// Now, for people.
    pub wall: Timestamp,
    /// A nonce that nobody has used.
    pub fresh_nonce: String,
    /// This process.
    pub holder: String,
    /// How long the budget would make a new call wait, when that is long enough to tell people.
    pub budget_wait: Option<std::time::Duration>,
    /// What the other objects of the service say.
    pub neighbours: Neighbours,
}

/// The pipes of a service as one LIST showed them.
#[derive(Clone, Debug)]
pub struct Seen {
    /// When the LIST began.
    pub begun: Tick,
    /// Its pipes, by id.
    pub pipes: Arc<BTreeMap<PipeId, Arc<Pipe>>>,
}

/// What this process remembers about one object, by its uid.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// When this process first saw the object.
    pub first_seen: Tick,
    /// The nonce of the pending create and when this process first saw it.
    pub nonce_seen: Option<(String, Tick)>,
    /// The intent that this process wrote.
    pub intent: Option<OwnIntent>,
    /// What came of our create, until it is on record.
    pub outcome: Option<(String, CreateOutcome)>,
    /// When the answer to our last write came; only a later look shows what it did.
    pub last_write: Option<Tick>,
    /// The recorded pipe that this memory is about.
    pub pipe: Option<String>,
    /// Whether a LIST has shown the recorded pipe to this process.
    pub pipe_seen: bool,
    /// A GET by id: which pipe, when, and what it showed.
    pub looked: Option<(PipeId, Tick, Option<Box<Pipe>>)>,
    /// Whether the service itself was found since its list was last asked for.
    pub service_found: Option<bool>,
    /// The first and the last time that there was no such service, with no list of it in between.
    pub service_missing: Option<(Tick, Tick)>,
    /// The last state command and when it was accepted.
    pub commanded: Option<(Command, Tick)>,
    /// The nonce of a resync that this process has on record, or may have, and has not sent.
    pub resync_unsent: Option<String>,
    /// When the service was last asked to wake.
    pub woken: Option<Tick>,
    /// What it said, if it refused to wake.
    pub wake_refused: Option<String>,
    /// When the DELETE of each pipe was accepted.
    pub deleted: BTreeMap<PipeId, Tick>,
    /// Since when the recorded pipe has been missing.
    pub missing_since: Option<Tick>,
    /// The beginning of the last LIST that showed the recorded pipe in a state that says something.
    pub observed: Option<Tick>,
    /// Since when the pipe has been in the state `InternalError`.
    pub internal_error_since: Option<Tick>,
    /// Differences that were put right lately.
    pub corrections: Vec<Correction>,
    /// The last change that the service accepted.
    pub accepted: Option<Accepted>,
    /// The last failed call that writes and is still to be made.
    pub setback: Option<Setback>,
    /// The last look that failed and is still to be made. It says nothing of a change that was refused.
    pub unseen: Option<Setback>,
    /// The reconcile-now request and when this process first saw it.
    pub request_seen: Option<(String, Tick)>,
    /// Ids that were retired in this pass; only those of an earlier pass may be deleted.
    pub retired_in_this_pass: Vec<String>,
    /// Whether the pipe came on record in this pass; what was said of it before was said of another.
    pub recorded_in_this_pass: bool,
}

/// An intent that this process wrote; only this process may send it, once, soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnIntent {
    /// Its nonce.
    pub nonce: String,
    /// When writing it began.
    pub written: Tick,
    /// Whether the request has been handed to the network.
    pub sent: bool,
}

/// A change that the service accepted.
#[derive(Clone, Debug, PartialEq)]
pub struct Accepted {
    /// The call.
    pub call: Call,
    /// How often it was sent in a row.
    pub times: u32,
    /// When it was last accepted.
    pub at: Tick,
}

/// What came of a create.
#[derive(Clone, Debug, PartialEq)]
pub enum CreateOutcome {
    /// It made this pipe.
    Created(Box<Pipe>),
    /// It certainly made nothing.
    Failed {
        /// In one word.
        code: String,
        /// In the service's words.
        message: String,
    },
}

/// Whether two statuses authorise the same writes: the pipe, the attempt to create it, what is announced. What people see may differ.
#[must_use]
pub fn is_same_ground(one: &ClickPipeStatus, other: &ClickPipeStatus) -> bool {
    fn pipe(status: &ClickPipeStatus) -> Option<[&str; 3]> {
        status.pipe.as_ref().map(|pipe| [pipe.id.as_str(), &pipe.token, &pipe.service_id])
    }
    pipe(one) == pipe(other)
        && (&one.create, &one.retired, &one.operation, &one.last_resync, &one.approval)
            == (&other.create, &other.retired, &other.operation, &other.last_resync, &other.approval)
}

impl Memory {
    /// Takes notice of what the record and the object say now: when a nonce and a request were first seen is counted from here.
    pub fn notice(&mut self, record: &ClickPipeStatus, requested_at: Option<&str>, now: Tick) {
        let nonce = record.create.as_ref().map(|create| create.nonce.clone());
        if self.nonce_seen.as_ref().map(|(nonce, _)| nonce) != nonce.as_ref() {
            self.nonce_seen = nonce.map(|nonce| (nonce, now));
            // A pipe that was there under an earlier attempt may be gone; of this one, only a GET made under it counts.
            self.looked = None;
        }
        let handled = record.last_handled_reconcile_at.as_deref();
        if let Some(request) = requested_at.filter(|request| Some(*request) != handled)
            && self.request_seen.as_ref().is_none_or(|(seen, _)| seen != request)
        {
            self.request_seen = Some((request.to_owned(), now));
        }
        self.retired_in_this_pass.clear();
        self.recorded_in_this_pass = false;
        self.turn_to(record);
    }

    /// What was seen of one pipe says nothing about the next.
    pub(crate) fn turn_to(&mut self, record: &ClickPipeStatus) {
        let id = record.pipe.as_ref().map(|pipe| pipe.id.clone());
        if self.pipe != id {
            self.pipe = id;
            self.pipe_seen = false;
            self.missing_since = None;
            self.commanded = None;
            self.observed = None;
            self.internal_error_since = None;
            self.corrections.clear();
        }
    }
}

impl Memory {
    /// What failed and is still to be made: a look before a write, which rests on it.
    pub fn setbacks(&self) -> Chain<Iter<'_, Setback>, Iter<'_, Setback>> {
        self.unseen.iter().chain(&self.setback)
    }

    /// Where the failure of a call is kept.
    pub(crate) fn slot(&mut self, call: &str) -> &mut Option<Setback> {
        if is_look(call) { &mut self.unseen } else { &mut self.setback }
    }
}

impl Known {
    /// Takes notice of a LIST.
    pub fn see(&mut self, seen: Seen) {
        if let Some(id) = self.pipe_id() {
            if let Some(pipe) = seen.pipes.get(&id) {
                self.memory.pipe_seen = true;
                self.memory.missing_since = None;
                // A command that has shown its effect says nothing about what somebody does afterwards.
                let shown = |command| match command {
                    Command::Start => pipe.state == PipeState::Running,
                    Command::Stop => matches!(pipe.state, PipeState::Stopped | PipeState::Paused),
                    Command::Resync => false,
                };
                self.memory.commanded.take_if(|(command, at)| seen.begun > *at && shown(*command));
                if !matches!(pipe.state, PipeState::Unknown | PipeState::Other(_)) {
                    self.memory.observed = self.memory.observed.max(Some(seen.begun));
                }
                self.memory.internal_error_since = (pipe.state == PipeState::InternalError)
                    .then(|| self.memory.internal_error_since.unwrap_or(seen.begun));
                conflict::see(&mut self.memory, seen.begun, pipe);
            } else {
                self.memory.missing_since.get_or_insert(seen.begun);
            }
        }
        self.seen = Some(seen);
    }

    /// Whether we stopped the pipe for a change, and owe it to run. From `Removing` on, its DELETE may have been sent.
    #[must_use]
    pub fn owes_a_start(&self) -> bool {
        self.record
            .operation
            .as_ref()
            .is_some_and(|ours| ours.resume_to != Some(RunState::Stopped) && ours.phase != OperationPhase::Removing)
    }

    /// The id of the recorded pipe.
    #[must_use]
    pub fn pipe_id(&self) -> Option<PipeId> {
        self.record.pipe.as_ref().and_then(|pipe| PipeId::parse(&pipe.id))
    }

    /// Whether the recorded pipe may be there although the service does not find it: no LIST has shown it yet, and its create is younger
    /// than the window.
    #[must_use]
    pub fn may_be_late(&self, window: std::time::Duration) -> bool {
        self.late_until(window).is_some_and(|over| self.now < over)
    }

    /// Until when the recorded pipe may be there although the service does not find it; `None` when a LIST has shown it.
    #[must_use]
    pub fn late_until(&self, window: std::time::Duration) -> Option<Tick> {
        let was_seen = self.memory.pipe_seen || self.record.pipe.as_ref().is_some_and(|pipe| pipe.state.is_some());
        let over = (self.memory.first_seen + window).max(self.window_over_at(window).unwrap_or_default());
        (!was_seen).then_some(over)
    }

    /// The recorded pipe as the last LIST showed it.
    #[must_use]
    pub fn pipe(&self) -> Option<&Pipe> {
        self.seen.as_ref()?.pipes.get(&self.pipe_id()?).map(Arc::as_ref)
    }

    /// Whether this id must never be taken again.
    #[must_use]
    pub fn is_retired(&self, id: &PipeId) -> bool {
        self.record.retired.iter().any(|retired| retired == id.as_str())
    }

    /// The pipe that the user names, unless it is one that this object gave up.
    #[must_use]
    pub fn wished<'a>(&self, desired: &'a Desired) -> Option<&'a Adopt> {
        let given_up = |adopt: &&Adopt| PipeId::parse(&adopt.id).is_some_and(|id| self.is_retired(&id));
        desired.spec.adopt.as_ref().filter(|adopt| !given_up(adopt))
    }

    /// The earliest moment at which a look shows what our own writes did.
    #[must_use]
    pub fn floor(&self) -> Tick {
        let requested = self.memory.request_seen.as_ref().map(|(_, at)| *at);
        self.memory.last_write.max(requested).unwrap_or_default()
    }

    /// Whether the pending create is old enough for an empty LIST to prove that it made nothing, and since when.
    #[must_use]
    pub fn window_over_at(&self, window: std::time::Duration) -> Option<Tick> {
        let create = self.record.create.as_ref()?;
        let (nonce, seen) = self.memory.nonce_seen.as_ref()?;
        (*nonce == create.nonce).then(|| *seen + window)
    }

    /// What a condition said when the status was written last.
    #[must_use]
    pub fn said(&self, r#type: ConditionType) -> Option<&Condition> {
        self.record.conditions.iter().find(|condition| condition.type_ == r#type.as_str())
    }

    /// Whether a condition was True, or Synced False, for this reason when the status was written last, and nobody has asked for anything
    /// since: neither by a new generation nor by a request to reconcile.
    #[must_use]
    pub fn still_says(&self, desired: &Desired, r#type: ConditionType, reason: Reason) -> bool {
        self.said(r#type).is_some_and(|said| {
            said.reason == reason.as_str() && said.observed_generation == Some(desired.object.generation)
        }) && !self.is_requested(desired)
    }

    /// Whether a person's request to reconcile has not been answered yet.
    #[must_use]
    pub fn is_requested(&self, desired: &Desired) -> bool {
        let requested = &desired.object.requested_at;
        requested.is_some() && *requested != self.record.last_handled_reconcile_at
    }
}
