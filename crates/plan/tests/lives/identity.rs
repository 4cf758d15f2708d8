//! Whose pipe it is: twins of a late create, adoption, observation, confirmation, copies and restores; and withheld writes.
//!
//! Not here: other people's changes (`policies`), the protocol's edges (`protocol`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use clickpipes_plan::PausedBy;
use crd::policy::{AdoptMode, DeletionPolicy, ManagementPolicy, OnExternalDelete, ReadyWhen};
use serde_json::json;
use sim::{Fault, FaultKind, PipeEdit, PipeState, RouteKind};

use super::*;

/// A pipe as this object's spec would make it, by another hand.
fn made(world: &mut World, name: &str, topics: &str, state: &str) -> String {
    let body = json!({"name": name, "state": state, "source": {"kafka": {"type": "confluent",
        "format": "JSONEachRow", "brokers": "broker.example.com:9092", "topics": topics, "authentication": "PLAIN",
        "credentials": {"username": "my_user", "password": "p"}}},
        "destination": {"database": "default", "table": "my_table", "managedTable": true,
            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}]}});
    let made = world.sim.make_pipe(body.as_object().unwrap()).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

fn marked_name(world: &World) -> String {
    world.status.pipe.clone().unwrap().name.unwrap()
}

/// Faults: F5.
/// Invariants: 1'.
#[test]
fn a_stopped_twin_is_retired_before_it_is_deleted_in_a_later_pass() {
    let mut world = ready(KAFKA);
    let name = marked_name(&world);
    let twin = made(&mut world, &name, "my_topic", "Stopped");
    let (own, traced) = (pipe_id(&world), world.trace.len());
    while world.count(RouteKind::DeletePipe) == 0 {
        let deletes = world.trace.len();
        world.pass();
        let pass = &world.trace[deletes..];
        let both = pass.iter().any(|step| step.starts_with("Remember")) && pass.iter().any(|step| step == "DeletePipe");
        assert!(!both, "retired and deleted in one pass: {pass:?}");
        world.now += 10_000;
        assert!(world.trace.len() < traced + 60, "{:#?}", world.trace);
    }
    world.live(10 * MINUTE);
    assert!(!is_alive(&world, &twin) && is_alive(&world, &own));
    assert_eq!((world.status.retired.clone(), world.condition("Ready")), (vec![twin], "True Running".to_owned()));
    assert_eq!(world.condition("SuspectedDuplicate"), "");
}

/// Faults: F5.
#[test]
fn a_twin_that_was_started_meanwhile_is_not_deleted() {
    let mut world = ready(KAFKA);
    let name = marked_name(&world);
    let twin = made(&mut world, &name, "my_topic", "Stopped");
    world.now += 6 * MINUTE;
    // Up to the write that retires it.
    world.pass();
    assert_eq!(world.status.retired, std::slice::from_ref(&twin), "{:#?}", world.trace);
    world.sim.edit_pipe(&twin, PipeEdit { state: Some(PipeState::Running), ..Default::default() }).unwrap();
    world.live(30 * MINUTE);
    assert!(is_alive(&world, &twin));
    assert_eq!(world.count(RouteKind::DeletePipe), 0);
    assert_eq!(world.condition("SuspectedDuplicate"), "True UnclaimedPipeFound");
    assert_eq!(world.status.candidates, [twin]);
}

/// Faults: F13.
#[test]
fn without_an_intent_on_record_nothing_is_swept() {
    let mut world = ready(KAFKA);
    let name = marked_name(&world);
    // As an adopted pipe has it.
    world.status.create = None;
    let twin = made(&mut world, &name, "my_topic", "Stopped");
    world.live(30 * MINUTE);
    assert!(is_alive(&world, &twin));
    assert_eq!(world.condition("SuspectedDuplicate"), "True UnclaimedPipeFound");
    assert_eq!(world.status.candidates, [twin]);
}

/// Faults: F13.
#[test]
fn what_runs_does_not_fit_or_is_anothers_is_left_alone_and_told() {
    let mut world = ready(KAFKA);
    let name = marked_name(&world);
    let running = made(&mut world, &name, "my_topic", "Running");
    let different = made(&mut world, &name, "another", "Stopped");
    let anothers = made(&mut world, &name, "my_topic", "Stopped");
    world.others.push(anothers.clone());
    let writes = world.writes().len();
    world.live(30 * MINUTE);
    let mut expected = vec![running, different];
    expected.sort();
    assert_eq!(world.status.candidates, expected, "{:#?}", world.trace);
    assert_eq!(world.condition("SuspectedDuplicate"), "True UnclaimedPipeFound");
    assert_eq!((world.condition("Ready").as_str(), world.writes().len()), ("True Running", writes));
    assert!(is_alive(&world, &anothers));
}

