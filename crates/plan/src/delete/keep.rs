//! An object that is being deleted with `deletionPolicy: Retain`: nothing is deleted; the object goes.
//!
//! What is ours must be certain first, or a re-created object would make a second pipe. Where nobody can look, it goes all the same. Not
//! here: deleting the pipe ([`super`]).

use cloud::{Call, Command, Outcome, Pipe, PipeId, PipeState, Refusal, Tick};
use crd::condition::{Reason, Truth};

use super::{deleting, is_pending, left, looked_absent, looked_present, matches, unless_pending};
use crate::desired::{Account, Desired};
use crate::known::Known;
use crate::planning::{attempt, call, look, made_for, rest, seen_since};
use crate::setback::{GET, LIST, Setback, first_line};
use crate::step::{Look, Plan, Step};
use crate::verdict::{Kind, Saying, Verdict};
use crate::{replace, run_state};

/// How often a start is tried that fails otherwise than by a refusal.
const MOST_STARTS: u32 = 5;

/// Nothing is deleted; but what is ours must be certain first.
pub(super) fn plan(desired: &Desired, known: &Known, account: &Account) -> Plan {
    let late = known.late_until(desired.create_window).unwrap_or_default();
    let settled = known.memory.first_seen.max(known.floor());
    // A pipe that no LIST has shown may be late: that there is none is concluded only from looks begun after the window.
    let since = if known.now < late { settled } else { settled.max(late) };
    let keeping = deleting("the pipe is kept: making sure which one it is");
    let seen = seen_since(known, since);
    let id = known.pipe_id();
    if let (Some(seen), Some(id)) = (seen, &id)
        && let Some(pipe) = seen.pipes.get(id)
    {
        if may_go(known, id) {
            let why = "its deletion was asked for before deletionPolicy was Retain";
            return left(&format!("pipe {id} may still go: {why}"));
        }
        return resume(desired, known, account, pipe)
            .unwrap_or_else(|| left(&format!("pipe {id} is kept in ClickHouse Cloud")));
    }
    if let (Some(seen), None) = (seen, &id)
        && let Some(pipe) = matches(desired, known, seen).iter().find(|pipe| !known.is_retired(&pipe.id))
    {
        return left(&format!("pipe {} of an unanswered create is kept in ClickHouse Cloud", pipe.id));
    }
    if let Some(setback) = refused_to_look(desired, known)
        && let Some(plan) = unseen(desired, known, &setback.failure.to_string())
    {
        return plan;
    }
    match (seen, id) {
        (None, Some(id)) if is_service_missing(known) => {
            if looked_absent(known, &id, known.memory.first_seen) {
                left(&format!("pipe {id} is not there any more, nor is its service"))
            } else {
                find(desired, known, account, id, keeping)
            }
        }
        (None, _) => look(desired, known, account, since, keeping),
        (Some(_), None) => unless_pending(desired, known, account, keeping),
        (Some(_), Some(_)) if known.now < late => rest(desired, known, account, keeping),
        (Some(_), Some(id)) if looked_absent(known, &id, since) => left(&format!("pipe {id} is not there any more")),
        // It is there, and no LIST shows it yet.
        (Some(seen), Some(id)) if looked_present(known, &id, seen.begun) => rest(desired, known, account, keeping),
        (Some(_), Some(id)) => find(desired, known, account, id, keeping),
    }
}

/// A pipe that we stopped ourselves, and that is to run, is started before it is let go; what refuses to start holds nothing up.
fn resume(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe) -> Option<Plan> {
    if !desired.wants_running() || !known.owes_a_start() {
        return None;
    }
    let id = &pipe.id;
    let commanded = |command| known.memory.commanded.is_some_and(|(sent, _)| sent == command);
    let stopped = matches!(pipe.state, PipeState::Stopped | PipeState::Paused);
    let lately = |at: Tick| known.now - at < run_state::SEND_AGAIN;
    let stopping = matches!(pipe.state, PipeState::Stopping | PipeState::Pausing)
        || known.memory.commanded.is_some_and(|(sent, at)| sent == Command::Stop && lately(at)) && !stopped;
    let verdict = deleting("the pipe that was paused for a change is started before it is let go");
    if stopping {
        return Some(rest(desired, known, account, verdict));
    }
    // Once a start was accepted, it only has not shown yet.
    if !stopped || commanded(Command::Start) {
        return None;
    }
    let start = Call::SetState { service: account.service.clone(), pipe: id.clone(), command: Command::Start };
    let same = |setback: &&Setback| setback.call == start.name() && setback.made_for == made_for(desired, known);
    let failed = known.memory.setback.as_ref().filter(same).filter(|setback| {
        let may_pass = setback.failure.is(&Refusal::Conflict);
        matches!(setback.failure.outcome, Outcome::Refused(_)) && !may_pass || setback.attempts >= MOST_STARTS
    });
    Some(match failed {
        Some(setback) => left(&format!(
            "pipe {id} is kept, paused for a change, and could not be started: start it in ClickHouse Cloud; {}",
            setback.failure
        )),
        None => call(desired, known, start, true, verdict),
    })
}

