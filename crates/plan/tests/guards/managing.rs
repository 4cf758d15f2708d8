//! A recorded pipe: whether it is to run, and what is said of each state. Not here: what stands in the way of writing (`withholding`).

use cloud::Command;
use crd::policy::{DriftPolicy, RunState};
use crd::status::HistoryEntry;
use crd::status::record::{CreatePhase, Operation, OperationKind, OperationPhase};

use super::*;

/// What each state of the pipe leads to: the next step, and Ready; for what is wanted, under which drift policy.
const STATES: &str = "\
             | Running, Correct              | Running, Warn                 | Stopped, Correct           | Stopped, Warn
Provisioning | rest: Unknown Provisioning    | rest: Unknown Provisioning    | remember: Unknown Stopping | rest: Unknown Provisioning
Setup        | rest: Unknown Provisioning    | rest: Unknown Provisioning    | remember: Unknown Stopping | rest: Unknown Provisioning
Snapshot     | rest: Unknown InitialSnapshot | rest: Unknown InitialSnapshot | remember: Unknown Stopping | rest: False PipeNotStopped
Running      | rest: True Running            | rest: True Running            | remember: Unknown Stopping | rest: False PipeNotStopped
Degraded     | rest: False PipeDegraded      | rest: False PipeDegraded      | remember: Unknown Stopping | rest: False PipeNotStopped
Stopped      | Start: Unknown Starting       | rest: False PipeNotRunning    | rest: True Stopped         | rest: True Stopped
Paused       | Start: Unknown Starting       | rest: False PipeNotRunning    | rest: True Stopped         | rest: True Stopped
Stopping     | rest: Unknown Starting        | rest: Unknown Starting        | rest: Unknown Stopping     | rest: Unknown Stopping
Pausing      | rest: Unknown Starting        | rest: Unknown Starting        | rest: Unknown Stopping     | rest: Unknown Stopping
Modifying    | rest: Unknown Updating        | rest: Unknown Updating        | rest: Unknown Updating     | rest: Unknown Updating
Resync       | rest: Unknown Resyncing       | rest: Unknown Resyncing       | rest: Unknown Resyncing    | rest: Unknown Resyncing
Completed    | rest: True Completed          | rest: True Completed          | rest: True Completed       | rest: True Completed
Failed       | rest: False PipeFailed        | rest: False PipeFailed        | rest: False PipeFailed     | rest: False PipeFailed
";

#[test]
fn each_state_has_one_command_or_none_and_one_word() {
    let wanted = [
        (RunState::Running, DriftPolicy::Correct),
        (RunState::Running, DriftPolicy::Warn),
        (RunState::Stopped, DriftPolicy::Correct),
        (RunState::Stopped, DriftPolicy::Warn),
    ];
    for row in STATES.lines().skip(1) {
        let mut cells = row.split('|').map(str::trim);
        let state = PipeState::read(cells.next().unwrap());
        assert_eq!(cells.clone().count(), wanted.len(), "{row}");
        for ((run, policy), expected) in wanted.into_iter().zip(cells) {
            let mut case = Case::ready(KAFKA);
            (case.desired.spec.state, case.desired.spec.drift_policy) = (run, policy);
            case.put(state.clone());
            let (next, ready) = (case.next(), case.condition("Ready"));
            assert_eq!(format!("{next}: {ready}"), expected, "{state:?} {run:?} {policy:?}");
            let drift = next != "rest" && !matches!(state, PipeState::Provisioning | PipeState::Setup)
                || ready.starts_with("False PipeNot");
            let expected = if drift { "True DriftDetected" } else { "False NoDrift" };
            let said = case.condition("Drifted");
            assert!(said == expected || state == PipeState::Failed, "{state:?} {run:?} {policy:?}: {said}");
        }
    }
}

