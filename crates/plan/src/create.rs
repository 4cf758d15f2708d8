//! Creating a pipe exactly once, and adopting one by id: an object without a recorded pipe.
//!
//! The intent is on record before the one POST; an unknown answer is followed by looking for our token, and only an empty LIST begun after
//! the window proves that nothing was made. Not here: what a reply or failure means ([`mod@crate::learn`]).

mod adopt;
pub(crate) mod record;

use cloud::{Call, Pipe, Tick};
use crd::condition::{ConditionType, Reason};
use crd::policy::ManagementPolicy;
use crd::status::record::{CreatePhase, CreateRecord};

use crate::desired::{Account, Desired, Wanted};
use crate::known::{CreateOutcome, Known, Seen};
use crate::planning::{attempt, call, claimed, look, rest, seen_since};
use crate::setback::GET;
use crate::step::{Look, Plan, Step};
use crate::verdict::{IN_TRANSITION, Verdict};
use crate::{body, token};

/// How old an intent may grow before its request must not be sent any more.
const SEND_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

pub(crate) fn plan(desired: &Desired, known: &Known, account: &Account, wanted: &Wanted) -> Plan {
    if let Some(step) = outcome(desired, known, account) {
        return Plan::next(step, Verdict::working(Reason::Creating, "the service has answered the create"));
    }
    let pending = known.record.create.as_ref().filter(|create| create.phase == CreatePhase::Intent);
    if let Some(plan) = pending.and_then(|create| send(desired, known, account, wanted, create)) {
        return plan;
    }
    let creating = Verdict::working(Reason::Creating, "looking for a pipe that is already there");
    let Some(seen) = seen_since(known, needed(desired, known)) else {
        return look(desired, known, account, needed(desired, known), creating);
    };
    let window_over = known.window_over_at(desired.create_window);
    // The user's word answers the question what became of the create, once nothing can come of it any more.
    let adopts = known.wished(desired);
    if (adopts.is_none() || pending.is_some())
        && let Some(plan) = take(desired, known, account, seen, adopts.is_some())
    {
        return plan;
    }
    match pending {
        Some(create) if window_over.is_none_or(|over| seen.begun < over) => waiting(desired, known, account, create),
        Some(create) if asks(desired, known, create) => rest(desired, known, account, question(create)),
        _ => match (adopts, claimed(desired, known)) {
            (Some(_), Some(verdict)) => rest(desired, known, account, verdict),
            (Some(adopt), None) => adopt::plan(desired, known, account, wanted, seen, adopt),
            (None, _) => intend(desired, known, account, wanted, seen),
        },
    }
}

/// The object of a generation that cannot be applied at all, and has no pipe: what became of its create is found out all the same.
pub(crate) fn unapplied(desired: &Desired, known: &Known, account: &Account, verdict: Verdict) -> Plan {
    if let Some(step) = outcome(desired, known, account) {
        return Plan::next(step, verdict);
    }
    let Some(create) = known.record.create.as_ref().filter(|create| create.phase == CreatePhase::Intent) else {
        return Plan::rest(verdict);
    };
    if is_unsent(known, create) {
        return Plan::next(not_sent(known), verdict);
    }
    let pending = Verdict { ready: unconfirmed().ready, again: Some(IN_TRANSITION), ..verdict.clone() };
    let since = needed(desired, known);
    let Some(seen) = seen_since(known, since) else { return look(desired, known, account, since, pending) };
    if let Some(plan) = take(desired, known, account, seen, true) {
        return plan;
    }
    match known.window_over_at(desired.create_window) {
        Some(over) if seen.begun >= over => rest(desired, known, account, verdict),
        _ => rest(desired, known, account, pending),
    }
}

