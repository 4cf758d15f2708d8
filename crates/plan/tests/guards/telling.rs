//! What people are told, and when it is no longer so.

use clickpipes_plan::candidates;
use clickpipes_plan::setback::Setback;
use clickpipes_plan::verdict::{fitting, roughly};
use cloud::ServiceState;
use crd::condition::Reason;
use crd::policy::{DriftPolicy, RunState};
use crd::status::record::{CreatePhase, Operation, OperationKind, OperationPhase, PipeRecord};
use serde_json::json;

use super::*;

impl Case {
    fn status(&self) -> crd::ClickPipeStatus {
        status(&self.desired, &self.known, &self.plan())
    }
}

#[test]
fn only_what_settled_is_on_record_as_synced() {
    let mut case = Case::ready(KAFKA);
    case.desired.object.generation += 1;
    case.known.record.last_error = Some(crd::status::LastError::default());
    let status = case.status();
    assert_eq!((status.last_synced_generation, status.last_error), (Some(2), None));
    assert_eq!(status.applied.unwrap().generation, 2);
    // A step is left, or it is not as wanted.
    let case = edited();
    assert_eq!(case.status().last_synced_generation, Some(1));
    assert_eq!(case.status().applied.unwrap().generation, 1);
    let mut case = Case::ready(KAFKA);
    case.desired.object.generation += 1;
    case.put(PipeState::Degraded);
    assert_eq!(case.status().last_synced_generation, Some(1));
    let mut case = Case::ready(KAFKA);
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    assert_eq!(case.status().create.unwrap().phase, CreatePhase::Started, "it runs, so its first start is done");
}

#[test]
fn an_update_is_over_when_the_pipe_is_seen_in_the_state_that_is_owed() {
    let resumed = |phase, resume_to, state: PipeState, run| {
        let mut case = Case::ready(KAFKA);
        case.desired.spec.drift_policy = DriftPolicy::Warn;
        case.desired.spec.state = run;
        case.known.record.operation =
            Some(Operation { kind: OperationKind::Update, generation: 1, phase, resume_to: Some(resume_to) });
        // Something is amiss, so that it does not settle.
        case.see(|pipe| pipe.document["settings"] = json!({"streaming_max_insert_wait_ms": 1}));
        case.put(state);
        assert!(case.plan().verdict.kind != clickpipes_plan::verdict::Kind::Settled);
        case.next() == "rest" && case.status().operation.is_none()
    };
    let (pausing, resuming) = (OperationPhase::Pausing, OperationPhase::Resuming);
    assert!(resumed(resuming, RunState::Running, PipeState::Running, RunState::Running));
    assert!(resumed(resuming, RunState::Running, PipeState::Degraded, RunState::Running));
    assert!(resumed(resuming, RunState::Stopped, PipeState::Stopped, RunState::Stopped));
    assert!(resumed(resuming, RunState::Running, PipeState::Failed, RunState::Running));
    assert!(!resumed(resuming, RunState::Running, PipeState::Stopped, RunState::Running), "it is owed a start");
    assert!(!resumed(resuming, RunState::Running, PipeState::Modifying, RunState::Running), "nobody knows yet");
    assert!(resumed(pausing, RunState::Running, PipeState::Running, RunState::Running), "nothing is on the way");
}

#[test]
fn a_request_is_answered_by_a_look_after_it() {
    let mut case = Case::ready(KAFKA);
    case.desired.object.requested_at = Some("now".into());
    let begun = case.known.now;
    case.known.memory.request_seen = Some(("now".into(), begun));
    assert_eq!(case.status().last_handled_reconcile_at.as_deref(), Some("now"));
    case.known.memory.request_seen = Some(("now".into(), Tick(begun.0 + 1)));
    assert_eq!((case.next().as_str(), case.status().last_handled_reconcile_at), ("list", None), "a step is left");
    case.failed("ListPipes", Outcome::Unknown);
    assert_eq!((case.next().as_str(), case.status().last_handled_reconcile_at), ("rest", None), "not looked at since");
    case.known.memory.request_seen = None;
    assert_eq!(case.status().last_handled_reconcile_at, None, "this process does not know of it yet");
    // Where nothing can be looked at, having examined the spec is the answer.
    let problem =
        clickpipes_plan::Problem { reason: Reason::ConnectionNotFound, path: "a".into(), message: "b".into() };
    case.known.memory.request_seen = Some(("now".into(), Tick(begun.0 + 1)));
    case.desired.account = Err(problem);
    assert_eq!(case.status().last_handled_reconcile_at.as_deref(), Some("now"));
    case.known.seen = None;
    assert_eq!(case.status().last_handled_reconcile_at.as_deref(), Some("now"));
}