#[test]
fn overriding_an_adopted_pipe_makes_it_what_the_object_says() {
    let mut world = fresh(KAFKA);
    let id = made(&mut world, "somebody's", "my_topic", "Stopped");
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(7000));
    adopt(&mut world, &id, AdoptMode::Match);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False AdoptMismatch");
    assert!(world.writes().is_empty(), "a match changes nothing");
    adopt(&mut world, &id, AdoptMode::Override);
    world.live(20 * MINUTE);
    assert_eq!(
        (world.condition("Ready").as_str(), pipe_id(&world)),
        ("True Running", id.clone()),
        "{:#?}",
        world.trace
    );
    let writes = world.writes();
    assert_eq!(writes.iter().filter(|write| *write == "PUT settings").count(), 1, "{writes:?}");
    assert_eq!(
        writes.iter().filter(|write| write.starts_with("PATCH") && write.ends_with(&id)).count(),
        1,
        "the secret, once"
    );
    assert_eq!(world.sim.pipe(&id).unwrap().settings["streaming_max_insert_wait_ms"], 7000);
    assert_eq!(world.sim.pipe(&id).unwrap().name, "somebody's", "spec.name is not set");
    world.restart();
    world.live(30 * MINUTE);
    assert_eq!(world.writes().len(), writes.len());
}

/// Whether anything would change nobody can tell of a pipe whose state says nothing; and a stopped one would be started.
#[test]
fn a_match_takes_only_a_pipe_that_is_known_to_be_in_the_wanted_run_state() {
    let mut world = fresh(KAFKA);
    let id = made(&mut world, "orders", "my_topic", "Unknown");
    adopt(&mut world, &id, AdoptMode::Match);
    world.live(10 * MINUTE);
    assert_eq!((world.status.pipe.clone(), world.condition("Stalled")), (None, String::new()), "{:#?}", world.trace);
    for (state, taken) in [(PipeState::Stopped, false), (PipeState::Running, true)] {
        world.sim.edit_pipe(&id, PipeEdit { state: Some(state), ..Default::default() }).unwrap();
        world.live(10 * MINUTE);
        assert_eq!(world.status.pipe.is_some(), taken, "{state:?} {:#?}", world.status.conditions);
        let wanted = if taken { "True ReconcileSuccess" } else { "False AdoptMismatch" };
        assert_eq!(world.condition("Synced"), wanted);
    }
    assert!(world.writes().is_empty(), "{:?}", world.writes());
}

#[test]
fn an_adoption_of_a_pipe_that_is_not_there_never_creates_one() {
    let mut world = fresh(KAFKA);
    adopt(&mut world, "44444444-4444-4444-8444-444444444444", AdoptMode::Override);
    world.live(60 * MINUTE);
    assert_eq!(world.condition("Synced"), "False AdoptMismatch");
    assert!(world.writes().is_empty());
}

#[test]
fn who_only_observes_writes_nothing_whatever_happens() {
    let mut world = fresh(KAFKA);
    let id = made(&mut world, "somebody's", "another topic", "Failed");
    adopt(&mut world, &id, AdoptMode::Match);
    world.edit(|spec| {
        spec.management_policy = ManagementPolicy::ObserveOnly;
        spec.on_external_delete = OnExternalDelete::Recreate;
    });
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Observed", "whatever its state");
    assert_eq!(world.status.pipe.clone().unwrap().state.as_deref(), Some("Failed"));
    world.edit(|spec| spec.state = crd::policy::RunState::Stopped);
    world.live(30 * MINUTE);
    world.sim.remove_pipe(&id).unwrap();
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Ready"), "False ExternallyDeleted");
    world.object.deleting = true;
    world.live(10 * MINUTE);
    assert!(!world.exists && world.writes().is_empty(), "{:?}", world.writes());
}

