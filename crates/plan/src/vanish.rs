//! The recorded pipe is not in the list of its service.
//!
//! It may only be late (a fresh pipe), or gone: that needs a 404 by id and two lists without it, a minute apart. When many are missing at once,
//! the key, the organization or the service may be the wrong one: nothing is concluded for half an hour, and nothing is made anew after that
//! unless a person asks. Not here: deleting ([`crate::delete`]).

use std::time::Duration;

use cloud::PipeId;
use crd::condition::{ConditionType, Reason, Truth};
use crd::policy::{ManagementPolicy, OnExternalDelete};

use crate::desired::{Account, Desired};
use crate::known::{Known, Seen};
use crate::planning::{attempt, rest};
use crate::replace;
use crate::setback::GET;
use crate::step::{Look, Plan, Step};
use crate::verdict::{IN_TRANSITION, Verdict};

/// Time between the two lists.
pub(crate) const APART: Duration = Duration::from_mins(1);
/// How long nothing is concluded from the absence of many.
const BRAKE: Duration = Duration::from_mins(30);

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
    if known.still_says(desired, ConditionType::Synced, Reason::ExternallyDeleted) {
        // Established before, and nobody has asked for anything since.
        return rest(desired, known, account, deleted_by_others(desired, id));
    }
    if brake(desired, known) == Brake::On && known.now < since + BRAKE {
        return rest(desired, known, account, many_missing());
    }
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
            GET,
            Step::Look(Look::Pipe { service: account.service.clone(), pipe: id.clone() }),
            missing,
        ),
    }
}

/// What holds a missing pipe's object back from making another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Brake {
    /// Nothing.
    Off,
    /// Many are missing.
    On,
    /// It was found once that the pipe had vanished; what became of the others since does not matter.
    Locked,
}

/// The brake is on record, since conditions come and go: a list that fails must not let it off. A person lets it off, with another spec or a
/// request.
fn brake(desired: &Desired, known: &Known) -> Brake {
    match known.record.pipe.as_ref().and_then(|pipe| pipe.vanished_generation) {
        Some(at) if at != desired.object.generation || known.is_requested(desired) => Brake::Off,
        _ if known.neighbours.is_mass() => Brake::On,
        Some(_) => Brake::Locked,
        None => Brake::Off,
    }
}

fn gone(desired: &Desired, known: &Known, account: &Account, id: &PipeId) -> Plan {
    // After many vanished at once, and where nothing is to be written, only a person's word makes another pipe.
    let braked = matches!(brake(desired, known), Brake::On | Brake::Locked);
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    match desired.spec.on_external_delete {
        OnExternalDelete::Recreate if !braked && !observes => {
            let plan = replace::anew(desired, known);
            let message = "the pipe was deleted by somebody else and is created anew";
            Plan { verdict: plan.verdict.ready(Truth::False, Reason::ExternallyDeleted, message), ..plan }
        }
        OnExternalDelete::Recreate | OnExternalDelete::Stall => {
            rest(desired, known, account, deleted_by_others(desired, id))
        }
    }
}

fn deleted_by_others(desired: &Desired, id: &PipeId) -> Verdict {
    let cure = match desired.spec.on_external_delete {
        _ if desired.spec.management_policy == ManagementPolicy::ObserveOnly => "delete this object",
        OnExternalDelete::Stall => "set onExternalDelete: Recreate, or delete this object",
        OnExternalDelete::Recreate => {
            "many vanished at once, so it is made anew only after the annotation reconcile-requested-at or a change of the spec"
        }
    };
    let message = format!("pipe {id} was deleted by somebody else: {cure}");
    Verdict::blocked(Reason::ExternallyDeleted, message.clone()).ready(Truth::False, Reason::ExternallyDeleted, message)
}

/// Ready keeps its value until the pipe has not been seen for too long.
fn many_missing() -> Verdict {
    let message = "many pipes of the service vanished at once: check the API key, the organization and the service; nothing is done to the missing ones";
    Verdict::amiss(Reason::MassVanish, message, IN_TRANSITION)
}
