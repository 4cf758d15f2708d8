//! What an answer means for what is known.

use clickpipes_plan::known::CreateOutcome;
use clickpipes_plan::step::Applies;
use clickpipes_plan::{sending, unwritten};
use cloud::{Call, Command, Reply, ServiceState};
use crd::policy::RunState;
use crd::status::record::{CreatePhase, Operation, OperationKind, OperationPhase};
use serde_json::json;

use super::*;

impl Case {
    fn command(&self, command: Command) -> Call {
        let service = self.desired.account.as_ref().unwrap().service.clone();
        Call::SetState { service, pipe: self.id(), command }
    }

    fn delete(&self) -> Call {
        Call::DeletePipe { service: self.desired.account.as_ref().unwrap().service.clone(), pipe: self.id() }
    }

    fn accepted(&mut self, call: &Call) {
        let step = Step::Call { call: call.clone(), urgent: true, applies: Applies::default() };
        learn(&self.desired, &mut self.known, &step, Ok(Learned::Accepted(Reply::Done)));
    }

    fn accepted_settings(&mut self) {
        let service = self.desired.account.as_ref().unwrap().service.clone();
        let body = cloud::Document::plain(json!({}));
        self.accepted(&Call::PutSettings { service, pipe: self.id(), body });
    }

    fn refused(&mut self, call: &Call, outcome: Outcome) {
        let step = Step::Call { call: call.clone(), urgent: true, applies: Applies::default() };
        let failure = Failure { outcome, status: None, message: "words".into(), request_id: None };
        learn(&self.desired, &mut self.known, &step, Err(failure));
    }

    fn operation(&mut self, kind: OperationKind, phase: OperationPhase) {
        let generation = self.desired.object.generation;
        self.known.record.operation = Some(Operation { kind, generation, phase, resume_to: Some(RunState::Running) });
    }

    fn phase(&self) -> CreatePhase {
        self.known.record.create.as_ref().unwrap().phase
    }

    fn history(&self) -> Vec<String> {
        self.known.record.history.iter().map(|entry| format!("{} {}", entry.action, entry.outcome)).collect()
    }
}

#[test]
fn the_answer_to_a_create_is_remembered_unless_it_is_unknown() {
    for (outcome, code) in [
        (Outcome::NotSent, Some("ReconcileError")),
        (Outcome::Refused(Refusal::Source), Some("SourceRejected")),
        (Outcome::Throttled { retry_after: None }, Some("RateLimited")),
        (Outcome::Unknown, None),
    ] {
        let mut case = intended(KAFKA);
        let Some(Step::Call { call, .. }) = case.plan().first().cloned() else { panic!() };
        let before = case.known.memory.last_write;
        case.wait(SECOND);
        sending(&mut case.known, &call);
        assert!(case.known.memory.intent.as_ref().unwrap().sent);
        case.refused(&call, outcome.clone());
        let nonce = case.known.record.create.as_ref().unwrap().nonce.clone();
        let learned = case.known.memory.outcome.clone();
        match (code, &learned) {
            (Some(code), Some((of, CreateOutcome::Failed { code: said, message }))) => {
                assert_eq!((of, said.as_str(), message.as_str()), (&nonce, code, "words"), "{outcome:?}");
                assert_eq!(case.known.memory.last_write, before, "it did nothing: {outcome:?}");
            }
            (None, None) => {
                assert_eq!(case.known.memory.last_write, Some(case.known.now), "only a later look tells");
                assert_ne!(case.next(), "CreatePipe");
            }
            other => panic!("{outcome:?}: {other:?}"),
        }
    }
}

#[test]
fn a_record_whose_write_is_doubtful_counts_as_not_sent_when_it_announced_a_create() {
    let mut case = Case::fresh(KAFKA);
    case.learn(Ok(Learned::Done));
    case.list(&[]);
    let record = case.written();
    unwritten(&mut case.known, &record);
    let nonce = record.create.clone().unwrap().nonce;
    assert_eq!(case.known.memory.outcome.as_ref().unwrap().0, nonce);
    // One that is on record already was announced before: its request may be on the way.
    let mut case = intended(KAFKA);
    let record = case.known.record.clone();
    unwritten(&mut case.known, &record);
    assert_eq!(case.known.memory.outcome, None);
    // A record of anything else announces nothing.
    let mut case = Case::fresh(KAFKA);
    let mut record = record;
    record.create.as_mut().unwrap().phase = CreatePhase::Failed;
    unwritten(&mut case.known, &record);
    assert_eq!(case.known.memory.outcome, None);
}

