//! A recorded pipe: whether it is to run, and what is said of each state. Not here: what stands in the way of writing (`withholding`).

use cloud::Command;
use crd::policy::{DriftPolicy, RunState};
use crd::status::HistoryEntry;
use crd::status::record::{CreatePhase, Operation, OperationKind, OperationPhase};

use super::*;

/// State, then the next step and Ready: wanted running, under Correct and under Warn; wanted stopped, under Correct and under Warn.
const STATES: [(PipeState, [&str; 4], [&str; 4]); 13] = [
    (
        PipeState::Provisioning,
        ["rest", "rest", "remember", "rest"],
        ["Unknown Provisioning", "Unknown Provisioning", "Unknown Stopping", "Unknown Provisioning"],
    ),
    (
        PipeState::Setup,
        ["rest", "rest", "remember", "rest"],
        ["Unknown Provisioning", "Unknown Provisioning", "Unknown Stopping", "Unknown Provisioning"],
    ),
    (
        PipeState::Snapshot,
        ["rest", "rest", "remember", "rest"],
        ["Unknown InitialSnapshot", "Unknown InitialSnapshot", "Unknown Stopping", "False PipeNotStopped"],
    ),
    (
        PipeState::Running,
        ["rest", "rest", "remember", "rest"],
        ["True Running", "True Running", "Unknown Stopping", "False PipeNotStopped"],
    ),
    (
        PipeState::Degraded,
        ["rest", "rest", "remember", "rest"],
        ["False PipeDegraded", "False PipeDegraded", "Unknown Stopping", "False PipeNotStopped"],
    ),
    (
        PipeState::Stopped,
        ["Start", "rest", "rest", "rest"],
        ["Unknown Starting", "False PipeNotRunning", "True Stopped", "True Stopped"],
    ),
    (
        PipeState::Paused,
        ["Start", "rest", "rest", "rest"],
        ["Unknown Starting", "False PipeNotRunning", "True Stopped", "True Stopped"],
    ),
    (
        PipeState::Stopping,
        ["rest"; 4],
        ["Unknown Starting", "Unknown Starting", "Unknown Stopping", "Unknown Stopping"],
    ),
    (PipeState::Pausing, ["rest"; 4], ["Unknown Starting", "Unknown Starting", "Unknown Stopping", "Unknown Stopping"]),
    (PipeState::Modifying, ["rest"; 4], ["Unknown Updating"; 4]),
    (PipeState::Resync, ["rest"; 4], ["Unknown Resyncing"; 4]),
    (PipeState::Completed, ["rest"; 4], ["True Completed"; 4]),
    (PipeState::Failed, ["rest"; 4], ["False PipeFailed"; 4]),
];

#[test]
fn each_state_has_one_command_or_none_and_one_word() {
    for (state, next, ready) in STATES {
        for (at, (run, policy)) in [
            (RunState::Running, DriftPolicy::Correct),
            (RunState::Running, DriftPolicy::Warn),
            (RunState::Stopped, DriftPolicy::Correct),
            (RunState::Stopped, DriftPolicy::Warn),
        ]
        .into_iter()
        .enumerate()
        {
            let mut case = Case::ready(KAFKA);
            (case.desired.spec.state, case.desired.spec.drift_policy) = (run, policy);
            case.put(state.clone());
            let is = (case.next(), case.condition("Ready"));
            assert_eq!((is.0.as_str(), is.1.as_str()), (next[at], ready[at]), "{state:?} {run:?} {policy:?}");
            let drift = next[at] != "rest" && !matches!(state, PipeState::Provisioning | PipeState::Setup)
                || ready[at].starts_with("False PipeNot");
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