/// Whether a DELETE of the pipe was sent, by this process or by one before it.
pub(super) fn may_go(known: &Known, id: &PipeId) -> bool {
    let managed = known.record.last_synced_generation.unwrap_or_default();
    let sent = known.record.history.last().is_some_and(|last| {
        let may_act = matches!(last.outcome.as_str(), "Accepted" | "Unknown");
        last.action == "DeletePipe" && last.generation > managed && may_act
    });
    sent || known.memory.deleted.contains_key(id) || replace::is_removing(known)
}

/// There is no key, or none for where the pipe is; and keeping needs none.
pub(super) fn unlooked(desired: &Desired, known: &Known, why: &str) -> Plan {
    unseen(desired, known, why).unwrap_or_else(|| {
        let message = first_line(why, "restore it, or wait until nothing new can come of the create");
        let synced = Saying::new(Truth::False, Reason::DeleteBlocked, message);
        let wait = over(desired, known) - known.now;
        let verdict = deleting("the pipe is kept: a new one may still appear").again(wait);
        Plan::rest(Verdict { kind: Kind::Waiting, synced, ..verdict })
    })
}

/// Lets the object go where nobody can look, as soon as nothing new can appear that the next object would not find.
fn unseen(desired: &Desired, known: &Known, why: &str) -> Option<Plan> {
    (known.now >= over(desired, known)).then(|| {
        let what = match (&known.record.pipe, &known.record.create) {
            (Some(pipe), _) if known.owes_a_start() => {
                format!("pipe {} is kept unseen, and may be paused for a change: start it in ClickHouse Cloud", pipe.id)
            }
            (Some(pipe), _) => format!("pipe {} is kept unseen", pipe.id),
            (None, Some(create)) if is_pending(known) => {
                format!("a pipe [{}] may have come of an unanswered create, and nobody can look", create.token)
            }
            (None, _) => "nothing was created, as far as is known".to_owned(),
        };
        left(&format!("{what}: {why}"))
    })
}

/// From when on what is ours is in every LIST, if it is there at all.
fn over(desired: &Desired, known: &Known) -> Tick {
    let window = desired.create_window;
    if known.record.pipe.is_some() {
        known.late_until(window).unwrap_or_default()
    } else if is_pending(known) {
        known.window_over_at(window).unwrap_or(known.memory.first_seen + window)
    } else {
        Tick(0)
    }
}

/// The last look for what is wanted now, if it was refused and would be again: by the key, or because there is no such service.
fn refused_to_look<'a>(desired: &Desired, known: &'a Known) -> Option<&'a Setback> {
    known.memory.unseen.as_ref().filter(|setback| {
        let looked = [LIST, GET].contains(&setback.call) && setback.made_for == made_for(desired, known);
        looked
            && match &setback.failure.outcome {
                Outcome::Refused(Refusal::Unauthenticated | Refusal::Forbidden | Refusal::UnknownService) => true,
                // With an id there is one more look to be had.
                Outcome::Refused(Refusal::NotFound) => setback.call == LIST && known.pipe_id().is_none(),
                _ => false,
            }
    })
}

fn find(desired: &Desired, known: &Known, account: &Account, id: PipeId, verdict: Verdict) -> Plan {
    let step = Step::Look(Look::Pipe { service: account.service.clone(), pipe: id });
    attempt(desired, known, GET, step, verdict)
}

/// Whether the service itself is not there any more, as its list says.
fn is_service_missing(known: &Known) -> bool {
    known.memory.unseen.as_ref().is_some_and(|setback| setback.call == LIST && setback.failure.is(&Refusal::NotFound))
}
