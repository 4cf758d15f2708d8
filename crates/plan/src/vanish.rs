//! The recorded pipe is not in the list of its service.
//!
//! It may only be late (a fresh pipe), or gone: that needs a 404 by id and two lists without it, a minute apart. Not here: deleting
//! ([`crate::delete`]).

use std::time::Duration;

use cloud::PipeId;
use crd::condition::{Reason, Truth};
use crd::policy::OnExternalDelete;

use crate::desired::{Account, Desired};
use crate::known::{Known, Seen};
use crate::planning::{attempt, rest};
use crate::replace;
use crate::step::{Look, Plan, Step};
use crate::verdict::{IN_TRANSITION, Verdict};

/// Time between the two lists.
const APART: Duration = Duration::from_mins(1);

pub(crate) fn plan(desired: &Desired, known: &Known, account: &Account, id: &PipeId, seen: &Seen) -> Plan {
    if known.may_be_late(desired.create_window) {
        return rest(
            desired,
            known,
            account,
            Verdict::working(Reason::Provisioning, "the service does not list the new pipe yet"),
        );
    }
    let since = known.memory.missing_since.unwrap_or(seen.begun);
    let missing = Verdict {
        ready: None,
        ..Verdict::working(Reason::Provisioning, "the pipe is missing from the service's list: looking again")
    };
    match &known.memory.looked {
        Some((looked, at, Some(_))) if looked == id && *at >= seen.begun => rest(desired, known, account, missing),
        Some((looked, at, None)) if looked == id && *at >= since && seen.begun >= since + APART => {
            gone(desired, known, account, id)
        }
        Some((looked, at, None)) if looked == id && *at >= since => {
            rest(desired, known, account, missing.again(IN_TRANSITION))
        }
        _ => attempt(
            desired,
            known,
            "GetPipe",
            Step::Look(Look::Pipe { service: account.service.clone(), pipe: id.clone() }),
            missing,
        ),
    }
}

fn gone(desired: &Desired, known: &Known, account: &Account, id: &PipeId) -> Plan {
    match desired.spec.on_external_delete {
        OnExternalDelete::Stall => {
            let message = format!(
                "pipe {id} was deleted by somebody else: set onExternalDelete: Recreate, or delete this object"
            );
            rest(
                desired,
                known,
                account,
                Verdict::blocked(Reason::ExternallyDeleted, message.clone()).ready(
                    Truth::False,
                    Reason::ExternallyDeleted,
                    message,
                ),
            )
        }
        OnExternalDelete::Recreate => replace::anew(desired, known),
    }
}
