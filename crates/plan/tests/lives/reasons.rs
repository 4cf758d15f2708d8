//! Reasons that need others, time or stubbornness: vanishing in numbers, fights, failed pipes, twins, deletions that cannot proceed.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::BTreeMap;

use crd::policy::{DriftPolicy, OnExternalDelete};
use sim::{Fault, FaultKind, PipeEdit, PipeState, RouteKind};

use super::*;

const WITH_SETTINGS: &str =
    concat!(include_str!("../world/kafka.yaml"), "settings: {streaming_max_insert_wait_ms: 5000}\n");

fn put(world: &mut World, state: PipeState) {
    world.sim.edit_pipe(&pipe_id(world), PipeEdit { state: Some(state), ..Default::default() }).unwrap();
}

/// A pipe of another object of the same service, made behind our back.
fn neighbour(world: &mut World, name: &str) -> String {
    let body = serde_json::json!({"name": name, "state": "Running", "source": {"kafka": {"type": "confluent",
        "format": "JSONEachRow", "brokers": "b:9092", "topics": "t", "authentication": "PLAIN",
        "credentials": {"username": "u", "password": "p"}}},
        "destination": {"database": "default", "table": name, "managedTable": true,
            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}]}});
    let made = world.sim.make_pipe(body.as_object().unwrap()).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// A world in which this pipe and two of three others vanish at once.
fn mass(policy: OnExternalDelete) -> (World, Vec<String>) {
    let mut world = ready(WITH_SETTINGS);
    world.edit(|spec| spec.on_external_delete = policy);
    let others: Vec<String> = ["a", "b", "c"].iter().map(|name| neighbour(&mut world, name)).collect();
    world.others.clone_from(&others);
    world.live(10 * MINUTE);
    let id = pipe_id(&world);
    for gone in [&id, &others[0], &others[1]] {
        world.sim.remove_pipe(gone).unwrap();
    }
    (world, others)
}

/// Faults: F26.
#[test]
fn many_vanishing_at_once_put_the_brake_on() {
    let (mut world, _) = mass(OnExternalDelete::Recreate);
    let writes = world.writes().len();
    world.live(20 * MINUTE);
    assert_eq!(world.condition("Synced"), "False MassVanish", "{:#?}", world.status.conditions);
    assert_eq!(world.condition("Reconciling"), "True Progressing");
    world.live(40 * MINUTE);
    assert_eq!(world.condition("Synced"), "False ExternallyDeleted", "after half an hour, whatever the policy");
    assert_eq!(world.condition("Stalled"), "True ExternallyDeleted");
    // The others are handled, so there is no mass any more; and the process starts anew.
    world.others.clear();
    world.live(60 * MINUTE);
    world.restart();
    world.live(60 * MINUTE);
    assert_eq!(world.condition("Synced"), "False ExternallyDeleted");
    assert_eq!(world.writes().len(), writes);
    world.object.requested_at = Some("now".into());
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "made anew at a person's word: {:#?}", world.trace);
    assert_eq!(world.count(RouteKind::CreatePipe), 2);
}

/// Faults: F8.
#[test]
fn pipes_that_are_listed_again_release_the_brake() {
    let mut world = ready(WITH_SETTINGS);
    let others: Vec<String> = ["a", "b", "c"].iter().map(|name| neighbour(&mut world, name)).collect();
    world.others = others;
    world.live(10 * MINUTE);
    let fault = world.sim.inject(Fault::new(FaultKind::ListEmpty {}).on(RouteKind::ListPipes));
    world.live(25 * MINUTE);
    assert_eq!(world.condition("Synced"), "False MassVanish");
    assert_eq!(world.condition("Ready"), "Unknown ObservationStale", "the pipe was not seen for three intervals");
    world.sim.clear_fault(&fault);
    let writes = world.writes().len();
    world.live(10 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), world.writes().len()), ("True Running", writes));
}