#[test]
fn drift_is_what_nobody_here_edited_and_keeps_its_time() {
    let mut case = Case::ready(KAFKA);
    case.desired.spec.drift_policy = DriftPolicy::Warn;
    case.see(|pipe| pipe.document["settings"] = json!({"streaming_max_insert_wait_ms": 1}));
    let drift = case.status().drift.unwrap();
    assert_eq!(drift.paths, ["spec.settings.streaming_max_insert_wait_ms"]);
    case.report();
    case.known.wall = "2030-01-01T00:00:00Z".parse().unwrap();
    assert_eq!(case.status().drift.unwrap().since, drift.since, "the same drift");
    case.put(PipeState::Stopped);
    let more = case.status().drift.unwrap();
    assert_eq!(more.paths.last().unwrap(), "spec.state");
    assert_ne!(more.since, drift.since, "another drift");
    assert!(edited().status().drift.is_none(), "an edit is no drift");
}

#[test]
fn a_long_value_is_cut_in_the_plan_that_people_read() {
    for (length, shown) in [(200, 200), (201, 200), (300, 200)] {
        let mut case = Case::ready(KAFKA);
        case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "x".repeat(length));
        let plan = case.status().plan.unwrap();
        assert_eq!(plan.changes.first().unwrap().to.chars().count(), shown, "{length}");
    }
}

#[test]
fn times_move_only_in_a_status_that_is_written_for_another_reason() {
    let mut case = Case::ready(KAFKA);
    case.report();
    let before = case.known.record.clone();
    case.known.wall = "2030-01-01T00:00:00Z".parse().unwrap();
    case.see(|pipe| pipe.updated_at = "2030-01-01T00:00:00Z".into());
    assert_eq!(case.status(), before);
    case.put(PipeState::Degraded);
    let after = case.status();
    assert_eq!(after.last_observed_time.as_deref(), Some("2030-01-01T00:00:00Z"));
    assert_eq!(after.pipe.unwrap().updated_at.as_deref(), Some("2030-01-01T00:00:00Z"));
    let at = |status: &crd::ClickPipeStatus, r#type: &str| {
        status.conditions.iter().find(|one| one.type_ == r#type).unwrap().last_transition_time.clone()
    };
    let after = case.status();
    assert_ne!(at(&after, "Ready"), at(&before, "Ready"), "it became False");
    assert_eq!(at(&after, "Synced"), at(&before, "Synced"), "it stayed True");
}

#[test]
fn a_ready_object_is_not_disturbed_by_a_failing_look_but_by_what_was_seen_before() {
    let mut case = Case::ready(KAFKA);
    case.report();
    case.failed("ListPipes", Outcome::Unknown);
    case.known.memory.last_write = Some(Tick(case.known.now.0 + 1));
    assert_eq!((case.condition("Ready").as_str(), case.condition("Reconciling").as_str()), ("True Running", ""));
    case.desired.object.generation += 1;
    case.failed("ListPipes", Outcome::Unknown);
    assert_eq!(case.condition("Ready"), "Unknown Updating", "this generation is not applied");
    case.desired.object.generation -= 1;
    case.failed("ListPipes", Outcome::Unknown);
    case.put(PipeState::Degraded);
    case.failed("ListPipes", Outcome::Unknown);
    case.known.memory.last_write = Some(Tick(case.known.now.0 + 1));
    assert_eq!(case.condition("Ready"), "False PipeDegraded");
    assert_eq!(case.condition("Reconciling"), "True ProgressingWithRetry");
}

/// An object as another process left it: nothing was looked at yet, and the look fails.
fn unseen() -> Case {
    let mut case = Case::ready(KAFKA);
    case.report();
    case.known.seen = None;
    case.failed("ListPipes", Outcome::Unknown);
    case
}

