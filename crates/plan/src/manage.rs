//! A recorded pipe: observed, compared, changed where it may be, run or stopped as wanted.
//!
//! Not here: the order and bodies of changes ([`crate::update`]), run states ([`crate::run_state`]), a pipe that is gone
//! ([`crate::vanish`]).

use cloud::{Pipe, PipeId, PipeState, Tick};
use crd::condition::{Reason, Truth};
use crd::policy::ManagementPolicy;

use crate::approval::{self, Word};
use crate::desired::{Account, Desired, Wanted};
use crate::diff::{Difference, differences};
use crate::inverse::stands_still;
use crate::known::{Known, Seen};
use crate::planning::{look, rest, seen_since};
use crate::step::{Plan, Step};
use crate::verdict::Verdict;
use crate::{conflict, drift, replace, resync, run_state, twins, update, vanish, withheld};

/// A change is based on a look no older than this.
const FRESH: u64 = 30_000;

pub(crate) fn plan(desired: &Desired, known: &Known, account: &Account, wanted: &Wanted, id: &PipeId) -> Plan {
    if let Some(plan) = misplaced(desired, known, account) {
        return plan;
    }
    if known.last_pipe.as_deref() != Some(id.as_str()) {
        let verdict = Verdict::working(Reason::Creating, "the pipe is on record");
        return Plan::next(Step::Note { last_pipe: id.to_string() }, verdict);
    }
    let Some(seen) = seen_since(known, known.floor()) else {
        return look(desired, known, account, known.floor(), observing(known));
    };
    let pipe = seen.pipes.get(id).map(std::sync::Arc::as_ref);
    let found = pipe.map(|pipe| differences(desired, wanted, &known.record, pipe)).unwrap_or_default();
    let plan = managed(desired, known, account, wanted, id, seen, pipe, &found);
    plan.because(found)
}

/// The object of a generation that cannot be applied at all: its pipe is still looked at, and run or stopped as is due.
pub(crate) fn unapplied(desired: &Desired, known: &Known, account: &Account, verdict: Verdict) -> Plan {
    let Some(id) = known.pipe_id().filter(|_| misplaced(desired, known, account).is_none()) else {
        return Plan::rest(verdict);
    };
    let Some(seen) = seen_since(known, known.floor()) else {
        return look(desired, known, account, known.floor(), verdict);
    };
    let removing =
        replace::under_way(known).is_some() || desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    let pipe =
        seen.pipes.get(&id).filter(|pipe| !removing && !matches!(pipe.state, PipeState::Unknown | PipeState::Other(_)));
    let work = pipe.and_then(|pipe| withheld::run(desired, known, account, pipe));
    fresh(desired, known, account, work).unwrap_or_else(|| rest(desired, known, account, verdict))
}

#[expect(clippy::too_many_arguments, reason = "one look, told by its parts")]
fn managed(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    id: &PipeId,
    seen: &Seen,
    pipe: Option<&Pipe>,
    found: &[Difference],
) -> Plan {
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    if let Some(verdict) = pipe.and_then(|pipe| run_state::says_nothing(&pipe.state, account))
        && !replace::is_removing(known)
    {
        return rest(desired, known, account, verdict);
    }
    if !observes && let Some(plan) = replace::plan(desired, known, account, id, seen, pipe.map(|_| found)) {
        return plan;
    }
    let Some(pipe) = pipe else {
        if observes && replace::is_removing(known) {
            let message =
                "the pipe was removed to be replaced: the new one is made once managementPolicy is Full again";
            let verdict = Verdict::blocked(Reason::ReplaceRequired, message).ready(
                Truth::False,
                Reason::ReplaceRequired,
                message,
            );
            return rest(desired, known, account, verdict);
        }
        return vanish::plan(desired, known, account, id, seen);
    };
    if observes {
        if let Some(verdict) = names_another(desired, known, id) {
            return rest(desired, known, account, verdict);
        }
        let found = format!("the pipe was found, state {}", pipe.state.as_str());
        let stands = stands_still(&pipe.state) && known.owes_a_start();
        let message = if stands && desired.wants_running() {
            format!("{found}: it was paused for a change; start it in ClickHouse Cloud, or set managementPolicy: Full")
        } else {
            found
        };
        return rest(desired, known, account, Verdict::settled(Reason::Observed, message));
    }
    twins::plan(desired, known, account, seen)
        .unwrap_or_else(|| converge(desired, known, account, wanted, pipe, id, found))
}

