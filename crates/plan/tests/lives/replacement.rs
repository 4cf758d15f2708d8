//! Changes that need a person's word: a new pipe in place of the old one, a table that is loaded again, and what is done meanwhile.

#![expect(clippy::panic, clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use crd::policy::{DriftPolicy, OnExternalDelete, ReplacementPolicy, RunState};
use crd::status::Impact;
use crd::status::record::OperationPhase;
use sim::{Fault, FaultKind, PipeState, RouteKind};

use super::*;

const APPROVED: &str = concat!("replacementPolicy: OnApproval\n", include_str!("../world/kafka.yaml"));

/// A running Kafka pipe whose topic, a fixed field, was edited.
fn asking() -> World {
    let mut world = ready(APPROVED);
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "another".into());
    world.live(600_000);
    world
}

fn approve(world: &mut World) {
    world.object.approved_plan = world.status.plan.as_ref().map(|plan| plan.hash.clone());
    assert!(world.object.approved_plan.is_some(), "a plan is shown: {:#?}", world.status.conditions);
}

/// Lives on, dying after every effect, until it is so.
fn until(world: &mut World, so: impl Fn(&World) -> bool) {
    for _ in 0..100 {
        if so(world) {
            return;
        }
        world.dies_after = Some(world.effects + 1);
        world.pass();
        world.now += 5_000;
    }
    panic!("it never comes to that: {:#?}", world.trace);
}

fn told(change: &crd::status::PlannedChange) -> String {
    format!("{}: {} -> {} ({:?})", change.path, change.from, change.to, change.class)
}

/// The one pipe that there is.
fn pipe(world: &World) -> &sim::Pipe {
    let alive: Vec<&sim::Pipe> = world.sim.pipes().filter(|pipe| pipe.alive(world.now)).collect();
    assert_eq!(alive.len(), 1, "one pipe: {:#?}", world.trace);
    alive[0]
}

fn topic(world: &World) -> &str {
    pipe(world).document["topics"].as_str().unwrap_or_default()
}

/// Faults: F16.
#[test]
fn a_replacement_waits_for_the_approval_of_exactly_its_plan() {
    let mut world = asking();
    let writes = world.writes().len();
    let conditions = |world: &World| {
        ["Ready", "Synced", "AwaitingApproval", "Reconciling", "Stalled"].map(|name| world.condition(name))
    };
    let waits =
        || ["Unknown AwaitingApproval", "Unknown InProgress", "True ReplaceRequired", "", ""].map(str::to_owned);
    assert_eq!(conditions(&world), waits());
    let asked = message(&world, "AwaitingApproval");
    assert!(asked.contains("approve-plan="), "{asked}");
    let ready = message(&world, "Ready");
    assert!(ready.contains("while the destination table holds rows"), "said before the old pipe is gone: {ready}");
    let plan = world.status.plan.clone().unwrap();
    assert_eq!((plan.class, plan.changes[0].path.as_str()), (Impact::Replace, "spec.source.kafka.topics"));
    assert_eq!((plan.changes[0].from.as_str(), plan.changes[0].to.as_str()), ("my_topic", "another"));
    // Another hash, also one of an earlier plan, approves nothing.
    approve(&mut world);
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "third".into());
    world.live(3_600_000);
    assert_eq!((conditions(&world), world.writes().len()), (waits(), writes));
    assert_ne!(world.status.plan.clone().unwrap().hash, plan.hash);
}

#[test]
fn an_approved_replacement_removes_the_old_pipe_first() {
    let mut world = asking();
    let (old, before) = (pipe_id(&world), world.writes().len());
    approve(&mut world);
    world.live(1_200_000);
    assert_eq!(
        [world.condition("Ready"), world.condition("Synced"), world.condition("AwaitingApproval")],
        ["True Running", "True ReconcileSuccess", ""],
        "{:#?}",
        world.trace
    );
    let writes = world.writes();
    let verbs: Vec<&str> = writes[before..].iter().filter_map(|write| write.split(' ').next()).collect();
    assert_eq!(verbs, ["PATCH", "DELETE", "POST", "PATCH"], "stop, delete, create, start");
    assert_eq!(topic(&world), "another");
    assert_eq!((world.status.retired.clone(), world.status.operation.clone()), (vec![old.clone()], None));
    assert_ne!(pipe_id(&world), old);
    assert!(world.status.plan.is_none(), "the approval is used up");
    let attempt = world.status.create.as_ref().map(|create| create.attempt);
    assert_eq!(attempt, Some(2), "attempts are counted on");
}

