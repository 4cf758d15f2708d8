//! Running or stopped: which command brings a pipe where it should be, and what its state means to people.
//!
//! Not here: pausing for a change ([`crate::update`]).

use std::time::Duration;

use cloud::{Call, Command, Pipe, PipeId, PipeState};
use crd::ClickPipeStatus;
use crd::condition::{ConditionType, Reason};
use crd::policy::{DriftPolicy, ReadyWhen};
use crd::status::record::{CreatePhase, CreateRecord};

use crate::conflict;
use crate::create::record::remember;
use crate::desired::{Account, Desired};
use crate::known::Known;
use crate::planning::{call, rest};
use crate::step::Plan;
use crate::verdict::{Kind, Verdict};

/// A command whose effect does not show is sent again after this time.
pub(crate) const SEND_AGAIN: Duration = Duration::from_mins(1);
/// A command whose effect does not show in this time has none; the service takes up to two minutes.
const SHOWS: Duration = Duration::from_mins(2);
/// An internal error that lasts so long does not pass by itself.
const INTERNAL_ERROR: Duration = Duration::from_mins(30);

/// The command that is due, if one is.
pub(crate) fn command(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe) -> Option<Plan> {
    let id = &pipe.id;
    if desired.wants_running() {
        let due = match pipe.state {
            PipeState::Stopped | PipeState::Paused => may(desired, known),
            PipeState::Failed => is_to_be_tried(desired, known),
            _ => false,
        };
        return due.then(|| {
            send(
                desired,
                known,
                account,
                id,
                Command::Start,
                Verdict::working(Reason::Starting, "the pipe is being started"),
            )
        });
    }
    let running = matches!(
        pipe.state,
        PipeState::Running | PipeState::Degraded | PipeState::Snapshot | PipeState::Provisioning | PipeState::Setup
    );
    if !running || !may(desired, known) {
        return None;
    }
    let stopping = Verdict::working(Reason::Stopping, "the pipe is being stopped");
    // A stop that the spec asks for makes the next start owed, whatever the drift policy then is.
    match &known.record.create {
        Some(create) if create.phase == CreatePhase::Started => {
            let create = Some(CreateRecord { phase: CreatePhase::Resolved, ..create.clone() });
            Some(Plan::next(remember(ClickPipeStatus { create, ..known.record.clone() }), stopping))
        }
        _ => Some(send(desired, known, account, id, Command::Stop, stopping)),
    }
}

/// A state command, unless the same one was accepted a moment ago and only has not shown yet.
pub(crate) fn send(
    desired: &Desired,
    known: &Known,
    account: &Account,
    id: &PipeId,
    command: Command,
    verdict: Verdict,
) -> Plan {
    let waits = known.memory.commanded.is_some_and(|(sent, at)| sent == command && known.now - at < SEND_AGAIN);
    if waits {
        return rest(desired, known, account, verdict);
    }
    call(desired, known, Call::SetState { service: account.service.clone(), pipe: id.clone(), command }, true, verdict)
}

/// Whether a command was accepted lately and has not shown what it does: until then the state that is shown says nothing.
pub(crate) fn is_awaited(known: &Known, command: Command) -> bool {
    known.memory.commanded.is_some_and(|(sent, at)| sent == command && known.now - at < SHOWS)
}

/// Whether the run state may be changed: it is owed, the user asks for it now, or drift is corrected.
fn may(desired: &Desired, known: &Known) -> bool {
    let owed = known.record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Resolved)
        || known.record.operation.is_some();
    owed || conflict::is_corrected(desired, known, &[conflict::STATE.to_owned()]) || is_new(desired, known)
}

/// Whether somebody else has started or stopped the pipe: it is in the other run state, and we owe it nothing.
pub(crate) fn is_drift(desired: &Desired, known: &Known, pipe: &Pipe) -> bool {
    let other = if desired.wants_running() {
        matches!(pipe.state, PipeState::Stopped | PipeState::Paused)
    } else {
        matches!(pipe.state, PipeState::Running | PipeState::Degraded | PipeState::Snapshot)
    };
    let owed = known.record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Resolved)
        || known.record.operation.is_some();
    other && !owed && !is_new(desired, known)
}

/// Whether a failed pipe is started: after a new spec, a rotated Secret or a person's request, once; never by itself.
fn is_to_be_tried(desired: &Desired, known: &Known) -> bool {
    let started = known.memory.commanded.is_some_and(|(command, at)| {
        // It has not shown what the start did.
        command == Command::Start && known.now - at < SEND_AGAIN
    });
    let generation = desired.object.generation;
    let new = known.record.last_synced_generation != Some(generation) && !is_started_for(known, generation);
    started || new || known.is_requested(desired)
}

/// Whether the pipe was started for this generation, after the last change that was made for it.
fn is_started_for(known: &Known, generation: i64) -> bool {
    let accepted = known.record.history.iter().rev().filter(|entry| entry.outcome == "Accepted");
    let mut of_generation = accepted.filter(|entry| entry.generation == generation).map(|entry| entry.action.as_str());
    let last = of_generation
        .find(|action| matches!(*action, "Start" | "CreatePipe" | "PatchPipe" | "PutSettings" | "PatchScaling"));
    matches!(last, Some("Start" | "CreatePipe"))
}

/// Whether this generation, or a person's request, has not been carried out yet.
fn is_new(desired: &Desired, known: &Known) -> bool {
    known.record.last_synced_generation != Some(desired.object.generation) || known.is_requested(desired)
}

