//! `cargo xtask bench`: what one pipe costs, in calls first, then how fast a decision is made.
//!
//! Calls are counted at the simulator, in virtual time, so they do not depend on the machine.

#![expect(clippy::disallowed_types, reason = "a measurement reads the clock")]

#[path = "../tests/world/mod.rs"]
#[expect(dead_code, reason = "the tests use the rest")]
mod world;

use std::time::{Duration, Instant};

use clickpipes_plan::{plan, status};
use world::World;

/// How long decisions are made for.
const FOR: Duration = Duration::from_secs(3);

fn main() {
    let mut world = World::new(
        &std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/kafka.yaml")).unwrap_or_default(),
    );
    world.secrets.insert(("kafka".into(), "password".into()), "a password".into());
    world.live(600_000);
    let calls = |world: &World| (world.sim.stats().requests, world.writes().len());
    let (all, writes) = calls(&world);
    println!("one Kafka pipe, from apply to Ready and ten minutes on: {all} requests, {writes} of them writes");
    let before = calls(&world).0;
    world.live(3_600_000);
    println!(
        "one quiet hour at a poll interval of 5 minutes: {} requests, {} writes",
        calls(&world).0 - before,
        calls(&world).1 - writes
    );

    world.pass();
    let (desired, known) = (world.desired(), world.known());
    let (begun, mut made) = (Instant::now(), 0_u32);
    while begun.elapsed() < FOR {
        for _ in 0..100 {
            let plan = plan(&desired, &known);
            let status = status(&desired, &known, &plan);
            assert!(
                plan.steps.is_empty() && status == known.record,
                "the pipe is not as wanted: {:#?} {:#?}",
                plan.steps,
                status.conditions
            );
        }
        made += 100;
    }
    println!(
        "decisions on a converged pipe (plan and status): {:.0} per second on one core",
        f64::from(made) / begun.elapsed().as_secs_f64()
    );
}
