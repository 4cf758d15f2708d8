//! Whose pipe it is: forged tokens with and without an intent of ours, fitting and not fitting.

use serde_json::{Value, json};
use sim::{Fault, FaultKind, RouteKind};
use simulation::world::{World, in_virtual_time};

use crate::{MINUTE, apply, assert_sound, condition, count, inject, living, pipe, theirs, world, writes};

/// Somebody makes a pipe with the name that ours has or will have; its id.
fn forge(world: &World, name: &str, topic: &str) -> String {
    let id = theirs(world, name, &[("state", json!("Stopped")), ("source.kafka.topics", json!(topic))]);
    let cloud = world.shared.cloud.lock();
    world.shared.watchman.lock().foreign(&cloud, &id);
    drop(cloud);
    id
}

/// The name that a pipe of this object gets, read from the create of a world in which nothing goes wrong.
fn name() -> String {
    in_virtual_time(async {
        let world = world();
        apply(&world, "kafka", "kafka", &[]);
        world.advance(MINUTE).await;
        let cloud = world.shared.cloud.lock();
        cloud.pipes().next().unwrap().name.clone()
    })
}

fn object(world: &World) -> Value {
    world.object(&pipe("kafka")).map(|object| Value::clone(&object)).unwrap()
}

#[test]
fn f13_a_forged_token_counts_only_with_an_intent_and_the_same_pipe() {
    let name = name();
    for (intent, topic) in [(true, "my_topic"), (true, "other"), (false, "my_topic"), (false, "other")] {
        in_virtual_time(async {
            let what = format!("intent {intent}, topic {topic}");
            let world = world();
            if intent {
                // The create never arrives, so that only the forged pipe carries the token.
                let lost = FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 };
                inject(&world, Fault::new(lost).on(RouteKind::CreatePipe).once());
            } else {
                forge(&world, &name, topic);
            }
            apply(&world, "kafka", "kafka", &[]);
            world.advance(MINUTE).await;
            let forged = if intent { Some(forge(&world, &name, topic)) } else { None };
            world.advance(60 * MINUTE).await;
            let taken = object(&world)["status"]["pipe"]["id"].as_str().map(str::to_owned);
            match (intent, topic) {
                (true, "my_topic") => {
                    assert_eq!(taken, forged, "{what}: what fits an open intent is ours");
                    assert_eq!(condition(&world, "kafka", "Ready"), "True Running", "{what}");
                    assert_eq!(count(&world, RouteKind::CreatePipe), 1, "{what}");
                }
                (true, _) => {
                    assert_ne!(taken, forged, "{what}");
                    let says = (condition(&world, "kafka", "Synced"), condition(&world, "kafka", "Stalled"));
                    assert_eq!(says.0, "False AdoptionRequired", "{what}: {says:?}");
                    assert_eq!(writes(&world), 1, "{what}: the lost create");
                }
                (false, _) => {
                    assert_eq!(taken, None, "{what}");
                    assert_eq!(condition(&world, "kafka", "Synced"), "False AdoptionRequired", "{what}");
                    assert_eq!((writes(&world), living(&world).len()), (0, 0), "{what}");
                }
            }
            world.delete(&pipe("kafka")).unwrap();
            world.advance(60 * MINUTE).await;
            assert!(world.object(&pipe("kafka")).is_none(), "{what}: the object is let go");
            assert_sound(&world, &what);
        });
    }
}

/// A pipe that fits our create, and that another object took by its id, is no twin any more: not at the second look either, nor when our
/// object goes.
#[test]
fn f13_what_another_object_took_by_its_id_stays() {
    let name = name();
    in_virtual_time(async {
        let world = world();
        apply(&world, "kafka", "kafka", &[]);
        world.advance(5 * MINUTE).await;
        apply(&world, "kafka", "kafka", &[("spec.paused", json!(true))]);
        world.advance(MINUTE).await;
        let id = forge(&world, &name, "my_topic");
        // It keeps its name, and with it our token.
        let adopt = ("spec.adopt", json!({"id": id, "mode": "Override"}));
        let theirs = [adopt, ("spec.state", json!("Stopped")), ("spec.name", Value::Null)];
        apply(&world, "kafka", "theirs", &theirs);
        world.advance(10 * MINUTE).await;
        assert_eq!(condition(&world, "theirs", "Ready"), "True Stopped");
        // With a change, so that one pass looks twice.
        apply(&world, "kafka", "kafka", &[("spec.paused", json!(false)), ("spec.scaling", json!({"replicas": 2}))]);
        world.advance(60 * MINUTE).await;
        world.delete(&pipe("kafka")).unwrap();
        world.advance(60 * MINUTE).await;
        assert!(world.object(&pipe("kafka")).is_none());
        assert_eq!(condition(&world, "theirs", "Ready"), "True Stopped");
        assert!(world.shared.cloud.lock().pipe(&id).unwrap().gone_at_ms.is_none());
        assert_sound(&world, "an adopted twin");
    });
}

/// Two conditions say it, in the same words; people are told once.
#[test]
fn f26_a_pipe_that_somebody_deleted_is_told_in_one_event() {
    in_virtual_time(async {
        let world = world();
        apply(&world, "kafka", "kafka", &[]);
        world.advance(5 * MINUTE).await;
        let id = object(&world)["status"]["pipe"]["id"].as_str().unwrap().to_owned();
        world.shared.in_cloud(|cloud| cloud.remove_pipe(&id)).unwrap();
        world.advance(60 * MINUTE).await;
        assert_eq!(condition(&world, "kafka", "Synced"), "False ExternallyDeleted");
        let journal = world.shared.journal.lock();
        let told: Vec<&String> =
            journal.lines().iter().filter(|line| line.contains(" event ClickPipe")).skip(3).collect();
        assert_eq!(told.len(), 1, "{told:#?}");
        assert!(told[0].contains(": ExternallyDeleted "), "{told:#?}");
    });
}