/// Changes, then the run state, then compute: the order that the API wants.
fn converge(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    id: &PipeId,
    found: &[Difference],
) -> Plan {
    let (allowed, mut left) = approval::allowed(desired, found);
    let (contested, allowed): (Vec<Difference>, Vec<Difference>) = allowed
        .into_iter()
        .partition(|difference| !difference.edited && conflict::is_contested(desired, known, &difference.path));
    left.extend(contested);
    if let Some(plan) = fresh(desired, known, account, approval::noted(desired, known, &allowed)) {
        return plan;
    }
    let judged = match names_another(desired, known, id) {
        Some(verdict) => Word::Withheld(verdict),
        None => approval::word(desired, known, &allowed),
    };
    let (work, otherwise) = match judged {
        Word::InPlace => {
            let work = update::plan(desired, known, account, wanted, pipe, id, &allowed)
                .or_else(|| run_state::command(desired, known, account, pipe))
                .or_else(|| resync::plan(desired, known, account, id))
                .or_else(|| update::scale(desired, known, account, wanted, pipe, id, &allowed));
            (work, drift::reported(desired, known, pipe, &left))
        }
        Word::Replace => (Some(replace::begin(desired, known, pipe)), replace::replacing()),
        Word::Withheld(verdict) => (withheld::plan(desired, known, account, wanted, pipe, id, &allowed), verdict),
    };
    fresh(desired, known, account, work).unwrap_or_else(|| rest(desired, known, account, otherwise))
}

/// An object keeps the pipe that it has: naming another one does not change pipes, and is not passed over either.
pub(crate) fn names_another(desired: &Desired, known: &Known, id: &PipeId) -> Option<Verdict> {
    let adopt = known.wished(desired)?;
    (PipeId::parse(&adopt.id).as_ref() != Some(id)).then(|| {
        let message = format!(
            "this object's pipe is {id}, and spec.adopt.id names {}: set it back or remove it; another pipe needs another object",
            adopt.id
        );
        Verdict::blocked(Reason::AdoptMismatch, message)
    })
}

/// A writing step is decided on a recent look.
fn fresh(desired: &Desired, known: &Known, account: &Account, work: Option<Plan>) -> Option<Plan> {
    let plan = work?;
    if writes(&plan) && !is_fresh(known) {
        return Some(look(desired, known, account, Tick(known.now.0.saturating_sub(FRESH / 2)), plan.verdict));
    }
    Some(plan)
}

fn writes(plan: &Plan) -> bool {
    plan.steps.iter().any(|step| matches!(step, Step::Call { .. } | Step::Remember { .. }))
}

fn is_fresh(known: &Known) -> bool {
    known.seen.as_ref().is_some_and(|seen| known.now.0.saturating_sub(seen.begun.0) <= FRESH)
}

/// The connection or the spec now points elsewhere than the pipe is.
fn misplaced(desired: &Desired, known: &Known, account: &Account) -> Option<Plan> {
    let pipe = known.record.pipe.as_ref()?;
    if pipe.organization_id.as_deref().is_some_and(|organization| organization != account.organization.as_str()) {
        let message = "the connection names another organization than the pipe's: let connectionRef name a connection of the pipe's organization";
        return Some(Plan::rest(Verdict::amiss(Reason::OrganizationMismatch, message, account.poll_interval)));
    }
    (pipe.service_id != desired.spec.service_id.to_ascii_lowercase()).then(|| {
        Plan::rest(Verdict::blocked(
            Reason::InvalidSpec,
            "spec.serviceId is not the service of the recorded pipe: set it back; a pipe cannot move",
        ))
    })
}

fn observing(known: &Known) -> Verdict {
    let verdict = Verdict::working(Reason::Provisioning, "the pipe is being observed");
    if known.record.last_synced_generation.is_some() { Verdict { ready: None, ..verdict } } else { verdict }
}