/// Faults: F1.
#[test]
fn a_replacement_survives_a_crash_at_every_step() {
    let effects = {
        let mut world = asking();
        approve(&mut world);
        let before = world.effects;
        world.live(1_200_000);
        world.effects - before
    };
    assert!(effects >= 8, "{effects}");
    for step in 1..=effects {
        let mut world = asking();
        let old = pipe_id(&world);
        approve(&mut world);
        world.dies_after = Some(world.effects + step);
        // A create whose answer was lost is found at once; only the proof that nothing was made needs the window.
        world.live(4_000_000);
        assert_eq!(world.condition("Ready"), "True Running", "dies after effect {step}: {:#?}", world.trace);
        assert_eq!(topic(&world), "another", "dies after effect {step}");
        assert_eq!(world.count(RouteKind::CreatePipe), 2, "dies after effect {step}: {:#?}", world.trace);
        assert_eq!(world.status.retired, [old], "dies after effect {step}");
    }
}

#[test]
fn a_change_of_mind_before_the_delete_leaves_the_pipe_running() {
    let mut world = asking();
    let old = pipe_id(&world);
    approve(&mut world);
    until(&mut world, |world| world.status.operation.is_some());
    // The stop was sent, and nothing else.
    world.dies_after = Some(world.effects + 1);
    world.pass();
    assert_eq!(world.status.operation.as_ref().map(|operation| operation.phase), Some(OperationPhase::Pausing));
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "my_topic".into());
    world.live(1_200_000);
    assert_eq!([world.condition("Ready"), pipe_id(&world)], ["True Running".to_owned(), old], "{:#?}", world.trace);
    assert_eq!((world.count(RouteKind::DeletePipe), world.status.operation.clone()), (0, None));
}

#[test]
fn a_wish_for_another_pipe_before_the_delete_leaves_the_own_one() {
    let mut world = asking();
    let old = pipe_id(&world);
    approve(&mut world);
    until(&mut world, |world| world.status.operation.is_some());
    world.edit(|spec| {
        let other = "44444444-4444-4444-8444-444444444444".to_owned();
        spec.adopt = Some(crd::policy::Adopt { id: other, mode: crd::policy::AdoptMode::Override });
    });
    world.live(1_200_000);
    assert_eq!((world.count(RouteKind::DeletePipe), pipe_id(&world)), (0, old), "{:#?}", world.trace);
    let kept = [pipe(&world).state() == PipeState::Running, world.condition("Synced") == "False AdoptMismatch"];
    assert_eq!(kept, [true, true], "{:#?} {:#?}", world.status.conditions, world.trace);
}

#[test]
fn what_was_begun_is_finished_from_the_spec_of_the_day() {
    let mut world = asking();
    approve(&mut world);
    until(&mut world, |world| world.count(RouteKind::DeletePipe) > 0);
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "my_topic".into());
    world.live(4_000_000);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    assert_eq!(topic(&world), "my_topic");
    assert_eq!(world.count(RouteKind::CreatePipe), 2);
}

/// Faults: F1.
#[test]
fn a_vanished_pipe_is_made_anew_through_a_crash_at_every_step() {
    for step in 1..=8 {
        let mut world = ready(APPROVED);
        world.edit(|spec| spec.on_external_delete = OnExternalDelete::Recreate);
        world.live(600_000);
        let old = pipe_id(&world);
        world.sim.remove_pipe(&old).unwrap();
        world.dies_after = Some(world.effects + step);
        world.live(4_000_000);
        assert_eq!(world.condition("Ready"), "True Running", "dies after effect {step}: {:#?}", world.trace);
        assert_eq!(
            (pipe(&world).id == pipe_id(&world), world.count(RouteKind::CreatePipe)),
            (true, 2),
            "effect {step}"
        );
        assert_eq!(world.status.retired, [old]);
    }
}

