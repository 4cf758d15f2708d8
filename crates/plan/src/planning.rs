//! The decision at the top: what kind of situation is this object in?
//!
//! Each situation has its file: [`crate::create`], [`crate::manage`], [`crate::delete`]. Not here: any detail of them.

use std::time::Duration;

use cloud::{Call, Refusal, ServiceState, Tick};
use crd::condition::{Reason, Truth};
use crd::policy::ManagementPolicy;
use crd::status::record::{CreatePhase, PROTOCOL_VERSION, PipeRecord};

use crate::desired::{Account, Desired, PausedBy, Problem};
use crate::diff::differences;
use crate::known::{Known, Seen};
use crate::setback::{LIST, Setback, first_line};
use crate::step::{Applies, Look, Plan, Step};
use crate::verdict::{IN_TRANSITION, Kind, Verdict, roughly};
use crate::{create, delete, manage, run_state};

/// Waking is asked for again after this time; the service takes minutes.
const WAKE_AGAIN: Duration = Duration::from_mins(2);

/// Decides what to do next about one object.
///
/// Guarantees: no step writes to the service before the finalizer is on the object; no create before its intent is on record; no call of
/// any kind while writes are withheld, but looking. The same values give the same plan.
#[must_use]
pub fn plan(desired: &Desired, known: &Known) -> Plan {
    if known.record.create.as_ref().is_some_and(|create| create.protocol_version > PROTOCOL_VERSION) {
        return Plan::rest(Verdict::blocked(
            Reason::RecordTooNew,
            "a newer operator wrote this status: run that version again, or a newer one; this one makes no write",
        ));
    }
    if desired.object.deleting {
        return delete::plan(desired, known);
    }
    if let Some(by) = desired.paused {
        return paused(desired, known, by);
    }
    if let Some(plan) = restored(desired, known) {
        return plan;
    }
    if let Some(plan) = damaged(known) {
        return plan;
    }
    if !known.held {
        return Plan::next(Step::Hold, Verdict::working(Reason::Pending, "the object is being taken under control"));
    }
    let account = match &desired.account {
        Ok(account) => account,
        Err(problem) => return Plan::rest(unresolved(problem)),
    };
    if let Some(verdict) = claimed(desired, known).filter(|_| !is_unanswered(known)) {
        let recorded = Verdict::working(Reason::Creating, "the pipe is on record").again(Duration::from_secs(1));
        return Plan::rest(if known.memory.recorded_in_this_pass { recorded } else { verdict });
    }
    match (&desired.wanted, known.pipe_id()) {
        (Err(problems), None) => create::unapplied(desired, known, account, not_wanted(problems)),
        (Err(problems), Some(_)) => manage::unapplied(desired, known, account, not_wanted(problems)),
        (Ok(wanted), None) => create::plan(desired, known, account, wanted),
        (Ok(wanted), Some(id)) => manage::plan(desired, known, account, wanted, &id),
    }
}

/// The pipe that this object recorded or wants to adopt is another's.
pub(crate) fn claimed(desired: &Desired, known: &Known) -> Option<Verdict> {
    desired.claimed_by.as_ref().map(|owner| {
        // The pipe on record stays there, whatever the spec says.
        let here = if known.record.pipe.is_some() {
            "delete this object, which leaves the pipe"
        } else {
            "remove adopt.id here"
        };
        let message =
            format!("the pipe belongs to ClickPipe {owner}: {here}, or delete that object with deletionPolicy Retain");
        Verdict::blocked(Reason::AlreadyClaimed, message)
    })
}

/// Whether a create is on record and nothing that came of it: whose the pipe is that this object wants to adopt does not answer that.
pub(crate) fn is_unanswered(known: &Known) -> bool {
    let create = known.record.create.as_ref();
    known.record.pipe.is_none() && create.is_some_and(|create| create.phase == CreatePhase::Intent)
}

/// Nothing is written; the pipe is still looked at, so that what people see stays true.
fn paused(desired: &Desired, known: &Known, by: PausedBy) -> Plan {
    let by = match by {
        PausedBy::Spec => "spec.paused or the annotation on this object",
        PausedBy::Namespace => "the annotation on the namespace",
        PausedBy::Operator => "the operator's flag --paused",
    };
    let message = format!("writes are withheld by {by}");
    let verdict = Verdict::working(Reason::Paused, message.clone());
    let synced = crate::verdict::Saying::new(Truth::Unknown, Reason::ReconcilePaused, message);
    let verdict = Verdict {
        kind: Kind::Reported,
        ready: if withholds(desired, known) { verdict.ready } else { None },
        synced,
        again: None,
        ..verdict
    };
    only_look(desired, known, verdict)
}

