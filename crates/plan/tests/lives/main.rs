//! Whole lives of a pipe: the real plan against the simulator, in virtual time.
//!
//! Not here: one decision by itself (`guards`), every field (`fields`), Kubernetes (the crate `simulation`).

#[path = "../world/mod.rs"]
mod world;

mod clusters;
mod doubt;
mod identity;
mod life;
mod order;
mod policies;
mod protocol;
mod reasons;
mod replacement;
mod resync;
mod services;

use crd::policy::{Adopt, AdoptMode};
use world::World;

const KAFKA: &str = include_str!("../world/kafka.yaml");

const POSTGRES: &str = include_str!("../world/postgres.yaml");

const TWO_TABLES: &str = include_str!("../world/postgres-two-tables.yaml");

const MINUTE: u64 = 60_000;

/// An object that was just applied, with its Secret.
fn fresh(spec: &str) -> World {
    let mut world = World::new(spec);
    world.secrets.insert(("kafka".into(), "password".into()), "hunter2".into());
    world
}

/// An object whose pipe runs.
fn ready(spec: &str) -> World {
    settled(fresh(spec))
}

fn settled(mut world: World) -> World {
    world.live(10 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}\n{:#?}", world.trace, world.status);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess");
    world
}

fn pipe_id(world: &World) -> String {
    world.status.pipe.clone().unwrap_or_default().id
}

fn alive(world: &World) -> usize {
    world.sim.pipes().filter(|pipe| pipe.alive(world.now)).count()
}

fn is_alive(world: &World, id: &str) -> bool {
    world.sim.pipe(id).is_some_and(|pipe| pipe.alive(world.now))
}

fn message(world: &World, r#type: &str) -> String {
    let condition = world.status.conditions.iter().find(|condition| condition.type_ == r#type);
    condition.map(|condition| condition.message.clone()).unwrap_or_default()
}

fn adopt(world: &mut World, id: &str, mode: AdoptMode) {
    let id = id.to_owned();
    world.edit(|spec| spec.adopt = Some(Adopt { id, mode }));
}

/// The same object without its record, as if it was made anew, before the same service.
fn made_anew(made: World) -> World {
    let mut world = fresh(KAFKA);
    (world.sim, world.now) = (made.sim, made.now);
    world.restart();
    world
}

/// One more table is mapped.
#[expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
fn map_orders(world: &mut World) {
    world.edit(|spec| {
        let mappings = &mut spec.source.postgres.as_mut().unwrap().table_mappings;
        let mut orders = mappings[0].clone();
        (orders.source_table, orders.target_table) = ("orders".into(), "public_orders".into());
        mappings.push(orders);
    });
}

/// An hour later everything is as wanted.
fn runs_in_sync(world: &mut World) {
    world.live(60 * MINUTE);
    let said = (world.condition("Ready"), world.condition("Synced"));
    assert_eq!(said, ("True Running".into(), "True ReconcileSuccess".into()), "{:#?}", world.trace);
}
