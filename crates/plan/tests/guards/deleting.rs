//! What must be so before the finalizer goes.
//!
//! Not here: a pipe that is kept ([`super::keeping`]).

use crd::condition::Reason;
use crd::policy::{DeletionPolicy, ManagementPolicy, RunState};
use crd::status::record::{Operation, OperationKind, OperationPhase};

use super::*;

/// A ready object that is being deleted, after a look.
pub(super) fn deleting(policy: DeletionPolicy) -> Case {
    let mut case = Case::ready(KAFKA);
    case.desired.object.deleting = true;
    case.desired.spec.deletion_policy = policy;
    case
}

#[test]
fn without_a_connection_a_pipe_can_be_kept_and_not_deleted() {
    let problem = clickpipes_plan::Problem {
        reason: Reason::ConnectionNotFound,
        path: "spec.connectionRef".into(),
        message: "there is none".into(),
    };
    let mut case = deleting(DeletionPolicy::Retain);
    case.desired.account = Err(problem.clone());
    assert_eq!(case.next(), "Release");
    let mut case = deleting(DeletionPolicy::Delete);
    case.desired.account = Err(problem);
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False DeleteBlocked"));
}

#[test]
fn a_record_that_names_no_pipe_id_holds_a_deletion_up_but_not_a_keeping() {
    for (policy, next) in [(DeletionPolicy::Delete, "rest"), (DeletionPolicy::Retain, "Release")] {
        let mut case = deleting(policy);
        case.known.record.pipe.as_mut().unwrap().id = "damaged".into();
        case.known.record.create = None;
        assert_eq!(case.next(), next, "{policy:?}");
    }
}

#[test]
fn a_deletion_that_cannot_proceed_says_why() {
    for (outcome, synced) in [
        (Outcome::Refused(Refusal::Forbidden), "False DeleteBlocked"),
        (Outcome::Refused(Refusal::Unauthenticated), "False DeleteBlocked"),
        (Outcome::Refused(Refusal::Invalid), "False DeleteFailed"),
        (Outcome::Refused(Refusal::Conflict), "False DeleteFailed"),
        (Outcome::Unknown, "False ReconcileError"),
        (Outcome::NotSent, "False ReconcileError"),
        (Outcome::Throttled { retry_after: None }, "False RateLimited"),
    ] {
        let refused = [Outcome::Refused(Refusal::Forbidden), Outcome::Refused(Refusal::Unauthenticated)];
        for policy in [DeletionPolicy::Delete, DeletionPolicy::Retain] {
            if policy == DeletionPolicy::Retain && refused.contains(&outcome) {
                continue;
            }
            let mut case = deleting(policy);
            if policy == DeletionPolicy::Retain {
                case.list(&[]);
            }
            let call = if policy == DeletionPolicy::Delete { "DeletePipe" } else { "GetPipe" };
            case.failed(call, outcome.clone());
            assert_eq!(case.next(), "rest", "{outcome:?}");
            assert_eq!(case.condition("Synced"), synced, "{policy:?} {outcome:?}");
            assert_eq!(case.condition("Ready"), "False Deleting", "{policy:?} {outcome:?}");
            assert_eq!(case.condition("Reconciling"), "True ProgressingWithRetry", "{policy:?} {outcome:?}");
            assert_eq!(case.condition("Stalled"), "", "{policy:?} {outcome:?}");
            let exit = case.plan().verdict.synced.message.contains("set deletionPolicy: Retain");
            assert_eq!(exit, policy == DeletionPolicy::Delete, "{:?}", case.plan().verdict);
        }
    }
}

