//! What is done and said while something is not known: whose request it was, what a pipe became while nobody looked, what was not looked at yet.
//!
//! Not here: creates whose answer is lost (`protocol`, and the crate `model`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use crd::status::record::LastResync;
use serde_json::json;
use sim::{Fault, FaultKind, PipeEdit, PipeState, RouteKind};

use super::*;

/// Somebody else makes a Kafka pipe that is nothing like ours; its id.
fn theirs(world: &mut World, name: &str) -> String {
    let body = json!({"name": name, "state": "Running", "source": {"kafka": {"type": "kafka", "format": "JSONEachRow",
        "brokers": "theirs.example.com:9092", "topics": "theirs", "authentication": "PLAIN",
        "credentials": {"username": "them", "password": "p"}}},
        "destination": {"database": "default", "table": "theirs", "managedTable": true,
            "tableDefinition": {"engine": {"type": "MergeTree"}}, "columns": [{"name": "id", "type": "UInt64"}]}});
    let made = world.sim.make_pipe(body.as_object().unwrap()).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

/// Two operators read the same request. The one that was slower must not send it a second time.
///
/// Faults: F10, F28.
/// Invariants: 12.
#[test]
fn a_resync_that_another_process_has_recorded_is_left_to_that_process() {
    let mut world = ready(POSTGRES);
    world.edit(|spec| spec.resync_request = Some("now".into()));
    world.loses_write = Some(false);
    world.pass();
    let nonce = "of-another-process".to_owned();
    world.status.last_resync = Some(LastResync { id: "now".into(), phase: "Sent".into(), nonce });
    world.live(60 * MINUTE);
    assert_eq!(world.count(RouteKind::SetState), 0, "{:#?}", world.trace);
}

/// Faults: F28, F30.
/// Invariants: 12.
#[test]
fn a_resync_whose_record_was_written_all_the_same_is_sent_once() {
    for written in [true, false] {
        let mut world = ready(POSTGRES);
        world.edit(|spec| spec.resync_request = Some("now".into()));
        world.loses_write = Some(written);
        world.pass();
        assert_eq!(world.count(RouteKind::SetState), 0, "{:#?}", world.trace);
        world.live(60 * MINUTE);
        assert_eq!(world.count(RouteKind::SetState), 1, "{:#?}", world.trace);
    }
}

/// Faults: F28.
#[test]
fn a_resync_of_which_nothing_is_known_is_told_until_the_pipe_shows_it() {
    for carried_out in [true, false] {
        let mut world = ready(POSTGRES);
        let kind =
            FaultKind::GatewayTimeout { commit_after_ms: carried_out.then_some(600_000), answer_after_ms: 30_000 };
        world.sim.inject(Fault::new(kind).on(RouteKind::SetState));
        world.edit(|spec| spec.resync_request = Some("now".into()));
        world.live(5 * MINUTE);
        assert!(message(&world, "Synced").contains("set another spec.resyncRequest"), "{:#?}", world.status.conditions);
        let mut phase = String::new();
        for _ in 0..240 {
            world.live(MINUTE / 2);
            phase = world.status.last_resync.clone().unwrap().phase;
        }
        assert_eq!(phase, if carried_out { "Accepted" } else { "Sent" });
        assert_eq!(message(&world, "Synced").contains("set another spec.resyncRequest"), !carried_out);
        assert_eq!(world.count(RouteKind::SetState), 1);
    }
}

/// The window begins again with the process, but the person was asked already.
///
/// Faults: F1, F4.
/// Invariants: 5.
#[test]
fn a_question_that_was_asked_stands_through_a_restart_until_it_is_answered() {
    let mut world = fresh(POSTGRES);
    world.sim.inject(Fault::new(FaultKind::ResetBeforeCommit { after_ms: 0 }).on(RouteKind::CreatePipe).once());
    world.live(60 * MINUTE);
    assert_eq!(world.condition("Stalled"), "True ConfirmationRequired", "{:#?}", world.trace);
    let asked = world.status_writes;
    world.restart();
    world.live(60 * MINUTE);
    assert_eq!(world.status_writes, asked, "{:#?}", world.written);
    world.restart();
    world.object.confirmed_nonce = world.status.create.clone().map(|create| create.nonce);
    world.live(10 * MINUTE);
    assert_eq!(
        (world.condition("Ready").as_str(), world.count(RouteKind::CreatePipe)),
        ("Unknown CreateUnconfirmed", 1)
    );
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), world.count(RouteKind::CreatePipe)), ("True Running", 2));
}

