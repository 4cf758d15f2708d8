//! The states of a ClickHouse service, in virtual time: what waits for it, what is said, when it is woken, and that nothing is concluded
//! from a service that is away.
//!
//! Not here: the state of a pipe (`life`).

use std::collections::BTreeMap;

use crd::policy::{DeletionPolicy, ManagementPolicy, OnExternalDelete};
use sim::{DEFAULT_SERVICE, Fault, FaultKind, RouteKind, ServiceConfig, ServiceState};

use super::*;

const HOUR: u64 = 3_600_000;
/// What people read of each state that is not running.
const STATES: [(ServiceState, &str); 13] = [
    (ServiceState::Idle, "idle: it continues when the service is running; set wakeIdleServices"),
    (ServiceState::Stopped, "stopped: start it; the operator never starts a service that a person stopped"),
    (ServiceState::Awaking, "awaking: it continues"),
    (ServiceState::Starting, "starting: it continues"),
    (ServiceState::Stopping, "stopping: it continues"),
    (ServiceState::Provisioning, "provisioning: it continues"),
    (ServiceState::PartiallyRunning, "partially_running: it continues"),
    (ServiceState::Degraded, "degraded: it continues"),
    (ServiceState::Failed, "failed: it continues"),
    (ServiceState::Terminating, "terminating: it continues"),
    (ServiceState::Terminated, "terminated: it continues"),
    (ServiceState::Softdeleting, "softdeleting: it continues"),
    (ServiceState::Softdeleted, "softdeleted: it continues"),
];

fn set(world: &mut World, state: ServiceState) {
    assert!(world.sim.set_service(DEFAULT_SERVICE, state));
}

fn change_compute_and_columns(world: &mut World) {
    world.edit(|spec| {
        let columns = spec.destination.columns.get_or_insert_default();
        columns.push(crd::destination::Column { name: "message".into(), r#type: "String".into() });
    });
}

/// Faults: F23.
#[test]
fn a_create_waits_for_a_running_service_and_says_what_for() {
    for (state, words) in STATES {
        let mut world = fresh(KAFKA);
        set(&mut world, state);
        world.live(HOUR);
        assert_eq!(world.condition("Ready"), "Unknown WaitingForService", "{state:?}");
        assert_eq!(world.condition("Reconciling"), "True ProgressingWithRetry", "{state:?}");
        let said = message(&world, "Ready");
        assert!(said.contains(words), "{words:?} is not in {said:?}");
        assert_eq!(world.count(RouteKind::SetServiceState), 0, "{state:?}");
        assert!(world.count(RouteKind::CreatePipe) <= 35, "{state:?}: {} attempts", world.count(RouteKind::CreatePipe));
        assert_eq!(world.sim.pipes().count(), 0);
        set(&mut world, ServiceState::Running);
        world.live(300_000);
        assert_eq!(world.condition("Ready"), "True Running", "{state:?} {:#?}", world.trace);
        assert_eq!(world.sim.pipes().count(), 1);
    }
}

/// Faults: F23.
#[test]
fn a_change_waits_too_and_a_running_pipe_is_not_disturbed() {
    let mut world = ready(KAFKA);
    let (writes, status_writes) = (world.writes().len(), world.status_writes);
    set(&mut world, ServiceState::Idle);
    world.live(HOUR);
    assert_eq!((world.condition("Ready").as_str(), world.writes().len()), ("True Running", writes));
    assert_eq!(world.status_writes, status_writes, "an idle service is no news of a pipe");
    change_compute_and_columns(&mut world);
    world.live(HOUR);
    assert_eq!(world.condition("Ready"), "Unknown WaitingForService", "{:#?}", world.status.conditions);
    assert_eq!(world.count(RouteKind::SetServiceState), 0);
    set(&mut world, ServiceState::Running);
    world.live(HOUR);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.trace);
}

/// Faults: F23.
#[test]
fn only_an_idle_service_is_woken_and_only_for_a_write() {
    for (state, _) in STATES {
        let mut world = fresh(KAFKA);
        world.wake = true;
        set(&mut world, state);
        world.live(HOUR);
        let woken = u64::from(state == ServiceState::Idle);
        assert_eq!(world.count(RouteKind::SetServiceState), woken, "{state:?}");
        let ready = if woken == 1 { "True Running" } else { "Unknown WaitingForService" };
        assert_eq!(world.condition("Ready"), ready, "{state:?} {:#?}", world.trace);
    }
    // Looking alone costs nobody a running service, even where looks are refused.
    let mut world = ready(KAFKA);
    world.wake = true;
    set(&mut world, ServiceState::Idle);
    world.sim.inject(asleep().on(RouteKind::ListPipes));
    world.live(2 * HOUR);
    assert_eq!(world.count(RouteKind::SetServiceState), 0, "{:#?}", world.trace);
    assert_eq!(world.condition("Ready"), "Unknown ObservationStale", "{:#?}", world.status.conditions);
}

/// What a call is answered that the service refuses because it is idle.
fn asleep() -> Fault {
    Fault::new(FaultKind::Status { status: 424, body: IDLE.into(), headers: BTreeMap::new() })
}

const IDLE: &str = r#"{"status":424,"error":"FAILED_DEPENDENCY: ClickPipe creation is allowed only when the ClickHouse service is running. Current state: idle","requestId":"1"}"#;

/// Faults: F23.
#[test]
fn a_service_that_falls_asleep_again_is_woken_again() {
    let mut world = ready(KAFKA);
    world.wake = true;
    for round in 1..=2 {
        set(&mut world, ServiceState::Idle);
        change_compute_and_columns(&mut world);
        let name = format!("column{round}");
        world.edit(|spec| spec.destination.columns.as_mut().unwrap().last_mut().unwrap().name = name);
        world.live(HOUR);
        assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.trace);
        assert_eq!(world.count(RouteKind::SetServiceState), round);
    }
}

