//! What every plan keeps, whatever led to it.
//!
//! Written from the promises, not from the plan's code: ids on record, tokens, the finalizer, what a newer or damaged record allows. Not here:
//! how an object came to be in its situation.

use cloud::{Call, PipeId, PipeState};
use crd::policy::{DeletionPolicy, ManagementPolicy};
use crd::status::record::{CreatePhase, OperationPhase, PROTOCOL_VERSION};
use plan::{Desired, Known, Plan, Step, token};

use crate::stand::CANARY;

/// A status is far below what etcd takes, whatever the service says.
const STATUS: usize = 256 * 1024;
/// What a message of a condition may hold, by the definition of conditions.
const MESSAGE: usize = 32_768;

/// Decides, and holds the first step and the status against the promises.
///
/// Invariants: 4, 13.
#[must_use]
pub fn decide(desired: &Desired, known: &Known) -> Plan {
    let plan = plan::plan(desired, known);
    assert_eq!(plan, plan::plan(desired, known), "the same values give the same plan");
    if let Some(step) = plan.first() {
        check(desired, known, step);
    }
    let status = plan::status(desired, known, &plan);
    let text = serde_json::to_string(&status).expect("a status is JSON");
    let before = serde_json::to_string(&known.record).expect("a status is JSON");
    assert!(text.len() <= before.len() + STATUS, "a status of {} bytes", text.len());
    assert!(!text.contains(CANARY) || before.contains(CANARY), "a secret in the status");
    for condition in &status.conditions {
        assert!(condition.message.chars().count() <= MESSAGE, "{}", condition.type_);
    }
    plan
}

/// Invariants: 3, 10.
fn check(desired: &Desired, known: &Known, step: &Step) {
    let record = &known.record;
    let newer = record.create.as_ref().is_some_and(|create| create.protocol_version > PROTOCOL_VERSION);
    assert!(!newer, "a record of a newer version allows nothing: {step:?}");
    let looks = matches!(step, Step::Look(_));
    if !known.held {
        assert!(looks || matches!(step, Step::Hold), "nothing before the finalizer: {step:?}");
    }
    if desired.paused.is_some() {
        assert!(looks || matches!(step, Step::Release), "writes are withheld: {step:?}");
    }
    if is_damaged(known) {
        let kept = desired.spec.deletion_policy == DeletionPolicy::Retain || leaves_alone(desired, known);
        assert!(looks || matches!(step, Step::Hold) || (kept && matches!(step, Step::Release)), "{step:?}");
    }
    match step {
        Step::Call { call, .. } => called(desired, known, call),
        Step::Remember { record: next, reserve } => {
            assert!(!is_foreign(desired, known), "a foreign record is changed");
            assert!(record.retired.iter().all(|id| next.retired.contains(id)), "a retired id is forgotten");
            for id in next.retired.iter().filter(|id| !record.retired.contains(id)) {
                retired(desired, known, id);
            }
            let attempt = |create: Option<i32>| create.unwrap_or_default();
            let before = attempt(record.create.as_ref().map(|create| create.attempt));
            assert!(attempt(next.create.as_ref().map(|create| create.attempt)) >= before, "attempts are counted up");
            assert!(!reserve || !desired.object.deleting, "no new intent while the object goes");
        }
        Step::Release => assert!(desired.object.deleting, "the finalizer stays"),
        Step::Hold => assert!(!desired.object.deleting, "no finalizer on an object that goes"),
        Step::Note { .. } | Step::Look(_) => {}
    }
}

/// Whether the record names a pipe by something that is no id: which one it is, nobody knows.
fn is_damaged(known: &Known) -> bool {
    known.record.pipe.as_ref().is_some_and(|pipe| PipeId::parse(&pipe.id).is_none())
}

fn is_foreign(desired: &Desired, known: &Known) -> bool {
    let foreign = |cluster: &str, uid: &str| cluster != desired.cluster_id || uid != desired.object.uid;
    known.record.pipe.as_ref().is_some_and(|pipe| foreign(&pipe.cluster_id, &pipe.uid))
        || known.record.create.as_ref().is_some_and(|create| foreign(&create.cluster_id, &create.uid))
}

fn leaves_alone(desired: &Desired, known: &Known) -> bool {
    desired.spec.management_policy == ManagementPolicy::ObserveOnly || is_foreign(desired, known)
}

/// An id is retired, which allows its deletion: the recorded pipe's, or that of a pipe that carries our token.
fn retired(desired: &Desired, known: &Known, id: &str) {
    let own = known.record.pipe.as_ref().is_some_and(|pipe| pipe.id == id);
    let shown = PipeId::parse(id).and_then(|id| known.seen.as_ref()?.pipes.get(&id).cloned());
    let token = our_token(desired, known);
    assert!(own || shown.is_some_and(|pipe| token::carries(&pipe.name, &token)), "not ours, and retired: {id}");
}

/// The token of our create; today's, when the record has none.
fn our_token(desired: &Desired, known: &Known) -> String {
    let token = known.record.create.as_ref().map(|create| create.token.clone());
    token.filter(|token| !token.is_empty()).unwrap_or_else(|| desired.token())
}

/// Invariants: 1, 3, 10.
fn called(desired: &Desired, known: &Known, call: &Call) {
    assert!(!leaves_alone(desired, known), "{call:?}");
    let create = known.record.create.as_ref();
    let pipe = match call {
        Call::CreatePipe { body, .. } => {
            assert!(known.record.pipe.is_none() && !desired.object.deleting, "a second pipe");
            let create = create.filter(|create| create.phase == CreatePhase::Intent).expect("an intent on record");
            let own = known.memory.intent.as_ref().expect("an intent of this process");
            assert!(own.nonce == create.nonce && !own.sent, "an intent is sent once, by whom it is");
            let name = body.get("name").map(cloud::Document::redacted).unwrap_or_default();
            assert!(name.as_str().is_some_and(|name| token::carries(name, &create.token)), "the token is in the name");
            return;
        }
        Call::PatchPipe { pipe, .. }
        | Call::PutSettings { pipe, .. }
        | Call::PatchScaling { pipe, .. }
        | Call::SetState { pipe, .. }
        | Call::DeletePipe { pipe, .. } => pipe,
        Call::WakeService { .. } => return,
        Call::ListServices | Call::GetService { .. } | Call::ListPipes { .. } | Call::GetPipe { .. } => {
            unreachable!("looking is no call: {call:?}")
        }
    };
    let shown = known.seen.as_ref().and_then(|seen| seen.pipes.get(pipe));
    if known.pipe_id().as_ref() == Some(pipe) {
        let removing = known.record.operation.as_ref().is_some_and(|ours| ours.phase == OperationPhase::Removing);
        let understood = shown.is_none_or(|pipe| !matches!(pipe.state, PipeState::Other(_)));
        assert!(understood || removing || desired.object.deleting, "an unknown state allows no write: {call:?}");
    } else {
        assert!(matches!(call, Call::DeletePipe { .. }) && known.is_retired(pipe), "not on record: {call:?}");
        let token = our_token(desired, known);
        let ours = shown.is_some_and(|pipe| token::carries(&pipe.name, &token));
        assert!(ours && create.is_some_and(|create| !create.nonce.is_empty()), "not certainly ours: {call:?}");
    }
}
