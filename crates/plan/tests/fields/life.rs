//! A specimen as an object whose pipe is there: converged worlds, what the simulator holds, what was written.
//!
//! Not here: what is asserted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use sim::{Config, DEFAULT_SERVICE, Pipe, ServiceConfig, Switch};
use specimens::{Specimen, leaves, path};

use crate::world::World;

/// A quiet poll.
pub(crate) const POLL: u64 = 300_000;

/// An object with this spec, before anything was done.
pub(crate) fn born(specimen: &Specimen, switches: &BTreeSet<Switch>) -> World {
    let service = ServiceConfig { provider: specimen.provider.clone(), ..ServiceConfig::new(DEFAULT_SERVICE) };
    let config = Config { services: vec![service], switches: switches.clone(), ..Config::default() };
    let mut world = World::with(specimen.typed(), config);
    world.secrets.clone_from(&specimen.secrets);
    world
}

/// The same with its pipe created and at rest.
pub(crate) fn converged(specimen: &Specimen, switches: &BTreeSet<Switch>) -> World {
    let mut world = born(specimen, switches);
    settle(&mut world);
    assert_eq!(
        (world.condition("Synced").as_str(), world.sim.pipes().count()),
        ("True ReconcileSuccess", 1),
        "{}: {:#?} {:#?}",
        specimen.label,
        world.status.conditions,
        world.trace
    );
    world.sim.clear_requests();
    world
}

/// Converged worlds by specimen: creating is slower than copying.
#[derive(Default)]
pub(crate) struct Converged(BTreeMap<String, World>);

impl Converged {
    pub(crate) fn on(&mut self, specimen: &Specimen) -> World {
        let key = format!("{} {}", specimen.label, specimen.spec);
        self.0.entry(key).or_insert_with(|| converged(specimen, &BTreeSet::new())).clone()
    }
}

/// Long enough for a create, and for an edit with a pause and a first load.
pub(crate) fn settle(world: &mut World) {
    world.live(6 * POLL);
}

/// Gives the object this spec and these values.
pub(crate) fn edit(world: &mut World, specimen: &Specimen) {
    world.edit(|spec| *spec = specimen.typed());
    world.secrets.clone_from(&specimen.secrets);
}

/// What was written since the requests were cleared: the last part of the path, and the command or the mappings that went with it.
pub(crate) fn written(world: &World) -> Vec<String> {
    let requests = world.sim.requests().filter(|request| request.method != "GET");
    requests
        .map(|request| {
            let end = request.path.rsplit('/').next().unwrap_or_default();
            let what = if end.len() == 36 { "pipe" } else { end };
            let command = request.body.pointer("/command").and_then(Value::as_str).unwrap_or_default();
            format!("{} {what} {command}", request.method).trim_end().to_owned()
        })
        .collect()
}

/// The only pipe.
pub(crate) fn pipe(world: &World) -> &Pipe {
    world.sim.pipes().next().expect("there is a pipe")
}

/// What of the wanted document the simulator does not hold.
pub(crate) fn missing(world: &World) -> Vec<String> {
    let desired = world.desired();
    let mut wanted = desired.wanted.as_ref().expect("a specimen is valid").document.expose();
    let held = held(pipe(world));
    for leaf in world.spec.source.kind().into_iter().flat_map(leaves) {
        // What is meant anyway need not be held.
        let meant = leaf.field.default.is_some() && path::get(&wanted, &leaf.path) == leaf.field.default.as_ref();
        if meant && path::get(&held, &leaf.path).is_none() {
            path::unset(&mut wanted, &leaf.path);
        }
    }
    let mut missing = Vec::new();
    hold(&wanted, &held, "", &mut missing);
    missing
}

/// A pipe as the document that a spec makes, secrets included.
pub(crate) fn held(pipe: &Pipe) -> Value {
    let name = pipe.name.split(" [").next().unwrap_or_default();
    let mut document = Map::new();
    document.insert("name".into(), name.into());
    document.insert("source".into(), serde_json::json!({ pipe.source.arm(): pipe.document }));
    document.insert("destination".into(), Value::Object(pipe.destination.clone()));
    document.insert("fieldMappings".into(), pipe.field_mappings.clone().unwrap_or_default());
    document.insert("scaling".into(), Value::Object(pipe.scaling.clone()));
    document.insert("settings".into(), Value::Object(pipe.settings.clone()));
    Value::Object(document)
}

/// Written on its own, not with the operator's comparison: everything that is wanted is there, lists as large as wanted, in any order.
fn hold(wanted: &Value, held: &Value, path: &str, missing: &mut Vec<String>) {
    match (wanted, held) {
        (Value::Object(wanted), held) => {
            for (name, wanted) in wanted.iter().filter(|(name, _)| *name != "validateSamples") {
                hold(wanted, held.get(name).unwrap_or(&Value::Null), &format!("{path}.{name}"), missing);
            }
        }
        (Value::Array(wanted), Value::Array(held)) if wanted.len() == held.len() => {
            for wanted in wanted {
                let found = held.iter().any(|held| {
                    let mut other = Vec::new();
                    hold(wanted, held, "", &mut other);
                    other.is_empty()
                });
                if !found {
                    missing.push(format!("{path}: {wanted}"));
                }
            }
        }
        (Value::Array(wanted), Value::Null) if wanted.is_empty() => {}
        (Value::Bool(false), Value::Null) => {}
        (Value::Number(wanted), Value::Number(held)) if wanted.as_f64() == held.as_f64() => {}
        (wanted, held) if wanted == held => {}
        (wanted, held) => missing.push(format!("{path}: {wanted} is wanted and {held} held")),
    }
}