/// Faults: F5.
#[test]
fn a_person_confirms_that_an_unanswered_create_made_nothing() {
    let mut world = fresh(POSTGRES);
    let lost = FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 };
    world.sim.inject(Fault::new(lost).on(RouteKind::CreatePipe).once());
    world.live(120 * MINUTE);
    assert_eq!(world.condition("Synced"), "False ConfirmationRequired");
    assert_eq!(world.condition("Stalled"), "True ConfirmationRequired");
    assert_eq!(world.count(RouteKind::CreatePipe), 1);
    world.object.confirmed_nonce = Some("another".into());
    world.live(30 * MINUTE);
    assert_eq!(world.count(RouteKind::CreatePipe), 1, "another nonce confirms nothing");
    world.object.confirmed_nonce = world.status.create.clone().map(|create| create.nonce);
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), world.count(RouteKind::CreatePipe)), ("True Running", 2));
}

#[test]
fn a_first_load_can_count_as_ready() {
    for (when, ready) in [(ReadyWhen::Running, "Unknown InitialSnapshot"), (ReadyWhen::SnapshotStarted, "True Running")]
    {
        let mut world = fresh(POSTGRES);
        world.edit(|spec| spec.ready_when = when);
        world.sim.change_behaviour(json!({"timings": {"snapshot_ms": 3_600_000}}).as_object().unwrap()).unwrap();
        world.live(30 * MINUTE);
        assert_eq!(world.condition("Ready"), ready);
        assert_eq!(world.condition("Reconciling").is_empty(), when == ReadyWhen::SnapshotStarted);
    }
}

#[test]
fn each_switch_withholds_every_write_also_the_delete() {
    for (by, reason) in [
        (PausedBy::Spec, "True PausedBySpec"),
        (PausedBy::Namespace, "True PausedByNamespace"),
        (PausedBy::Operator, "True PausedGlobally"),
    ] {
        let mut world = ready(KAFKA);
        let writes = world.writes().len();
        (world.paused, world.paused_by) = (true, by);
        world
            .sim
            .edit_pipe(&pipe_id(&world), PipeEdit { state: Some(PipeState::Stopped), ..Default::default() })
            .unwrap();
        world.live(30 * MINUTE);
        assert_eq!((world.condition("Paused").as_str(), world.condition("Ready").as_str()), (reason, "True Running"));
        world.object.deleting = true;
        world.live(30 * MINUTE);
        let ready = world.status.conditions.iter().find(|condition| condition.type_ == "Ready").unwrap();
        assert!(ready.message.starts_with("deletion waits for resume"), "{}", ready.message);
        assert_eq!((world.condition("Ready").as_str(), world.condition("Paused").as_str()), ("False Deleting", reason));
        assert_eq!(world.condition("Synced"), "Unknown ReconcilePaused");
        assert_eq!(world.writes().len(), writes);
        world.paused = false;
        world.live(30 * MINUTE);
        assert!(!world.exists);
        assert_eq!(alive(&world), 0);
    }
}

#[test]
fn to_withhold_writes_is_no_change_that_is_withheld() {
    let mut world = ready(KAFKA);
    world.paused = true;
    world.edit(|spec| spec.paused = true);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "the generation is newer, and nothing of it waits");
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(1000));
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "Unknown Paused");
    world.paused = false;
    world.edit(|spec| spec.paused = false);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running");
}

#[test]
fn the_loser_of_a_claim_writes_nothing_and_goes_without_a_call() {
    let mut world = ready(KAFKA);
    world.claimed_by = Some("data/older".into());
    world.edit(|spec| spec.deletion_policy = DeletionPolicy::Delete);
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(1000));
    let writes = world.writes().len();
    world.live(30 * MINUTE);
    assert_eq!(world.condition("Synced"), "False AlreadyClaimed");
    let told = world.status.conditions.iter().find(|condition| condition.type_ == "Synced").unwrap();
    assert!(told.message.contains("delete this object, which leaves the pipe"), "{}", told.message);
    world.object.deleting = true;
    world.live(10 * MINUTE);
    assert!(!world.exists);
    assert_eq!((world.writes().len(), alive(&world)), (writes, 1));
}

#[test]
fn a_request_to_reconcile_is_echoed_once_it_is_answered() {
    let mut world = ready(KAFKA);
    let lists = world.count(RouteKind::ListPipes);
    world.object.requested_at = Some("2026-01-01T00:00:00Z".into());
    world.pass();
    assert_eq!(world.count(RouteKind::ListPipes), lists + 1, "a look of its own");
    assert_eq!(world.status.last_handled_reconcile_at.as_deref(), Some("2026-01-01T00:00:00Z"));
    let handled = |change: fn(&mut World)| {
        let mut world = ready(KAFKA);
        change(&mut world);
        world.live(6 * MINUTE);
        world.object.requested_at = Some("again".into());
        world.pass();
        world.status.last_handled_reconcile_at
    };
    for change in [
        (|world| world.secrets.clear()) as fn(&mut World),
        |world| world.claimed_by = Some("data/older".into()),
        |world| world.paused = true,
    ] {
        assert_eq!(handled(change).as_deref(), Some("again"), "also where nothing can be done");
    }
}

