//! What people see: the status of an object from what is wanted, what is known and the plan.
//!
//! The same values give the same status, byte for byte; times move only when something else does. Not here: writing it.

mod conditions;
mod observed;

use std::time::Duration;

use cloud::{Command, PipeState};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::policy::{ManagementPolicy, RunState};
use crd::status::Drift;
use crd::status::record::{Applied, CreatePhase, CreateRecord, OperationKind, OperationPhase, PipeRecord};

use crate::approval;
use crate::desired::Desired;
use crate::diff::Difference;
use crate::known::Known;
use crate::run_state::is_awaited;
use crate::step::Plan;
use crate::verdict::Kind;
use crate::{conflict, create, resync, run_state, twins};

/// The status that follows from a plan.
#[must_use]
pub fn status(desired: &Desired, known: &Known, plan: &Plan) -> ClickPipeStatus {
    let record = progress(desired, known, plan);
    let drift = drift(desired, known, plan);
    let candidates = twins::candidates(desired, known);
    let pending = approval::shown(desired, known, &plan.verdict, &plan.differences);
    let next = ClickPipeStatus {
        observed_generation: Some(desired.object.generation),
        source: desired.spec.source.kind().map(|kind| kind.as_str().to_owned()),
        destination: Some(destination(desired)),
        conditions: conditions::conditions(desired, known, plan, drift.as_ref(), pending.as_ref(), &candidates),
        plan: pending,
        drift,
        observed: observed::unset(desired, known),
        candidates,
        ..record
    };
    keep_times(next, known)
}

/// The record, as far as looking moves it: what was seen of the pipe, what is applied, what is no longer owed.
fn progress(desired: &Desired, known: &Known, plan: &Plan) -> ClickPipeStatus {
    let mut record = known.record.clone();
    if let (Some(pipe), Some(seen)) = (record.pipe.as_mut(), known.pipe()) {
        pipe.state = Some(seen.state.as_str().to_owned());
        pipe.name = Some(create::record::name(seen));
        pipe.updated_at = Some(seen.updated_at.clone()).filter(|at| !at.is_empty());
        pipe.vanished_generation = None;
    }
    if let Some(pipe) = record.pipe.as_mut()
        && matches!(plan.verdict.synced.reason, Reason::MassVanish | Reason::ExternallyDeleted)
    {
        pipe.vanished_generation = Some(desired.object.generation);
    }
    if let Some(last) = record.last_resync.as_mut()
        && plan.steps.is_empty()
        && resync::shows(last, known)
    {
        resync::ACCEPTED.clone_into(&mut last.phase);
    }
    let settled = plan.verdict.kind == Kind::Settled && plan.steps.is_empty() && record.pipe.is_some();
    if settled && let Ok(wanted) = &desired.wanted {
        record.last_synced_generation = Some(desired.object.generation);
        record.last_error = None;
        // Who only observes applies nothing, and finishes nothing.
        if desired.spec.management_policy == ManagementPolicy::Full {
            let document = wanted.document.redacted();
            record.applied = Some(Applied { generation: desired.object.generation, document });
            record.secret_fingerprints = Some(wanted.fingerprints.clone());
            record.operation = None;
            record.create = record.create.map(|create| CreateRecord { phase: settled_phase(create.phase), ..create });
        }
    }
    if plan.steps.is_empty() && is_resumed(desired, known, plan) {
        record.operation = None;
    }
    if plan.steps.is_empty() && desired.object.requested_at.is_some() && answered(desired, known, plan) {
        record.last_handled_reconcile_at.clone_from(&desired.object.requested_at);
    }
    record
}

/// Whether a pipe that we paused for a change is again in the run state that we owe it.
fn is_resumed(desired: &Desired, known: &Known, plan: &Plan) -> bool {
    let Some(operation) = known.record.operation.as_ref().filter(|ours| ours.kind == OperationKind::Update) else {
        return false;
    };
    let over = operation.phase == OperationPhase::Resuming || plan.verdict.kind != Kind::Working;
    let looked = known.seen.as_ref().is_some_and(|seen| seen.begun >= known.floor());
    let runs = known.pipe().map(|pipe| match pipe.state {
        PipeState::Running | PipeState::Degraded | PipeState::Snapshot => {
            (!is_awaited(known, Command::Stop)).then_some(true)
        }
        PipeState::Stopped | PipeState::Paused => Some(false),
        PipeState::Completed | PipeState::Failed | PipeState::InternalError => Some(desired.wants_running()),
        _ => None,
    });
    let owed = desired.wants_running() && operation.resume_to != Some(RunState::Stopped);
    over && looked && runs.flatten() == Some(owed)
}

/// A request to reconcile is answered once the service was looked at after it, or nothing can be looked at.
fn answered(desired: &Desired, known: &Known, plan: &Plan) -> bool {
    let looks = desired.account.is_ok() && desired.wanted.is_ok() && plan.verdict.kind != Kind::Blocked;
    match (&known.memory.request_seen, &known.seen) {
        (Some((_, at)), Some(seen)) => seen.begun >= *at || !looks,
        (None, _) => false,
        (Some(_), None) => true,
    }
}

fn settled_phase(phase: CreatePhase) -> CreatePhase {
    match phase {
        CreatePhase::Resolved => CreatePhase::Started,
        other => other,
    }
}

/// The destination in short: `database.table`, or the database of a database source.
fn destination(desired: &Desired) -> String {
    let destination = &desired.spec.destination;
    match &destination.table {
        Some(table) => format!("{}.{table}", destination.database),
        None => destination.database.clone(),
    }
}

fn drift(desired: &Desired, known: &Known, plan: &Plan) -> Option<Drift> {
    if known.seen.is_none() {
        // Nothing was compared yet; so it stands.
        return known.record.drift.clone().filter(|_| known.record.pipe.is_some());
    }
    // Where nothing was ever applied, nobody edits anything either: how the pipe differs is all there is to see.
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly && known.record.applied.is_none();
    let drifted =
        plan.differences.iter().filter(|difference| (observes && difference.facts.returned) || !difference.edited);
    let mut paths: Vec<String> = drifted.map(Difference::spec_path).collect();
    if known.pipe().is_some_and(|pipe| run_state::is_drift(desired, known, pipe)) {
        paths.push(format!("spec.{}", conflict::STATE));
    }
    if paths.is_empty() {
        return None;
    }
    let since = known
        .record
        .drift
        .as_ref()
        .filter(|drift| drift.paths == paths)
        .map_or_else(|| known.wall.to_string(), |drift| drift.since.clone());
    Some(Drift { paths, since })
}

/// Times move only in a status that is written for another reason.
fn keep_times(next: ClickPipeStatus, known: &Known) -> ClickPipeStatus {
    let still = ClickPipeStatus { last_observed_time: known.record.last_observed_time.clone(), ..next };
    let changed = without_heartbeat(&still) != without_heartbeat(&known.record);
    let since =
        known.seen.as_ref().map_or(Duration::ZERO, |seen| Duration::from_secs((known.now - seen.begun).as_secs()));
    let observed = known.pipe().and_then(|_| known.wall.checked_sub(since).ok()).map(|seen| seen.to_string());
    if changed {
        ClickPipeStatus { last_observed_time: observed.or(still.last_observed_time.clone()), ..still }
    } else {
        known.record.clone()
    }
}

/// A status without what changes by itself.
fn without_heartbeat(status: &ClickPipeStatus) -> ClickPipeStatus {
    let pipe = status.pipe.clone().map(|pipe| PipeRecord { updated_at: None, ..pipe });
    ClickPipeStatus { last_observed_time: None, pipe, ..status.clone() }
}