#[test]
fn a_look_that_succeeds_heals_its_own_failure_only() {
    let mut case = Case::ready(KAFKA);
    let (service, id, pipes) =
        (case.desired.account.as_ref().unwrap().service.clone(), case.id(), case.known.seen.clone());
    let list = Step::Look(Look::Pipes { service: service.clone(), since: Tick(0) });
    let get = Step::Look(Look::Pipe { service, pipe: id });
    for (failed, step, result, heals) in [
        ("ListPipes", &list, Learned::Pipes(pipes.clone().unwrap()), true),
        ("GetPipe", &list, Learned::Pipes(pipes.clone().unwrap()), false),
        ("GetPipe", &get, Learned::Pipe(None), true),
        ("ListPipes", &get, Learned::Pipe(None), false),
    ] {
        case.failed(failed, Outcome::Unknown);
        learn(&case.desired, &mut case.known, step, Ok(result));
        assert_eq!(case.known.memory.unseen.is_none(), heals, "{failed} {step:?}");
    }
}

#[test]
fn an_accepted_call_heals_what_it_can_speak_for() {
    let mut case = Case::ready(KAFKA);
    let start = case.command(Command::Start);
    case.failed("PatchPipe", Outcome::Refused(Refusal::Invalid));
    case.accepted(&start);
    assert!(case.known.memory.setback.is_some(), "starting says nothing about the change that was refused");
    case.failed("Start", Outcome::Unknown);
    case.accepted(&start);
    assert!(case.known.memory.setback.is_none());
    case.failed("PatchPipe", Outcome::Refused(Refusal::MustBePaused));
    case.accepted(&case.command(Command::Stop));
    assert!(case.known.memory.setback.is_none(), "it is paused now");
    case.failed("PatchPipe", Outcome::Refused(Refusal::Invalid));
    case.desired.object.generation += 1;
    case.accepted(&start);
    assert!(case.known.memory.setback.is_none(), "it was of another generation");
}

#[test]
fn the_first_start_is_owed_no_longer_once_it_is_accepted() {
    let mut case = Case::ready(KAFKA);
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    case.accepted(&case.command(Command::Stop));
    assert_eq!(case.phase(), CreatePhase::Resolved);
    case.accepted(&case.command(Command::Start));
    assert_eq!(case.phase(), CreatePhase::Started);
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Failed;
    case.accepted(&case.command(Command::Start));
    assert_eq!(case.phase(), CreatePhase::Failed);
    // Already running is as good.
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    case.refused(&case.command(Command::Start), Outcome::Refused(Refusal::AlreadyRunning));
    assert_eq!(case.phase(), CreatePhase::Started);
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    case.refused(&case.command(Command::Stop), Outcome::Refused(Refusal::AlreadyRunning));
    assert_eq!(case.phase(), CreatePhase::Resolved);
}

#[test]
fn a_delete_that_finds_nothing_is_done_unless_the_pipe_may_only_be_late() {
    let mut case = Case::ready(KAFKA);
    case.wait(SECOND);
    case.refused(&case.delete(), Outcome::Refused(Refusal::NotFound));
    assert_eq!(case.known.memory.deleted.get(&case.id()), Some(&case.known.now));
    for (late, done) in [(true, false), (false, true)] {
        let mut case = Case::ready(KAFKA);
        case.known.memory.pipe_seen = !late;
        case.known.record.pipe.as_mut().unwrap().state = None;
        case.known.memory.first_seen = case.known.now;
        case.refused(&case.delete(), Outcome::Refused(Refusal::NotFound));
        assert_eq!(case.known.memory.deleted.contains_key(&case.id()), done);
        // Of another pipe it is always proof enough.
        let other = PipeId::parse("99999999-9999-4999-8999-999999999999").unwrap();
        let service = case.desired.account.as_ref().unwrap().service.clone();
        case.refused(&Call::DeletePipe { service, pipe: other.clone() }, Outcome::Refused(Refusal::NotFound));
        assert!(case.known.memory.deleted.contains_key(&other));
    }
    let mut case = Case::ready(KAFKA);
    case.refused(&case.delete(), Outcome::Unknown);
    assert!(case.known.memory.deleted.is_empty(), "it is sent again");
}

