//! A recorded pipe: what stands in the way of any write to it.
//!
//! Not here: its run state (`managing`).

use clickpipes_plan::{PausedBy, Problem};
use cloud::ServiceState;
use crd::condition::Reason;
use crd::policy::{Adopt, AdoptMode, ManagementPolicy, RunState};
use crd::status::record::{CreatePhase, Operation, OperationKind, OperationPhase};

use super::*;

#[test]
fn a_record_of_another_object_or_cluster_authorises_nothing() {
    type Change = fn(&mut Case);
    let changes: [Change; 4] = [
        |case| case.known.record.pipe.as_mut().unwrap().uid = "another".into(),
        |case| case.known.record.pipe.as_mut().unwrap().cluster_id = "another".into(),
        |case| case.known.record.create.as_mut().unwrap().uid = "another".into(),
        |case| case.known.record.create.as_mut().unwrap().cluster_id = "another".into(),
    ];
    for change in changes {
        let mut case = edited();
        assert_eq!(case.next(), "PutSettings");
        change(&mut case);
        assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False AdoptionRequired"));
        case.desired.object.deleting = true;
        assert_eq!(case.next(), "Release");
    }
}

#[test]
fn a_newer_or_damaged_record_authorises_nothing() {
    let mut case = edited();
    case.known.record.create.as_mut().unwrap().protocol_version += 1;
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False RecordTooNew"));
    let mut case = edited();
    case.known.record.pipe.as_mut().unwrap().id = "damaged".into();
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False RecordTooNew"));
}

#[test]
fn a_pipe_that_is_elsewhere_is_not_written_to() {
    let mut case = edited();
    case.known.record.pipe.as_mut().unwrap().organization_id = Some("another".into());
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False OrganizationMismatch"));
    let mut case = edited();
    case.known.record.pipe.as_mut().unwrap().organization_id = None;
    assert_eq!(case.next(), "PutSettings", "older records do not say");
    case.desired.spec.service_id = case.desired.spec.service_id.to_ascii_uppercase();
    assert_eq!(case.next(), "PutSettings", "an id is an id however it is written");
    case.desired.spec.service_id = "33333333-3333-4333-8333-333333333333".into();
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False InvalidSpec"));
}

#[test]
fn the_annotation_is_written_before_anything_else() {
    for last in [None, Some("another".to_owned())] {
        let mut case = edited();
        case.known.last_pipe = last;
        let Some(Step::Note { last_pipe }) = case.plan().first().cloned() else { panic!() };
        assert_eq!(last_pipe, case.id().to_string());
    }
}

#[test]
fn naming_another_pipe_is_told_unless_that_one_was_given_up() {
    let other = "99999999-9999-4999-8999-999999999999".to_owned();
    let mut case = edited();
    case.desired.spec.adopt = Some(Adopt { id: other.clone(), mode: AdoptMode::Match });
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False AdoptMismatch"));
    case.known.record.retired = vec![other];
    assert_eq!(case.next(), "PutSettings");
    let mut case = edited();
    case.desired.spec.adopt = Some(Adopt { id: case.id().to_string(), mode: AdoptMode::Match });
    assert_eq!(case.next(), "PutSettings");
}

#[test]
fn who_only_observes_writes_nothing() {
    let mut case = edited();
    case.desired.spec.management_policy = ManagementPolicy::ObserveOnly;
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "True Observed"));
    case.put(PipeState::Stopped);
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "True Observed"));
}

/// A generation whose spec is not valid.
fn invalid() -> Case {
    let mut case = Case::ready(KAFKA);
    case.desired.object.generation += 1;
    let problem = Problem { reason: Reason::InvalidSpec, path: "spec.a".into(), message: "is wrong".into() };
    case.desired.wanted = Err(vec![problem]);
    case
}