#[test]
fn another_match_is_retired_first_and_deleted_in_a_later_pass() {
    let mut case = deleting(DeletionPolicy::Delete);
    let own = case.id();
    let mut twin = case.known.pipe().unwrap().clone();
    twin.id = PipeId::parse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa1").unwrap();
    let now = case.known.now;
    case.known.memory.deleted.insert(own, now);
    case.list(std::slice::from_ref(&twin));
    assert_eq!(case.written().retired, [twin.id.to_string()]);
    case.write();
    assert_eq!(case.next(), "rest", "not in the same pass");
    case.known.memory.retired_in_this_pass.clear();
    let Some(Step::Call { call: cloud::Call::DeletePipe { pipe, .. }, .. }) = case.plan().first().cloned() else {
        panic!("{:?}", case.plan().first());
    };
    assert_eq!(pipe, twin.id);
    case.known.memory.deleted.insert(twin.id.clone(), now);
    assert_eq!(case.next(), "rest", "until it is not listed any more");
    // What was accepted may have come to nothing.
    case.wait(2 * MINUTE - 1);
    case.list(std::slice::from_ref(&twin));
    assert_eq!(case.next(), "rest");
    case.wait(1);
    assert_eq!(case.next(), "DeletePipe");
    case.list(&[]);
    assert_eq!(case.next(), "Release");
    // What does not fit, or carries another token, holds nothing.
    for change in [
        |pipe: &mut Pipe| pipe.name = "orders [anothertoken]".into(),
        |pipe: &mut Pipe| pipe.document["source"]["kafka"]["topics"] = "another".into(),
    ] {
        let mut other = twin.clone();
        change(&mut other);
        case.known.memory.deleted.remove(&twin.id);
        case.known.record.retired.clear();
        case.list(&[other]);
        assert_eq!(case.next(), "Release");
    }
}

#[test]
fn a_deletion_that_waits_for_resume_looks_once_per_interval_and_a_failing_look_is_no_news() {
    let mut case = deleting(DeletionPolicy::Delete);
    case.desired.paused = Some(clickpipes_plan::PausedBy::Spec);
    assert_eq!(case.next(), "rest");
    assert_eq!(case.plan().verdict.again.unwrap().as_secs(), 300);
    case.known.memory.last_write = Some(Tick(case.known.now.0 + 1));
    assert_eq!(case.next(), "list");
    case.failed("ListPipes", Outcome::Unknown);
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "Unknown ReconcilePaused"));
    assert_eq!((case.condition("Ready").as_str(), case.condition("Reconciling").as_str()), ("False Deleting", ""));
}

#[test]
fn a_claim_on_a_wish_does_not_let_an_unanswered_create_go() {
    for policy in [DeletionPolicy::Delete, DeletionPolicy::Retain] {
        let mut case = intended(KAFKA);
        case.desired.object.deleting = true;
        case.desired.spec.deletion_policy = policy;
        case.desired.claimed_by = Some("data/other".into());
        case.known.memory.intent = None;
        assert_eq!(case.next(), "rest", "{policy:?}");
        case.wait(15 * MINUTE);
        assert_eq!(case.next(), "list", "{policy:?}");
        case.list(&[]);
        assert_eq!(case.next(), "Release", "{policy:?}");
        // Nothing can come of what was never intended, nor of another's pipe.
        case.known.record.create = None;
        assert_eq!(case.next(), "Release", "{policy:?}");
        let mut recorded = deleting(policy);
        recorded.desired.claimed_by = Some("data/other".into());
        assert_eq!(recorded.next(), "Release", "{policy:?}");
    }
}

#[test]
fn what_an_observing_object_leaves_behind_is_told() {
    let observing = || {
        let mut case = deleting(DeletionPolicy::Delete);
        case.desired.spec.management_policy = ManagementPolicy::ObserveOnly;
        case
    };
    let told = |case: &Case| {
        assert_eq!(case.next(), "Release");
        case.plan().verdict.synced.message
    };
    let mut case = observing();
    assert!(told(&case).ends_with("is left as it is"), "{}", told(&case));
    case.known.record.operation = Some(Operation {
        kind: OperationKind::Update,
        generation: 1,
        phase: OperationPhase::Pausing,
        resume_to: Some(RunState::Running),
    });
    assert!(told(&case).contains("perhaps paused for a change: start it"), "{}", told(&case));
    case.known.memory.deleted.insert(case.id(), case.known.now);
    assert!(told(&case).ends_with("it may still go"), "{}", told(&case));
}