#[test]
fn a_change_moves_an_update_to_its_resume_and_leaves_a_replacement_alone() {
    for (kind, phase) in
        [(OperationKind::Update, OperationPhase::Resuming), (OperationKind::Replace, OperationPhase::Pausing)]
    {
        let mut case = edited();
        case.operation(kind, OperationPhase::Pausing);
        case.known.memory.commanded = Some((Command::Stop, case.known.now));
        case.accepted_settings();
        assert_eq!(case.known.record.operation.as_ref().unwrap().phase, phase);
        assert_eq!(case.known.memory.commanded, None);
    }
}

#[test]
fn a_failed_pipe_that_was_changed_is_not_in_sync_until_it_runs() {
    for (state, synced) in [(PipeState::Failed, None), (PipeState::Running, Some(1))] {
        let mut case = edited();
        case.put(state.clone());
        case.accepted_settings();
        assert_eq!(case.known.record.last_synced_generation, synced, "{state:?}");
    }
}

#[test]
fn the_same_change_sent_again_is_counted_and_another_one_begins_anew() {
    let mut case = edited();
    for times in 1..=3 {
        case.accepted_settings();
        assert_eq!(case.known.memory.accepted.as_ref().unwrap().times, times);
    }
    let service = case.desired.account.as_ref().unwrap().service.clone();
    let body = cloud::Document::plain(json!({"another": 1}));
    case.accepted(&Call::PutSettings { service, pipe: case.id(), body });
    assert_eq!(case.known.memory.accepted.as_ref().unwrap().times, 1);
}

#[test]
fn a_resync_is_sent_again_only_after_a_refusal() {
    let last = |case: &Case| case.known.record.last_resync.as_ref().unwrap().phase.clone();
    for (outcome, phase) in [
        (Outcome::Refused(Refusal::Invalid), "Refused"),
        (Outcome::NotSent, "Refused"),
        (Outcome::Throttled { retry_after: None }, "Refused"),
        (Outcome::Unknown, "Sent"),
    ] {
        let mut case = Case::ready(POSTGRES);
        case.edit(|spec| spec.resync_request = Some("one".into()));
        case.write();
        assert_eq!(case.next(), "Resync");
        let resync = case.command(Command::Resync);
        let start = case.command(Command::Start);
        sending(&mut case.known, &start);
        assert_eq!(case.next(), "Resync", "another call");
        sending(&mut case.known, &resync);
        case.refused(&resync, outcome.clone());
        assert_eq!(last(&case), phase, "{outcome:?}");
        assert_ne!(case.next(), "Resync");
        case.accepted(&resync);
        assert_eq!(last(&case), "Accepted");
    }
}

#[test]
fn a_service_that_was_woken_is_asked_again_soon() {
    let mut case = Case::ready(KAFKA);
    case.failed("PatchPipe", Outcome::Refused(Refusal::ServiceNotRunning(ServiceState::Idle)));
    case.wait(MINUTE);
    let wake = Call::WakeService { service: case.desired.account.as_ref().unwrap().service.clone() };
    let before = case.known.memory.last_write;
    case.accepted(&wake);
    assert_eq!(case.known.memory.woken, Some(case.known.now));
    assert_eq!(case.known.memory.setback.as_ref().unwrap().retry_at, Tick(case.known.now.0 + 15 * SECOND));
    assert_eq!(case.known.memory.last_write, before, "no pipe was written to");
    case.wait(SECOND);
    case.refused(&wake, Outcome::Refused(Refusal::Forbidden));
    assert_eq!(case.known.memory.woken, Some(case.known.now));
    assert!(case.known.memory.wake_refused.is_some());
    assert_eq!(case.known.memory.setback.as_ref().unwrap().call, "PatchPipe", "what waits goes on waiting");
    case.accepted(&wake);
    assert_eq!(case.known.memory.wake_refused, None);
}

