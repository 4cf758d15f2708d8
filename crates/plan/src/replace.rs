//! A new pipe in place of the recorded one: approved by a person (Replace), or for one that somebody deleted (Recreate).
//!
//! The old one goes first. What is under way is on record before each effect: `Pausing` before the stop, and until then a change of mind ends
//! it; `Removing` before the DELETE, and from there it is finished, and the absence of the pipe is our own doing. Then one write forgets the
//! pipe, and an ordinary create follows from the spec as it is by then. Not here: that create ([`mod@crate::create`]).

use cloud::{Call, Command, Pipe, PipeId, PipeState, Refusal};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::policy::{ReplacementPolicy, RunState};
use crd::status::Impact;
use crd::status::record::{Operation, OperationKind, OperationPhase};

use crate::create::record::{forgotten, remember};
use crate::delete::Absence;
use crate::desired::{Account, Desired};
use crate::diff::Difference;
use crate::known::{Known, Seen};
use crate::manage::names_another;
use crate::planning::{call, rest};
use crate::step::Plan;
use crate::verdict::Verdict;
use crate::{delete, run_state, twins};

/// The name of the call that stops a pipe.
const STOP: &str = "Stop";

/// The operation, when the recorded pipe is being replaced.
pub(crate) fn under_way(known: &Known) -> Option<&Operation> {
    known.record.operation.as_ref().filter(|operation| operation.kind != OperationKind::Update)
}

/// Whether the recorded pipe is being removed by us: what was begun is finished.
pub(crate) fn is_removing(known: &Known) -> bool {
    under_way(known).is_some_and(|operation| operation.phase == OperationPhase::Removing)
}

/// Why an approved replacement does not begin: beside another pipe with our token none would be created, and the old one would be gone by then.
pub(crate) fn hindered(desired: &Desired, known: &Known) -> Option<Verdict> {
    let candidates = twins::candidates(desired, known);
    let first = candidates.first()?;
    let message = format!(
        "pipe {first} carries this object's token too, and no other is created beside it: the replacement waits until it is deleted, or renamed without the token"
    );
    Some(Verdict::blocked(Reason::AdoptionRequired, message))
}

/// An approved replacement begins: the approval is used up by this write.
pub(crate) fn begin(desired: &Desired, known: &Known, pipe: &Pipe) -> Plan {
    let resume_to = match (&known.record.operation, stops(&pipe.state)) {
        (Some(operation), _) => operation.resume_to,
        (None, true) => Some(RunState::Running),
        (None, false) => Some(RunState::Stopped),
    };
    let operation = Operation {
        kind: OperationKind::Replace,
        resume_to,
        ..removal(desired, OperationKind::Replace, OperationPhase::Pausing)
    };
    write(known, operation)
}

/// A vanished pipe is made anew: what is left of it, if anything, goes first.
pub(crate) fn anew(desired: &Desired, known: &Known) -> Plan {
    write(known, removal(desired, OperationKind::Recreate, OperationPhase::Removing))
}

/// The next step of what is under way; `None` when nothing is, or when a change of mind has ended it.
pub(crate) fn plan(
    desired: &Desired,
    known: &Known,
    account: &Account,
    id: &PipeId,
    seen: &Seen,
    found: Option<&[Difference]>,
) -> Option<Plan> {
    let operation = under_way(known)?;
    if is_removing(known) {
        return Some(remove(desired, known, account, id, seen));
    }
    let pipe = seen.pipes.get(id);
    if !still_asked(desired, known, operation, found) {
        // Somebody's own deletion stays what it is; a pipe that we stopped is owed its run state.
        return pipe.map(|_| {
            let operation =
                Operation { kind: OperationKind::Update, phase: OperationPhase::Resuming, ..operation.clone() };
            write(known, operation)
        });
    }
    Some(match pipe {
        Some(pipe) if stops(&pipe.state) && !stop_is_refused(known) => {
            run_state::send(desired, known, account, id, Command::Stop, replacing())
        }
        Some(pipe) if matches!(pipe.state, PipeState::Stopping | PipeState::Pausing) => {
            rest(desired, known, account, replacing())
        }
        _ => write(known, Operation { phase: OperationPhase::Removing, ..operation.clone() }),
    })
}

/// Whether the plan that was approved is still what this object asks for.
fn still_asked(desired: &Desired, known: &Known, operation: &Operation, found: Option<&[Difference]>) -> bool {
    let allows = desired.spec.replacement_policy == ReplacementPolicy::OnApproval;
    let same_spec = operation.generation == desired.object.generation;
    let asks = found.is_none_or(|found| {
        let (allowed, _) = crate::approval::allowed(desired, found);
        let replaces = allowed.iter().any(|difference| difference.impact == Impact::Replace);
        let approved = crate::approval::pending(desired, known, &allowed)
            .is_some_and(|plan| Some(plan.hash) == desired.object.approved_plan);
        replaces && (same_spec || approved)
    });
    let keeps = known.pipe_id().is_some_and(|id| names_another(desired, known, &id).is_some());
    allows && asks && !keeps && (same_spec || found.is_some())
}

/// DELETE, absence in a LIST begun afterwards, no twin left, then one write that forgets the pipe.
fn remove(desired: &Desired, known: &Known, account: &Account, id: &PipeId, seen: &Seen) -> Plan {
    let delete = Call::DeletePipe { service: account.service.clone(), pipe: id.clone() };
    match delete::absence(known, id, seen) {
        Absence::ToSend => call(desired, known, delete, true, replacing()),
        Absence::Awaited => rest(desired, known, account, replacing()),
        Absence::Proven => twins::plan(desired, known, account, seen)
            .unwrap_or_else(|| Plan::next(remember(forgotten(known, id)), replacing())),
    }
}

/// The old pipe need not be stopped to be deleted: where the service refuses to stop it, deleting does without.
fn stop_is_refused(known: &Known) -> bool {
    let refused = [Refusal::Invalid, Refusal::Source, Refusal::NotApplicable, Refusal::NotFound];
    known
        .memory
        .setback
        .as_ref()
        .is_some_and(|setback| setback.call == STOP && refused.iter().any(|refusal| setback.failure.is(refusal)))
}

fn stops(state: &PipeState) -> bool {
    matches!(state, PipeState::Running | PipeState::Degraded | PipeState::Snapshot)
}

fn removal(desired: &Desired, kind: OperationKind, phase: OperationPhase) -> Operation {
    Operation { kind, generation: desired.object.generation, phase, resume_to: None }
}

fn write(known: &Known, operation: Operation) -> Plan {
    let verdict = if operation.kind == OperationKind::Update {
        Verdict::working(Reason::Updating, "the replacement is no longer asked for: the pipe is run as before")
    } else {
        replacing()
    };
    Plan::next(remember(ClickPipeStatus { operation: Some(operation), ..known.record.clone() }), verdict)
}

pub(crate) fn replacing() -> Verdict {
    Verdict::working(Reason::Updating, "the pipe is being replaced: the old one is removed first")
}
