//! Taking an existing pipe by the user's word, `spec.adopt.id`.
//!
//! Not here: managing it afterwards ([`crate::manage`]).

use cloud::{Pipe, PipeId};
use crd::condition::Reason;
use crd::policy::{Adopt, AdoptMode, ManagementPolicy};

use super::record;
use crate::desired::{Account, Desired, Wanted};
use crate::diff::{Difference, differences};
use crate::known::{Known, Seen};
use crate::planning::{attempt, rest};
use crate::setback::GET;
use crate::step::{Look, Plan, Step};
use crate::verdict::Verdict;
use crate::{conflict, run_state};

pub(super) fn plan(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    seen: &Seen,
    adopt: &Adopt,
) -> Plan {
    let mismatch = |message: String| rest(desired, known, account, Verdict::blocked(Reason::AdoptMismatch, message));
    let Some(id) = PipeId::parse(&adopt.id) else {
        return mismatch(format!("spec.adopt.id: \"{}\" is not a pipe id", adopt.id));
    };
    let looked = known.memory.looked.as_ref().filter(|(looked, at, _)| *looked == id && *at >= seen.begun);
    let pipe = match (seen.pipes.get(&id), looked) {
        (Some(pipe), _) => pipe,
        (None, Some((_, _, Some(pipe)))) => pipe.as_ref(),
        (None, Some((_, _, None))) => {
            return mismatch(format!(
                "spec.adopt.id: there is no pipe {id} in this service: correct the id, or remove adopt to create a pipe"
            ));
        }
        (None, None) => {
            let step = Step::Look(Look::Pipe { service: account.service.clone(), pipe: id });
            return attempt(
                desired,
                known,
                GET,
                step,
                Verdict::working(Reason::Creating, "looking for the pipe to adopt"),
            );
        }
    };
    if let Some((is, wanted)) = other_source(desired, pipe) {
        return mismatch(format!("pipe {id} reads from {is} and not from {wanted}: correct spec.adopt.id"));
    }
    let matches = adopt.mode == AdoptMode::Match && desired.spec.management_policy == ManagementPolicy::Full;
    if let Some(verdict) = run_state::says_nothing(&pipe.state, account).filter(|_| matches) {
        return rest(desired, known, account, verdict);
    }
    // What the API does not return cannot be compared; a match takes it as it is.
    // What an earlier create was to make tells nothing of this pipe.
    let nothing = crd::ClickPipeStatus { applied: None, secret_fingerprints: None, ..known.record.clone() };
    let mut differing: Vec<String> = differences(desired, wanted, &nothing, pipe)
        .iter()
        .filter(|difference| difference.facts.returned)
        .map(Difference::spec_path)
        .collect();
    if !run_state::is_as_wanted(desired, pipe) {
        differing.push(format!("spec.{}", conflict::STATE));
    }
    if matches && !differing.is_empty() {
        let paths = differing.join(", ");
        return mismatch(format!(
            "pipe {id} differs in {paths}: make the spec match, or set spec.adopt.mode: Override to change the pipe"
        ));
    }
    let record = record::adopted(desired, known, account, wanted, pipe, adopt.mode);
    Plan::next(record::remember(record), Verdict::working(Reason::Creating, "the pipe is being adopted"))
}

/// The source that a pipe has instead of the wanted one: no call changes it, so such a pipe could only be thrown away.
pub(super) fn other_source<'a>(desired: &Desired, pipe: &'a Pipe) -> Option<(&'a str, &'static str)> {
    let wanted = desired.spec.source.kind()?.as_str();
    let arms = pipe.document.get("source")?.as_object()?;
    let mut there = arms.iter().filter(|(_, arm)| arm.is_object()).map(|(name, _)| name.as_str());
    let is = there.next()?;
    (is != wanted && there.all(|name| name != wanted)).then_some((is, wanted))
}
