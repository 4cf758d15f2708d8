//! One seed is one run, bit for bit.
//!
//! Not here: what must hold in a run.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::time::Duration;

use simulation::choke::{Choke, Side};
use simulation::shared::Weather;
use simulation::store::Named;
use simulation::world::{Options, World, in_virtual_time};

const MANIFESTS: &str = include_str!("../../../deploy/examples/kafka.yaml");
const CONNECTION: &str = include_str!("../../../deploy/examples/00-connection.yaml");

/// Everything that happened in a stormy hour.
fn hour(seed: u64) -> Vec<String> {
    in_virtual_time(async {
        let choke = Choke::crashing([(7, Side::After), (15, Side::Before)]);
        let world = World::new(Options { seed, replicas: 2, choke, ..Options::default() });
        *world.shared.weather.lock() = Weather {
            kube_ms: 30,
            lag_ms: 2_000,
            lost_watch: 100,
            kube_fails: 50,
            steady: false,
            ..Weather::default()
        };
        let connection = CONNECTION.replace("<your_key_id>", "key-id").replace("<your_key_secret>", "canary-api-key");
        world.apply(&connection).unwrap();
        world.apply(&MANIFESTS.replace("my_password", "canary-password")).unwrap();
        world.advance(Duration::from_mins(20)).await;
        world.kill(0);
        world.edit(&Named::new("ClickPipe", Some("data"), "kafka"), "spec.scaling.replicas", Some(2.into())).unwrap();
        world.advance(Duration::from_mins(40)).await;
        let mut trace = world.shared.journal.lock().lines().to_vec();
        trace.extend(world.shared.choke.lock().effects.clone());
        let pipe = world.object(&Named::new("ClickPipe", Some("data"), "kafka")).unwrap();
        trace.push(serde_json::to_string_pretty(&pipe["status"]).unwrap());
        assert!(world.shared.journal.lock().violations().is_empty(), "{:#?}", world.shared.journal.lock().violations());
        trace
    })
}

#[test]
fn the_same_seed_is_the_same_run() {
    let (first, second) = (hour(1), hour(1));
    assert_eq!(first, second);
    assert!(first.len() > 40, "{first:#?}");
    assert_ne!(first, hour(2), "another seed is another run");
}
