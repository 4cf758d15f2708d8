//! The create protocol at its edges: answers that never came, records of another object, pipes that the service is late to show.
//!
//! Not here: every order in which such things can happen (crate `model`).

use clickpipes_plan::known::CreateOutcome;
use crd::policy::{Adopt, AdoptMode, DeletionPolicy, ManagementPolicy, OnExternalDelete};
use crd::status::record::CreatePhase;
use sim::{Fault, FaultKind, RouteKind};

use super::*;

/// Faults: F32.
#[test]
fn deleting_a_restored_object_leaves_the_pipe_of_the_old_one_alone() {
    for policy in [DeletionPolicy::Delete, DeletionPolicy::Retain] {
        let mut world = ready(KAFKA);
        world.restart();
        world.object.uid = "uid-of-the-restored-object".into();
        world.edit(|spec| spec.deletion_policy = policy);
        world.object.deleting = true;
        world.live(60 * MINUTE);
        assert!(!world.exists, "the object is let go: {:#?}", world.trace);
        assert_eq!((world.count(RouteKind::DeletePipe), alive(&world)), (0, 1), "{:#?}", world.trace);
    }
}

#[test]
fn a_refused_create_is_not_waited_for_when_the_object_is_deleted() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::SourceRefuses { text: "no such host".into(), host: None }));
    world.pass();
    // As if somebody had written the object between the answer and our record of it.
    let create = world.status.create.as_mut().unwrap();
    assert_eq!(create.phase, CreatePhase::Failed);
    create.phase = CreatePhase::Intent;
    let failed = CreateOutcome::Failed { code: "SourceRejected".into(), message: "no such host".into() };
    world.memory.outcome = Some((create.nonce.clone(), failed));
    world.object.deleting = true;
    world.live(MINUTE);
    assert!(!world.exists, "{:#?}", world.trace);
}

/// Faults: F4, F7.
#[test]
fn a_pipe_that_was_renamed_before_it_was_recorded_is_taken_by_its_id() {
    let mut world = fresh(POSTGRES);
    world.sim.inject(Fault::new(FaultKind::ResetAfterCommit { after_ms: 0 }).on(RouteKind::CreatePipe).once());
    world.sim.inject(Fault::new(FaultKind::ListLag { ms: MINUTE }));
    world.pass();
    let id = world.sim.pipes().next().unwrap().id.clone();
    world.sim.edit_pipe(&id, sim::PipeEdit { name: Some("renamed".into()), ..Default::default() }).unwrap();
    world.live(60 * MINUTE);
    assert_eq!(world.condition("Synced"), "False ConfirmationRequired", "{:#?}", world.trace);
    adopt(&mut world, &id, AdoptMode::Match);
    world.live(60 * MINUTE);
    assert_eq!((pipe_id(&world), alive(&world)), (id, 1), "{:#?}", world.status);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
}

/// Faults: F7.
#[test]
fn a_pipe_that_is_not_listed_yet_is_not_missed() {
    let late = || Fault::new(FaultKind::NotFoundAfterCreate { reads: 0, ms: 5 * MINUTE });
    let lag = || Fault::new(FaultKind::ListLag { ms: 5 * MINUTE });
    // A first pipe, of an object that could not be created for long; and one that follows a pipe that was deleted by somebody else.
    let mut first = fresh(KAFKA);
    first.sim.set_service(sim::DEFAULT_SERVICE, sim::ServiceState::Idle);
    first.live(60 * MINUTE);
    first.sim.set_service(sim::DEFAULT_SERVICE, sim::ServiceState::Running);
    let mut second = ready(KAFKA);
    second.edit(|spec| spec.on_external_delete = OnExternalDelete::Recreate);
    second.live(10 * MINUTE);
    second.sim.remove_pipe(&pipe_id(&second)).unwrap();
    for (mut world, creates) in [(first, 1), (second, 2)] {
        world.sim.inject(late());
        world.sim.inject(lag());
        world.live(60 * MINUTE);
        let trace = world.trace.join(" ");
        assert_eq!(world.condition("Ready"), "True Running", "{trace}");
        let made = world.sim.pipes().count();
        assert_eq!((made, alive(&world)), (creates, 1), "{trace}");
    }
}

#[test]
fn who_only_observes_creates_nothing_when_the_pipe_is_gone() {
    let made = ready(KAFKA);
    let id = pipe_id(&made);
    let mut world = made_anew(made);
    world.edit(|spec| {
        spec.adopt = Some(Adopt { id: id.clone(), mode: AdoptMode::Match });
        spec.management_policy = ManagementPolicy::ObserveOnly;
        spec.on_external_delete = OnExternalDelete::Recreate;
    });
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Observed", "{:#?}", world.status);
    world.sim.remove_pipe(&id).unwrap();
    let writes = world.writes().len();
    world.live(60 * MINUTE);
    assert_eq!(world.writes().len(), writes, "{:#?}", world.trace);
}

/// Faults: F7, F18.
#[test]
fn a_pipe_that_no_list_has_shown_is_not_gone_because_its_delete_finds_nothing() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::ListLag { ms: 5 * MINUTE }));
    let missing = serde_json::json!({"status": 404, "error": "NOT_FOUND: Not Found", "requestId": "1"});
    let unknown = FaultKind::Status { status: 404, body: missing, headers: [].into() };
    world.sim.inject(Fault::new(unknown).on(RouteKind::DeletePipe).once());
    world.pass();
    assert!(world.status.pipe.is_some(), "{:#?}", world.trace);
    world.object.deleting = true;
    world.live(60 * MINUTE);
    assert!(!world.exists, "{:#?}", world.trace);
    assert_eq!(alive(&world), 0, "{:#?}", world.trace);
}