#[test]
fn of_an_invalid_generation_a_stop_and_an_owed_resume_are_carried_out() {
    let mut case = invalid();
    assert_eq!((case.next().as_str(), case.condition("Synced").as_str()), ("rest", "False InvalidSpec"));
    case.desired.spec.state = RunState::Stopped;
    assert_eq!(case.written().create.unwrap().phase, CreatePhase::Resolved);
    for state in [PipeState::Unknown, PipeState::Other("Odd".into())] {
        let mut case = invalid();
        case.desired.spec.state = RunState::Stopped;
        case.put(state);
        assert_eq!(case.next(), "rest", "from a state that says nothing, nothing follows");
    }
    let mut observed = invalid();
    observed.desired.spec.state = RunState::Stopped;
    observed.desired.spec.management_policy = ManagementPolicy::ObserveOnly;
    assert_eq!(observed.next(), "rest");
    // A start waits for a spec, unless it is owed to a pipe that we paused.
    let mut case = invalid();
    case.put(PipeState::Stopped);
    assert_eq!(case.next(), "rest");
    for (kind, resume_to, next) in [
        (OperationKind::Update, Some(RunState::Running), "Start"),
        (OperationKind::Update, None, "Start"),
        (OperationKind::Update, Some(RunState::Stopped), "rest"),
        (OperationKind::Replace, Some(RunState::Running), "rest"),
    ] {
        let mut case = invalid();
        case.put(PipeState::Stopped);
        case.known.record.operation =
            Some(Operation { kind, generation: 1, phase: OperationPhase::Pausing, resume_to });
        assert_eq!(case.next(), next, "{kind:?} {resume_to:?}");
    }
}

#[test]
fn of_several_problems_the_one_in_the_spec_is_told_and_the_others_counted() {
    let problem = |reason, path: &str| Problem { reason, path: path.into(), message: "is wrong".into() };
    let mut case = invalid();
    case.desired.wanted = Err(vec![
        problem(Reason::SecretNotFound, "spec.secret"),
        problem(Reason::InvalidSpec, "spec.one"),
        problem(Reason::InvalidSpec, "spec.two"),
    ]);
    let said = case.plan().verdict.synced.message;
    assert!(said.contains("spec.one") && said.ends_with("(and 2 more)"), "{said}");
    assert_eq!(case.condition("Stalled"), "True InvalidSpec");
    case.desired.wanted = Err(vec![problem(Reason::SecretNotFound, "spec.secret")]);
    assert_eq!(case.condition("ReferencesResolved"), "False SecretNotFound");
    assert_eq!(case.condition("Stalled"), "", "a Secret heals by itself");
    let said = case.plan().verdict.synced.message;
    assert!(!said.contains("more)"), "{said}");
}

#[test]
fn writes_that_are_withheld_disturb_ready_only_when_something_is_not_applied() {
    let paused = |change: fn(&mut Case)| {
        let mut case = Case::ready(KAFKA);
        case.report();
        change(&mut case);
        case.desired.paused = Some(PausedBy::Spec);
        assert_eq!(case.next(), "rest");
        assert_eq!(case.condition("Synced"), "Unknown ReconcilePaused");
        case.condition("Ready")
    };
    assert_eq!(paused(|_| {}), "True Running");
    assert_eq!(paused(|case| case.desired.object.generation += 1), "True Running", "to pause is a generation too");
    let edit: fn(&mut Case) =
        |case| case.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(6000));
    assert_eq!(paused(edit), "Unknown Paused");
    assert_eq!(paused(|case| case.edit(|spec| spec.state = RunState::Stopped)), "Unknown Paused");
    assert_eq!(
        paused(|case| {
            case.desired.object.generation += 1;
            case.known.record.last_synced_generation = None;
        }),
        "Unknown Paused",
        "it never ran as wanted"
    );
    assert_eq!(
        paused(|case| {
            case.desired.object.generation += 1;
            case.known.record.operation = Some(Operation {
                kind: OperationKind::Update,
                generation: 1,
                phase: OperationPhase::Pausing,
                resume_to: Some(RunState::Running),
            });
        }),
        "Unknown Paused",
        "a change is half made"
    );
    for (state, run, ready) in [
        (PipeState::Completed, RunState::Running, "True Running"),
        (PipeState::Stopping, RunState::Running, "Unknown Paused"),
        (PipeState::Pausing, RunState::Running, "Unknown Paused"),
        (PipeState::Stopped, RunState::Running, "Unknown Paused"),
        (PipeState::Paused, RunState::Running, "Unknown Paused"),
        (PipeState::Stopped, RunState::Stopped, "True Running"),
        (PipeState::Completed, RunState::Stopped, "True Running"),
        (PipeState::Running, RunState::Stopped, "Unknown Paused"),
    ] {
        let mut case = Case::ready(KAFKA);
        case.report();
        case.desired.object.generation += 1;
        case.desired.spec.state = run;
        case.put(state.clone());
        case.desired.paused = Some(PausedBy::Spec);
        assert_eq!(case.condition("Ready"), ready, "{state:?} {run:?}");
    }
}