#[test]
fn what_was_said_of_a_wish_is_not_said_of_the_pipe_that_came_on_record_since() {
    let pipe = ready(KAFKA).known().pipe().unwrap().clone();
    for deleting in [true, false] {
        let mut case = intended(KAFKA);
        case.desired.object.deleting = deleting;
        case.desired.claimed_by = Some("data/other".into());
        case.known.memory.intent = None;
        let nonce = case.known.record.create.as_ref().unwrap().nonce.clone();
        let made = clickpipes_plan::known::CreateOutcome::Created(Box::new(pipe.clone()));
        case.known.memory.outcome = Some((nonce, made));
        case.write();
        assert!(case.known.record.pipe.is_some());
        assert_eq!(case.next(), "rest", "{deleting}");
        assert_eq!(case.plan().verdict.again.unwrap().as_secs(), 1, "{deleting}");
    }
}

#[test]
fn where_the_connection_or_the_spec_points_elsewhere_nothing_is_deleted_and_nothing_looked_for() {
    let elsewhere: [fn(&mut Case); 2] = [
        |case| case.known.record.pipe.as_mut().unwrap().organization_id = Some("another".into()),
        |case| case.known.record.pipe.as_mut().unwrap().service_id = "another".into(),
    ];
    for change in elsewhere {
        let mut case = deleting(DeletionPolicy::Delete);
        change(&mut case);
        assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False DeleteBlocked"));
        let mut case = deleting(DeletionPolicy::Retain);
        case.list(&[]);
        change(&mut case);
        assert_eq!(case.next(), "Release");
        assert!(case.plan().verdict.synced.message.contains("kept unseen"), "{:?}", case.plan().verdict);
    }
}

#[test]
fn a_pipe_is_gone_when_neither_its_list_nor_its_service_is_found() {
    let missing = Outcome::Refused(Refusal::NotFound);
    let failure = || Failure { outcome: Outcome::Unknown, status: None, message: "words".into(), request_id: None };
    let mut case = deleting(DeletionPolicy::Delete);
    case.known.memory.deleted.insert(case.id(), case.known.now);
    case.known.memory.first_seen = case.known.now;
    case.known.seen = None;
    assert_eq!(case.next(), "list");
    case.learn(Err(Failure { outcome: missing.clone(), ..failure() }));
    assert_eq!(case.next(), "service");
    // No answer is no proof, and is waited after.
    case.learn(Err(failure()));
    assert_eq!(case.next(), "rest");
    case.wait(MINUTE);
    assert_eq!(case.next(), "service");
    // The service is there: its list is asked for again, in its time.
    case.learn(Ok(Learned::Service(true)));
    assert_eq!(case.next(), "list");
    case.learn(Err(Failure { outcome: missing.clone(), ..failure() }));
    assert_eq!(case.next(), "service", "what was found before the list failed says nothing");
    case.learn(Ok(Learned::Service(true)));
    assert_eq!(case.next(), "rest");
    case.wait(MINUTE);
    assert_eq!(case.next(), "list");
    case.learn(Err(Failure { outcome: missing.clone(), ..failure() }));
    case.learn(Ok(Learned::Service(false)));
    assert_eq!(case.next(), "rest", "once is no proof");
    case.wait(MINUTE);
    assert_eq!(case.next(), "list");
    case.learn(Err(Failure { outcome: missing, ..failure() }));
    assert_eq!(case.next(), "service");
    case.learn(Ok(Learned::Service(false)));
    assert_eq!(case.next(), "Release");
    // A create that was not answered may still be.
    case.known.record.pipe = None;
    case.known.record.create.as_mut().unwrap().phase = crd::status::record::CreatePhase::Intent;
    case.known.memory.nonce_seen = Some((case.known.record.create.as_ref().unwrap().nonce.clone(), case.known.now));
    assert_eq!(case.next(), "rest");
    case.wait(15 * MINUTE);
    case.known.memory.unseen.as_mut().unwrap().retry_at = Tick(case.known.now.0 + 1);
    assert_eq!(case.next(), "Release");
}
