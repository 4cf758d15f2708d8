//! Loading everything again because a person asked for it, at most once per request.
//!
//! Each accepted resync starts another full load, so the request is on record before it is sent, and one whose answer was lost is never sent
//! again. Not here: whether a resync is allowed for the source (CEL).

use cloud::{Call, Command, PipeId};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::status::record::LastResync;

use crate::create::record::remember;
use crate::desired::{Account, Desired};
use crate::known::Known;
use crate::planning::call;
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
    match &known.record.last_resync {
        Some(last) if last.id == *request && last.phase != REFUSED => {
            let unsent = last.phase == SENT && known.memory.resync_unsent.as_ref() == Some(request);
            let command =
                Call::SetState { service: account.service.clone(), pipe: id.clone(), command: Command::Resync };
            unsent.then(|| call(desired, known, command, true, verdict))
        }
        _ => {
            let last_resync = Some(LastResync { id: request.clone(), phase: SENT.to_owned() });
            Some(Plan::next(remember(ClickPipeStatus { last_resync, ..known.record.clone() }), verdict))
        }
    }
}