#[test]
fn the_history_keeps_ten_entries_and_moves_the_time_of_the_same_thing() {
    let mut case = Case::ready(KAFKA);
    case.known.record.history.clear();
    let (start, stop) = (case.command(Command::Start), case.command(Command::Stop));
    for outcome in [Outcome::NotSent, Outcome::NotSent, Outcome::Throttled { retry_after: None }, Outcome::Unknown] {
        case.refused(&start, outcome);
    }
    case.refused(&start, Outcome::Refused(Refusal::Invalid));
    case.accepted(&stop);
    case.desired.object.generation += 1;
    case.accepted(&stop);
    assert_eq!(
        case.history(),
        ["Start NotSent", "Start RateLimited", "Start Unknown", "Start Refused", "Stop Accepted", "Stop Accepted"]
    );
    let first = case.known.record.history.last().unwrap().time.clone();
    case.known.wall = "2030-01-01T00:00:00Z".parse().unwrap();
    case.accepted(&stop);
    assert_eq!(case.known.record.history.len(), 6);
    assert_ne!(case.known.record.history.last().unwrap().time, first);
    for _ in 0..5 {
        case.accepted(&start);
        case.accepted(&stop);
    }
    assert_eq!(case.known.record.history.len(), 10);
    assert_eq!(case.history().last().unwrap(), "Stop Accepted");
}

#[test]
fn a_failure_is_told_with_its_time_and_counted_for_the_same_thing_only() {
    let mut case = Case::ready(KAFKA);
    let start = case.command(Command::Start);
    for attempts in 1..=3 {
        case.refused(&start, Outcome::NotSent);
        assert_eq!(case.known.memory.setback.as_ref().unwrap().attempts, attempts);
    }
    case.refused(&case.command(Command::Stop), Outcome::NotSent);
    assert_eq!(case.known.memory.setback.as_ref().unwrap().attempts, 1, "another call");
    case.refused(&case.command(Command::Stop), Outcome::NotSent);
    case.desired.object.generation += 1;
    case.refused(&case.command(Command::Stop), Outcome::NotSent);
    assert_eq!(case.known.memory.setback.as_ref().unwrap().attempts, 1, "another generation");
    let told = case.known.record.last_error.clone().unwrap();
    assert_eq!((told.class.as_str(), told.time), ("ReconcileError", case.known.wall.to_string()));
}

#[test]
fn a_start_of_a_pipe_that_somebody_stopped_counts_as_a_correction_and_an_owed_one_does_not() {
    let mut case = Case::ready(KAFKA);
    case.put(PipeState::Stopped);
    case.accepted(&case.command(Command::Start));
    assert_eq!(case.known.memory.corrections.len(), 1);
    assert_eq!(case.known.memory.corrections.first().unwrap().value, "Running");
    let mut case = Case::ready(KAFKA);
    case.put(PipeState::Stopped);
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    case.accepted(&case.command(Command::Start));
    assert!(case.known.memory.corrections.is_empty(), "it is owed");
    let mut case = Case::ready(KAFKA);
    case.edit(|spec| spec.state = RunState::Stopped);
    case.known.record.last_synced_generation = Some(case.desired.object.generation);
    case.accepted(&case.command(Command::Stop));
    assert_eq!(case.known.memory.corrections.first().unwrap().value, "Stopped");
}

#[test]
fn a_record_that_was_written_is_learned_with_what_it_retires() {
    let mut case = Case::ready(KAFKA);
    let mut record = case.known.record.clone();
    record.retired = vec!["old".into()];
    case.known.record.retired = vec!["old".into()];
    record.retired.push("new".into());
    let (step, begun) = (Step::Remember { record: Box::new(record.clone()), reserve: false }, case.known.now);
    learn(&case.desired, &mut case.known, &step, Ok(Learned::Written(Box::new(record), begun)));
    assert_eq!(case.known.memory.retired_in_this_pass, ["new"]);
    assert_eq!(case.known.memory.intent, None, "a write without a permit announces no request");
}