/// Looks at the pipe, and does nothing: what is shown of it is then of now, also where two operators take turns.
pub(crate) fn only_look(desired: &Desired, known: &Known, verdict: Verdict) -> Plan {
    let since = known.memory.first_seen.max(known.floor());
    match (&desired.account, known.pipe_id(), seen_since(known, since)) {
        (Ok(account), Some(_), None) => look(desired, known, account, since, verdict),
        (Ok(account), Some(_), Some(_)) => rest(desired, known, account, verdict),
        (Err(_), _, _) | (_, None, _) => Plan::rest(verdict),
    }
}

/// Whether something of this generation is not applied because writes are withheld. To withhold them is itself a new generation.
fn withholds(desired: &Desired, known: &Known) -> bool {
    if known.record.last_synced_generation == Some(desired.object.generation) {
        return false;
    }
    let (Ok(wanted), Some(pipe)) = (&desired.wanted, known.pipe()) else { return true };
    let ran = known.record.last_synced_generation.is_some() && known.record.operation.is_none();
    let edited = differences(desired, wanted, &known.record, pipe).iter().any(|difference| difference.edited);
    !ran || edited || !run_state::is_as_wanted(desired, pipe)
}

/// A record of another object or another cluster (a restore that brought the status along) authorises nothing.
fn restored(desired: &Desired, known: &Known) -> Option<Plan> {
    is_foreign(desired, known).then(|| {
        let message = match &known.record.pipe {
            Some(PipeRecord { id, .. }) => format!("this status was restored from another object or cluster: to take its pipe set spec.adopt.id: {id} on a new object"),
            None => "this status was restored from another object or cluster: create the object anew, without status".to_owned(),
        };
        Plan::rest(Verdict::blocked(Reason::AdoptionRequired, message))
    })
}

/// A record that names its pipe by something that is no id authorises nothing: a create would make a second pipe.
pub(crate) fn damaged(known: &Known) -> Option<Plan> {
    let named = known.record.pipe.is_some() && known.pipe_id().is_none();
    named.then(|| {
        let message = "status.pipe.id is not a pipe id: write the id back (`kubectl edit --subresource=status`); nothing is written meanwhile";
        Plan::rest(Verdict::blocked(Reason::RecordTooNew, message))
    })
}

/// Whether the record is of another object or another cluster.
pub(crate) fn is_foreign(desired: &Desired, known: &Known) -> bool {
    let foreign = |cluster: &str, uid: &str| cluster != desired.cluster_id || uid != desired.object.uid;
    known.record.pipe.as_ref().is_some_and(|pipe| foreign(&pipe.cluster_id, &pipe.uid))
        || known.record.create.as_ref().is_some_and(|create| foreign(&create.cluster_id, &create.uid))
}

/// A referenced object is missing or not ready.
pub(crate) fn unresolved(problem: &Problem) -> Verdict {
    if problem.reason == Reason::InvalidSpec {
        return Verdict::blocked(problem.reason, problem.to_string());
    }
    Verdict::unresolved(problem.reason, problem.to_string())
}

fn not_wanted(problems: &[Problem]) -> Verdict {
    let Some(first) = problems.iter().find(|problem| problem.reason == Reason::InvalidSpec).or(problems.first()) else {
        return Verdict::blocked(Reason::InvalidSpec, "the spec cannot be applied");
    };
    let more = problems.len().saturating_sub(1);
    let message = if more == 0 { first.to_string() } else { format!("{first} (and {more} more)") };
    if first.reason == Reason::InvalidSpec {
        Verdict::blocked(first.reason, message)
    } else {
        Verdict::unresolved(first.reason, message)
    }
}

/// A LIST of the service that began at this moment or later; or the verdict on why the last one failed.
pub(crate) fn look(desired: &Desired, known: &Known, account: &Account, since: Tick, verdict: Verdict) -> Plan {
    let step = Step::Look(Look::Pipes { service: account.service.clone(), since });
    attempt(desired, known, LIST, step, verdict)
}

/// The cached LIST, when it began at this moment or later.
pub(crate) fn seen_since(known: &Known, since: Tick) -> Option<&Seen> {
    known.seen.as_ref().filter(|seen| seen.begun >= since)
}

/// Nothing to do: rests until the next look is due, or looks now.
pub(crate) fn rest(desired: &Desired, known: &Known, account: &Account, verdict: Verdict) -> Plan {
    let interval = if verdict.kind == Kind::Working { IN_TRANSITION } else { account.poll_interval };
    let begun = known.seen.as_ref().map_or(Tick(0), |seen| seen.begun);
    let due = begun + interval;
    if known.now >= due && known.seen.is_some() {
        if let Some(wait) = blip(desired, known) {
            return Plan::rest(verdict.again(wait));
        }
        let again = verdict.again.unwrap_or(interval);
        return look(desired, known, account, Tick(begun.0 + 1), verdict.again(again));
    }
    let until = (due - known.now).max(Duration::from_secs(1));
    let again = verdict.again.map_or(until, |again| again.min(until));
    Plan::rest(verdict.again(again))
}