#[test]
fn ready_is_not_believed_of_a_pipe_that_was_last_seen_otherwise() {
    for (said, state, ready) in [
        ("Running", "Running", "True Running"),
        ("Running", "Snapshot", "True Running"),
        ("Running", "Stopped", "Unknown ObservationStale"),
        ("Running", "Completed", "Unknown ObservationStale"),
        ("Running", "Degraded", "Unknown ObservationStale"),
        ("Running", "Unknown", "True Running"),
        ("Stopped", "Stopped", "True Stopped"),
        ("Stopped", "Paused", "True Stopped"),
        ("Stopped", "Running", "Unknown ObservationStale"),
        ("Completed", "Completed", "True Completed"),
        ("Completed", "Stopped", "Unknown ObservationStale"),
    ] {
        let mut case = unseen();
        let before = case.known.record.conditions.iter_mut().find(|one| one.type_ == "Ready").unwrap();
        said.clone_into(&mut before.reason);
        case.known.record.pipe.as_mut().unwrap().state = Some(state.to_owned());
        assert_eq!(case.condition("Ready"), ready, "{said} {state}");
    }
}

#[test]
fn what_was_compared_stands_until_somebody_looks() {
    let mut case = unseen();
    assert_eq!(case.condition("Drifted"), "False NoDrift");
    let drifted = case.known.record.conditions.iter_mut().find(|one| one.type_ == "Drifted").unwrap();
    (drifted.status, drifted.reason) = ("True".into(), "DriftDetected".into());
    assert_eq!(case.condition("Drifted"), "True DriftDetected");
    case.known.record.pipe = None;
    assert_eq!(case.condition("Drifted"), "", "of another pipe nothing is known");
}

#[test]
fn references_are_told_also_where_the_verdict_did_not_come_to_them() {
    let problem = |reason| clickpipes_plan::Problem { reason, path: "a".into(), message: "b".into() };
    let mut case = Case::ready(KAFKA);
    case.desired.account = Err(problem(Reason::InvalidSpec));
    assert_eq!(case.condition("ReferencesResolved"), "True Resolved", "the spec is wrong, not what it names");
    case.desired.account = Err(problem(Reason::ConnectionNotFound));
    assert_eq!(case.condition("ReferencesResolved"), "False ConnectionNotFound");
    case.desired.paused = Some(clickpipes_plan::PausedBy::Spec);
    assert_eq!(case.condition("ReferencesResolved"), "False ConnectionNotFound");
    let mut case = Case::ready(KAFKA);
    case.desired.paused = Some(clickpipes_plan::PausedBy::Spec);
    case.desired.wanted = Err(vec![problem(Reason::InvalidSpec), problem(Reason::SecretNotFound)]);
    assert_eq!(case.condition("ReferencesResolved"), "False SecretNotFound");
}

#[test]
fn candidates_are_pipes_with_our_token_that_nobody_has() {
    let mut case = Case::ready(KAFKA);
    let own = case.known.pipe().unwrap().clone();
    let mut other = own.clone();
    other.id = PipeId::parse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa1").unwrap();
    case.list(&[own.clone(), other.clone()]);
    let found = |case: &Case| candidates(&case.desired, &case.known);
    assert_eq!(found(&case), [other.id.to_string()]);
    // One that was given up is told, unless this process has just had it deleted.
    case.known.record.retired = vec![other.id.to_string()];
    assert_eq!(found(&case), [other.id.to_string()]);
    case.known.memory.deleted.insert(other.id.clone(), case.known.now);
    case.known.now = Tick(case.known.now.0 + 10 * MINUTE - 1);
    assert!(found(&case).is_empty());
    case.known.now = Tick(case.known.now.0 + 1);
    assert_eq!(found(&case), [other.id.to_string()]);
    case.known.memory.deleted.clear();
    case.known.record.retired.clear();
    case.known.neighbours.claimed.insert(other.id.to_string());
    assert!(found(&case).is_empty());
    case.known.neighbours.claimed.clear();
    // The token is the one of the create, else of the record, else today's.
    let token = case.known.record.create.as_ref().unwrap().token.clone();
    case.known.record.create.as_mut().unwrap().token = "anothertoken".into();
    assert!(found(&case).is_empty());
    case.known.record.create.as_mut().unwrap().token.clear();
    assert_eq!(found(&case), [other.id.to_string()]);
    case.known.record.pipe.as_mut().unwrap().token = "anothertoken".into();
    assert!(found(&case).is_empty());
    case.known.record.pipe.as_mut().unwrap().token.clear();
    assert_eq!((found(&case), case.desired.token()), (vec![other.id.to_string()], token));
    let record = PipeRecord { id: String::new(), ..case.known.record.pipe.clone().unwrap() };
    case.known.record.pipe = Some(record);
    assert_eq!(found(&case).len(), 2, "no pipe is ours by record");
}