#[test]
fn an_approved_mapping_is_removed_and_added_again_also_under_warn() {
    for drift_policy in [DriftPolicy::Correct, DriftPolicy::Warn] {
        let mut world = ready(TWO_TABLES);
        let (old, writes) = (pipe_id(&world), world.writes().len());
        world.edit(|spec| {
            spec.drift_policy = drift_policy;
            spec.source.postgres.as_mut().unwrap().table_mappings[0].target_table = "elsewhere".into();
        });
        world.live(3_600_000);
        assert_eq!(world.condition("AwaitingApproval"), "True ResyncRequired", "{:#?}", world.status.conditions);
        assert_eq!(world.writes().len(), writes, "{:#?}", world.trace);
        let changes: Vec<String> = world.status.plan.iter().flat_map(|plan| &plan.changes).map(told).collect();
        let tables = "spec.source.postgres.tableMappings";
        let told = [format!("{tables}[public.users].targetTable: public_users -> elsewhere (Resync)")];
        assert_eq!(changes, told);
        approve(&mut world);
        world.live(3_600_000);
        assert_eq!(
            [world.condition("Ready"), world.condition("Synced"), pipe_id(&world)],
            ["True Running".to_owned(), "True ReconcileSuccess".to_owned(), old],
            "{:#?} {:#?}",
            world.status.conditions,
            world.trace
        );
        let mappings = pipe(&world).document["tableMappings"].clone();
        let targets: Vec<&str> =
            mappings.as_array().unwrap().iter().filter_map(|one| one["targetTable"].as_str()).collect();
        assert_eq!(targets, ["public_items", "elsewhere"]);
        assert_eq!(world.count(RouteKind::PatchPipe), 2, "one PATCH to remove, one to add");
        assert_eq!(world.status.operation, None);
    }
}

/// Faults: F1.
#[test]
fn an_approval_to_load_a_table_again_is_good_for_one_time_through_a_crash_at_every_step() {
    let elsewhere = |world: &mut World| {
        let id = pipe_id(world);
        let mut mappings = pipe(world).document["tableMappings"].clone();
        mappings.as_array_mut().unwrap().iter_mut().for_each(|one| {
            if one["sourceTable"] == "users" {
                one["targetTable"] = "elsewhere".into();
            }
        });
        let source = serde_json::json!({"tableMappings": mappings});
        let source = source.as_object().unwrap().clone();
        world.sim.edit_pipe(&id, sim::PipeEdit { source, ..Default::default() }).unwrap();
        world.live(600_000);
    };
    for step in 0..=8 {
        let mut world = ready(TWO_TABLES);
        elsewhere(&mut world);
        approve(&mut world);
        let first = world.object.approved_plan.clone();
        world.dies_after = (step > 0).then_some(world.effects + step);
        world.live(3_600_000);
        assert_eq!(world.condition("Ready"), "True Running", "dies after effect {step}: {:#?}", world.trace);
        let writes = world.writes().len();
        elsewhere(&mut world);
        world.live(3_600_000);
        let asks = (world.condition("AwaitingApproval"), world.writes().len());
        assert_eq!(asks, ("True ResyncRequired".to_owned(), writes), "dies after effect {step}: {:#?}", world.trace);
        approve(&mut world);
        assert_ne!(world.object.approved_plan, first);
        world.live(3_600_000);
        assert_eq!(world.condition("Ready"), "True Running", "dies after effect {step}: {:#?}", world.trace);
    }
}