#[test]
fn a_paused_object_is_looked_at_after_its_own_last_write() {
    let mut case = Case::ready(KAFKA);
    case.desired.paused = Some(PausedBy::Spec);
    let begun = case.known.now;
    for (floor, next) in [(begun.0, "rest"), (begun.0 + 1, "list")] {
        case.known.memory.last_write = Some(Tick(floor));
        assert_eq!(case.next(), next);
    }
    case.known.memory.last_write = None;
    case.known.memory.first_seen = Tick(begun.0 + 1);
    assert_eq!(case.next(), "list", "a list of before this process saw the object");
}

#[test]
fn a_wait_for_the_rate_limit_is_told_where_nothing_better_is_known() {
    let mut case = edited();
    case.known.budget_wait = Some(std::time::Duration::from_secs(200));
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("PutSettings", "Unknown WaitingForBudget"));
    assert!(case.plan().verdict.ready.unwrap().message.contains("about 5 minutes"));
    case.known.budget_wait = None;
    assert_eq!(case.condition("Ready"), "Unknown Updating");
    // Ready as it is, or False, is not painted over.
    let mut case = Case::ready(KAFKA);
    case.desired.object.deleting = true;
    case.known.budget_wait = Some(std::time::Duration::from_secs(200));
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("DeletePipe", "False Deleting"));
}

#[test]
fn looks_alone_do_not_wake_a_service_and_a_resting_one_is_no_news() {
    let idle = || Outcome::Refused(Refusal::ServiceNotRunning(ServiceState::Idle));
    let asleep = |change: fn(&mut Case)| {
        let mut case = Case::ready(KAFKA);
        case.report();
        case.desired.account.as_mut().unwrap().wake_idle_services = true;
        case.failed("ListPipes", idle());
        case.known.memory.last_write = Some(Tick(case.known.now.0 + 1));
        change(&mut case);
        case
    };
    let case = asleep(|_| {});
    assert_eq!((case.next().as_str(), case.condition("Ready").as_str()), ("rest", "True Running"));
    let case = asleep(|case| {
        case.desired.object.generation += 1;
        case.failed("ListPipes", Outcome::Refused(Refusal::ServiceNotRunning(ServiceState::Idle)));
    });
    assert_eq!(case.next(), "WakeService", "an edit waits");
    let case = asleep(|case| {
        case.desired.object.deleting = true;
        let id = case.id();
        let now = case.known.now;
        case.known.memory.deleted.insert(id, now);
    });
    assert_eq!(case.next(), "WakeService", "a deletion waits");
    let case = asleep(|case| case.failed("ListPipes", Outcome::Unknown));
    assert_eq!(case.next(), "rest");
    for state in [ServiceState::Stopped, ServiceState::Awaking] {
        let mut case = edited();
        case.desired.account.as_mut().unwrap().wake_idle_services = true;
        case.failed("PutSettings", Outcome::Refused(Refusal::ServiceNotRunning(state)));
        assert_eq!(case.next(), "rest");
    }
    let mut case = edited();
    case.desired.account.as_mut().unwrap().wake_idle_services = true;
    case.failed("PutSettings", idle());
    assert_eq!(case.next(), "WakeService");
    case.known.memory.woken = Some(case.known.now);
    case.known.memory.wake_refused = Some("403".into());
    assert!(case.plan().verdict.ready.unwrap().message.contains("could not be woken: 403"));
    assert_eq!(case.plan().verdict.again.unwrap().as_secs(), 30, "it is tried again when the call is");
    // The words are about waking: another failure has its own.
    case.failed("PutSettings", Outcome::Unknown);
    assert!(!case.plan().verdict.synced.message.contains("woken"));
}