/// Faults: F26.
#[test]
fn a_field_that_somebody_keeps_changing_is_left_alone() {
    let mut world = ready(WITH_SETTINGS);
    let fight = |world: &mut World| {
        let settings = serde_json::json!({"streaming_max_insert_wait_ms": 1000}).as_object().unwrap().clone();
        world.sim.edit_pipe(&pipe_id(world), PipeEdit { settings, ..Default::default() }).unwrap();
        world.live(8 * MINUTE);
    };
    let before = world.writes().len();
    for _ in 0..3 {
        fight(&mut world);
        assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.status.conditions);
    }
    fight(&mut world);
    assert_eq!(world.condition("Synced"), "False ManagementConflict");
    assert_eq!(world.condition("Stalled"), "True ManagementConflict");
    assert_eq!(world.condition("Ready"), "True Running", "Ready stays as observed");
    assert_eq!(world.condition("Drifted"), "True DriftDetected");
    world.live(120 * MINUTE);
    world.restart();
    world.live(120 * MINUTE);
    assert_eq!(world.condition("Synced"), "False ManagementConflict");
    assert_eq!(world.writes().len(), before + 3);
    world.object.requested_at = Some("now".into());
    world.live(20 * MINUTE);
    assert_eq!((world.condition("Synced").as_str(), world.writes().len()), ("True ReconcileSuccess", before + 4));
}

/// Faults: F26.
#[test]
fn a_pipe_that_somebody_keeps_stopping_is_left_stopped() {
    let mut world = ready(WITH_SETTINGS);
    let before = world.writes().len();
    for _ in 0..4 {
        put(&mut world, PipeState::Stopped);
        world.live(8 * MINUTE);
    }
    assert_eq!(world.condition("Synced"), "False ManagementConflict", "{:#?}", world.status.conditions);
    assert_eq!(world.condition("Ready"), "False PipeNotRunning");
    assert_eq!(world.writes().len(), before + 3);
    // An edit is no drift: the spec's word counts at once.
    world.edit(|spec| spec.state = crd::policy::RunState::Stopped);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Stopped");
}

#[test]
fn a_run_state_that_is_left_under_warn_is_drift() {
    let mut world = ready(WITH_SETTINGS);
    world.edit(|spec| spec.drift_policy = DriftPolicy::Warn);
    world.live(10 * MINUTE);
    put(&mut world, PipeState::Stopped);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False DriftNotCorrected");
    assert_eq!(world.status.drift.clone().unwrap_or_default().paths, ["spec.state"]);
}

#[test]
fn a_failed_pipe_is_started_only_when_somebody_asks() {
    let starts = |world: &World| world.sim.requests().filter(|request| request.body["command"] == "start").count();
    let mut world = ready(WITH_SETTINGS);
    put(&mut world, PipeState::Failed);
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), starts(&world)), ("False PipeFailed", 1));
    assert_eq!(world.condition("Stalled"), "True PipeFailed");
    world.restart();
    world.live(30 * MINUTE);
    assert_eq!(starts(&world), 1, "not by itself, nor after a restart");
    world.object.requested_at = Some("now".into());
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), starts(&world)), ("True Running", 2));
    put(&mut world, PipeState::Failed);
    world.live(30 * MINUTE);
    world.secrets.insert(("kafka".into(), "password".into()), "hunter3".into());
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), starts(&world)), ("True Running", 3), "{:#?}", world.trace);
    put(&mut world, PipeState::Failed);
    world.live(30 * MINUTE);
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(2000));
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), starts(&world)), ("True Running", 4), "{:#?}", world.trace);
}