#[test]
fn a_pipe_whose_every_mapping_changes_needs_a_new_pipe() {
    let mut world = ready(TWO_TABLES);
    let writes = world.writes().len();
    world.edit(|spec| {
        for mapping in &mut spec.source.postgres.as_mut().unwrap().table_mappings {
            mapping.target_table.push_str("_2");
        }
    });
    world.live(600_000);
    assert_eq!(world.condition("Synced"), "False ImmutableFieldChange", "{:#?}", world.status.conditions);
    assert_eq!(world.status.plan.as_ref().map(|plan| plan.class), Some(Impact::Replace));
    assert_eq!(world.writes().len(), writes);
}

#[test]
fn of_a_refused_generation_a_rotated_secret_and_a_stop_are_applied() {
    for policy in [ReplacementPolicy::Never, ReplacementPolicy::OnApproval] {
        let mut world = ready(APPROVED);
        world.edit(|spec| {
            spec.replacement_policy = policy;
            spec.source.kafka.as_mut().unwrap().topics = "another".into();
            spec.scaling.get_or_insert_default().replicas = Some(3);
        });
        world.live(600_000);
        world.secrets.insert(("kafka".into(), "password".into()), "rotated".into());
        world.live(600_000);
        assert_eq!(world.count(RouteKind::PatchPipe), 1, "{:#?}", world.trace);
        let sent = world.sim.requests().filter(|request| request.method == "PATCH").last().unwrap().clone();
        assert!(!sent.path.ends_with("scaling"), "{}", sent.path);
        world.edit(|spec| spec.state = RunState::Stopped);
        world.live(600_000);
        let state = pipe(&world).state();
        assert_eq!((state, topic(&world)), (PipeState::Stopped, "my_topic"), "{:#?}", world.trace);
        assert_eq!(world.count(RouteKind::PatchPipe), 1);
    }
}

#[test]
fn an_object_that_has_a_pipe_does_not_take_another_one() {
    let mut world = ready(APPROVED);
    let (own, writes) = (pipe_id(&world), world.writes().len());
    world.edit(|spec| {
        let other = "44444444-4444-4444-8444-444444444444".to_owned();
        spec.adopt = Some(crd::policy::Adopt { id: other, mode: crd::policy::AdoptMode::Override });
        spec.scaling.get_or_insert_default().replicas = Some(3);
    });
    world.live(600_000);
    assert_eq!([world.condition("Synced"), world.condition("Stalled")], ["False AdoptMismatch", "True AdoptMismatch"]);
    assert_eq!((pipe_id(&world), world.writes().len()), (own.clone(), writes), "{:#?}", world.trace);
    world.edit(|spec| spec.adopt.as_mut().unwrap().id = own);
    world.live(600_000);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.trace);
    assert_eq!(world.writes().len(), writes + 1);
}

/// Faults: F27.
/// Invariants: 11.
#[test]
fn a_pipe_that_was_paused_for_a_refused_change_runs_on() {
    let mut world = ready(TWO_TABLES);
    let body = serde_json::json!({"status": 400, "error": "BAD_REQUEST: mapping refused", "requestId": "r-1"});
    let refused = FaultKind::Status { status: 400, body, headers: std::collections::BTreeMap::new() };
    world.sim.inject(Fault::new(refused).on(RouteKind::PatchPipe));
    map_orders(&mut world);
    world.live(1_800_000);
    assert_eq!(pipe(&world).state(), PipeState::Running, "{:#?}", world.trace);
    assert!(world.condition("Synced").starts_with("False"), "{}", world.condition("Synced"));
}

/// Faults: F27.
#[test]
fn a_pipe_that_was_paused_for_a_change_is_resumed_when_the_spec_turns_invalid() {
    let mut world = ready(TWO_TABLES);
    map_orders(&mut world);
    until(&mut world, |world| world.status.operation.is_some());
    world.dies_after = Some(world.effects + 1);
    world.pass();
    world.secrets.clear();
    world.live(1_800_000);
    assert_eq!(pipe(&world).state(), PipeState::Running, "{:#?}", world.trace);
    assert_eq!(world.condition("ReferencesResolved"), "False SecretNotFound");
    assert_eq!(world.status.operation, None);
}
