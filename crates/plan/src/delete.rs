//! An object that is being deleted: its pipe goes, or is kept; then the object goes.
//!
//! The finalizer stays until nothing of ours is left: also a create whose answer was lost is waited for. Not here: other objects.

mod keep;

use cloud::{Call, Outcome, Pipe, PipeId, Refusal, Tick};
use crd::condition::{Reason, Truth};
use crd::policy::{DeletionPolicy, ManagementPolicy};

use crate::create::{
    self,
    record::{fits, remember},
};
use crate::desired::{Account, Desired};
use crate::known::{Known, Seen};
use crate::planning::{attempt, call, is_foreign, is_unanswered, look, only_look, rest, seen_since};
use crate::setback::{LIST, SERVICE, first_line};
use crate::step::{Look, Plan, Step};
use crate::vanish::APART;
use crate::verdict::{Kind, Saying, Verdict};
use crate::{token, twins};

/// A DELETE whose effect does not show is sent again after this time; tearing a database pipe down takes minutes.
const SEND_AGAIN: std::time::Duration = std::time::Duration::from_mins(2);

pub(crate) fn plan(desired: &Desired, known: &Known) -> Plan {
    if !known.held {
        return Plan::rest(deleting("the object is going"));
    }
    if desired.claimed_by.is_some() && known.memory.recorded_in_this_pass {
        return Plan::rest(deleting("the pipe is on record").again(std::time::Duration::from_secs(1)));
    }
    // Whose pipe it is, or that nothing is to be written, does not answer a create: what it may still make would be forgotten.
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    if (observes || desired.claimed_by.is_some()) && !is_pending(known) {
        return untouched(known, "is left as it is");
    }
    if desired.paused.is_some() {
        let message = "deletion waits for resume: writes are withheld";
        let synced = Saying::new(Truth::Unknown, Reason::ReconcilePaused, message);
        let verdict = Verdict { kind: Kind::Reported, synced, again: None, ..deleting(message) };
        let plan = only_look(desired, known, verdict.clone());
        // Whether the look fails matters to nobody yet.
        return Plan { verdict: Verdict { again: plan.verdict.again, ..verdict }, ..plan };
    }
    if is_foreign(desired, known) {
        return untouched(known, "of a status that was restored from another object or cluster is left as it is");
    }
    let retain = observes || desired.spec.deletion_policy == DeletionPolicy::Retain;
    if known.record.pipe.is_none() && known.record.create.is_none() {
        return match twins::candidates(desired, known).join(", ") {
            none if none.is_empty() => release("nothing was created for this object"),
            some => left(&format!("nothing was created for this object; left as it is, with its token: {some}")),
        };
    }
    let account = match &desired.account {
        Ok(account) => account,
        Err(problem) if retain => return keep::unlooked(desired, known, &problem.to_string()),
        Err(problem) => return Plan::rest(blocked(&problem.to_string())),
    };
    if known.record.pipe.is_some() && known.pipe_id().is_none() && !retain {
        return Plan::rest(blocked("status.pipe.id is not a pipe id, so nobody knows which pipe to delete"));
    }
    if let Some(step) = create::outcome(desired, known, account) {
        return Plan::next(step, deleting("the service has answered the create"));
    }
    if let Some(why) = elsewhere(desired, known, account) {
        return if retain { keep::unlooked(desired, known, why) } else { Plan::rest(blocked(why)) };
    }
    let plan = if retain { keep::plan(desired, known, account) } else { remove(desired, known, account) };
    plan.or_say_deleting(desired, known)
}

/// The pipe is not where the connection and the spec point, so that nothing is found there would prove nothing.
fn elsewhere(desired: &Desired, known: &Known, account: &Account) -> Option<&'static str> {
    let pipe = known.record.pipe.as_ref()?;
    if pipe.organization_id.as_deref().is_some_and(|organization| organization != account.organization.as_str()) {
        return Some("the connection names another organization than the pipe's");
    }
    (pipe.service_id != desired.spec.service_id.to_ascii_lowercase())
        .then_some("spec.serviceId is not the service of the recorded pipe")
}

