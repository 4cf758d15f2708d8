//! The conditions, in their fixed order.
//!
//! Not here: the verdict that they say.

use cloud::{Pipe, PipeState};
use crd::condition::{ConditionType, Reason, Truth};
use crd::policy::ManagementPolicy;
use crd::status::{Drift, Impact, PendingPlan};
use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

use crate::desired::{Desired, PausedBy};
use crate::known::Known;
use crate::step::Plan;
use crate::verdict::{Kind, Saying, Verdict, fitting};
use crate::{resync, run_state};

/// Observations older than this many intervals are stale.
const STALE_AFTER: u32 = 3;

pub(super) fn conditions(
    desired: &Desired,
    known: &Known,
    plan: &Plan,
    drift: Option<&Drift>,
    pending: Option<&PendingPlan>,
    candidates: &[String],
) -> Vec<Condition> {
    let verdict = &plan.verdict;
    let ready = ready(desired, known, plan);
    let mut found: Vec<(ConditionType, Saying)> = progress(known, plan, &ready).into_iter().collect();
    found.push((ConditionType::Ready, ready));
    found.push((ConditionType::Synced, synced(desired, known, plan)));
    found.push((ConditionType::ReferencesResolved, references(desired, verdict)));
    found.extend(drifted(known, plan, drift).map(|saying| (ConditionType::Drifted, saying)));
    found.extend(desired.paused.map(|by| (ConditionType::Paused, paused(by))));
    found.extend(
        pending
            .and_then(approval)
            .filter(|_| verdict.synced.reason != Reason::ImmutableFieldChange)
            .map(|saying| (ConditionType::AwaitingApproval, saying)),
    );
    found.extend(duplicate(known, candidates).map(|saying| (ConditionType::SuspectedDuplicate, saying)));
    found.into_iter().map(|(r#type, saying)| condition(desired, known, r#type, &saying)).collect()
}

/// Reconciling while the operator acts again by itself and the object is not there yet; Stalled when only a person can help.
fn progress(known: &Known, plan: &Plan, ready: &Saying) -> Option<(ConditionType, Saying)> {
    let verdict = &plan.verdict;
    let reconciling =
        |reason| Some((ConditionType::Reconciling, Saying::new(Truth::True, reason, verdict.synced.message.clone())));
    let failed = known.memory.setbacks().any(|setback| !setback.is_blip());
    let again = if failed { Reason::ProgressingWithRetry } else { Reason::Progressing };
    match verdict.kind {
        Kind::Settled | Kind::Reported => None,
        Kind::Working => reconciling(again),
        // A blip does not disturb an object that is as wanted.
        Kind::Waiting if ready.truth == Truth::True => None,
        Kind::Waiting => reconciling(Reason::ProgressingWithRetry),
        Kind::Blocked => {
            let cause = if verdict.synced.truth == Truth::False { &verdict.synced } else { ready };
            Some((ConditionType::Stalled, Saying::new(Truth::True, cause.reason, cause.message.clone())))
        }
        Kind::Exhausted => {
            let message = verdict.synced.message.clone();
            Some((ConditionType::Stalled, Saying::new(Truth::True, Reason::RetriesExhausted, message)))
        }
    }
}

/// What the verdict says of this generation; of a resync of which nothing is known nobody would learn otherwise.
fn synced(desired: &Desired, known: &Known, plan: &Plan) -> Saying {
    let said = plan.verdict.synced.clone();
    match resync::in_doubt(desired, known) {
        Some(doubt) if plan.verdict.kind == Kind::Settled => Saying::new(said.truth, said.reason, doubt),
        _ => said,
    }
}

/// What the verdict says of references; where it did not come to them, what is known of them all the same.
fn references(desired: &Desired, verdict: &Verdict) -> Saying {
    let missing = desired.account.as_ref().err().or_else(|| {
        let problems = desired.wanted.as_ref().err()?;
        problems.iter().find(|problem| problem.reason != Reason::InvalidSpec)
    });
    match missing.filter(|problem| problem.reason != Reason::InvalidSpec) {
        Some(problem) if verdict.references.truth == Truth::True => {
            Saying::new(Truth::False, problem.reason, problem.to_string())
        }
        _ => verdict.references.clone(),
    }
}

/// Pipes that carry our token beside the recorded one.
fn duplicate(known: &Known, candidates: &[String]) -> Option<Saying> {
    let pipe = known.record.pipe.as_ref().filter(|_| !candidates.is_empty())?;
    let message = format!(
        "beside pipe {} others carry this object's token and are left alone: see status.candidates, and delete what is not needed",
        pipe.id
    );
    Some(Saying::new(Truth::True, Reason::UnclaimedPipeFound, message))
}

/// What the verdict says of Ready; else what it said, unless that is too old to be believed.
fn ready(desired: &Desired, known: &Known, plan: &Plan) -> Saying {
    let kept = || said(known, ConditionType::Ready).map(|saying| believable(desired, known, plan, saying));
    let saying = plan
        .verdict
        .ready
        .clone()
        .or_else(kept)
        .unwrap_or_else(|| Saying::new(Truth::Unknown, Reason::Pending, "not looked at yet"));
    let interval = desired.account.as_ref().map(|account| account.poll_interval);
    let seen = known.memory.observed.unwrap_or(known.memory.first_seen);
    match interval {
        Ok(interval) if saying.truth == Truth::True && known.now - seen > interval * STALE_AFTER => Saying::new(
            Truth::Unknown,
            Reason::ObservationStale,
            "the pipe could not be observed for three poll intervals",
        ),
        _ => saying,
    }
}

/// What a condition said when the status was written last, as it would be said again.
fn said(known: &Known, r#type: ConditionType) -> Option<Saying> {
    let condition = known.said(r#type)?;
    let reason = Reason::ALL.iter().copied().find(|reason| reason.as_str() == condition.reason)?;
    let truth =
        [Truth::True, Truth::False, Truth::Unknown].into_iter().find(|truth| truth.as_str() == condition.status)?;
    Some(Saying::new(truth, reason, condition.message.clone()))
}

/// A call that fails disturbs nobody who is ready; but ready means that this generation is applied and that the pipe was last seen so.
fn believable(desired: &Desired, known: &Known, plan: &Plan, said: Saying) -> Saying {
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    if said.truth != Truth::True || desired.paused.is_some() || observes {
        return said;
    }
    if known.record.last_synced_generation != Some(desired.object.generation) {
        return Saying::new(Truth::Unknown, Reason::Updating, plan.verdict.synced.message.clone());
    }
    let known_state = |pipe: &&Pipe| !matches!(pipe.state, PipeState::Unknown | PipeState::Other(_));
    let seen = known.pipe().filter(known_state).and_then(|pipe| run_state::verdict(desired, known, pipe).ready);
    match (seen, known.record.pipe.as_ref().and_then(|pipe| pipe.state.as_deref())) {
        (Some(seen), _) => seen,
        // Kept through a pause, in which the pipe became something else, and nobody can look now.
        (None, Some(state)) if belies(state, said.reason) => {
            let message = format!("the pipe was last seen {state}, and could not be observed since");
            Saying::new(Truth::Unknown, Reason::ObservationStale, message)
        }
        (None, _) => said,
    }
}

/// Whether a pipe that was last seen in this state is not what Ready says.
fn belies(state: &str, said: Reason) -> bool {
    match PipeState::read(state) {
        PipeState::Unknown | PipeState::Other(_) => false,
        PipeState::Running | PipeState::Snapshot => said != Reason::Running,
        PipeState::Stopped | PipeState::Paused => said != Reason::Stopped,
        PipeState::Completed => said != Reason::Completed,
        PipeState::Provisioning
        | PipeState::Setup
        | PipeState::Degraded
        | PipeState::Stopping
        | PipeState::Pausing
        | PipeState::Modifying
        | PipeState::Resync
        | PipeState::Failed
        | PipeState::InternalError => true,
    }
}

/// Before anything was compared, what was said stands.
fn drifted(known: &Known, plan: &Plan, drift: Option<&Drift>) -> Option<Saying> {
    if known.seen.is_none() {
        return said(known, ConditionType::Drifted).filter(|_| known.record.pipe.is_some());
    }
    match drift {
        Some(drift) => {
            let first: Vec<&str> = drift.paths.iter().take(3).map(String::as_str).collect();
            Some(Saying::new(
                Truth::True,
                Reason::DriftDetected,
                format!("differs from what was applied: {}", first.join(", ")),
            ))
        }
        None if known.pipe().is_some()
            && matches!(plan.verdict.kind, Kind::Settled | Kind::Reported | Kind::Working) =>
        {
            Some(Saying::new(Truth::False, Reason::NoDrift, "the pipe is as it was applied"))
        }
        None => None,
    }
}

fn paused(by: PausedBy) -> Saying {
    let reason = match by {
        PausedBy::Spec => Reason::PausedBySpec,
        PausedBy::Namespace => Reason::PausedByNamespace,
        PausedBy::Operator => Reason::PausedGlobally,
    };
    Saying::new(Truth::True, reason, "no external write is made, also no delete")
}

fn approval(pending: &PendingPlan) -> Option<Saying> {
    let reason = match pending.class {
        Impact::Replace => Reason::ReplaceRequired,
        Impact::Resync => Reason::ResyncRequired,
        Impact::Inert | Impact::Restart => return None,
    };
    Some(Saying::new(
        Truth::True,
        reason,
        format!("approve with the annotation cloud.clickhouse.com/approve-plan={}", pending.hash),
    ))
}

/// A condition whose transition time moves only with its status.
fn condition(desired: &Desired, known: &Known, r#type: ConditionType, saying: &Saying) -> Condition {
    let status = saying.truth.as_str();
    let before = known
        .record
        .conditions
        .iter()
        .find(|condition| condition.type_ == r#type.as_str() && condition.status == status)
        // The definition's default has no time of its own.
        .filter(|condition| condition.last_transition_time.0 != Timestamp::UNIX_EPOCH);
    Condition {
        type_: r#type.as_str().to_owned(),
        status: status.to_owned(),
        reason: saying.reason.as_str().to_owned(),
        message: fitting(&saying.message),
        observed_generation: Some(desired.object.generation),
        last_transition_time: before.map_or(Time(known.wall), |condition| condition.last_transition_time.clone()),
    }
}
