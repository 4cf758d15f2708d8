//! The line in front of the rate limit: what a person changes while a write waits there counts, and who waits holds nobody up.

use std::time::Duration;

use serde_json::json;
use sim::RouteKind;
use simulation::store::Named;
use simulation::world::{Options, World, in_virtual_time};

use crate::{MINUTE, apply, assert_sound, condition, count, living, names, pipe, table, with, world};

const SECOND: Duration = Duration::from_secs(1);

/// Forty pipes that run.
async fn running(world: &World) -> Vec<String> {
    let names = names(40);
    for name in &names {
        apply(world, "kafka", name, &table(name));
    }
    world.advance(5 * MINUTE).await;
    assert_eq!(living(world).len(), names.len());
    names
}

/// Forty pipes are deleted, and five seconds later a person changes their mind: what was not sent by then is not sent any more.
async fn deleted_until(world: &World, change: impl FnOnce(&[String])) -> Vec<String> {
    let names = running(world).await;
    for name in &names {
        world.delete(&pipe(name)).unwrap();
    }
    world.advance(5 * SECOND).await;
    let sent = count(world, RouteKind::DeletePipe);
    assert!((1..20).contains(&sent), "some are sent, most wait: {sent}");
    change(&names);
    world.advance(10 * MINUTE).await;
    assert!(count(world, RouteKind::DeletePipe) <= sent + 1, "one may have had its permit");
    assert_sound(world, "deleted, until somebody thinks better of it");
    names
}

fn pause(world: &World, paused: bool) {
    let annotations = paused.then(|| json!({"cloud.clickhouse.com/paused": "true"}));
    let namespace = Named::new("Namespace", None, "data");
    world.edit(&namespace, "metadata.annotations", annotations).unwrap();
}

#[test]
fn deletes_that_wait_end_when_the_namespace_is_paused() {
    in_virtual_time(async {
        let world = world();
        deleted_until(&world, |_| pause(&world, true)).await;
        pause(&world, false);
        world.advance(3 * MINUTE).await;
        assert_eq!((living(&world).len(), count(&world, RouteKind::DeletePipe)), (0, 40));
        assert_sound(&world, "deletes that waited");
    });
}

#[test]
fn a_pipe_that_is_to_be_retained_after_all_is_kept() {
    in_virtual_time(async {
        let world = world();
        let retain = |names: &[String]| {
            for name in names {
                // Some are gone by now.
                let _ = world.edit(&pipe(name), "spec.deletionPolicy", Some(json!("Retain")));
            }
        };
        let names = deleted_until(&world, retain).await;
        assert!(names.iter().all(|name| world.object(&pipe(name)).is_none()), "none is left");
    });
}

#[test]
fn an_edit_that_is_taken_back_in_time_is_not_sent() {
    in_virtual_time(async {
        let world = world();
        let names = running(&world).await;
        let patches = |world: &World| count(world, RouteKind::SetScaling);
        for replicas in [json!(3), json!(1)] {
            for name in &names {
                world.edit(&pipe(name), "spec.scaling.replicas", Some(replicas.clone())).unwrap();
            }
            world.advance(5 * SECOND).await;
        }
        let sent = patches(&world);
        world.advance(5 * MINUTE).await;
        assert!((1..20).contains(&sent), "some are sent, most wait: {sent}");
        assert!(patches(&world) <= 2 * sent + 2, "only what was sent is taken back: {sent}, {}", patches(&world));
        assert!(names.iter().all(|name| condition(&world, name, "Synced") == "True ReconcileSuccess"));
        assert_sound(&world, "taken back");
    });
}

#[test]
fn with_one_slot_a_delete_overtakes_the_creates_that_wait() {
    in_virtual_time(async {
        let world = with(Options { flags: vec!["--concurrency=1".to_owned()], ..Options::default() });
        let names = names(40);
        for name in &names {
            apply(&world, "kafka", name, &table(name));
        }
        world.advance(20 * SECOND).await;
        assert!((3..20).contains(&living(&world).len()), "most wait for their create");
        let made = names.iter().map(|name| pipe(name)).find(|name| {
            let status = world.object(name).map(|object| object["status"]["pipe"]["id"].clone());
            status.is_some_and(|id| id.is_string())
        });
        world.delete(&made.unwrap()).unwrap();
        world.advance(5 * SECOND).await;
        assert_eq!(count(&world, RouteKind::DeletePipe), 1, "{} are made", living(&world).len());
        world.advance(5 * MINUTE).await;
        assert_eq!(living(&world).len(), 39);
        assert_sound(&world, "one slot");
    });
}
