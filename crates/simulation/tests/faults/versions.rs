//! A newer operator was here and is taken back: upon its record nothing is written, and when it returns everything goes on.

use std::time::Duration;

use serde_json::json;
use simulation::choke::{Choke, Side};
use simulation::world::{Options, World, in_virtual_time};

use crate::{MINUTE, apply, assert_sound, condition, living, pipe, with, writes};

/// What a newer operator would write.
const NEWER: i64 = 1_000;

/// Lets the process die at this effect, if there are so many; whether it did.
async fn until_it_dies(world: &World) -> bool {
    for _ in 0..1_200 {
        world.advance(Duration::from_millis(100)).await;
        if world.shared.journal.lock().lines().iter().any(|line| line.ends_with(" ended")) {
            return true;
        }
    }
    false
}

fn set_version(world: &World, version: i64) {
    let named = pipe("kafka");
    let object = world.object(&named).unwrap();
    let mut status = object["status"].clone();
    status["create"]["protocolVersion"] = json!(version);
    let current = object["metadata"]["resourceVersion"].as_str().unwrap().to_owned();
    world.shared.in_store(|store| store.replace_status(&named, &current, status)).unwrap();
}

#[test]
fn f29_nothing_is_written_upon_a_newer_record_at_any_step_of_a_create_and_afterwards_it_goes_on() {
    let mut tried = 0;
    for (at, side) in (0..20).flat_map(|at| [(at, Side::Before), (at, Side::After)]) {
        in_virtual_time(async {
            let what = format!("effect {at} {side:?}");
            let world = with(Options { choke: Choke::crashing([(at, side)]), ..Options::default() });
            apply(&world, "kafka", "kafka", &[]);
            let dead = until_it_dies(&world).await;
            let version = world.object(&pipe("kafka")).unwrap()["status"]["create"]["protocolVersion"].as_i64();
            let Some(ours) = version.filter(|_| dead) else { return };
            tried += 1;
            // The upgrade and its rollback happen before the next process begins.
            set_version(&world, NEWER);
            let before = writes(&world);
            world.edit(&pipe("kafka"), "spec.scaling.replicas", Some(json!(3))).unwrap();
            world.advance(60 * MINUTE).await;
            assert_eq!(writes(&world), before, "{what}: nothing is written");
            assert_eq!(condition(&world, "kafka", "Synced"), "False RecordTooNew", "{what}");
            assert_eq!(condition(&world, "kafka", "Stalled"), "True RecordTooNew", "{what}");
            let left = world.object(&pipe("kafka")).unwrap()["status"]["create"]["protocolVersion"].clone();
            assert_eq!(left, NEWER, "{what}: its record stays");
            // What it wrote is understood again.
            set_version(&world, ours);
            world.advance(60 * MINUTE).await;
            assert_eq!(condition(&world, "kafka", "Ready"), "True Running", "{what}");
            assert_eq!(living(&world).len(), 1, "{what}");
            assert_sound(&world, &what);
        });
    }
    assert!(tried >= 10, "{tried} steps with a record");
}
