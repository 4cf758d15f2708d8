//! Running or stopped: which command brings a pipe where it should be, and what its state means to people.
//!
//! Not here: pausing for a change ([`crate::update`]).

use std::time::Duration;

use cloud::{Call, Command, Pipe, PipeId, PipeState};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::policy::{DriftPolicy, ReadyWhen};
use crd::status::record::{CreatePhase, CreateRecord};

use crate::create::record::remember;
use crate::desired::{Account, Desired};
use crate::known::Known;
use crate::planning::{call, rest};
use crate::step::Plan;
use crate::verdict::{Kind, Verdict};

/// A command whose effect does not show is sent again after this time.
const SEND_AGAIN: Duration = Duration::from_mins(1);

/// The command that is due, if one is.
pub(crate) fn command(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe) -> Option<Plan> {
    let id = &pipe.id;
    if desired.wants_running() {
        let due = match pipe.state {
            PipeState::Stopped | PipeState::Paused => may(desired, known),
            PipeState::Failed => is_new(desired, known) && known.memory.commanded.is_none(),
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

/// Whether the run state may be changed: it is owed, the user asks for it now, or drift is corrected.
fn may(desired: &Desired, known: &Known) -> bool {
    let owed = known.record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Resolved)
        || known.record.operation.is_some();
    owed || desired.spec.drift_policy == DriftPolicy::Correct || is_new(desired, known)
}

/// Whether this generation, or a person's request, has not been carried out yet.
fn is_new(desired: &Desired, known: &Known) -> bool {
    let requested =
        desired.object.requested_at.is_some() && desired.object.requested_at != known.record.last_handled_reconcile_at;
    known.record.last_synced_generation != Some(desired.object.generation) || requested
}

/// What the pipe's state means.
pub(crate) fn verdict(desired: &Desired, known: &Known, pipe: &Pipe) -> Verdict {
    let runs = desired.wants_running();
    let working = Verdict::working;
    match (&pipe.state, runs) {
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
        (PipeState::InternalError, _) => Verdict::trouble(
            Kind::Waiting,
            Reason::PipeInternalError,
            "ClickHouse Cloud reports an internal error of the pipe: ask its support if it lasts",
        ),
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
            "the pipe was stopped by somebody else and is left so, because driftPolicy is Warn",
        ),
        (PipeState::Running | PipeState::Degraded | PipeState::Snapshot, false) if may(desired, known) => {
            working(Reason::Stopping, "the pipe is being stopped")
        }
        (PipeState::Running | PipeState::Degraded | PipeState::Snapshot, false) => Verdict::trouble(
            Kind::Reported,
            Reason::PipeNotStopped,
            "the pipe was started by somebody else and is left so, because driftPolicy is Warn",
        ),
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