/// People copy ids from anywhere; the service writes them in lower case.
#[test]
fn an_id_counts_in_capitals_too() {
    for given_up in [false, true] {
        let mut world = ready(KAFKA);
        let id = pipe_id(&world).to_ascii_uppercase();
        if given_up {
            world.sim.remove_pipe(&pipe_id(&world)).unwrap();
            world.edit(|spec| spec.on_external_delete = OnExternalDelete::Recreate);
        }
        adopt(&mut world, &id, AdoptMode::Match);
        world.live(60 * MINUTE);
        assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.status.conditions);
        assert_eq!((alive(&world), pipe_id(&world).eq_ignore_ascii_case(&id)), (1, !given_up));
    }
}

/// Faults: F13.
/// Invariants: 3.
#[test]
fn what_another_object_has_on_record_is_neither_taken_nor_deleted_with_this_one() {
    // With a create whose answer was lost, and with one that made a pipe.
    for lost in [true, false] {
        let mut world = if lost { fresh(KAFKA) } else { ready(KAFKA) };
        if lost {
            let kind = FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 };
            world.sim.inject(Fault::new(kind).on(RouteKind::CreatePipe).once());
            world.pass();
        }
        let name = format!("orders [{}]", world.status.create.clone().unwrap().token);
        let theirs = made(&mut world, &name, "my_topic", "Stopped");
        world.others.push(theirs.clone());
        world.live(60 * MINUTE);
        assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
        assert!(pipe_id(&world) != theirs && is_alive(&world, &theirs));
        world.object.deleting = true;
        world.live(60 * MINUTE);
        assert!(!world.exists && is_alive(&world, &theirs), "{:#?}", world.trace);
        assert_eq!(alive(&world), 1);
    }
}

/// Of several alike the first is told, so that nothing is written at every failing look; what is over is told no longer.
#[test]
fn the_last_error_is_the_one_that_stands() {
    let mut world = ready(KAFKA);
    let lost = || FaultKind::NeverAnswered { commit_after_ms: None };
    let fault = world.sim.inject(Fault::new(lost()).on(RouteKind::ListPipes));
    world.live(20 * MINUTE);
    let first = world.status.last_error.clone().unwrap();
    world.restart();
    world.live(20 * MINUTE);
    assert_eq!(world.status.last_error.clone().unwrap(), first, "through a restart too");
    world.sim.clear_fault(&fault);
    world.sim.inject(
        Fault::new(FaultKind::ServerError { commit_after_ms: None, answer_after_ms: 0 }).on(RouteKind::SetState),
    );
    world.edit(|spec| spec.state = crd::policy::RunState::Stopped);
    world.live(20 * MINUTE);
    let other = world.status.last_error.clone().unwrap();
    assert_eq!((other.class.as_str(), first.class.as_str()), ("ReconcileError", "ReconcileError"));
    assert!(other.request_id.is_some() && other.time != first.time, "{first:?} {other:?}");
}

#[test]
fn the_last_error_names_its_class_and_goes_with_success() {
    let mut world = ready(KAFKA);
    let fault = world.sim.inject(Fault::new(FaultKind::Forbidden {}).on(RouteKind::ListPipes));
    world.live(10 * MINUTE);
    let error = world.status.last_error.clone().unwrap();
    assert_eq!(error.class, "PermissionDenied");
    assert!(error.request_id.is_some());
    world.sim.clear_fault(&fault);
    world.live(20 * MINUTE);
    assert_eq!(world.status.last_error, None);
    let deeds: Vec<String> =
        world.status.history.iter().map(|entry| format!("{} {}", entry.action, entry.outcome)).collect();
    assert_eq!(deeds, ["CreatePipe Accepted", "Start Accepted"]);
    let observed = world.status.observed.clone().unwrap_or_default();
    assert!(observed.pointer("/source/kafka/topics").is_none(), "only what the spec leaves unset: {observed}");
}
