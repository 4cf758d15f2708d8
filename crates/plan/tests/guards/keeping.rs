//! What must be so before an object whose pipe is kept is let go, and what is told of it.
//!
//! Not here: deleting the pipe ([`super::deleting`]).

use crd::condition::Reason;
use crd::policy::DeletionPolicy;

use super::deleting::deleting;
use super::*;

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
        if refusal.is_none() {
            let verdict = case.plan().verdict;
            assert_eq!(
                (verdict.kind, verdict.synced.reason),
                (clickpipes_plan::verdict::Kind::Waiting, Reason::DeleteBlocked)
            );
        }
        case.wait(1);
        assert_eq!(case.next(), "Release", "{refusal:?}");
        let token = &case.known.record.create.as_ref().unwrap().token;
        assert!(case.plan().verdict.synced.message.contains(token), "{:?}", case.plan().verdict);
    }
    let mut case = intended(KAFKA);
    case.desired.object.deleting = true;
    case.desired.spec.deletion_policy = DeletionPolicy::Retain;
    case.known.record.create.as_mut().unwrap().phase = crd::status::record::CreatePhase::Failed;
    case.desired.account = Err(problem);
    assert_eq!(case.next(), "Release");
    assert!(case.plan().verdict.synced.message.contains("nothing was created"), "{:?}", case.plan().verdict);
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
    // That the change was refused says nothing about the start.
    let mut case = paused_by_us(PipeState::Paused);
    case.failed("PatchPipe", Outcome::Refused(Refusal::Invalid));
    assert_eq!(case.next(), "Start");
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
