//! Every manifest of `deploy/examples/flavours` becomes a pipe that is Ready, and needs nothing afterwards; its Secrets are shown nowhere.
//!
//! Not here: the same on the real API server (crate `testbed`), and the examples that the documentation has, too (`examples`).

#![expect(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod world;

use std::path::Path;

use crd::ClickPipe;
use serde_json::Value;
use sim::RouteKind;
use world::World;

#[test]
fn every_flavour_becomes_ready_with_the_fewest_calls() {
    let flavours = flavours();
    assert_eq!(flavours.len(), 15);
    for (file, pipe, values) in flavours {
        let mut world = world(&pipe, &values);
        world.live(7_200_000);
        let ready = world.condition("Ready");
        assert!(ready == "True Running" || ready == "True Completed", "{file}: {ready} {:#?}", world.status);
        assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{file}");
        let writes = if pipe.spec.source.kind().unwrap().family() == crd::source::Family::Database { 1 } else { 2 };
        assert_eq!(world.writes().len(), writes, "{file}: {:?}", world.writes());
        assert_eq!(world.count(RouteKind::GetPipe), 0, "{file}");
        // Applied once more, as it is.
        world.edit(|_| ());
        world.restart();
        world.live(7_200_000);
        assert_eq!(
            (world.condition("Synced").as_str(), world.writes().len()),
            ("True ReconcileSuccess", writes),
            "{file}"
        );
    }
}

/// Invariants: 4.
#[test]
fn no_secret_of_a_flavour_is_shown() {
    for (file, pipe, values) in flavours() {
        let mut world = world(&pipe, &values);
        world.live(600_000);
        let sent =
            world.sim.requests().find(|request| request.method == "POST").map(|request| request.body.to_string());
        let shown =
            format!("{} {:?} {:?}", serde_json::to_string(&world.status).unwrap(), world.desired().wanted, world.trace);
        for (_, canary) in secrets(&values) {
            assert!(sent.as_ref().unwrap().contains(&canary) || file == "gcs-pubsub", "{file}: {canary} is not sent");
            assert!(!shown.contains(&canary), "{file} shows {canary}");
        }
    }
}

/// What a Secret or `ConfigMap` holds: its kind, its name, a key and the value.
type Entry = (String, String, String, String);

/// Each file's name, its pipe and everything that the pipe refers to; each value of a Secret has a canary in it.
fn flavours() -> Vec<(String, ClickPipe, Vec<Entry>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples/flavours");
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| {
            let file = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let manifests: Vec<Value> =
                serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
            let (pipes, others): (Vec<Value>, Vec<Value>) =
                manifests.into_iter().partition(|manifest| manifest["kind"] == "ClickPipe");
            let [pipe] = <[Value; 1]>::try_from(pipes).unwrap_or_else(|pipes| panic!("{file}: {} pipes", pipes.len()));
            let pipe = serde_json::from_value(pipe).unwrap_or_else(|error| panic!("{file}: {error}"));
            (file, pipe, others.iter().flat_map(values).collect())
        })
        .collect()
}

fn values(object: &Value) -> Vec<Entry> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let (kind, name) = (text(&object["kind"]), text(&object["metadata"]["name"]));
    let data = if kind == "Secret" { &object["stringData"] } else { &object["data"] };
    let entries = data.as_object().unwrap().iter();
    entries
        .map(|(key, value)| {
            (
                kind.clone(),
                name.clone(),
                key.clone(),
                if kind == "Secret" { planted(&text(value), key) } else { text(value) },
            )
        })
        .collect()
}

/// The value with a canary in the place of its placeholder.
fn planted(value: &str, key: &str) -> String {
    let before =
        ["<private_key>", "<certificate>", "mykey", value.trim_end()].into_iter().find(|part| value.contains(part));
    value.replace(before.unwrap(), &canary(key))
}

/// Eight letters of base64, so that it may stand in a certificate.
fn canary(key: &str) -> String {
    format!("canary{:02}", key.len())
}

fn secrets(values: &[Entry]) -> impl Iterator<Item = (&Entry, String)> {
    values.iter().filter(|entry| entry.0 == "Secret").map(|entry| (entry, canary(&entry.2)))
}

fn world(pipe: &ClickPipe, values: &[Entry]) -> World {
    let mut world = World::new(&serde_json::to_string(&pipe.spec).unwrap());
    world.object.name.clone_from(pipe.metadata.name.as_ref().unwrap());
    for (_, name, key, value) in values {
        world.secrets.insert((name.clone(), key.clone()), value.clone());
    }
    world
}
