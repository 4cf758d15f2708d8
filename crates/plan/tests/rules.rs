//! Every rule that only the operator can check: refused by condition, or told to need a new pipe, with words that name the field; and
//! cured by the change that the words ask for.
//!
//! The cases are data, `rules/<file>.yaml`; the end-to-end tests apply the same ones to the real API server. Not here: rules that the API
//! server checks (crate `crd`).

#![expect(clippy::panic, reason = "a test that cannot go on has failed")]

mod world;

use crd::status::Impact;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sim::RouteKind;
use world::World;

#[derive(Deserialize)]
struct Cases {
    base: Value,
    /// The reason of Ready when a pipe of the base has settled.
    #[serde(default = "running")]
    ready: String,
    #[serde(default)]
    refused: Vec<Case>,
    #[serde(default)]
    replaced: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    /// A part of the message that people see.
    says: String,
    /// What the pipe was created with, for changes.
    #[serde(default)]
    was: Value,
    when: Value,
    cured: Value,
}

const FILES: [(&str, &str); 6] = [
    ("columns", include_str!("rules/columns.yaml")),
    ("mappings", include_str!("rules/mappings.yaml")),
    ("collections", include_str!("rules/collections.yaml")),
    ("key-file", include_str!("rules/key-file.yaml")),
    ("finished", include_str!("rules/finished.yaml")),
    ("snapshot", include_str!("rules/snapshot.yaml")),
];

#[test]
fn what_breaks_a_rule_is_refused_without_a_call_and_cured() {
    for (file, cases) in files() {
        for Case { says, when, cured, .. } in &cases.refused {
            let broken = merged(&spec(&cases.base), when);
            let mut world = world(&broken);
            world.live(600_000);
            assert_eq!(world.condition("Stalled"), "True InvalidSpec", "{file}: {when}");
            assert!(message(&world, "Synced").contains(says), "{file}: {}", message(&world, "Synced"));
            assert_eq!(world.sim.stats().requests, 0, "{file}: {when}");
            world.edit(|spec| *spec = parsed(&merged(&broken, cured)));
            world.live(3_600_000);
            settled(&world, file, &cases.ready);
        }
    }
}

#[test]
fn what_needs_a_new_pipe_is_not_begun_and_cured_by_changing_it_back() {
    for (file, cases) in files() {
        for Case { says, was, when, cured } in &cases.replaced {
            let before = merged(&spec(&cases.base), was);
            let mut world = world(&before);
            world.live(7_200_000);
            settled(&world, file, &cases.ready);
            let writes = world.writes();
            let changed = merged(&before, when);
            world.edit(|spec| *spec = parsed(&changed));
            world.live(3_600_000);
            assert_eq!(world.condition("Stalled"), "True ImmutableFieldChange", "{file}: {when} {:#?}", world.trace);
            assert!(message(&world, "Synced").contains(says), "{file}: {}", message(&world, "Synced"));
            assert_eq!(world.status.plan.clone().map(|plan| plan.class), Some(Impact::Replace), "{file}: {when}");
            world.edit(|spec| *spec = parsed(&merged(&changed, cured)));
            world.live(3_600_000);
            settled(&world, file, &cases.ready);
            assert_eq!(world.writes(), writes, "{file}: {when}");
        }
    }
}

#[test]
fn a_finished_load_is_disturbed_neither_by_a_rotated_secret_nor_by_somebody_else() {
    let (_, cases) = files().into_iter().find(|(file, _)| *file == "finished").unwrap();
    let login = json!({"source": {"objectStorage": {"authentication": "IAM_USER", "accessKey": {
        "accessKeyId": {"value": "AKIAEXAMPLE"}, "secretKey": {"secretKeyRef": {"name": "rules", "key": "secretKey"}},
    }}}});
    let mut world = world(&merged(&spec(&cases.base), &login));
    world.live(3_600_000);
    settled(&world, "finished", "Completed");
    let writes = world.writes();
    world.secrets.insert(("rules".into(), "secretKey".into()), "rotated".into());
    let id = world.status.pipe.clone().unwrap().id;
    world.sim.edit_pipe(&id, sim::PipeEdit { name: Some("renamed".into()), ..Default::default() }).unwrap();
    world.live(3_600_000);
    settled(&world, "finished", "Completed");
    assert_eq!(world.writes(), writes);
    assert_eq!(world.count(RouteKind::CreatePipe), 1);
}

fn files() -> Vec<(&'static str, Cases)> {
    let read = |(file, text): (&'static str, &str)| {
        (file, serde_saphyr::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}")))
    };
    FILES.into_iter().map(read).collect()
}

fn running() -> String {
    "Running".to_owned()
}

fn spec(base: &Value) -> Value {
    let header = json!({"connectionRef": {"name": "prod"}, "serviceId": sim::DEFAULT_SERVICE});
    merged(&header, base)
}

fn parsed(spec: &Value) -> crd::ClickPipeSpec {
    serde_json::from_value(spec.clone()).unwrap_or_else(|error| panic!("{error}: {spec}"))
}

/// A world in which every Secret that the cases name is there.
fn world(spec: &Value) -> World {
    let mut world = World::new(&spec.to_string());
    world.object.name = "rules".into();
    for (key, value) in
        [("password", "hunter2"), ("secretKey", "hunter2"), ("key.json", r#"{"type": "service_account"}"#)]
    {
        world.secrets.insert(("rules".into(), key.into()), value.into());
    }
    world
}

fn message(world: &World, r#type: &str) -> String {
    let found = world.status.conditions.iter().find(|condition| condition.type_ == r#type);
    found.map(|condition| condition.message.clone()).unwrap_or_default()
}

fn settled(world: &World, file: &str, ready: &str) {
    let seen = (world.condition("Ready"), world.condition("Synced"));
    assert_eq!(seen, (format!("True {ready}"), "True ReconcileSuccess".to_owned()), "{file} {:#?}", world.trace);
}

/// RFC 7396.
fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return if patch.is_null() { target.clone() } else { patch.clone() } };
    let mut merged_target = target.as_object().cloned().unwrap_or_else(Map::new);
    for (name, value) in patch {
        let before = merged_target.remove(name).unwrap_or_default();
        if !value.is_null() {
            merged_target.insert(name.clone(), merged(&before, value));
        }
    }
    Value::Object(merged_target)
}