#[test]
fn a_stop_that_the_spec_asks_for_makes_the_next_start_owed_before_it_is_sent() {
    let mut case = Case::ready(KAFKA);
    case.edit(|spec| spec.state = RunState::Stopped);
    assert_eq!(case.written().create.unwrap().phase, CreatePhase::Resolved);
    case.write();
    assert_eq!(case.next(), "Stop");
    // An adopted pipe has no create whose start could be owed.
    let mut case = Case::ready(KAFKA);
    case.edit(|spec| spec.state = RunState::Stopped);
    case.known.record.create = None;
    assert_eq!(case.next(), "Stop");
}

#[test]
fn under_warn_a_start_is_given_when_it_is_owed_or_asked_for() {
    let warned = || {
        let mut case = Case::ready(KAFKA);
        case.desired.spec.drift_policy = DriftPolicy::Warn;
        case.put(PipeState::Stopped);
        assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False DriftNotCorrected"));
        case
    };
    let mut case = warned();
    case.known.record.create.as_mut().unwrap().phase = CreatePhase::Resolved;
    assert_eq!(case.next(), "Start", "the first start is owed");
    let mut case = warned();
    let operation = Operation {
        kind: OperationKind::Update,
        generation: 1,
        phase: OperationPhase::Resuming,
        resume_to: Some(RunState::Running),
    };
    case.known.record.operation = Some(operation);
    assert_eq!(case.next(), "Start", "we paused it");
    let mut case = warned();
    case.desired.object.generation += 1;
    assert_eq!(case.next(), "Start", "a new generation");
    let mut case = warned();
    case.desired.object.requested_at = Some("now".into());
    assert_eq!(case.next(), "Start", "a person asks");
    case.known.record.last_handled_reconcile_at = Some("now".into());
    assert_eq!(case.next(), "rest", "and was answered");
}

#[test]
fn a_failed_pipe_is_started_once_for_a_generation_and_never_by_itself() {
    let failed = || {
        let mut case = Case::ready(KAFKA);
        case.known.record.history.clear();
        case.put(PipeState::Failed);
        assert_eq!((case.next().as_str(), case.condition("Stalled").as_str()), ("rest", "True PipeFailed"));
        case
    };
    let mut case = failed();
    case.desired.object.requested_at = Some("now".into());
    assert_eq!(case.next(), "Start", "a person asks");
    let entry = |case: &Case, action: &str, outcome: &str| HistoryEntry {
        action: action.to_owned(),
        outcome: outcome.to_owned(),
        generation: case.desired.object.generation,
        ..HistoryEntry::default()
    };
    for (history, next) in [
        (vec![], "Start"),
        (vec![("Start", "Accepted")], "rest"),
        (vec![("CreatePipe", "Accepted")], "rest"),
        (vec![("Start", "Refused")], "Start"),
        (vec![("Start", "Accepted"), ("PatchPipe", "Accepted")], "Start"),
        (vec![("Start", "Accepted"), ("PutSettings", "Accepted")], "Start"),
        (vec![("Start", "Accepted"), ("PatchScaling", "Accepted")], "Start"),
        (vec![("PatchPipe", "Accepted"), ("Start", "Accepted")], "rest"),
        (vec![("Start", "Accepted"), ("Stop", "Accepted")], "rest"),
        (vec![("Start", "Accepted"), ("PatchPipe", "Refused")], "rest"),
    ] {
        let mut case = failed();
        case.desired.object.generation += 1;
        case.known.record.history = history.iter().map(|(action, outcome)| entry(&case, action, outcome)).collect();
        assert_eq!(case.next(), next, "{history:?}");
        // What was done for an earlier generation says nothing.
        case.desired.object.generation += 1;
        assert_eq!(case.next(), "Start", "{history:?}");
    }
    // The start that was given has not shown yet.
    let mut case = failed();
    case.known.memory.commanded = Some((Command::Stop, case.known.now));
    assert_eq!(case.condition("Ready"), "False PipeFailed");
    case.known.memory.commanded = Some((Command::Start, case.known.now));
    assert_eq!(case.condition("Ready"), "Unknown Starting");
    case.known.memory.commanded = Some((Command::Start, case.ago(MINUTE)));
    assert_eq!(case.condition("Ready"), "False PipeFailed");
}
