//! A service that answers 429 for minutes or an hour: the limit is kept all the same, and two windows later everything flows again.

use std::collections::BTreeMap;

use serde_json::json;
use sim::{Fault, FaultKind};
use simulation::world::in_virtual_time;

use crate::{MINUTE, apply, assert_sound, condition, inject, living, world};

/// Two windows of ten seconds after the last freeze has ended; a freeze without a usable header is short, a far one is tried after 5 minutes.
const RECOVERED_MS: u64 = 20_000;

#[test]
fn f22_a_storm_of_429_costs_nothing_but_its_time() {
    for (minutes, headers) in [(1, [None, Some("7.5")]), (10, [Some("soon"), Some("-3")]), (60, [None, Some("1e300")])]
    {
        for header in headers {
            in_virtual_time(async {
                let what = format!("{minutes} min, header {header:?}");
                let world = world();
                for name in ["one", "two", "three", "four"] {
                    apply(&world, "kafka", name, &[("spec.destination.table", json!(name))]);
                }
                world.advance(2 * MINUTE).await;
                let throttled = FaultKind::TooManyRequests { reset: header.map(str::to_owned) };
                inject(&world, Fault::new(throttled));
                for (name, replicas) in [("one", 2), ("two", 3), ("three", 4)] {
                    let object = crate::pipe(name);
                    world.edit(&object, "spec.scaling.replicas", Some(json!(replicas))).unwrap();
                }
                apply(&world, "kafka", "five", &[("spec.destination.table", json!("five"))]);
                world.delete(&crate::pipe("four")).unwrap();
                world.advance(minutes * MINUTE).await;
                let before = world.shared.cloud.lock().stats().requests;
                assert!(before < 40 + u64::from(minutes) * 31, "{what}: {before} requests");
                world.shared.in_cloud(sim::Simulator::clear_faults);
                let calm = world.shared.now_ms();
                world.advance(10 * MINUTE).await;
                let cloud = world.shared.cloud.lock();
                let first = cloud.requests().find(|request| request.at_ms >= calm).map(|request| request.at_ms - calm);
                let per_window: BTreeMap<u64, usize> = cloud.requests().filter(|request| request.at_ms >= calm).fold(
                    BTreeMap::new(),
                    |mut all, request| {
                        *all.entry((request.at_ms - calm) / RECOVERED_MS).or_default() += 1;
                        all
                    },
                );
                drop(cloud);
                let patience = if minutes > 1 || header.is_some() { 305_000 } else { RECOVERED_MS };
                assert!(first.is_some_and(|first| first <= patience), "{what}: {first:?} {per_window:?}");
                for name in ["one", "two", "three", "five"] {
                    assert_eq!(condition(&world, name, "Ready"), "True Running", "{what}: {name}");
                }
                assert_eq!(living(&world).len(), 4, "{what}: one was deleted, one was made");
                assert_sound(&world, &what);
            });
        }
    }
}