/// Faults: F23.
#[test]
fn a_wake_that_is_refused_is_not_asked_for_over_and_over() {
    let mut world = fresh(KAFKA);
    world.wake = true;
    set(&mut world, ServiceState::Idle);
    let fault = world.sim.inject(Fault::new(FaultKind::Forbidden {}).on(RouteKind::SetServiceState));
    world.live(HOUR);
    assert_eq!(world.condition("Ready"), "Unknown WaitingForService", "{:#?}", world.status.conditions);
    assert!(
        message(&world, "Ready").contains("could not be woken: ") && message(&world, "Ready").contains("403"),
        "{}",
        message(&world, "Ready")
    );
    let (wakes, creates) = (world.count(RouteKind::SetServiceState), world.count(RouteKind::CreatePipe));
    assert!((1..=40).contains(&wakes) && creates <= 80, "{wakes} wakes, {creates} creates");
    world.sim.clear_fault(&fault);
    world.live(HOUR);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    assert_eq!(world.sim.pipes().count(), 1);
}

/// Faults: F23.
#[test]
fn a_deletion_waits_for_a_service_that_refuses_it_and_retain_does_not() {
    for policy in [DeletionPolicy::Delete, DeletionPolicy::Retain] {
        let mut world = ready(KAFKA);
        set(&mut world, ServiceState::Idle);
        let fault = world.sim.inject(asleep().on(RouteKind::DeletePipe));
        world.edit(|spec| spec.deletion_policy = policy);
        world.object.deleting = true;
        world.live(HOUR);
        assert_eq!(world.count(RouteKind::SetServiceState), 0, "nobody opted in");
        assert_eq!(world.exists, policy == DeletionPolicy::Delete, "{policy:?}");
        world.sim.clear_fault(&fault);
        set(&mut world, ServiceState::Running);
        world.live(HOUR);
        assert!(!world.exists, "{policy:?} {:#?}", world.trace);
        let now = world.now;
        let alive = world.sim.pipes().filter(|pipe| pipe.alive(now)).count();
        assert_eq!(alive, usize::from(policy == DeletionPolicy::Retain));
    }
}

#[test]
fn a_service_that_is_gone_is_no_reason_to_create_a_pipe_anew() {
    for policy in [OnExternalDelete::Stall, OnExternalDelete::Recreate] {
        let mut world = ready(KAFKA);
        world.edit(|spec| spec.on_external_delete = policy);
        world.live(HOUR);
        let (writes, id) = (world.writes().len(), world.status.pipe.clone().map(|pipe| pipe.id));
        world.sim.remove_service(DEFAULT_SERVICE).unwrap();
        world.live(2 * HOUR);
        assert_eq!(world.condition("ReferencesResolved"), "False ServiceNotFound", "{:#?}", world.status.conditions);
        assert!(message(&world, "ReferencesResolved").contains("spec.serviceId"));
        assert_eq!(world.condition("Stalled"), "", "it may come back");
        assert_eq!(world.writes().len(), writes, "{policy:?} {:#?}", world.trace);
        assert_eq!(world.status.pipe.clone().map(|pipe| pipe.id), id, "the record stays");
        world.sim.add_service(&ServiceConfig::new(DEFAULT_SERVICE)).unwrap();
        world.live(HOUR);
        assert_eq!((world.condition("Ready").as_str(), world.writes().len()), ("True Running", writes), "{policy:?}");
    }
}

#[test]
fn a_service_that_never_was_is_told_and_heals_when_the_id_is_right() {
    let mut world = fresh(KAFKA);
    world.sim.remove_service(DEFAULT_SERVICE).unwrap();
    world.live(HOUR);
    assert_eq!(world.condition("ReferencesResolved"), "False ServiceNotFound", "{:#?}", world.status.conditions);
    assert_eq!(world.count(RouteKind::CreatePipe), 0);
    assert!(world.sim.stats().requests <= 40, "{}", world.sim.stats().requests);
    world.sim.add_service(&ServiceConfig::new(DEFAULT_SERVICE)).unwrap();
    world.live(HOUR);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
}

#[test]
fn a_service_is_not_woken_for_an_object_for_which_nothing_may_be_written() {
    let withhold: [fn(&mut World); 3] = [
        |world| world.edit(|spec| spec.paused = true),
        |world| {
            world.edit(|spec| spec.management_policy = ManagementPolicy::ObserveOnly);
            adopt(world, &pipe_id(world), AdoptMode::Match);
        },
        |world| {
            world.paused = true;
            world.object.deleting = true;
        },
    ];
    for (at, withhold) in withhold.into_iter().enumerate() {
        let mut world = ready(KAFKA);
        world.wake = true;
        world.paused = at == 0;
        set(&mut world, ServiceState::Idle);
        world.sim.inject(asleep().on(RouteKind::ListPipes));
        withhold(&mut world);
        world.live(6 * HOUR);
        assert_eq!(world.count(RouteKind::SetServiceState), 0, "{at}: {:#?}", world.trace);
    }
}
