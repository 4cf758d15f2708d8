//! What must be so before the finalizer goes.

use crd::condition::Reason;
use crd::policy::DeletionPolicy;

use super::*;

/// A ready object that is being deleted, after a look.
fn deleting(policy: DeletionPolicy) -> Case {
    let mut case = Case::ready(KAFKA);
    case.desired.object.deleting = true;
    case.desired.spec.deletion_policy = policy;
    case
}

fn found(case: &Case) -> Option<Box<Pipe>> {
    case.known.pipe().cloned().map(Box::new)
}

#[test]
fn a_pipe_is_kept_once_it_was_seen_or_is_certainly_gone() {
    let mut case = deleting(DeletionPolicy::Retain);
    assert_eq!(case.next(), "Release", "the list shows it");
    let mut gone = deleting(DeletionPolicy::Retain);
    gone.learn(Ok(Learned::Done));
    assert_eq!(gone.next(), "rest", "it is let go once");
    let (id, pipe) = (case.id(), found(&case));
    case.list(&[]);
    assert_eq!(case.next(), "get");
    let other = PipeId::parse("99999999-9999-4999-8999-999999999999").unwrap();
    let begun = case.known.now;
    for (looked, next) in [
        ((id.clone(), begun, None), "Release"),
        ((other.clone(), begun, None), "get"),
        // It is there, and no list shows it yet.
        ((id.clone(), begun, pipe.clone()), "rest"),
        ((id.clone(), Tick(begun.0 - 1), pipe.clone()), "get"),
        ((other, begun, pipe), "get"),
    ] {
        case.known.memory.looked = Some(looked.clone());
        assert_eq!(case.next(), next, "{looked:?}");
    }
}

#[test]
fn a_new_pipe_that_nothing_shows_yet_is_waited_for_before_it_is_kept() {
    let mut case = deleting(DeletionPolicy::Retain);
    let (id, pipe) = (case.id(), found(&case));
    case.known.memory.pipe_seen = false;
    case.known.record.pipe.as_mut().unwrap().state = None;
    case.known.memory.first_seen = case.known.now;
    case.list(&[]);
    case.known.memory.looked = Some((id.clone(), case.known.now, None));
    assert_eq!(case.next(), "rest", "it may be late");
    case.wait(15 * MINUTE - 1);
    case.list(&[]);
    case.known.memory.looked = Some((id.clone(), case.known.now, None));
    assert_eq!(case.next(), "rest", "for the whole window");
    // What was looked at before its end proves nothing afterwards.
    case.wait(1);
    assert_eq!(case.next(), "list");
    case.list(&[]);
    assert_eq!(case.next(), "get");
    let mut gone = case.known.clone();
    gone.memory.looked = Some((id, gone.now, None));
    assert_eq!(Case { desired: case.desired.clone(), known: gone }.next(), "Release");
    case.list(&[*pipe.unwrap()]);
    assert_eq!(case.next(), "Release", "the list shows it");
}

#[test]
fn a_pipe_whose_service_is_gone_is_gone_when_this_process_has_not_found_it() {
    let mut case = deleting(DeletionPolicy::Retain);
    case.known.seen = None;
    case.known.memory.first_seen = case.ago(MINUTE);
    assert_eq!(case.next(), "list");
    // Another failure of the list says nothing, nor does a pipe that is not found.
    case.failed("ListPipes", Outcome::Unknown);
    assert_eq!(case.next(), "rest");
    case.failed("GetPipe", Outcome::Refused(Refusal::NotFound));
    assert_eq!(case.next(), "list");
    case.failed("ListPipes", Outcome::Refused(Refusal::NotFound));
    assert_eq!(case.next(), "get");
    let (id, first) = (case.id(), case.known.memory.first_seen);
    case.known.memory.looked = Some((id.clone(), Tick(first.0 - 1), None));
    assert_eq!(case.next(), "get", "before the object was seen");
    case.known.memory.looked = Some((id, first, None));
    assert_eq!(case.next(), "Release");
}