/// The outcome of our own create, to be written down before anything else.
pub(crate) fn outcome(desired: &Desired, known: &Known, account: &Account) -> Option<Step> {
    let (nonce, outcome) = known.memory.outcome.as_ref()?;
    let create =
        known.record.create.as_ref().filter(|create| create.nonce == *nonce && create.phase == CreatePhase::Intent)?;
    Some(record::remember(match outcome {
        CreateOutcome::Created(pipe) => record::created(desired, known, account, pipe, &create.token),
        CreateOutcome::Failed { code, message } => record::failed(known, code, message),
    }))
}

/// The request of an intent that this process has just written: sent once, soon, and only for what the intent describes.
fn send(desired: &Desired, known: &Known, account: &Account, wanted: &Wanted, create: &CreateRecord) -> Option<Plan> {
    let own = known.memory.intent.as_ref().filter(|_| is_unsent(known, create))?;
    let creating = Verdict::working(Reason::Creating, "the pipe is being created");
    if known.now - own.written > SEND_WITHIN || create.body_hash.as_deref() != Some(&wanted.hash) || account.terminating
    {
        return Some(Plan::next(not_sent(known), creating));
    }
    let create = Call::CreatePipe { service: account.service.clone(), body: body::create(desired, wanted) };
    Some(call(desired, known, create, false, creating))
}

/// Whether this process has written this intent and not sent its request.
fn is_unsent(known: &Known, create: &CreateRecord) -> bool {
    known.memory.intent.as_ref().is_some_and(|own| own.nonce == create.nonce && !own.sent)
}

fn not_sent(known: &Known) -> Step {
    record::remember(record::failed(known, "NotSent", "the request was not sent"))
}

/// How recent a LIST must be: begun after this process first saw the object; with a create pending also a recent one; to prove that it
/// made nothing, one begun after the window. The window is judged first, then the LIST.
fn needed(desired: &Desired, known: &Known) -> Tick {
    let first_seen = known.memory.first_seen.max(known.floor());
    match known.window_over_at(desired.create_window) {
        Some(over) if is_pending(known) && known.now >= over => over.max(first_seen),
        Some(_) if is_pending(known) => first_seen.max(Tick(known.now.0.saturating_sub(15_000))),
        _ => first_seen,
    }
}

fn is_pending(known: &Known) -> bool {
    known.record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Intent)
}

/// A pipe that carries our token: taken when an intent is on record, it fits, and it is certainly there; reported otherwise.
fn take(desired: &Desired, known: &Known, account: &Account, seen: &Seen, adopts: bool) -> Option<Plan> {
    let token = known.record.create.as_ref().map_or_else(|| desired.token(), |create| create.token.clone());
    let mut matches: Vec<&Pipe> = seen
        .pipes
        .values()
        .map(std::sync::Arc::as_ref)
        .filter(|pipe| token::carries(&pipe.name, &token) && !known.is_retired(&pipe.id))
        .filter(|pipe| !known.neighbours.claimed.contains(pipe.id.as_str()))
        .collect();
    matches.sort_by(|a, b| (&a.created_at, &a.id).cmp(&(&b.created_at, &b.id)));
    let fitting =
        known.record.create.as_ref().and_then(|create| matches.iter().find(|pipe| record::fits(create, pipe)));
    let Some(pipe) = fitting else {
        // The user's word counts more than our caution.
        return matches.first().filter(|_| !adopts).map(|pipe| {
            let intended = known.record.create.as_ref().is_some_and(|create| !create.nonce.is_empty());
            let why =
                if intended { "is not what this object asked for" } else { "no create of this object is on record" };
            let cure = match adopt::other_source(desired, pipe) {
                Some((is, _)) => format!("it reads from {is}: delete it, or take the token out of its name"),
                None => format!("set spec.adopt.id: {} to take it", pipe.id),
            };
            let message = format!("pipe {} carries this object's token, and {why}: {cure}", pipe.id);
            rest(desired, known, account, Verdict::blocked(Reason::AdoptionRequired, message))
        });
    };
    let found = Verdict::working(Reason::Creating, "the pipe of an earlier create was found");
    let plan = match &known.memory.looked {
        Some((id, at, Some(_))) if *id == pipe.id && *at >= seen.begun => {
            Plan::next(record::remember(record::created(desired, known, account, pipe, &token)), found)
        }
        // It is gone already: only a later LIST tells what there is, and one that lags may go on showing it.
        Some((id, at, None)) if *id == pipe.id && *at >= seen.begun => rest(desired, known, account, found),
        _ => attempt(
            desired,
            known,
            GET,
            Step::Look(Look::Pipe { service: account.service.clone(), pipe: pipe.id.clone() }),
            found,
        ),
    };
    Some(plan)
}

