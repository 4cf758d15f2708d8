//! A generation that cannot be applied: refused, waiting for a person, or not complete.
//!
//! Of it only what must not wait is done: a rotated Secret, a wish to stop, and the run state that we owe a pipe that we paused ourselves. Not
//! here: deleting ([`crate::delete`]), which never depends on the spec.

use cloud::{Pipe, PipeId};
use crd::policy::RunState;

use crate::body;
use crate::desired::{Account, Desired, Wanted};
use crate::diff::Difference;
use crate::known::Known;
use crate::step::Plan;
use crate::{run_state, update};

/// What is done of a generation whose changes are withheld.
pub(crate) fn plan(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    id: &PipeId,
    allowed: &[Difference],
) -> Option<Plan> {
    let rotated = rotated(allowed);
    update::plan(desired, known, account, wanted, pipe, id, &rotated).or_else(|| run(desired, known, account, pipe))
}

/// The run state that is owed or asked for, when nothing else can be told of what is wanted.
pub(crate) fn run(desired: &Desired, known: &Known, account: &Account, pipe: &Pipe) -> Option<Plan> {
    let resumes = known.record.operation.as_ref().is_some_and(|ours| ours.resume_to != Some(RunState::Stopped));
    (!desired.wants_running() || resumes).then(|| run_state::command(desired, known, account, pipe)).flatten()
}

/// Secrets with another value, unless something else would have to be sent with them.
fn rotated(allowed: &[Difference]) -> Vec<Difference> {
    let alone = |one: &Difference| {
        let unit = body::unit(&one.path);
        allowed.iter().filter(|other| other.path.starts_with(unit)).all(|other| other.rotated)
    };
    let may = |one: &Difference| one.rotated && one.impact < crd::status::Impact::Resync;
    allowed.iter().filter(|one| may(one) && alone(one)).cloned().collect()
}