fn remove(desired: &Desired, known: &Known, account: &Account) -> Plan {
    let verdict = deleting("the pipe is being deleted");
    if let Some(id) = known.pipe_id()
        && !known.memory.deleted.contains_key(&id)
    {
        return delete(desired, known, account, &id, verdict);
    }
    // What is there now, seen after our last DELETE.
    let since = known.memory.first_seen.max(known.floor());
    let Some(seen) = seen_since(known, since) else { return unlisted(desired, known, account, since, verdict) };
    match known.pipe_id().map(|id| (absence(known, &id, seen), id)) {
        Some((Absence::ToSend, id)) => return delete(desired, known, account, &id, verdict),
        Some((Absence::Awaited, _)) => return rest(desired, known, account, verdict),
        Some((Absence::Proven, _)) | None => {}
    }
    let others = matches(desired, known, seen);
    if let Some(other) = others.iter().find(|pipe| matches!(absence(known, &pipe.id, seen), Absence::ToSend)) {
        return if known.is_retired(&other.id) && !known.memory.retired_in_this_pass.contains(&other.id.to_string()) {
            delete(desired, known, account, &other.id, verdict)
        } else if known.is_retired(&other.id) {
            Plan::rest(verdict.again(std::time::Duration::from_secs(1)))
        } else {
            let retired = known.record.retired.iter().cloned().chain([other.id.to_string()]).collect();
            Plan::next(remember(crd::ClickPipeStatus { retired, ..known.record.clone() }), verdict)
        };
    }
    if others.is_empty() {
        unless_pending(desired, known, account, verdict)
    } else {
        rest(desired, known, account, verdict)
    }
}

/// There is no LIST to go by: it is asked for, or the service itself, when the last one was not found.
fn unlisted(desired: &Desired, known: &Known, account: &Account, since: Tick, verdict: Verdict) -> Plan {
    let doubted = known.memory.unseen.as_ref().is_some_and(|setback| {
        setback.call == LIST && setback.failure.is(&Refusal::NotFound) || setback.call == SERVICE
    });
    let made = is_pending(known) && known.window_over_at(desired.create_window).is_none_or(|over| known.now < over);
    match known.memory.service_found {
        None if doubted => {
            let step = Step::Look(Look::Service { service: account.service.clone() });
            attempt(desired, known, SERVICE, step, verdict)
        }
        Some(false) if doubted && !made => match known.memory.service_missing {
            Some((first, last)) if last - first >= APART => release("the pipe is gone, and its service too"),
            // Once is no proof: a service that is there was not found now and then.
            _ => look(desired, known, account, since, verdict),
        },
        _ => look(desired, known, account, since, verdict),
    }
}

/// How far the removal of a pipe is.
pub(crate) enum Absence {
    /// A DELETE is due.
    ToSend,
    /// The DELETE was accepted, and the pipe is still listed.
    Awaited,
    /// A LIST begun after the DELETE does not show the pipe.
    Proven,
}

/// How far the removal of a pipe is, by a LIST begun after our last write.
pub(crate) fn absence(known: &Known, id: &PipeId, seen: &Seen) -> Absence {
    match known.memory.deleted.get(id) {
        None => Absence::ToSend,
        Some(_) if !seen.pipes.contains_key(id) => Absence::Proven,
        Some(sent) if known.now - *sent >= SEND_AGAIN => Absence::ToSend,
        Some(_) => Absence::Awaited,
    }
}

fn delete(desired: &Desired, known: &Known, account: &Account, id: &PipeId, verdict: Verdict) -> Plan {
    call(desired, known, Call::DeletePipe { service: account.service.clone(), pipe: id.clone() }, true, verdict)
}

/// Releases, unless a create may still be carried out: then the window must be over, and a LIST begun after it must be empty.
fn unless_pending(desired: &Desired, known: &Known, account: &Account, verdict: Verdict) -> Plan {
    if !is_pending(known) {
        return release("the pipe is gone");
    }
    match known.window_over_at(desired.create_window) {
        Some(over) if known.seen.as_ref().is_some_and(|seen| seen.begun >= over) => release("no pipe was made"),
        Some(over) if known.now >= over => look(desired, known, account, over, verdict),
        _ => rest(
            desired,
            known,
            account,
            deleting("the answer to a create was lost: waiting until the service cannot carry it out any more"),
        ),
    }
}

/// Whether a create may still be carried out, as far as this process knows.
fn is_pending(known: &Known) -> bool {
    let Some(create) = &known.record.create else { return false };
    let unsent = known.memory.intent.as_ref().is_some_and(|own| !own.sent && create.nonce == own.nonce);
    is_unanswered(known) && !unsent
}