/// The answer to the create is unknown, and the window is not over: look on every sweep. A question that was asked before a restart stands:
/// the window begins again with the process, and its end is not news.
fn waiting(desired: &Desired, known: &Known, account: &Account, create: &CreateRecord) -> Plan {
    let asked =
        known.said(ConditionType::Synced).is_some_and(|said| said.reason == Reason::ConfirmationRequired.as_str());
    let verdict = if asked && asks(desired, known, create) { question(create) } else { unconfirmed() };
    rest(desired, known, account, verdict)
}

fn unconfirmed() -> Verdict {
    let message = "the answer to the create was lost: looking for the pipe; no other is created meanwhile";
    Verdict::working(Reason::CreateUnconfirmed, message)
}

/// Whether a person is asked before another create is sent for this lost one.
fn asks(desired: &Desired, known: &Known, create: &CreateRecord) -> bool {
    known.wished(desired).is_none()
        && desired.asks_before_retry()
        && desired.object.confirmed_nonce.as_deref() != Some(&create.nonce)
}

fn question(create: &CreateRecord) -> Verdict {
    let message = format!(
        "a create stayed unanswered and no pipe was found: if ClickHouse Cloud shows none either, annotate cloud.clickhouse.com/confirm-not-created={}",
        create.nonce
    );
    Verdict::blocked(Reason::ConfirmationRequired, message)
}

/// Writes down the intent to create; the permit for the POST is taken first.
fn intend(desired: &Desired, known: &Known, account: &Account, wanted: &Wanted, seen: &Seen) -> Plan {
    if account.terminating {
        return Plan::rest(Verdict::unresolved(
            Reason::ConnectionNotFound,
            "the connection is being deleted: nothing new is created through it",
        ));
    }
    if desired.spec.management_policy == ManagementPolicy::ObserveOnly {
        let message = "managementPolicy is ObserveOnly and there is no pipe to observe: set adopt.id to the id of an existing pipe";
        return rest(desired, known, account, Verdict::blocked(Reason::AdoptMismatch, message));
    }
    if let Some(last) = known
        .last_pipe
        .as_ref()
        .filter(|last| seen.pipes.keys().any(|id| id.as_str() == last.as_str()) && !known.record.retired.contains(last))
    {
        let message = format!(
            "the annotation last-pipe names pipe {last}, which exists: set spec.adopt.id: {last} to take it, or remove the annotation to create another"
        );
        return rest(desired, known, account, Verdict::blocked(Reason::AdoptionRequired, message));
    }
    let create = known.record.create.as_ref();
    if let Some(create) = create.filter(|create| {
        create.code.as_deref() == Some(Reason::InvalidSpec.as_str())
            && create.body_hash.as_deref() == Some(&wanted.hash)
    }) {
        let message = format!(
            "the service refused the pipe: {}; correct the spec",
            create.message.as_deref().unwrap_or("no reason given")
        );
        return rest(desired, known, account, Verdict::blocked(Reason::InvalidSpec, message));
    }
    let creating = Verdict::working(Reason::Creating, "the pipe is being created");
    let step = Step::Remember { record: Box::new(record::intent(desired, known, wanted)), reserve: true };
    attempt(desired, known, "CreatePipe", step, creating)
}
