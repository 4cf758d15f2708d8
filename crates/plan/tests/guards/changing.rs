//! Changes that take more than one step: replacing, pausing, giving up, twins, resyncs.

use clickpipes_plan::conflict::Correction;
use clickpipes_plan::known::Accepted;
use cloud::{Call, Reply};
use crd::policy::{DriftPolicy, ReplacementPolicy, RunState};
use crd::status::record::{LastResync, Operation, OperationKind, OperationPhase};
use serde_json::json;

use super::*;

/// An edit of a fixed field, approved.
fn approved() -> Case {
    let mut case = Case::ready(KAFKA);
    case.edit(|spec| {
        spec.source.kafka.as_mut().unwrap().topics = "another".into();
        spec.replacement_policy = ReplacementPolicy::OnApproval;
    });
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "Unknown AwaitingApproval"));
    let status = status(&case.desired, &case.known, &case.plan());
    case.desired.object.approved_plan = Some(status.plan.unwrap().hash);
    case
}

/// An approved replacement that is on record.
fn replacing(phase: OperationPhase) -> Case {
    let mut case = approved();
    case.write();
    case.known.record.operation.as_mut().unwrap().phase = phase;
    case
}

#[test]
fn an_approved_replacement_is_on_record_with_what_the_pipe_did() {
    for (state, resume_to) in [
        (PipeState::Running, RunState::Running),
        (PipeState::Degraded, RunState::Running),
        (PipeState::Snapshot, RunState::Running),
        (PipeState::Stopped, RunState::Stopped),
        (PipeState::Failed, RunState::Stopped),
    ] {
        let mut case = approved();
        case.put(state.clone());
        let operation = case.written().operation.unwrap();
        assert_eq!((operation.kind, operation.phase), (OperationKind::Replace, OperationPhase::Pausing));
        assert_eq!(operation.resume_to, Some(resume_to), "{state:?}");
    }
    let mut case = approved();
    case.desired.object.approved_plan = Some("another".into());
    assert_eq!(case.next(), "rest");
    case.desired.spec.replacement_policy = ReplacementPolicy::Never;
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False ImmutableFieldChange"));
}

#[test]
fn the_old_pipe_is_stopped_then_removed_and_a_refused_stop_does_not_hold_it_up() {
    for (state, next) in [
        (PipeState::Running, "Stop"),
        (PipeState::Degraded, "Stop"),
        (PipeState::Stopping, "rest"),
        (PipeState::Pausing, "rest"),
        (PipeState::Stopped, "remember"),
        (PipeState::Failed, "remember"),
    ] {
        let mut case = replacing(OperationPhase::Pausing);
        case.put(state.clone());
        assert_eq!(case.next(), next, "{state:?}");
        if next == "remember" {
            assert_eq!(case.written().operation.unwrap().phase, OperationPhase::Removing);
        }
    }
    for (call, outcome, next) in [
        ("Stop", Outcome::Refused(Refusal::Invalid), "remember"),
        ("Stop", Outcome::Refused(Refusal::NotApplicable), "remember"),
        ("Stop", Outcome::Refused(Refusal::Conflict), "rest"),
        ("Stop", Outcome::Unknown, "rest"),
        ("Start", Outcome::Refused(Refusal::Invalid), "Stop"),
    ] {
        let mut case = replacing(OperationPhase::Pausing);
        case.failed(call, outcome.clone());
        assert_eq!(case.next(), next, "{call} {outcome:?}");
    }
}

#[test]
fn a_change_of_mind_before_the_delete_ends_a_replacement() {
    let ended = |change: fn(&mut Case)| {
        let mut case = replacing(OperationPhase::Pausing);
        change(&mut case);
        let operation = case.written().operation.unwrap();
        operation.kind == OperationKind::Update && operation.phase == OperationPhase::Resuming
    };
    assert!(ended(|case| case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "my_topic".into())));
    assert!(ended(|case| case.desired.spec.replacement_policy = ReplacementPolicy::Never));
    assert!(
        ended(|case| {
            case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "a third".into());
            case.desired.object.approved_plan = None;
        }),
        "another plan was approved"
    );
    // The same plan in a later generation is still approved.
    let mut case = replacing(OperationPhase::Pausing);
    case.desired.object.generation += 1;
    assert_eq!(case.next(), "Stop");
    case.desired.object.approved_plan = None;
    assert_eq!(case.written().operation.unwrap().kind, OperationKind::Update);
    // In this generation the approval was used up by the record.
    let mut case = replacing(OperationPhase::Pausing);
    case.desired.object.approved_plan = None;
    assert_eq!(case.next(), "Stop");
    // After the record of the delete it is finished.
    let mut case = replacing(OperationPhase::Removing);
    case.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "my_topic".into());
    assert_eq!(case.next(), "DeletePipe");
}

