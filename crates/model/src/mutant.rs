//! The protocol with one part taken away. Each must be caught, or the search could not see what that part is for.
//!
//! The product knows none of this: what goes into the plan, or what comes out of it, is altered here.

use std::sync::Arc;

use cloud::{Call, Pipe};
use crd::ClickPipeStatus;
use crd::policy::DeletionPolicy;
use crd::status::record::{CreatePhase, CreateRecord};
use plan::step::Applies;
use plan::verdict::Verdict;
use plan::{Desired, Known, Look, Memory, Plan, Step};

use crate::lab::Heard;

/// What is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// The LIST comes first, then the look at the clock.
    ListThenClock,
    /// No intent and no LIST.
    NoIntentNoList,
    /// A LIST before the POST, and no intent.
    NoIntent,
    /// An unknown answer is recorded as a failure.
    UnknownIsFailed,
    /// A delete ignores a pending intent.
    DeleteIgnoresIntent,
    /// The id is written without compare-and-swap.
    IdWithoutSwap,
    /// G1: another pipe is deleted without being retired first.
    RetireFirst,
    /// G2: nothing needs an intent on record: neither a record of a create at all, nor one with a nonce.
    SweepNeedsIntent,
    /// The first half of it: a record of a create is not needed.
    SweepNeedsRecord,
    /// The second half of it: the record needs no nonce.
    RecordNeedsNonce,
    /// G3: a replacement is not recorded before its first stop.
    OperationFirst,
    /// G4: Retain does not wait for a pending intent.
    RetainWaitsForIntent,
    /// G5: Retain does not wait until the recorded pipe was seen.
    RetainWaitsForPipe,
    /// G6: a match is not confirmed by GET.
    ConfirmByGet,
    /// G7: a stop that the spec asks for does not make the next start owed; nor does a generation that is not in sync yet, which asks for
    /// the same start in this plan.
    StopOwesStart,
    /// The window is counted from the first attempt that this process saw, not from this one.
    NonceKey,
}

/// Marks an intent that is not on record.
const MADE_UP: &str = "made up";

pub(crate) fn writes_no_intent(mutant: Option<Mutant>) -> bool {
    matches!(mutant, Some(Mutant::NoIntentNoList | Mutant::NoIntent))
}

/// The plan, or what the mutant makes of it.
pub(crate) fn plan(mutant: Option<Mutant>, desired: &Desired, known: &Known) -> Plan {
    let Some(mutant) = mutant else { return plan::plan(desired, known) };
    let mut altered = known.clone();
    let deleting = desired.object.deleting;
    let retain = desired.spec.deletion_policy == DeletionPolicy::Retain;
    let pending = known.record.pipe.is_none()
        && known.record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Intent);
    match mutant {
        Mutant::ListThenClock => {
            let over = known.window_over_at(desired.create_window);
            if pending && over.is_some_and(|over| known.now >= over) {
                altered.seen.iter_mut().for_each(|seen| seen.begun = known.now);
            }
        }
        Mutant::NoIntentNoList if known.record.pipe.is_none() => {
            altered.seen.iter_mut().for_each(|seen| seen.pipes = Arc::default());
        }
        Mutant::NoIntent if known.record.create.is_none() && known.record.pipe.is_none() => {
            altered.record.create = Some(made_up(desired, known));
        }
        Mutant::DeleteIgnoresIntent if deleting && !retain && pending => fail(&mut altered),
        Mutant::RetainWaitsForIntent if deleting && retain && pending => fail(&mut altered),
        Mutant::RetainWaitsForPipe if deleting && retain && known.held && known.record.pipe.is_some() => {
            return Plan::next(Step::Release, plan::plan(desired, known).verdict);
        }
        Mutant::SweepNeedsIntent if known.record.create.is_none() => {
            altered.record.create = Some(made_up(desired, known));
        }
        Mutant::SweepNeedsRecord if known.record.create.is_none() => {
            altered.record.create = Some(CreateRecord { nonce: String::new(), ..made_up(desired, known) });
        }
        Mutant::RecordNeedsNonce => {
            altered.record.create.iter_mut().filter(|create| create.nonce.is_empty()).for_each(|create| {
                MADE_UP.clone_into(&mut create.nonce);
            });
        }
        Mutant::StopOwesStart if known.record.last_synced_generation.is_some() => {
            altered.record.last_synced_generation = Some(desired.object.generation);
        }
        _ => {}
    }
    let plan = plan::plan(desired, &altered);
    let verdict = plan.verdict.clone();
    match (mutant, plan.first()) {
        (Mutant::RetireFirst, Some(Step::Remember { record, reserve: false })) => {
            retired(&altered.record, record).and_then(|id| delete(desired, &id, verdict)).unwrap_or(plan)
        }
        (Mutant::ConfirmByGet, Some(Step::Look(Look::Pipe { pipe, .. })))
            if known.record.pipe.is_none() && !deleting && desired.spec.adopt.is_none() =>
        {
            let shown: Option<Box<Pipe>> =
                known.seen.as_ref().and_then(|seen| seen.pipes.get(pipe)).map(|pipe| Box::new(Pipe::clone(pipe)));
            altered.memory.looked = Some((pipe.clone(), known.now, shown));
            plan::plan(desired, &altered)
        }
        (Mutant::StopOwesStart, Some(Step::Remember { record, reserve: false })) if owes(&altered.record, record) => {
            altered.record.create.clone_from(&record.create);
            plan::plan(desired, &altered)
        }
        (Mutant::OperationFirst, _) => without_operation(desired, &mut altered, plan),
        _ => plan,
    }
}