/// How long until a look that merely failed once is tried again. Nobody is told: all objects of the service would.
fn blip(desired: &Desired, known: &Known) -> Option<Duration> {
    let setback = pending(desired, known, LIST).filter(|setback| setback.is_blip())?;
    Some((setback.retry_at - known.now).max(Duration::from_secs(1)))
}

/// A writing call; or the verdict on its last failure, until it may be tried again.
pub(crate) fn call(desired: &Desired, known: &Known, call: Call, urgent: bool, verdict: Verdict) -> Plan {
    attempt(desired, known, call.name(), Step::Call { call, urgent, applies: Applies::default() }, verdict)
}

/// What people see of a step that waits for the API's rate limit.
fn waiting_for_budget(known: &Known, verdict: Verdict) -> Verdict {
    match (known.budget_wait, &verdict.ready) {
        (Some(wait), Some(ready)) if ready.truth == Truth::Unknown => {
            let message = format!("waits for the API's rate limit, {}: {}", roughly(wait), ready.message);
            verdict.ready(Truth::Unknown, Reason::WaitingForBudget, message)
        }
        _ => verdict,
    }
}

/// A step that the service may refuse; or the verdict on its last failure, until it may be tried again.
pub(crate) fn attempt(desired: &Desired, known: &Known, name: &'static str, step: Step, verdict: Verdict) -> Plan {
    match held_back(desired, known, name) {
        Some(verdict) => wake(desired, known, name).unwrap_or_else(|| Plan::rest(asleep(known, verdict))),
        None => Plan::next(step, waiting_for_budget(known, verdict)),
    }
}

/// Wakes an idle service that a call waits for, if the connection allows it. A stopped one was stopped by a person and stays so. A look
/// alone is worth no running service: only one that a change waits for, and nothing waits while nothing may be written.
fn wake(desired: &Desired, known: &Known, name: &str) -> Option<Plan> {
    let account = desired.account.as_ref().ok().filter(|account| account.wake_idle_services)?;
    let withheld = desired.paused.is_some() || desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    let only_looks = withheld || name == LIST && is_settled(desired, known);
    let lately = known.memory.woken.is_some_and(|at| known.now - at < WAKE_AGAIN);
    (is_idle(known) && !only_looks && !lately).then(|| {
        let call = Call::WakeService { service: account.service.clone() };
        let verdict =
            Verdict::working(Reason::WaitingForService, "the idle service is being woken, as the connection allows");
        Plan::next(Step::Call { call, urgent: true, applies: Applies::default() }, verdict)
    })
}

/// Whether nothing of this object waits to be written, as far as is known.
fn is_settled(desired: &Desired, known: &Known) -> bool {
    known.record.last_synced_generation == Some(desired.object.generation) && !desired.object.deleting
}

fn is_idle(known: &Known) -> bool {
    let idle = Refusal::ServiceNotRunning(ServiceState::Idle);
    known.memory.setbacks().any(|setback| setback.failure.is(&idle))
}

/// Of an idle service that refused to wake, that and why.
fn asleep(known: &Known, verdict: Verdict) -> Verdict {
    let Some(words) = known.memory.wake_refused.as_ref().filter(|_| is_idle(known)) else { return verdict };
    let message = first_line(
        &format!("the service is idle and could not be woken: {words}"),
        "wake it, or give the API key the right to; it is tried again by itself",
    );
    Verdict { again: verdict.again, ..Verdict::working(Reason::WaitingForService, message) }
}

/// Why this call must not be tried yet.
pub(crate) fn held_back(desired: &Desired, known: &Known, name: &'static str) -> Option<Verdict> {
    let setback = pending(desired, known, name)?;
    let verdict = match setback.reason() {
        // A pipe does not stop because its service rests; it merely is not seen.
        Reason::WaitingForService if name == LIST && is_settled(desired, known) => setback.unseen(known.now),
        _ => setback.verdict(known.now),
    };
    Some(if known.record.pipe.is_none() { verdict.while_creating() } else { verdict })
}

/// The last failure of this call, as long as it is not to be tried again.
fn pending<'a>(desired: &Desired, known: &'a Known, name: &'static str) -> Option<&'a Setback> {
    let setback = known.memory.setbacks().find(|setback| setback.call == name)?;
    let same = setback.made_for == made_for(desired, known);
    (same && known.now < setback.retry_at).then_some(setback)
}

/// What a call is made for: with another spec, other inputs, or at a person's request it may be tried at once.
pub(crate) fn made_for(desired: &Desired, known: &Known) -> (i64, String) {
    let request = known.memory.request_seen.as_ref().map_or("", |(request, _)| request);
    (desired.object.generation, format!("{}|{request}", desired.inputs))
}