/// Invariants: 8.
#[test]
fn ready_is_not_kept_through_a_pause_in_which_the_pipe_became_something_else() {
    let mut world = ready(KAFKA);
    world.paused = true;
    let id = pipe_id(&world);
    world.sim.edit_pipe(&id, PipeEdit { state: Some(PipeState::InternalError), ..Default::default() }).unwrap();
    world.live(10 * MINUTE);
    assert_eq!(
        (world.condition("Ready"), world.status.pipe.clone().unwrap().state.unwrap()),
        ("True Running".into(), "InternalError".into())
    );
    world.restart();
    world.paused = false;
    world.sim.inject(Fault::new(FaultKind::NeverAnswered { commit_after_ms: None }).on(RouteKind::ListPipes).times(3));
    world.pass();
    assert_eq!(world.condition("Ready"), "Unknown ObservationStale", "{:#?}", world.trace);
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "False PipeInternalError");
}

/// Faults: F1.
/// Invariants: 5.
#[test]
fn a_restart_says_nothing_new_before_it_has_looked() {
    let mut world = ready(KAFKA);
    let name = world.status.pipe.clone().unwrap().name.unwrap();
    theirs(&mut world, &name);
    let scaling = serde_json::Map::from_iter([("replicas".to_owned(), json!(3))]);
    world.spec.drift_policy = crd::policy::DriftPolicy::Warn;
    world.sim.edit_pipe(&pipe_id(&world), PipeEdit { scaling, ..Default::default() }).unwrap();
    world.live(10 * MINUTE);
    assert_eq!(world.condition("SuspectedDuplicate"), "True UnclaimedPipeFound");
    world.paused = true;
    world.live(10 * MINUTE);
    let writes = world.status_writes;
    for _ in 0..3 {
        world.restart();
        world.live(10 * MINUTE);
    }
    assert_eq!(world.status_writes, writes, "{:#?}", world.written.last());
}

/// Somebody makes a pipe of quite another kind under our name, while the answer to our create is lost: it has none of our fields, and none
/// that differ.
///
/// Faults: F13.
/// Invariants: 3.
#[test]
fn a_pipe_with_our_token_and_a_source_of_another_kind_is_not_ours() {
    let mut world = fresh(POSTGRES);
    let lost = FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 };
    world.sim.inject(Fault::new(lost).on(RouteKind::CreatePipe));
    world.live(MINUTE);
    let name = format!("theirs [{}]", world.status.create.clone().unwrap().token);
    let made = theirs(&mut world, &name);
    world.live(60 * MINUTE);
    assert_ne!(pipe_id(&world), made, "{:#?}", world.trace);
    assert_eq!(world.condition("Synced"), "False AdoptionRequired");
    assert_eq!(world.writes().len(), 1, "the create alone");
}

/// Faults: F25.
/// Invariants: 5.
#[test]
fn a_service_that_is_gone_is_told_once() {
    let mut world = ready(KAFKA);
    world.sim.remove_service(sim::DEFAULT_SERVICE).unwrap();
    world.live(60 * MINUTE);
    assert_eq!(world.condition("ReferencesResolved"), "False ServiceNotFound");
    let writes = world.status_writes;
    world.live(300 * MINUTE);
    let last: Vec<String> = world.written.iter().rev().take(2).map(|status| format!("{status:#?}")).collect();
    assert_eq!(world.status_writes, writes, "{}", last.join("\n"));
}