/// Faults: F30.
#[test]
fn an_intent_whose_write_lost_its_answer_is_not_waited_for() {
    for committed in [true, false] {
        let mut world = fresh(KAFKA);
        world.loses_write = Some(committed);
        world.pass();
        let on_record = world.status.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Intent);
        assert_eq!((on_record, world.count(RouteKind::CreatePipe)), (committed, 0), "{:#?}", world.trace);
        world.live(2 * MINUTE);
        assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
        assert_eq!((world.count(RouteKind::CreatePipe), alive(&world)), (1, 1), "{:#?}", world.trace);
    }
}

/// Faults: F1, F30.
#[test]
fn another_process_waits_for_an_intent_that_it_has_not_written() {
    let mut world = fresh(KAFKA);
    world.loses_write = Some(true);
    world.pass();
    world.restart();
    world.live(14 * MINUTE);
    assert_eq!(world.count(RouteKind::CreatePipe), 0, "{:#?}", world.trace);
    world.live(3 * MINUTE);
    assert_eq!((world.count(RouteKind::CreatePipe), alive(&world)), (1, 1), "{:#?}", world.trace);
}

#[test]
fn a_get_under_an_earlier_attempt_does_not_confirm_a_match() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::ResetAfterCommit { after_ms: 0 }).on(RouteKind::CreatePipe).once());
    world.sim.inject(Fault::new(FaultKind::ListLag { ms: MINUTE }));
    world.pass();
    world.sim.clear_faults();
    world.now += 30_000;
    // This process looks, and is frozen before it writes down what it found.
    world.loses_write = Some(false);
    world.pass();
    assert!(matches!(&world.memory.looked, Some((_, _, Some(_)))), "{:#?}", world.trace);
    let looks = world.count(RouteKind::GetPipe);
    // Meanwhile somebody deletes the pipe, and another process finds nothing and begins another attempt.
    let id = world.sim.pipes().next().unwrap().id.clone();
    world.sim.remove_pipe(&id).unwrap();
    let create = world.status.create.as_mut().unwrap();
    (create.attempt, create.nonce) = (2, "another".into());
    world.pass();
    assert_eq!(world.count(RouteKind::GetPipe), looks + 1, "{:#?}", world.trace);
    assert_eq!(world.status.pipe, None, "{:#?}", world.trace);
}

#[test]
fn a_match_that_is_listed_and_not_found_is_looked_for_at_the_usual_pace() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::ResetAfterCommit { after_ms: 0 }).on(RouteKind::CreatePipe).once());
    world.sim.inject(Fault::new(FaultKind::NotFoundAfterCreate { reads: 0, ms: 5 * MINUTE }));
    world.live(4 * MINUTE);
    assert_eq!((world.count(RouteKind::CreatePipe), &world.status.pipe), (1, &None), "{:#?}", world.trace);
    let reads = world.count(RouteKind::ListPipes) + world.count(RouteKind::GetPipe);
    assert!((8..=4 * 6 * 2 + 4).contains(&reads), "{reads} reads in four minutes: {:#?}", world.trace);
    world.live(6 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    assert_eq!((world.count(RouteKind::CreatePipe), alive(&world)), (1, 1), "{:#?}", world.trace);
}

#[test]
fn the_users_word_counts_more_than_a_pipe_that_carries_our_token() {
    let made = ready(KAFKA);
    let other = pipe_id(&made);
    let mut world = made_anew(made);
    // The object was made anew: a pipe with its token is there, and it is told to take another one.
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Synced"), "False AdoptionRequired", "{:#?}", world.trace);
    let mut foreign = fresh(KAFKA);
    foreign.object.name = "another".into();
    foreign.sim = std::mem::replace(&mut world.sim, sim::Simulator::new(sim::Config::default()));
    foreign.now = world.now;
    foreign.restart();
    let foreign = settled(foreign);
    let id = pipe_id(&foreign);
    assert_ne!(id, other);
    (world.sim, world.now) = (foreign.sim, foreign.now);
    adopt(&mut world, &id, AdoptMode::Override);
    world.live(60 * MINUTE);
    assert_eq!((pipe_id(&world), world.condition("Ready").as_str()), (id, "True Running"), "{:#?}", world.trace);
}

/// Faults: F7.
#[test]
fn a_kept_pipe_that_is_not_listed_yet_is_waited_for_quietly() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::ListLag { ms: 5 * MINUTE }));
    world.pass();
    assert!(world.status.pipe.is_some(), "{:#?}", world.trace);
    world.edit(|spec| spec.deletion_policy = DeletionPolicy::Retain);
    world.object.deleting = true;
    let reads = world.count(RouteKind::ListPipes) + world.count(RouteKind::GetPipe);
    world.live(60 * MINUTE);
    assert!(!world.exists, "{:#?}", world.trace);
    assert_eq!(alive(&world), 1);
    let reads = world.count(RouteKind::ListPipes) + world.count(RouteKind::GetPipe) - reads;
    assert!(reads < 5 * 6 * 2 + 5, "{reads} reads in five minutes");
}