#[test]
fn what_is_replaced_is_forgotten_once_it_is_gone_and_its_id_is_never_taken_again() {
    let mut case = replacing(OperationPhase::Removing);
    assert_eq!(case.next(), "DeletePipe");
    let (id, now) = (case.id(), case.known.now);
    case.known.memory.deleted.insert(id.clone(), now);
    assert_eq!(case.next(), "rest", "it is still listed");
    case.list(&[]);
    let record = case.written();
    assert_eq!((record.pipe, record.operation, record.retired), (None, None, vec![id.to_string()]));
    assert_eq!(record.create.unwrap().nonce, "", "nothing that carries our token is taken for what is created next");
    // Gone before our delete was sent: it is our doing all the same.
    let mut case = replacing(OperationPhase::Removing);
    case.list(&[]);
    assert_eq!(case.next(), "DeletePipe");
}

/// A stopped pipe of an earlier create of ours, beside the recorded one.
fn twin(case: &Case) -> Pipe {
    let mut twin = case.known.pipe().unwrap().clone();
    twin.id = PipeId::parse("aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaa1").unwrap();
    twin.state = PipeState::Stopped;
    twin
}

#[test]
fn a_twin_is_swept_only_if_all_of_it_says_that_it_is_one() {
    type Change = fn(&mut Case, &mut Pipe);
    let changes: [(&str, Change); 8] = [
        ("remember", |_, _| {}),
        ("rest", |_, twin| twin.state = PipeState::Running),
        ("rest", |_, twin| twin.name = "orders [anothertoken]".into()),
        ("rest", |_, twin| twin.document["source"]["kafka"]["topics"] = json!("another")),
        ("rest", |case, _| case.known.record.create = None),
        ("rest", |case, _| case.known.record.create.as_mut().unwrap().nonce.clear()),
        ("rest", |case, twin| {
            let now = case.known.now;
            case.known.memory.deleted.insert(twin.id.clone(), now);
        }),
        ("rest", |case, twin| {
            case.known.neighbours.claimed.insert(twin.id.to_string());
        }),
    ];
    for (at, (next, change)) in changes.into_iter().enumerate() {
        let mut case = Case::ready(KAFKA);
        let (own, mut twin) = (case.known.pipe().unwrap().clone(), twin(&case));
        change(&mut case, &mut twin);
        case.list(&[own, twin]);
        assert_eq!(case.next(), next, "{at}");
    }
}

#[test]
fn a_retired_twin_is_looked_at_once_more_and_deleted_only_if_it_is_still_stopped() {
    let mut case = Case::ready(KAFKA);
    case.report();
    let (own, twin) = (case.known.pipe().unwrap().clone(), twin(&case));
    case.list(&[own.clone(), twin.clone()]);
    assert_eq!(case.condition("Ready"), "True Running", "the object keeps working");
    case.write();
    assert_eq!(case.next(), "rest", "not in this pass");
    case.known.memory.retired_in_this_pass.clear();
    let begun = case.known.now;
    let running = Pipe { state: PipeState::Running, ..twin.clone() };
    for (looked, next) in [
        (None, "get"),
        (Some((twin.id.clone(), begun, Some(Box::new(twin.clone())))), "DeletePipe"),
        (Some((twin.id.clone(), Tick(begun.0 - 1), Some(Box::new(twin.clone())))), "get"),
        (Some((own.id.clone(), begun, Some(Box::new(twin.clone())))), "get"),
        (Some((twin.id.clone(), begun, Some(Box::new(running)))), "rest"),
        (Some((twin.id.clone(), begun, None)), "rest"),
        (Some((twin.id.clone(), Tick(begun.0 - 1), None)), "get"),
        (Some((own.id.clone(), begun, None)), "get"),
    ] {
        case.known.memory.looked = looked.clone();
        assert_eq!(case.next(), next, "{looked:?}");
    }
    // A DELETE that was accepted may have come to nothing.
    case.known.memory.deleted.insert(twin.id.clone(), case.known.now);
    for (wait, next) in [(2 * MINUTE - 1, "rest"), (1, "get")] {
        case.wait(wait);
        case.list(&[own.clone(), twin.clone()]);
        assert_eq!(case.next(), next);
    }
    case.known.memory.looked = Some((twin.id.clone(), case.known.now, Some(Box::new(twin))));
    assert_eq!(case.next(), "DeletePipe");
}

