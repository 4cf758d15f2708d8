//! The faults of the test programme that need more than a story can say; each test carries the numbers of those that it makes happen.
//!
//! This file is the stage; the tests are beside it. Not here: stories (`tests/scenarios`), sweeps, storms.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod budget;
mod caches;
mod clocks;
mod crowds;
mod late;
mod line;
mod owners;
mod steps;
mod versions;

use std::time::Duration;

use serde_json::{Value, json};
use sim::{Fault, RouteKind};
use simulation::scenario::example::example;
use simulation::store::Named;
use simulation::world::{Options, World, documents, put};

const MINUTE: Duration = Duration::from_mins(1);

/// A world with a connection and nothing else.
fn world() -> World {
    with(Options::default())
}

fn with(options: Options) -> World {
    let world = World::new(options);
    world.apply(&example("connection").unwrap()).unwrap();
    world
}

/// The names of so many objects.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("pipe-{number}")).collect()
}

/// A table of its own for each.
fn table(name: &str) -> [(&'static str, Value); 1] {
    [("spec.destination.table", json!(name))]
}

fn pipe(name: &str) -> Named {
    Named::new("ClickPipe", Some("data"), name)
}

/// Applies an example under this name, with changes.
fn apply(world: &World, kind: &str, name: &str, changes: &[(&str, Value)]) {
    let mut objects = documents(&example(kind).unwrap()).unwrap();
    let object = objects.last_mut().unwrap();
    put(object, "metadata.name", Some(json!(name))).unwrap();
    for (path, value) in changes {
        put(object, path, Some(value.clone())).unwrap();
    }
    world.apply_all(&objects).unwrap();
}

/// Somebody else makes a pipe like the one of the Kafka example, running, with changes; its id.
fn theirs(world: &World, name: &str, changes: &[(&str, Value)]) -> String {
    let mut body = json!({
        "name": name, "state": "Running",
        "source": {"kafka": {"type": "confluent", "format": "JSONEachRow", "brokers": "broker.example.com:9092", "topics": "my_topic",
            "authentication": "PLAIN", "consumerGroup": "clickpipes-consumer-group", "credentials": {"username": "my_user", "password": "canary-theirs"}}},
        "destination": {"database": "default", "table": "my_table", "managedTable": true, "tableDefinition": {"engine": {"type": "MergeTree"}},
            "columns": [{"name": "id", "type": "UInt64"}, {"name": "message", "type": "String"}, {"name": "timestamp", "type": "DateTime"}]},
    });
    for (path, value) in changes {
        put(&mut body, path, Some(value.clone())).unwrap();
    }
    let made = world.shared.in_cloud(|cloud| cloud.make_pipe(body.as_object().unwrap())).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

fn inject(world: &World, fault: Fault) {
    world.shared.in_cloud(|cloud| cloud.inject(fault));
}

fn count(world: &World, route: RouteKind) -> u64 {
    world.shared.cloud.lock().stats().by_route.get(&route).copied().unwrap_or_default()
}

fn writes(world: &World) -> usize {
    world.shared.cloud.lock().requests().filter(|request| request.route.writes()).count()
}

/// The ids of the pipes that live and are not somebody else's.
fn living(world: &World) -> Vec<String> {
    let cloud = world.shared.cloud.lock();
    let own = cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none() && !pipe.foreign);
    own.map(|pipe| pipe.id.clone()).collect()
}

/// `True Running` and the like; empty when the object has no such condition.
fn condition(world: &World, name: &str, r#type: &str) -> String {
    let object = world.object(&pipe(name)).map(|object| Value::clone(&object)).unwrap_or_default();
    let found = simulation::scenario::expectation::condition(&object, r#type).cloned().unwrap_or_default();
    format!("{} {}", found["status"].as_str().unwrap_or_default(), found["reason"].as_str().unwrap_or_default())
}

/// Nothing that must not happen has happened.
fn assert_sound(world: &World, what: &str) {
    let journal = world.shared.journal.lock();
    assert!(journal.violations().is_empty(), "{what}: {:#?}\n{}", journal.violations(), journal.lines().join("\n"));
}
