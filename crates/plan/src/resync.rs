//! Loading everything again because a person asked for it, at most once per request.
//!
//! Each accepted resync starts another full load, so the request is on record before it is sent, and one whose answer was lost is never sent
//! again. Another process may have recorded the same request meanwhile: only the one whose nonce is on record sends. Not here: whether a
//! resync is allowed for the source (CEL).

use cloud::{Call, Command, PipeId, PipeState};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::status::record::LastResync;

use crate::create::record::remember;
use crate::desired::{Account, Desired};
use crate::known::Known;
use crate::planning::{attempt, call};
use crate::step::Plan;
use crate::verdict::Verdict;

/// On record, about to be sent or sent; its answer is not known.
pub(crate) const SENT: &str = "Sent";
/// The service has begun.
pub(crate) const ACCEPTED: &str = "Accepted";
/// The service refused, so it may be sent again.
pub(crate) const REFUSED: &str = "Refused";

/// The next step of a requested resync; `None` when there is none.
pub(crate) fn plan(desired: &Desired, known: &Known, account: &Account, id: &PipeId) -> Option<Plan> {
    let request = desired.spec.resync_request.as_ref()?;
    let verdict = Verdict::working(Reason::Resyncing, "every table is loaded again, as asked");
    let command = Call::SetState { service: account.service.clone(), pipe: id.clone(), command: Command::Resync };
    match &known.record.last_resync {
        Some(last) if last.id == *request && last.phase != REFUSED => {
            let unsent = last.phase == SENT && known.memory.resync_unsent.as_ref() == Some(&last.nonce);
            unsent.then(|| call(desired, known, command, true, verdict))
        }
        _ => {
            let nonce = known.fresh_nonce.clone();
            let last_resync = Some(LastResync { id: request.clone(), phase: SENT.to_owned(), nonce });
            let announce = remember(ClickPipeStatus { last_resync, ..known.record.clone() });
            // No sooner than it may be sent: of what was announced before a restart nobody knows whether it was.
            Some(attempt(desired, known, command.name(), announce, verdict))
        }
    }
}

/// Whether the pipe shows that a resync whose answer was lost was carried out.
pub(crate) fn shows(last: &LastResync, known: &Known) -> bool {
    let loads = |state: &PipeState| matches!(state, PipeState::Resync | PipeState::Snapshot);
    let looked = known.seen.as_ref().is_some_and(|seen| seen.begun >= known.floor());
    is_unanswered(last, known) && looked && known.pipe().is_some_and(|pipe| loads(&pipe.state))
}

/// What people are told while nobody can know whether the wanted resync was carried out.
pub(crate) fn in_doubt(desired: &Desired, known: &Known) -> Option<String> {
    let request = desired.spec.resync_request.as_ref()?;
    let last = known.record.last_resync.as_ref().filter(|last| last.id == *request)?;
    (is_unanswered(last, known) && !shows(last, known)).then(|| {
        "whether the resync was carried out is not known, its answer was lost: look at the tables, and set another \
         spec.resyncRequest if it was not"
            .to_owned()
    })
}

/// Whether it may have been sent, and its answer is lost.
fn is_unanswered(last: &LastResync, known: &Known) -> bool {
    last.phase == SENT && known.memory.resync_unsent.as_ref() != Some(&last.nonce)
}