/// An edit of a database pipe that must not run meanwhile.
fn pausing() -> Case {
    let mut case = Case::ready(POSTGRES);
    case.edit(|spec| {
        let mappings = &mut spec.source.postgres.as_mut().unwrap().table_mappings;
        mappings.last_mut().unwrap().target_table = "public_other".into();
    });
    case
}

#[test]
fn a_database_pipe_is_paused_for_its_change_and_that_is_on_record_first() {
    let mut case = Case::ready(POSTGRES);
    case.edit(|spec| spec.source.postgres.as_mut().unwrap().port = 5433);
    let operation = case.written().operation.unwrap();
    assert_eq!((operation.kind, operation.phase), (OperationKind::Update, OperationPhase::Pausing));
    assert_eq!(operation.resume_to, Some(RunState::Running));
    case.write();
    for (state, next) in [
        (PipeState::Running, "Stop"),
        (PipeState::Degraded, "Stop"),
        (PipeState::Snapshot, "Stop"),
        (PipeState::Pausing, "rest"),
        (PipeState::Modifying, "rest"),
        (PipeState::Paused, "PatchPipe"),
        (PipeState::Stopped, "PatchPipe"),
        (PipeState::Failed, "PatchPipe"),
        (PipeState::InternalError, "PatchPipe"),
    ] {
        case.put(state.clone());
        assert_eq!(case.next(), next, "{state:?}");
    }
}

#[test]
fn a_change_that_was_refused_is_not_paused_for_again() {
    for (outcome, next) in [
        (Outcome::Refused(Refusal::Invalid), "rest"),
        (Outcome::Refused(Refusal::Source), "rest"),
        (Outcome::Refused(Refusal::NotApplicable), "rest"),
        (Outcome::Refused(Refusal::MustBePaused), "remember"),
        (Outcome::Refused(Refusal::Conflict), "remember"),
        (Outcome::Unknown, "remember"),
    ] {
        let mut case = Case::ready(POSTGRES);
        case.edit(|spec| spec.source.postgres.as_mut().unwrap().port = 5433);
        case.failed("PatchPipe", outcome.clone());
        assert_eq!(case.next(), next, "{outcome:?}");
    }
    // Where the service asks for a pause, a change that needs none otherwise is paused for.
    let mut case = edited();
    case.failed("PutSettings", Outcome::Refused(Refusal::MustBePaused));
    assert_eq!(case.written().operation.unwrap().phase, OperationPhase::Pausing);
    let mut case = edited();
    case.failed("PutSettings", Outcome::Refused(Refusal::Conflict));
    assert_eq!(case.next(), "rest");
}

#[test]
fn a_change_that_never_shows_is_sent_five_times_ever_more_rarely() {
    for (times, pause) in [(1, 15), (2, 60), (3, 240), (4, 960)] {
        let mut case = edited();
        let Some(Step::Call { call, .. }) = case.plan().first().cloned() else { panic!() };
        let before = case.ago(pause * SECOND);
        case.known.memory.accepted = Some(Accepted { call: call.clone(), times, at: before });
        assert_eq!(case.next(), "PutSettings", "{times}");
        case.known.memory.accepted = Some(Accepted { call: call.clone(), times, at: Tick(before.0 + 1) });
        assert_eq!(case.next(), "rest", "{times}");
        assert_eq!(case.plan().verdict.again.unwrap().as_secs(), 1);
        let synced = if times == 1 { "Unknown InProgress" } else { "False ReconcileError" };
        assert_eq!(case.condition("Synced"), synced, "{times}");
        // Another call is another matter.
        case.known.memory.accepted.as_mut().unwrap().call =
            Call::WakeService { service: case.desired.account.as_ref().unwrap().service.clone() };
        assert_eq!(case.next(), "PutSettings");
    }
    let mut case = edited();
    for pause in [15, 60, 240, 960, 0] {
        assert_eq!(case.next(), "PutSettings");
        case.learn(Ok(Learned::Accepted(Reply::Done)));
        case.wait(pause * SECOND + 1);
        case.see(|_| {});
    }
    assert_eq!((case.next().as_str(), case.condition("Stalled").as_str()), ("rest", "True RetriesExhausted"));
    // It stays so after a restart, until a person asks or edits.
    case.report();
    let accepted = case.known.memory.accepted.take();
    assert_eq!(case.next(), "rest");
    case.desired.object.requested_at = Some("now".into());
    assert_eq!(case.next(), "PutSettings");
    case.known.memory.accepted = accepted;
    case.wait(HOUR);
    case.see(|_| {});
    case.known.memory.request_seen = Some(("now".into(), case.known.memory.accepted.as_ref().unwrap().at));
    assert_eq!(case.next(), "rest", "asked for before it was sent last");
    case.known.memory.request_seen = Some(("now".into(), case.known.now));
    assert_eq!(case.next(), "PutSettings", "asked for after it was sent");
    // And it does not hold up a stop.
    case.desired.object.requested_at = None;
    case.desired.spec.state = RunState::Stopped;
    assert_eq!(case.written().create.unwrap().phase, crd::status::record::CreatePhase::Resolved);
}

