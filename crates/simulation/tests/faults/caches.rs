//! Caches that are far behind and watches that miss events: a decision made on old values is made again on today's before anything is done.

use std::time::Duration;

use serde_json::json;
use sim::RouteKind;
use simulation::shared::Weather;
use simulation::world::in_virtual_time;

use crate::{MINUTE, apply, assert_sound, condition, count, living, pipe, world, writes};

/// A create, fifty versions, a restart and an edit, with caches that learn of each change this late.
fn behind(lag_ms: u64, lost_watch: u32) {
    in_virtual_time(async {
        let what = format!("{lag_ms} ms late, {lost_watch} of 1000 events lost");
        let world = world();
        *world.shared.weather.lock() = Weather { lag_ms, lost_watch, ..Weather::default() };
        apply(&world, "kafka", "kafka", &[]);
        for version in 0..50 {
            let path = "metadata.annotations.example~2com~1touched";
            world.edit(&pipe("kafka"), path, Some(json!(version.to_string()))).unwrap();
            world.advance(Duration::from_secs(3)).await;
        }
        world.advance(30 * MINUTE).await;
        assert_eq!((count(&world, RouteKind::CreatePipe), living(&world).len()), (1, 1), "{what}");
        assert_eq!(writes(&world), 2, "{what}: a POST and a start");
        assert_eq!(condition(&world, "kafka", "Ready"), "True Running", "{what}");
        // The spec changes faster than the cache learns of it; the process dies in between.
        for replicas in 1..=20 {
            world.edit(&pipe("kafka"), "spec.scaling.replicas", Some(json!(1 + replicas % 4))).unwrap();
            world.advance(Duration::from_secs(2)).await;
            if replicas == 10 {
                world.kill(0);
            }
        }
        world.edit(&pipe("kafka"), "spec.scaling.replicas", Some(json!(4))).unwrap();
        world.advance(30 * MINUTE).await;
        let written = writes(&world);
        world.advance(100 * MINUTE).await;
        assert_eq!((count(&world, RouteKind::CreatePipe), writes(&world)), (1, written), "{what}: it is quiet");
        let cloud = world.shared.cloud.lock();
        let books = cloud.pipe(&living_id(&world)).unwrap().everything(cloud.now_ms());
        assert_eq!(books["scaling"]["replicas"], 4, "{what}: the last spec");
        drop(cloud);
        let journal = world.shared.journal.lock();
        let refused = journal.lines().iter().filter(|line| line.ends_with("the object has changed meanwhile")).count();
        drop(journal);
        assert!(refused < 250, "{what}: {refused} writes of a status that rested on an old object");
        assert_sound(&world, &what);
    });
}

fn living_id(world: &simulation::world::World) -> String {
    let object = world.object(&pipe("kafka")).unwrap();
    object["status"]["pipe"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn f09_a_cache_that_is_one_to_fifty_versions_behind_makes_no_second_pipe() {
    for lag_ms in [1_000, 10_000, 60_000, 150_000] {
        behind(lag_ms, 0);
    }
}

#[test]
fn f09_watches_that_miss_events_make_no_second_pipe() {
    for (lag_ms, lost_watch) in [(2, 300), (5_000, 300), (60_000, 900)] {
        behind(lag_ms, lost_watch);
    }
}
