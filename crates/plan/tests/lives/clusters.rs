//! Copies, restores, and two clusters with one service: whose pipe it is when the same object is in several places.
//!
//! Not here: one object in one place (`identity`).

use crd::policy::AdoptMode;
use sim::{Fault, FaultKind, RouteKind};

use super::*;

/// The object appears in another cluster, or another namespace, with or without what its status said.
fn elsewhere(with_status: bool, change: fn(&mut World)) -> World {
    let mut world = ready(KAFKA);
    change(&mut world);
    world.object.uid = "uid-elsewhere".into();
    if !with_status {
        world.status = crd::ClickPipeStatus::default();
    }
    world.restart();
    world
}

/// Faults: F32.
#[test]
fn a_restore_into_another_cluster_leaves_the_pipe_alone_until_a_person_says_so() {
    for with_status in [true, false] {
        let mut world = elsewhere(with_status, |world| world.cluster = "another cluster".into());
        let (id, writes) = (world.last_pipe.clone().unwrap(), world.writes().len());
        world.live(60 * MINUTE);
        assert_eq!(world.condition("Synced"), "False AdoptionRequired", "{with_status} {:#?}", world.trace);
        assert_eq!((world.writes().len(), alive(&world)), (writes, 1), "{with_status}");
        let synced = world.status.conditions.iter().find(|condition| condition.type_ == "Synced").unwrap();
        assert!(synced.message.contains(&id), "{}", synced.message);
        if !with_status {
            adopt(&mut world, &id, AdoptMode::Match);
            world.live(10 * MINUTE);
            assert_eq!((world.condition("Ready").as_str(), pipe_id(&world)), ("True Running", id));
        }
    }
}

/// Faults: F32.
#[test]
fn a_copy_creates_nothing_while_the_original_pipe_is_there() {
    let mut world = elsewhere(false, |world| world.object.namespace = "copy".into());
    let id = world.last_pipe.clone().unwrap();
    world.live(60 * MINUTE);
    assert_eq!(world.condition("Synced"), "False AdoptionRequired");
    assert_eq!(world.count(RouteKind::CreatePipe), 1);
    // Seen again on every sweep: the pipe is gone, so nothing is in the way any more.
    world.sim.remove_pipe(&id).unwrap();
    world.live(30 * MINUTE);
    assert_eq!((world.condition("Ready").as_str(), world.count(RouteKind::CreatePipe)), ("True Running", 2));
    assert_ne!(pipe_id(&world), id);
}

/// Lets both clusters live for a while, in turns, before the same service.
fn live_together(clusters: &mut [World; 2], for_ms: u64) {
    let [one, other] = clusters;
    let end = one.now + for_ms;
    while one.now < end {
        one.pass();
        std::mem::swap(&mut one.sim, &mut other.sim);
        other.now = one.now;
        other.pass();
        std::mem::swap(&mut one.sim, &mut other.sim);
        other.now += 10_000;
        one.now = other.now;
    }
}

#[test]
fn f33_two_clusters_with_the_same_object_and_the_same_service_keep_apart() {
    for lost in [false, true] {
        let mut clusters = [fresh(KAFKA), fresh(KAFKA)];
        clusters[1].cluster = "another cluster".into();
        clusters[1].object.uid = "uid-2".into();
        if lost {
            // The create of the first is lost, and a pipe of the second stands there that fits it but for its token.
            let reset = FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 };
            clusters[0].sim.inject(Fault::new(reset).on(RouteKind::CreatePipe).once());
        }
        live_together(&mut clusters, 30 * MINUTE);
        let [one, other] = &clusters;
        let (first, second) = (pipe_id(one), pipe_id(other));
        assert_eq!(
            (one.condition("Ready").as_str(), other.condition("Ready").as_str()),
            ("True Running", "True Running")
        );
        assert_ne!(first, second, "each has a pipe of its own");
        assert_eq!((alive(one), one.count(RouteKind::CreatePipe)), (2, if lost { 3 } else { 2 }));
        assert_eq!((one.condition("SuspectedDuplicate"), other.condition("SuspectedDuplicate")), <_>::default());
        // One of them deletes its object: the other's pipe is not touched.
        clusters[0].object.deleting = true;
        let before = clusters[0].sim.pipe(&second).unwrap().document.clone();
        for _ in 0..40 {
            if clusters[0].exists {
                live_together(&mut clusters, 1);
            }
        }
        let [one, other] = &clusters;
        assert!(!one.exists && !is_alive(one, &first) && is_alive(one, &second));
        assert_eq!(one.sim.pipe(&second).unwrap().document, before);
        assert_eq!(other.condition("Ready"), "True Running");
    }
}