#[test]
fn a_change_that_is_not_visible_yet_is_waited_for_before_the_run_state() {
    let mut case = edited();
    case.desired.spec.state = RunState::Stopped;
    case.learn(Ok(Learned::Accepted(Reply::Done)));
    case.wait(SECOND);
    case.see(|_| {});
    assert_eq!(case.next(), "rest");
    assert_eq!(case.condition("Synced"), "Unknown InProgress");
}

#[test]
fn an_edit_is_made_although_somebody_keeps_changing_the_field() {
    let correction = |case: &Case| Correction {
        path: vec!["settings".into(), "streaming_max_insert_wait_ms".into()],
        value: json!(5000),
        generation: case.desired.object.generation,
        at: case.ago(MINUTE),
        shown: true,
    };
    let mut case = edited();
    case.known.memory.corrections = vec![correction(&case); 3];
    assert_eq!(case.next(), "PutSettings");
    let mut case = Case::ready(KAFKA);
    case.see(|pipe| pipe.document["settings"] = json!({"streaming_max_insert_wait_ms": 1}));
    case.known.memory.corrections = vec![correction(&case); 3];
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False ManagementConflict"));
    // Given up, it stays so after a restart.
    case.report();
    case.known.memory.corrections.clear();
    assert_eq!((case.next().as_str(), case.condition("Stalled").as_str()), ("rest", "True ManagementConflict"));
    case.known.record.drift.as_mut().unwrap().paths = vec!["spec.another".into()];
    assert_eq!(case.next(), "PutSettings", "of that field");
    case.desired.spec.drift_policy = DriftPolicy::Warn;
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False DriftNotCorrected"));
}

#[test]
fn a_resync_is_recorded_before_it_is_sent_and_only_its_recorder_sends_it() {
    let mut case = Case::ready(POSTGRES);
    case.edit(|spec| spec.resync_request = Some("one".into()));
    case.write();
    assert_eq!(case.next(), "Resync");
    let unsent = case.known.memory.resync_unsent.take();
    assert!(unsent.is_some());
    assert_ne!(case.next(), "Resync", "another process recorded it");
    case.known.memory.resync_unsent = unsent;
    for phase in ["Accepted", "Handled"] {
        case.known.record.last_resync.as_mut().unwrap().phase = phase.into();
        assert_ne!(case.next(), "Resync", "{phase}");
    }
    case.known.record.last_resync.as_mut().unwrap().phase = "Refused".into();
    assert_eq!(case.next(), "remember", "it may be sent again");
    case.known.record.last_resync =
        Some(LastResync { id: "another".into(), phase: "Accepted".into(), ..LastResync::default() });
    assert_eq!(case.next(), "remember", "another request");
}

#[test]
fn of_what_waits_for_a_person_nothing_is_applied_but_a_stop_and_an_owed_resume() {
    let mut case = pausing();
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "Unknown AwaitingApproval"));
    case.put(PipeState::Paused);
    assert_eq!(case.next(), "rest");
    case.known.record.operation = Some(Operation {
        kind: OperationKind::Update,
        generation: 1,
        phase: OperationPhase::Pausing,
        resume_to: Some(RunState::Running),
    });
    assert_eq!(case.next(), "Start", "we paused it");
    case.known.record.operation.as_mut().unwrap().resume_to = Some(RunState::Stopped);
    assert_eq!(case.next(), "rest", "it was not running before");
    let mut case = pausing();
    case.desired.spec.state = RunState::Stopped;
    assert_eq!(case.next(), "remember");
}
