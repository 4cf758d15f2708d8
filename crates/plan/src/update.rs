//! Changing a pipe in place: the calls, their order, and the pause that a database pipe needs.
//!
//! Not here: bodies ([`crate::body`]), whether a change is allowed ([`crate::manage`]).

use std::time::Duration;

use cloud::{Call, Command, Pipe, PipeId, PipeState, Refusal};
use crd::condition::{ConditionType, Reason};
use crd::facts::{Change, Route};
use crd::policy::RunState;
use crd::status::record::{Operation, OperationKind, OperationPhase};

use crate::body::{self, Target};
use crate::create::record::remember;
use crate::desired::{Account, Desired, Wanted};
use crate::diff::Difference;
use crate::known::Known;
use crate::planning::{attempt, held_back, rest};
use crate::step::{Plan, Step};
use crate::verdict::{Kind, Verdict};
use crate::{run_state, token, withheld};

/// How often a change is sent that the service accepts and does not make.
const MOST: u32 = 5;

/// The next change of source, columns, mappings, name or settings; `None` when there is none.
pub(crate) fn plan(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    id: &PipeId,
    allowed: &[Difference],
) -> Option<Plan> {
    let routes = [Route::Patch, Route::Mappings, Route::Settings];
    let step = routes.into_iter().find_map(|route| step(route, known, account, wanted, pipe, id, allowed))?;
    if let Some(plan) = refused(desired, known, account, pipe, &step) {
        return Some(plan);
    }
    let paused = allowed.iter().any(|difference| difference.facts.change == Change::WhilePaused) || must_pause(known);
    if paused && let Some(plan) = pause(desired, known, account, pipe, id) {
        return Some(plan);
    }
    Some(carry_out(desired, known, account, pipe, step, allowed))
}

/// The next change of compute; `None` when there is none.
pub(crate) fn scale(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    id: &PipeId,
    allowed: &[Difference],
) -> Option<Plan> {
    let step = step(Route::Scaling, known, account, wanted, pipe, id, allowed)?;
    Some(carry_out(desired, known, account, pipe, step, allowed))
}

fn step(
    route: Route,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    id: &PipeId,
    allowed: &[Difference],
) -> Option<Step> {
    let token = known
        .record
        .pipe
        .as_ref()
        .map(|record| record.token.as_str())
        .filter(|token| token::carries(&pipe.name, token));
    body::update(
        route,
        wanted,
        allowed,
        &Target { service: &account.service, pipe: id, observed: &pipe.document, token_in_name: token },
    )
}

fn carry_out(
    desired: &Desired,
    known: &Known,
    account: &Account,
    pipe: &Pipe,
    step: Step,
    allowed: &[Difference],
) -> Plan {
    let paths: Vec<String> = allowed.iter().map(Difference::spec_path).collect();
    let verdict = Verdict::working(Reason::Updating, format!("being changed: {}", paths.join(", ")));
    let Step::Call { call, .. } = &step else { return Plan::next(step, verdict) };
    match not_made(desired, known, call, &paths) {
        // What is given up does not hold up a stop.
        Some(verdict) if verdict.kind == Kind::Exhausted => {
            run_state::command(desired, known, account, pipe).unwrap_or_else(|| rest(desired, known, account, verdict))
        }
        Some(verdict) => rest(desired, known, account, verdict),
        None => attempt(desired, known, call.name(), step, verdict),
    }
}

/// The service says 200 to changes that it ignores, and shows some only after a while: the same change is sent again ever more rarely.
fn not_made(desired: &Desired, known: &Known, call: &Call, paths: &[String]) -> Option<Verdict> {
    if is_given_up(desired, known, paths) {
        return Some(Verdict::exhausted(ineffective(paths)));
    }
    let accepted = known.memory.accepted.as_ref().filter(|accepted| accepted.call == *call)?;
    let pause = Duration::from_secs(15).saturating_mul(4_u32.saturating_pow(accepted.times.saturating_sub(1)).min(240));
    let asked = known.memory.request_seen.as_ref().is_some_and(|(_, at)| *at > accepted.at);
    if accepted.times >= MOST && !asked {
        return Some(Verdict::exhausted(ineffective(paths)));
    }
    let until = accepted.at + pause;
    (known.now < until).then(|| {
        let again = (until - known.now).max(Duration::from_secs(1));
        if accepted.times < 2 {
            return Verdict::working(Reason::Updating, format!("accepted, not yet visible: {}", paths.join(", ")))
                .again(again);
        }
        Verdict::waiting(Reason::ReconcileError, ineffective(paths), again)
    })
}

/// Given up before, perhaps by another process, and nobody has asked for anything since.
fn is_given_up(desired: &Desired, known: &Known, paths: &[String]) -> bool {
    known.still_says(desired, ConditionType::Stalled, Reason::RetriesExhausted)
        && known.record.drift.as_ref().is_some_and(|drift| paths.iter().all(|path| drift.paths.contains(path)))
}

fn ineffective(paths: &[String]) -> String {
    let paths = paths.join(", ");
    format!(
        "the service accepts a change of {paths} and does not make it: check the value, or delete and create the object anew"
    )
}

/// A change that the service has refused is not paused for again, and a pipe that was paused for it runs on meanwhile.
fn refused(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe, step: &Step) -> Option<Plan> {
    let Step::Call { call, .. } = step else { return None };
    let setback = known.memory.setback.as_ref()?;
    let lasts = [Refusal::Invalid, Refusal::Source, Refusal::NotApplicable];
    if !lasts.iter().any(|refusal| setback.failure.is(refusal)) {
        return None;
    }
    let verdict = held_back(desired, known, call.name())?;
    Some(withheld::run(desired, known, account, pipe).unwrap_or_else(|| rest(desired, known, account, verdict)))
}

/// Whether the service asked for a pause before this change, or one was begun for it and the change is still to be made.
fn must_pause(known: &Known) -> bool {
    let begun = known.record.operation.as_ref().is_some_and(|operation| operation.phase == OperationPhase::Pausing);
    begun || known.memory.setback.as_ref().is_some_and(|setback| setback.failure.is(&Refusal::MustBePaused))
}

/// What has to happen before a pipe can be changed that must not run meanwhile; `None` when it does not. That we paused it is on record first.
fn pause(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe, id: &PipeId) -> Option<Plan> {
    let pausing = Verdict::working(Reason::Updating, "the pipe is paused for a change and resumed afterwards");
    match pipe.state {
        PipeState::Paused
        | PipeState::Stopped
        | PipeState::Completed
        | PipeState::Failed
        | PipeState::InternalError => None,
        PipeState::Running | PipeState::Degraded | PipeState::Snapshot => {
            if known.record.operation.is_none() {
                let operation = Operation {
                    kind: OperationKind::Update,
                    generation: desired.object.generation,
                    phase: OperationPhase::Pausing,
                    resume_to: Some(RunState::Running),
                };
                let record = crd::ClickPipeStatus { operation: Some(operation), ..known.record.clone() };
                return Some(Plan::next(remember(record), pausing));
            }
            Some(run_state::send(desired, known, account, id, Command::Stop, pausing))
        }
        _ => Some(rest(desired, known, account, pausing)),
    }
}
