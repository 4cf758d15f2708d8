//! Twins: other pipes that carry our token and fit our create. They appear only when the service carried out a create later than it may.
//!
//! A stopped twin is retired by compare-and-swap first and deleted in a later pass, so that a replica that was frozen in between cannot
//! delete what became the object's pipe. A running one is only reported.

use cloud::{Call, Pipe, PipeId, PipeState};
use crd::ClickPipeStatus;
use crd::condition::Reason;

use crate::create::record::{fits, remember};
use crate::delete::{Absence, absence};
use crate::desired::{Account, Desired};
use crate::known::{Known, Seen};
use crate::planning::{attempt, call, rest};
use crate::setback::GET;
use crate::step::{Look, Plan, Step};
use crate::token;
use crate::verdict::Verdict;

/// Candidates that are named; a status must stay small.
const CANDIDATES: usize = 50;

/// So long after our DELETE a pipe that is still listed is taken for one that is going; tearing a database pipe down takes minutes.
const GOING: std::time::Duration = std::time::Duration::from_mins(10);

/// The next step against a stopped twin, if there is one.
pub(crate) fn plan(desired: &Desired, known: &Known, account: &Account, seen: &Seen) -> Option<Plan> {
    let create = known.record.create.as_ref()?;
    let own = known.pipe_id()?;
    let twin = seen.pipes.values().map(std::sync::Arc::as_ref).find(|pipe| {
        pipe.id != own
            && token::carries(&pipe.name, &create.token)
            && fits(create, pipe)
            && pipe.state == PipeState::Stopped
            && matches!(absence(known, &pipe.id, seen), Absence::ToSend)
            && !known.neighbours.claimed.contains(pipe.id.as_str())
    })?;
    Some(remove(desired, known, account, twin))
}

/// Pipes that carry our token and that nobody has on record: they may be ours, and are left alone. One that we gave up is told as well for as
/// long as it is there: somebody may have started it before it was deleted, and then nobody deletes it.
#[must_use]
pub fn candidates(desired: &Desired, known: &Known) -> Vec<String> {
    let Some(seen) = &known.seen else {
        // Nothing was looked at yet, and so nothing has changed.
        let own = known.record.pipe.as_ref().map(|pipe| &pipe.id);
        let stands = |id: &&String| Some(*id) != own;
        return known.record.candidates.iter().filter(stands).cloned().collect();
    };
    namesakes(desired, known, seen)
        .into_iter()
        .filter(|id| !is_going(known, id) && !known.neighbours.claimed.contains(id.as_str()))
        .take(CANDIDATES)
        .map(PipeId::to_string)
        .collect()
}

/// Whether this process has just had it deleted, and it only is listed still.
fn is_going(known: &Known, id: &PipeId) -> bool {
    known.is_retired(id) && known.memory.deleted.get(id).is_some_and(|sent| known.now - *sent < GOING)
}

/// The other pipes of a LIST that carry our token, whosever they are.
#[must_use]
pub fn namesakes<'a>(desired: &Desired, known: &Known, seen: &'a Seen) -> Vec<&'a PipeId> {
    let create = known.record.create.as_ref().map(|create| create.token.as_str()).filter(|token| !token.is_empty());
    let recorded = known.record.pipe.as_ref().map(|pipe| pipe.token.as_str()).filter(|token| !token.is_empty());
    let token = create.or(recorded).map_or_else(|| desired.token(), str::to_owned);
    let own = known.pipe_id();
    let named = seen.pipes.values().filter(|pipe| token::carries(&pipe.name, &token));
    named.map(|pipe| &pipe.id).filter(|id| Some(*id) != own.as_ref()).collect()
}

/// Retires it, then, in a later pass, makes sure that it is still stopped, then deletes it.
fn remove(desired: &Desired, known: &Known, account: &Account, twin: &Pipe) -> Plan {
    let verdict = Verdict {
        ready: None,
        ..Verdict::working(Reason::Updating, "a second pipe of a lost create is being removed")
    };
    if !known.is_retired(&twin.id) {
        let retired = known.record.retired.iter().cloned().chain([twin.id.to_string()]).collect();
        return Plan::next(remember(ClickPipeStatus { retired, ..known.record.clone() }), verdict);
    }
    if known.memory.retired_in_this_pass.contains(&twin.id.to_string()) {
        return Plan::rest(verdict.again(std::time::Duration::from_secs(1)));
    }
    let begun = known.seen.as_ref().map(|seen| seen.begun);
    match &known.memory.looked {
        Some((id, at, Some(now))) if *id == twin.id && Some(*at) >= begun && now.state == PipeState::Stopped => call(
            desired,
            known,
            Call::DeletePipe { service: account.service.clone(), pipe: twin.id.clone() },
            false,
            verdict,
        ),
        // It is gone, or runs: only a later LIST tells what there is.
        Some((id, at, _)) if *id == twin.id && Some(*at) >= begun => rest(desired, known, account, verdict),
        _ => attempt(
            desired,
            known,
            GET,
            Step::Look(Look::Pipe { service: account.service.clone(), pipe: twin.id.clone() }),
            verdict,
        ),
    }
}