/// Whether the pipe is in the wanted run state, or on its way there without our doing.
pub(crate) fn is_as_wanted(desired: &Desired, pipe: &Pipe) -> bool {
    match pipe.state {
        PipeState::Stopped | PipeState::Paused | PipeState::Stopping | PipeState::Pausing => !desired.wants_running(),
        PipeState::Completed => true,
        _ => desired.wants_running(),
    }
}

/// A state from which nothing follows: nothing is written, and Ready stays as it is until it is too old.
pub(crate) fn says_nothing(state: &PipeState, account: &Account) -> Option<Verdict> {
    match state {
        PipeState::Other(state) => {
            let message = format!(
                "the pipe's state \"{state}\" is not known to this operator: nothing is written; a newer operator may know it"
            );
            Some(Verdict::waiting(Reason::ReconcileError, message, account.poll_interval))
        }
        PipeState::Unknown => {
            let message = "the service does not know the pipe's state at the moment: nothing is written meanwhile";
            let verdict = Verdict::working(Reason::Provisioning, message).again(account.poll_interval);
            Some(Verdict { kind: Kind::Waiting, ready: None, ..verdict })
        }
        _ => None,
    }
}

/// What the pipe's state means.
pub(crate) fn verdict(desired: &Desired, known: &Known, pipe: &Pipe) -> Verdict {
    let runs = desired.wants_running();
    let working = Verdict::working;
    match (&pipe.state, runs) {
        (PipeState::Running | PipeState::Degraded | PipeState::Snapshot, true) if is_awaited(known, Command::Stop) => {
            working(
                Reason::Starting,
                "the service has accepted to stop the pipe, which does not show yet: it will be started again",
            )
        }
        (PipeState::Stopped | PipeState::Paused, false) if is_awaited(known, Command::Start) => working(
            Reason::Stopping,
            "the service has accepted to start the pipe, which does not show yet: it will be stopped again",
        ),
        (PipeState::Running, true) => Verdict::settled(Reason::Running, "the pipe is running"),
        (PipeState::Stopped | PipeState::Paused, false) => {
            Verdict::settled(Reason::Stopped, "the pipe is stopped, as wanted")
        }
        (PipeState::Completed, _) => Verdict::settled(Reason::Completed, "the one-time load is complete"),
        (PipeState::Degraded, true) => Verdict::trouble(
            Kind::Reported,
            Reason::PipeDegraded,
            "ClickHouse Cloud says that the pipe is degraded: see system.clickpipes_log in the service",
        ),
        (PipeState::Failed, _) => Verdict::trouble(Kind::Blocked, Reason::PipeFailed, failed(desired)),
        (PipeState::InternalError, _) => {
            let (kind, message) = if internal_error_lasts(desired, known) {
                (
                    Kind::Blocked,
                    "ClickHouse Cloud reports an internal error of the pipe for half an hour: ask its support",
                )
            } else {
                (Kind::Waiting, "ClickHouse Cloud reports an internal error of the pipe: ask its support if it lasts")
            };
            Verdict::trouble(kind, Reason::PipeInternalError, message)
        }
        (PipeState::Provisioning | PipeState::Setup | PipeState::Unknown | PipeState::Other(_), _) => {
            working(Reason::Provisioning, "the service is setting the pipe up")
        }
        (PipeState::Snapshot, true) if desired.spec.ready_when == ReadyWhen::SnapshotStarted => {
            Verdict::settled(Reason::Running, "the first load is running")
        }
        (PipeState::Snapshot, true) => working(Reason::InitialSnapshot, "the first load is running; it can take long"),
        (PipeState::Modifying, _) => working(Reason::Updating, "the service is applying a change"),
        (PipeState::Resync, _) => working(Reason::Resyncing, "tables are being loaded again"),
        (PipeState::Stopping | PipeState::Pausing, true) => {
            working(Reason::Starting, "the pipe is stopping and will be started again")
        }
        (PipeState::Stopping | PipeState::Pausing, false) => working(Reason::Stopping, "the pipe is being stopped"),
        (PipeState::Stopped | PipeState::Paused, true) if may(desired, known) => {
            working(Reason::Starting, "the pipe is being started")
        }
        (PipeState::Stopped | PipeState::Paused, true) => Verdict::trouble(
            Kind::Reported,
            Reason::PipeNotRunning,
            format!("the pipe was stopped by somebody else and is left so, {}", left_because(desired)),
        ),
        (PipeState::Running | PipeState::Degraded | PipeState::Snapshot, false) if may(desired, known) => {
            working(Reason::Stopping, "the pipe is being stopped")
        }
        (PipeState::Running | PipeState::Degraded | PipeState::Snapshot, false) => Verdict::trouble(
            Kind::Reported,
            Reason::PipeNotStopped,
            format!("the pipe was started by somebody else and is left so, {}", left_because(desired)),
        ),
    }
}

/// An internal error can pass; one that stays needs a person inside the service.
fn internal_error_lasts(desired: &Desired, known: &Known) -> bool {
    let since = known.memory.internal_error_since;
    since.is_some_and(|since| known.now - since >= INTERNAL_ERROR)
        || known.still_says(desired, ConditionType::Stalled, Reason::PipeInternalError)
}

fn left_because(desired: &Desired) -> &'static str {
    match desired.spec.drift_policy {
        DriftPolicy::Warn => "because driftPolicy is Warn",
        DriftPolicy::Correct => "because it happens again and again: find who does it, then ask for a reconcile",
    }
}

/// The API does not say why a pipe failed; say where to look.
fn failed(desired: &Desired) -> &'static str {
    if desired.is_database() {
        "the pipe has failed; the API does not say why: see its page in the ClickHouse Cloud console, then change the spec or ask for a reconcile"
    } else {
        "the pipe has failed; the API does not say why: see system.clickpipes_log in the service, then change the spec or ask for a reconcile"
    }
}