/// What is written of a record.
pub(crate) fn written(mutant: Option<Mutant>, before: &ClickPipeStatus, record: ClickPipeStatus) -> ClickPipeStatus {
    let mut record = record;
    let hidden = |create: &CreateRecord| {
        create.holder == MADE_UP || (writes_no_intent(mutant) && create.phase == CreatePhase::Intent)
    };
    if record.pipe.is_none() && record.create.as_ref().is_some_and(hidden)
        || before.create.is_none() && record.create.as_ref().is_some_and(|create| create.holder == MADE_UP)
    {
        record.create.clone_from(&before.create);
        record.create.take_if(|create| hidden(create));
    }
    record
}

/// What is learned of an answer.
pub(crate) fn heard(mutant: Option<Mutant>, step: &Step, heard: Heard) -> Heard {
    let post = matches!(step, Step::Call { call: Call::CreatePipe { .. }, .. });
    match heard {
        Heard::Unknown if post && mutant == Some(Mutant::UnknownIsFailed) => Heard::Rejected,
        heard => heard,
    }
}

/// Another attempt is believed to be as old as the first one.
pub(crate) fn keep_first_nonce(before: &Memory, after: &mut Memory) {
    if let (Some((_, first)), Some((_, at))) = (&before.nonce_seen, after.nonce_seen.as_mut()) {
        *at = *first;
    }
}

/// What is under way is believed and not written, until a step follows that is another.
fn without_operation(desired: &Desired, known: &mut Known, mut plan: Plan) -> Plan {
    for _ in 0..3 {
        match plan.first() {
            Some(Step::Remember { record, .. }) if record.operation.is_some() => {
                known.record.operation.clone_from(&record.operation);
                plan = plan::plan(desired, known);
            }
            _ => break,
        }
    }
    plan
}

fn made_up(desired: &Desired, known: &Known) -> CreateRecord {
    CreateRecord {
        phase: CreatePhase::Failed,
        nonce: MADE_UP.to_owned(),
        holder: MADE_UP.to_owned(),
        token: known.record.pipe.as_ref().map_or_else(|| desired.token(), |pipe| pipe.token.clone()),
        cluster_id: desired.cluster_id.clone(),
        uid: desired.object.uid.clone(),
        ..CreateRecord::default()
    }
}

fn fail(known: &mut Known) {
    if let Some(create) = known.record.create.as_mut() {
        create.phase = CreatePhase::Failed;
    }
}

/// The id that a record retires and does nothing else with.
fn retired(before: &ClickPipeStatus, after: &ClickPipeStatus) -> Option<String> {
    let new = after.retired.iter().find(|id| !before.retired.contains(id))?;
    (before.pipe == after.pipe).then(|| new.clone())
}

fn delete(desired: &Desired, id: &str, verdict: Verdict) -> Option<Plan> {
    let account = desired.account.as_ref().ok()?;
    let call = Call::DeletePipe { service: account.service.clone(), pipe: cloud::PipeId::parse(id)? };
    Some(Plan::next(Step::Call { call, urgent: true, applies: Applies::default() }, verdict))
}

/// Whether a record makes the next start owed and does nothing else.
fn owes(before: &ClickPipeStatus, after: &ClickPipeStatus) -> bool {
    let phase = |record: &ClickPipeStatus| record.create.as_ref().map(|create| create.phase);
    before.pipe == after.pipe
        && (phase(before), phase(after)) == (Some(CreatePhase::Started), Some(CreatePhase::Resolved))
}