#[test]
fn a_pipe_that_fails_at_once_is_not_started_again_after_a_restart() {
    let mut world = fresh(WITH_SETTINGS);
    world.secrets.insert(("kafka".into(), "password".into()), "hunter2".into());
    world.sim.inject(Fault::new(FaultKind::PipeFails { state: PipeState::Failed }));
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Ready"), "False PipeFailed", "{:#?}", world.trace);
    let writes = world.writes().len();
    for _ in 0..3 {
        world.restart();
        world.live(30 * MINUTE);
    }
    assert_eq!(world.writes().len(), writes);
    world.sim.clear_faults();
    world.edit(|spec| spec.name = Some("orders".into()));
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
}

#[test]
fn an_internal_error_stalls_after_half_an_hour_and_stays_so_after_a_restart() {
    let mut world = ready(WITH_SETTINGS);
    put(&mut world, PipeState::InternalError);
    world.live(20 * MINUTE);
    assert_eq!(world.condition("Ready"), "False PipeInternalError");
    assert_eq!(world.condition("Reconciling"), "True ProgressingWithRetry");
    world.live(20 * MINUTE);
    assert_eq!(world.condition("Stalled"), "True PipeInternalError");
    let (writes, status) = (world.status_writes, world.status.clone());
    world.restart();
    world.live(20 * MINUTE);
    assert_eq!((world.status_writes, &world.status), (writes, &status));
    put(&mut world, PipeState::Running);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running");
}

#[test]
fn a_state_that_says_nothing_keeps_ready_until_it_is_too_old() {
    let mut world = ready(WITH_SETTINGS);
    put(&mut world, PipeState::Unknown);
    let writes = world.writes().len();
    world.live(9 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running");
    assert_eq!(world.condition("Reconciling"), "");
    world.live(15 * MINUTE);
    assert_eq!(world.condition("Ready"), "Unknown ObservationStale");
    assert_eq!(world.condition("Reconciling"), "True ProgressingWithRetry");
    assert_eq!(world.writes().len(), writes);
}

#[test]
fn a_change_that_is_accepted_and_never_made_is_given_up() {
    let mut world = ready(WITH_SETTINGS);
    let accepted = serde_json::json!({"requestId": "r", "status": 200, "result": {}});
    world.sim.inject(
        Fault::new(FaultKind::Status { status: 200, body: accepted, headers: BTreeMap::default() })
            .on(RouteKind::PutSettings),
    );
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(7000));
    world.live(120 * MINUTE);
    assert_eq!(world.condition("Stalled"), "True RetriesExhausted", "{:#?}", world.status.conditions);
    let writes = world.writes().len();
    world.restart();
    world.live(120 * MINUTE);
    assert_eq!((world.condition("Stalled").as_str(), world.writes().len()), ("True RetriesExhausted", writes));
    world.sim.clear_faults();
    world.object.requested_at = Some("now".into());
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running");
}

/// Faults: F25.
#[test]
fn a_deletion_never_believes_another_organization() {
    let mut world = ready(WITH_SETTINGS);
    world.organization = "33333333-3333-4333-8333-333333333333".into();
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False OrganizationMismatch");
    assert_eq!(world.condition("Reconciling"), "True Progressing");
    world.object.deleting = true;
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False DeleteBlocked");
    assert!(world.exists);
    assert_eq!(world.count(RouteKind::DeletePipe), 0);
}

#[test]
fn a_refused_deletion_says_so_and_names_the_exit() {
    let mut world = ready(WITH_SETTINGS);
    let refusal =
        serde_json::json!({"requestId": "r", "error": "BAD_REQUEST: it cannot be deleted now", "status": 400});
    world.sim.inject(
        Fault::new(FaultKind::Status { status: 400, body: refusal, headers: BTreeMap::default() })
            .on(RouteKind::DeletePipe),
    );
    world.object.deleting = true;
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False DeleteFailed");
    assert_eq!(world.condition("Ready"), "False Deleting");
    let synced = world.status.conditions.iter().find(|condition| condition.type_ == "Synced").unwrap();
    assert!(synced.message.ends_with("let the object go"), "{}", synced.message);
    world.sim.clear_faults();
    world.live(120 * MINUTE);
    assert!(!world.exists);
}

#[test]
fn an_object_whose_service_is_gone_goes_once_it_may_keep_the_pipe() {
    let mut world = ready(WITH_SETTINGS);
    world.sim.remove_service(sim::DEFAULT_SERVICE).unwrap();
    world.object.deleting = true;
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Synced"), "False DeleteBlocked", "{:#?}", world.trace);
    assert_eq!(world.condition("ReferencesResolved"), "False ServiceNotFound");
    assert_eq!(world.condition("Ready"), "False Deleting");
    assert!(world.exists);
    world.edit(|spec| spec.deletion_policy = crd::policy::DeletionPolicy::Retain);
    world.live(10 * MINUTE);
    assert!(!world.exists, "{:#?}", world.trace);
}