#[test]
fn keeping_waits_for_a_create_whose_answer_was_lost() {
    let mut case = intended(KAFKA);
    case.desired.object.deleting = true;
    case.desired.spec.deletion_policy = DeletionPolicy::Retain;
    case.known.memory.intent = None;
    assert_eq!(case.next(), "rest", "it may still be carried out");
    let mut pipe = ready(KAFKA).known().pipe().unwrap().clone();
    pipe.name = format!("orders [{}]", case.known.record.create.as_ref().unwrap().token);
    case.list(std::slice::from_ref(&pipe));
    assert_eq!(case.next(), "Release", "that is the pipe, and it is kept");
    // One that was given up is not it.
    case.known.record.retired = vec![pipe.id.to_string()];
    assert_eq!(case.next(), "rest");
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
fn a_pipe_is_kept_unseen_where_nobody_can_look() {
    let refusals = [Refusal::Forbidden, Refusal::Unauthenticated, Refusal::UnknownService];
    for (refusal, call) in refusals.iter().flat_map(|refusal| ["ListPipes", "GetPipe"].map(|call| (refusal, call))) {
        let mut case = deleting(DeletionPolicy::Retain);
        if call == "ListPipes" {
            case.known.seen = None;
        } else {
            case.list(&[]);
        }
        case.failed(call, Outcome::Refused(refusal.clone()));
        assert_eq!(case.next(), "Release", "{call} {refusal:?}");
        assert!(case.plan().verdict.synced.message.contains(&case.id().to_string()), "{:?}", case.plan().verdict);
        // What was refused before the object was deleted may be granted now.
        case.desired.object.generation += 1;
        assert_eq!(case.next(), if call == "ListPipes" { "list" } else { "get" }, "{call} {refusal:?}");
        // A new pipe that no list has shown may be in the next object's list only when the window is over.
        case.desired.object.generation -= 1;
        case.known.memory.pipe_seen = false;
        case.known.record.pipe.as_mut().unwrap().state = None;
        case.known.memory.first_seen = case.ago(15 * MINUTE - 1);
        assert_eq!(case.next(), "rest", "{call} {refusal:?}");
        case.wait(1);
        assert_eq!(case.next(), "Release", "{call} {refusal:?}");
    }
    for outcome in [Outcome::Unknown, Outcome::NotSent, Outcome::Refused(Refusal::Conflict)] {
        let mut case = deleting(DeletionPolicy::Retain);
        case.known.seen = None;
        case.failed("ListPipes", outcome.clone());
        assert_eq!(case.next(), "rest", "{outcome:?}");
    }
    // A refused write says nothing about looks.
    let mut case = deleting(DeletionPolicy::Retain);
    case.known.seen = None;
    case.failed("DeletePipe", Outcome::Refused(Refusal::Forbidden));
    assert_eq!(case.next(), "list");
}

#[test]
fn an_unanswered_create_where_nobody_can_look_is_let_go_after_the_window() {
    let problem = clickpipes_plan::Problem {
        reason: Reason::ConnectionNotFound,
        path: "spec.connectionRef".into(),
        message: "there is none".into(),
    };
    for refusal in [None, Some(Refusal::Unauthenticated), Some(Refusal::UnknownService), Some(Refusal::NotFound)] {
        let mut case = intended(KAFKA);
        case.desired.object.deleting = true;
        case.desired.spec.deletion_policy = DeletionPolicy::Retain;
        case.known.memory.intent = None;
        case.known.seen = None;
        case.wait(15 * MINUTE - 1);
        match &refusal {
            None => case.desired.account = Err(problem.clone()),
            Some(refusal) => case.failed("ListPipes", Outcome::Refused(refusal.clone())),
        }
        assert_eq!(case.next(), "rest", "{refusal:?}");
        assert!(case.plan().verdict.again.unwrap() <= std::time::Duration::from_secs(30), "{:?}", case.plan());
        case.wait(1);
        assert_eq!(case.next(), "Release", "{refusal:?}");
        let token = &case.known.record.create.as_ref().unwrap().token;
        assert!(case.plan().verdict.synced.message.contains(token), "{:?}", case.plan().verdict);
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

/// A database pipe that is kept while this process has it paused for a change.
fn paused_by_us(state: PipeState) -> Case {
    let mut case = Case::ready(POSTGRES);
    case.desired.object.deleting = true;
    case.desired.spec.deletion_policy = DeletionPolicy::Retain;
    case.known.record.operation = Some(crd::status::record::Operation {
        kind: crd::status::record::OperationKind::Update,
        generation: 1,
        phase: crd::status::record::OperationPhase::Pausing,
        resume_to: Some(crd::policy::RunState::Running),
    });
    case.put(state);
    case
}

#[test]
fn a_pipe_that_we_paused_runs_again_before_it_is_let_go() {
    for (state, next) in [
        (PipeState::Paused, "Start"),
        (PipeState::Stopped, "Start"),
        (PipeState::Pausing, "rest"),
        (PipeState::Stopping, "rest"),
        (PipeState::Running, "Release"),
        (PipeState::Failed, "Release"),
    ] {
        assert_eq!(paused_by_us(state.clone()).next(), next, "{state:?}");
    }
    // The stop was accepted just now, and does not show yet.
    let mut case = paused_by_us(PipeState::Running);
    case.known.memory.commanded = Some((cloud::Command::Stop, case.known.now));
    assert_eq!(case.next(), "rest");
    case.wait(MINUTE);
    case.put(PipeState::Running);
    assert_eq!(case.next(), "Release");
    // It was started, and that does not show yet.
    let mut case = paused_by_us(PipeState::Paused);
    case.known.memory.commanded = Some((cloud::Command::Start, case.known.now));
    assert_eq!(case.next(), "Release");
    // Nobody wants it to run, or we owe it nothing.
    let mut case = paused_by_us(PipeState::Paused);
    case.desired.spec.state = crd::policy::RunState::Stopped;
    assert_eq!(case.next(), "Release");
    let mut case = paused_by_us(PipeState::Paused);
    case.known.record.operation.as_mut().unwrap().resume_to = Some(crd::policy::RunState::Stopped);
    assert_eq!(case.next(), "Release");
    let mut case = paused_by_us(PipeState::Paused);
    case.known.record.operation.as_mut().unwrap().phase = crd::status::record::OperationPhase::Removing;
    assert_eq!(case.next(), "Release", "its DELETE may have been sent");
    let mut case = paused_by_us(PipeState::Paused);
    case.known.record.operation = None;
    assert_eq!(case.next(), "Release");
}

#[test]
fn a_start_that_is_refused_does_not_hold_a_kept_pipe() {
    for (outcome, times) in [
        (Outcome::Refused(Refusal::Invalid), 1),
        (Outcome::Refused(Refusal::NotFound), 1),
        (Outcome::Refused(Refusal::Forbidden), 1),
        (Outcome::Refused(Refusal::Conflict), 5),
        (Outcome::Unknown, 5),
        (Outcome::NotSent, 5),
        (Outcome::Throttled { retry_after: None }, 5),
    ] {
        let mut case = paused_by_us(PipeState::Paused);
        for attempt in 1..=times {
            assert_eq!(case.next(), "Start", "{outcome:?} {attempt}");
            let failure = Failure { outcome: outcome.clone(), status: None, message: "words".into(), request_id: None };
            case.learn(Err(failure));
            if attempt < times {
                case.wait(6 * MINUTE);
                case.put(PipeState::Paused);
            }
        }
        case.put(PipeState::Paused);
        assert_eq!(case.next(), "Release", "{outcome:?}");
        let told = case.plan().verdict.synced.message;
        assert!(told.contains("paused") && told.contains("start it"), "{told}");
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
fn what_is_told_of_a_pipe_that_is_let_go_is_so() {
    let told = |case: &Case| {
        assert_eq!(case.next(), "Release");
        let verdict = case.plan().verdict;
        (verdict.kind == clickpipes_plan::verdict::Kind::Reported).then_some(verdict.synced.message)
    };
    let case = deleting(DeletionPolicy::Retain);
    let id = case.id();
    assert_eq!(told(&case), Some(format!("pipe {id} is kept in ClickHouse Cloud")));
    // Its DELETE was accepted before: by this process, or by one before it.
    let gone = Some(format!("pipe {id} may still go: its deletion was asked for before deletionPolicy was Retain"));
    let mut case = deleting(DeletionPolicy::Retain);
    case.known.memory.deleted.insert(id.clone(), case.known.now);
    assert_eq!(told(&case), gone);
    let mut case = deleting(DeletionPolicy::Retain);
    let generation = case.desired.object.generation;
    case.known.record.last_synced_generation = Some(generation);
    for (action, outcome, generation, is_told) in [
        ("DeletePipe", "Accepted", generation + 1, true),
        ("DeletePipe", "Unknown", generation + 1, true),
        ("DeletePipe", "Refused", generation + 1, false),
        ("DeletePipe", "NotSent", generation + 1, false),
        // That was another pipe, while the object was managed.
        ("DeletePipe", "Accepted", generation, false),
        ("Start", "Accepted", generation + 1, false),
    ] {
        let (time, action, outcome) = (String::new(), action.to_owned(), outcome.to_owned());
        case.known.record.history = vec![crd::status::HistoryEntry { time, generation, action, outcome }];
        assert_eq!(told(&case) == gone, is_told, "{:?}", case.known.record.history);
    }
    // Somebody else's, or one that is only looked at.
    let mut case = deleting(DeletionPolicy::Delete);
    case.desired.spec.management_policy = crd::policy::ManagementPolicy::ObserveOnly;
    assert_eq!(told(&case), Some(format!("pipe {id} is left as it is")));
    // Nothing is on record: what carries the token is told.
    let mut named = case.known.pipe().unwrap().clone();
    named.name = format!("orders [{}]", case.desired.token());
    let mut case = Case::fresh(KAFKA);
    case.known.held = true;
    case.desired.object.deleting = true;
    assert_eq!(told(&case), None);
    case.list(&[named]);
    assert!(told(&case).unwrap().contains(&id.to_string()));
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
    case.learn(Err(Failure { outcome: missing, ..failure() }));
    case.learn(Ok(Learned::Service(false)));
    assert_eq!(case.next(), "Release");
    // A create that was not answered may still be.
    case.known.record.pipe = None;
    case.known.record.create.as_mut().unwrap().phase = crd::status::record::CreatePhase::Intent;
    case.known.memory.nonce_seen = Some((case.known.record.create.as_ref().unwrap().nonce.clone(), case.known.now));
    assert_eq!(case.next(), "rest");
    case.wait(15 * MINUTE);
    case.known.memory.setback.as_mut().unwrap().retry_at = Tick(case.known.now.0 + 1);
    assert_eq!(case.next(), "Release");
}