#[test]
fn candidates_stand_until_somebody_looks() {
    let mut case = Case::ready(KAFKA);
    case.known.seen = None;
    let (own, given_up, other) = (case.id().to_string(), "given up".to_owned(), "other".to_owned());
    case.known.record.retired = vec![given_up.clone()];
    case.known.record.candidates = vec![own, given_up.clone(), other.clone()];
    assert_eq!(candidates(&case.desired, &case.known), [given_up, other]);
}

#[test]
fn each_failure_is_tried_again_after_its_own_time() {
    let delays = |call: &'static str, outcome: Outcome| {
        let mut last = None;
        let mut delays = Vec::new();
        for _ in 0..16 {
            let failure = Failure { outcome: outcome.clone(), status: None, message: String::new(), request_id: None };
            let next = Setback::after(last.as_ref(), call, failure, (1, String::new()), Tick(0));
            delays.push(next.retry_at.0 / 1000);
            last = Some(next);
        }
        (delays[0], delays[1], delays[15])
    };
    for (call, outcome, expected) in [
        ("a", Outcome::Throttled { retry_after: None }, (2, 4, 60)),
        ("a", Outcome::NotSent, (2, 4, 300)),
        ("a", Outcome::Unknown, (2, 4, 300)),
        ("a", Outcome::Refused(Refusal::Unauthenticated), (30, 60, 300)),
        ("a", Outcome::Refused(Refusal::Forbidden), (30, 60, 300)),
        ("a", Outcome::Refused(Refusal::UnknownService), (30, 60, 300)),
        ("a", Outcome::Refused(Refusal::ServiceNotRunning(ServiceState::Idle)), (30, 60, 120)),
        ("a", Outcome::Refused(Refusal::Source), (60, 120, 3600)),
        ("a", Outcome::Refused(Refusal::Invalid), (21_600, 21_600, 21_600)),
        ("DeletePipe", Outcome::Refused(Refusal::Invalid), (60, 120, 3600)),
        ("DeletePipe", Outcome::Refused(Refusal::Source), (60, 120, 3600)),
        ("a", Outcome::Refused(Refusal::NotFound), (5, 10, 300)),
        ("a", Outcome::Refused(Refusal::MustBePaused), (5, 10, 300)),
    ] {
        assert_eq!(delays(call, outcome.clone()), expected, "{call} {outcome:?}");
    }
}

#[test]
fn each_failure_has_its_reason() {
    for (call, outcome, reason) in [
        ("ListPipes", Outcome::Refused(Refusal::NotFound), Reason::ServiceNotFound),
        ("GetPipe", Outcome::Refused(Refusal::NotFound), Reason::ReconcileError),
        ("GetPipe", Outcome::Refused(Refusal::UnknownService), Reason::ServiceNotFound),
        ("GetPipe", Outcome::Refused(Refusal::Invalid), Reason::InvalidSpec),
        ("GetPipe", Outcome::Refused(Refusal::AlreadyRunning), Reason::ReconcileError),
        ("GetPipe", Outcome::Unknown, Reason::ReconcileError),
    ] {
        let failure = Failure { outcome, status: None, message: String::new(), request_id: None };
        let setback = Setback::after(None, call, failure, (1, String::new()), Tick(0));
        assert_eq!(setback.reason(), reason);
        let again = setback.verdict(setback.retry_at).again;
        assert!(again.is_none_or(|again| again.as_secs() == 1), "never at once: {again:?}");
    }
}

#[test]
fn a_message_is_cut_in_its_middle_when_it_is_longer_than_200_characters() {
    for length in [199, 200] {
        let message = "x".repeat(length);
        assert_eq!(fitting(&message), message);
    }
    let message: String = ('a'..='z').cycle().take(201).collect();
    let cut = fitting(&message);
    assert_eq!(cut.chars().count(), 200);
    let (head, tail) = cut.split_once('…').unwrap();
    assert!(message.starts_with(head) && message.ends_with(tail));
    assert_eq!((head.len(), tail.len()), (90, 109));
}

#[test]
fn a_wait_is_told_in_steps() {
    for (seconds, words) in [
        (59, "less than a minute"),
        (60, "about 2 minutes"),
        (119, "about 2 minutes"),
        (120, "about 5 minutes"),
        (299, "about 5 minutes"),
        (300, "about 10 minutes"),
        (599, "about 10 minutes"),
        (600, "about half an hour"),
        (1799, "about half an hour"),
        (1800, "an hour or more"),
    ] {
        assert_eq!(roughly(std::time::Duration::from_secs(seconds)), words, "{seconds}");
    }
}
