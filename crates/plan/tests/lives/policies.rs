//! Policies and other people: adoption, deletion in the console, drift that is only reported, mappings, an object made anew.

use crd::policy::{Adopt, AdoptMode, DeletionPolicy, DriftPolicy, OnExternalDelete};
use sim::{PipeState, RouteKind};

use super::*;

/// Faults: F26.
#[test]
fn a_pipe_that_was_deleted_in_the_console_is_reported_or_created_anew() {
    for (policy, synced, creates) in [
        (OnExternalDelete::Stall, "False ExternallyDeleted", 1),
        (OnExternalDelete::Recreate, "True ReconcileSuccess", 2),
    ] {
        let mut world = ready(KAFKA);
        world.edit(|spec| spec.on_external_delete = policy);
        world.live(600_000);
        world.sim.remove_pipe(&pipe_id(&world)).unwrap();
        world.live(3_600_000);
        assert_eq!(
            (world.condition("Synced").as_str(), world.count(RouteKind::CreatePipe)),
            (synced, creates),
            "{:#?}",
            world.trace
        );
    }
}

#[test]
fn under_warn_drift_is_reported_and_left() {
    let mut world = ready(KAFKA);
    world.edit(|spec| spec.drift_policy = DriftPolicy::Warn);
    world.live(600_000);
    let writes = world.writes().len();
    world
        .sim
        .edit_pipe(&pipe_id(&world), sim::PipeEdit { state: Some(PipeState::Stopped), ..Default::default() })
        .unwrap();
    world.live(3_600_000);
    assert_eq!(
        (world.condition("Ready").as_str(), world.writes().len()),
        ("False PipeNotRunning", writes),
        "{:#?}",
        world.trace
    );
}

/// Faults: F32.
#[test]
fn an_object_made_anew_asks_before_it_takes_its_old_pipe() {
    let mut world = ready(KAFKA);
    let id = pipe_id(&world);
    world.edit(|spec| spec.deletion_policy = DeletionPolicy::Retain);
    world.object.deleting = true;
    world.live(600_000);
    assert!(!world.exists);
    // The same names, another uid, no status.
    (world.exists, world.held, world.object.deleting, world.last_pipe) = (true, false, false, None);
    world.object.uid = "uid-2".into();
    world.status = crd::ClickPipeStatus::default();
    world.restart();
    world.live(600_000);
    assert_eq!(world.condition("Synced"), "False AdoptionRequired", "{:#?}", world.trace);
    assert_eq!(world.count(RouteKind::CreatePipe), 1);
    adopt(&mut world, &id, AdoptMode::Match);
    world.live(600_000);
    assert_eq!(
        (world.condition("Ready").as_str(), pipe_id(&world), world.count(RouteKind::CreatePipe)),
        ("True Running", id, 1)
    );
}

#[test]
fn an_adoption_by_match_refuses_a_pipe_that_differs() {
    let mut world = ready(KAFKA);
    let (id, writes) = (pipe_id(&world), world.writes().len());
    world.status = crd::ClickPipeStatus::default();
    (world.object.uid, world.object.name, world.last_pipe) = ("uid-3".into(), "other".into(), None);
    world.restart();
    world.edit(|spec| {
        spec.source.kafka.as_mut().unwrap().topics = "another".into();
        spec.adopt = Some(Adopt { id, mode: AdoptMode::Match });
    });
    world.live(600_000);
    assert_eq!(
        (world.condition("Synced").as_str(), world.writes().len()),
        ("False AdoptMismatch", writes),
        "{:#?}",
        world.trace
    );
}

#[test]
fn a_mapping_is_added_and_another_removed_with_the_pipe_running_again_afterwards() {
    let mut world = ready(TWO_TABLES);
    map_orders(&mut world);
    runs_in_sync(&mut world);
    world.edit(|spec| drop(spec.source.postgres.as_mut().unwrap().table_mappings.remove(0)));
    runs_in_sync(&mut world);
    let mappings = world.sim.pipes().next().unwrap().document["tableMappings"].clone();
    assert_eq!((mappings.as_array().unwrap().len(), &mappings[1]["sourceTable"]), (2, &"orders".into()));
    assert_eq!(world.count(RouteKind::PatchPipe), 2, "one PATCH for each edit");
}

#[test]
fn a_mapping_is_never_loaded_anew_without_asking() {
    let mut world = ready(TWO_TABLES);
    let writes = world.writes().len();
    world.edit(|spec| spec.source.postgres.as_mut().unwrap().table_mappings[0].target_table = "elsewhere".into());
    world.live(3_600_000);
    assert_eq!(
        (world.condition("Synced").as_str(), world.writes().len()),
        ("Unknown InProgress", writes),
        "{:#?}",
        world.trace
    );
    assert_eq!(world.status.plan.clone().map(|plan| plan.class), Some(crd::status::Impact::Resync));
}