/// Pipes that carry our token and fit what we tried to create, other than the recorded one and those of other objects.
fn matches<'a>(desired: &Desired, known: &Known, seen: &'a Seen) -> Vec<&'a Pipe> {
    let Some(create) = &known.record.create else { return Vec::new() };
    let own = known.pipe_id();
    let token = if create.token.is_empty() { desired.token() } else { create.token.clone() };
    seen.pipes
        .values()
        .map(std::sync::Arc::as_ref)
        .filter(|pipe| Some(&pipe.id) != own.as_ref() && !known.neighbours.claimed.contains(pipe.id.as_str()))
        .filter(|pipe| token::carries(&pipe.name, &token) && fits(create, pipe))
        .collect()
}

fn looked_absent(known: &Known, id: &PipeId, since: Tick) -> bool {
    matches!(&known.memory.looked, Some((looked, at, None)) if looked == id && *at >= since)
}

fn looked_present(known: &Known, id: &PipeId, since: Tick) -> bool {
    matches!(&known.memory.looked, Some((looked, at, Some(_))) if looked == id && *at >= since)
}

fn release(message: &str) -> Plan {
    Plan::next(Step::Release, deleting(message))
}

/// Lets the object go, and tells people what is left in the service, or may be.
fn left(message: &str) -> Plan {
    Plan::next(Step::Release, Verdict { kind: Kind::Reported, ..deleting(message) })
}

/// Lets the object go; its pipe, if one is on record, is not ours to touch.
fn untouched(known: &Known, why: &str) -> Plan {
    match &known.record.pipe {
        Some(pipe) if known.pipe_id().is_some_and(|id| keep::may_go(known, &id)) => {
            left(&format!("pipe {} {why}; its deletion was asked for before, and it may still go", pipe.id))
        }
        Some(pipe) if known.owes_a_start() => left(&format!(
            "pipe {} {why}, perhaps paused for a change: start it in ClickHouse Cloud if it stands still",
            pipe.id
        )),
        Some(pipe) => left(&format!("pipe {} {why}", pipe.id)),
        None => release("there is no pipe on record"),
    }
}

fn deleting(message: &str) -> Verdict {
    Verdict::working(Reason::Deleting, message).ready(Truth::False, Reason::Deleting, message)
}

fn blocked(why: &str) -> Verdict {
    let message = first_line(why, "restore it, or set deletionPolicy: Retain to keep the pipe and let the object go");
    let verdict = deleting("the deletion cannot proceed");
    Verdict { kind: Kind::Waiting, synced: Saying::new(Truth::False, Reason::DeleteBlocked, message), ..verdict }
}

/// Whether the service has refused, and not only failed to answer.
fn is_refused(known: &Known) -> bool {
    known.memory.setbacks().next().is_some_and(|setback| matches!(setback.failure.outcome, Outcome::Refused(_)))
}

impl Plan {
    /// A refusal while deleting says so, with the exit.
    fn or_say_deleting(self, desired: &Desired, known: &Known) -> Self {
        let says = self.verdict.ready.as_ref().is_some_and(|ready| ready.reason == Reason::Deleting);
        if !self.steps.is_empty() || says {
            return self;
        }
        let reason = match self.verdict.synced.reason {
            // The key, or what the references say.
            Reason::AuthenticationFailed | Reason::PermissionDenied | Reason::InProgress => Reason::DeleteBlocked,
            Reason::InvalidSpec | Reason::SourceRejected => Reason::DeleteFailed,
            Reason::ReconcileError if is_refused(known) => Reason::DeleteFailed,
            other => other,
        };
        let message = match desired.spec.deletion_policy {
            DeletionPolicy::Delete => first_line(
                &self.verdict.synced.message,
                "or set deletionPolicy: Retain to keep the pipe and let the object go",
            ),
            DeletionPolicy::Retain => self.verdict.synced.message.clone(),
        };
        let verdict = self.verdict.ready(Truth::False, Reason::Deleting, "the deletion cannot proceed");
        let synced = Saying::new(Truth::False, reason, message);
        Self { verdict: Verdict { kind: Kind::Waiting, synced, ..verdict }, ..self }
    }
}
