//! What happened, as it stands below a story: the writes with their times, what became of each object, and what the story asked to see.
//!
//! Not here: doing anything.

use controller::kind::Key;
use controller::pass::Pass;
use crd::ClickPipe;
use plan::{Look as Reading, Step};
use serde_json::Value;

use super::look::{Look, request, without_secrets};
use crate::journal::clock;
use crate::store::Named;
use crate::world::World;

/// Members of a status that say when or how, and not what.
const LEFT_OUT: [&str; 16] = [
    "lastTransitionTime",
    "observedGeneration",
    "createdAt",
    "updatedAt",
    "time",
    "since",
    "requestId",
    "bodyHash",
    "fingerprint",
    "holder",
    "clusterId",
    "uid",
    "protocolVersion",
    "lastObservedTime",
    "secretFingerprints",
    "nonce",
];

/// The writes after this request, and how many looks there were.
pub fn calls(look: &Look<'_>, after: u64) -> Vec<String> {
    let requests = look.requests(after);
    let (writes, looks): (Vec<_>, Vec<_>) = requests.iter().partition(|request| request.route.writes());
    let mut lines: Vec<String> =
        writes.iter().map(|write| format!("{} {}", clock(write.at_ms), look.shorten(&request(write)))).collect();
    if !looks.is_empty() {
        lines.push(format!("looks: {}", looks.len()));
    }
    lines
}

/// What people see of every object of ours, by name.
pub fn objects(look: &Look<'_>) -> Vec<(Named, String)> {
    let store = look.world.shared.store.lock();
    let kinds = ["ClusterCloudConnection", "CloudConnection", "ClickPipe"];
    let all = kinds.iter().flat_map(|kind| store.all(kind)).map(|(named, object)| (named.clone(), summary(object)));
    let all: Vec<(Named, String)> = all.collect();
    drop(store);
    all.into_iter().map(|(named, summary)| (named, look.shorten(&summary))).collect()
}

/// A status in one line.
pub fn summary(object: &Value) -> String {
    if object["status"]["observedGeneration"] == -1 {
        return "new".to_owned();
    }
    let mut parts = Vec::new();
    for condition in object["status"]["conditions"].as_array().into_iter().flatten() {
        let [r#type, status, reason, message] =
            ["type", "status", "reason", "message"].map(|member| condition[member].as_str().unwrap_or_default());
        let usual = matches!(
            (r#type, reason),
            ("ReferencesResolved", "Resolved") | ("Drifted", "NoDrift") | ("Synced", "ReconcileSuccess")
        );
        if !usual {
            let message = if matches!((r#type, status), ("Synced", "Unknown") | ("Reconciling" | "Stalled", _)) {
                String::new()
            } else {
                format!(" ({message})")
            };
            parts.push(format!("{type} {status} {reason}{message}"));
        }
    }
    if let Some(state) = object["status"]["pipe"]["state"].as_str() {
        parts.push(format!("pipe {state}"));
    }
    parts.join("; ")
}

/// A status, a line for each member that tells something.
pub fn status(look: &Look<'_>, named: &Named) -> Vec<String> {
    let Some(object) = look.world.object(named) else { return vec![format!("{} is gone", named.name)] };
    let mut lines = Vec::new();
    flatten("", &object["status"], &mut lines);
    lines.iter().map(|line| look.shorten(line)).collect()
}

/// A pipe as the service keeps it.
pub fn pipe(look: &Look<'_>, named: &Named) -> Vec<String> {
    let id = look.world.object(named).map(|object| object["status"]["pipe"]["id"].clone()).unwrap_or_default();
    let cloud = look.world.shared.cloud.lock();
    let Some(pipe) = id.as_str().and_then(|id| cloud.pipe(id)) else { return vec!["there is none".to_owned()] };
    let books = without_secrets(&pipe.everything(cloud.now_ms()));
    drop(cloud);
    let mut lines = Vec::new();
    for member in ["name", "state", "source", "destination", "field_mappings", "scaling", "settings"] {
        flatten(member, &books[member], &mut lines);
    }
    lines.iter().map(|line| look.shorten(line)).collect()
}

fn flatten(path: &str, value: &Value, lines: &mut Vec<String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(members) if !members.is_empty() => {
            for (name, member) in members.iter().filter(|(name, _)| !LEFT_OUT.contains(&name.as_str())) {
                flatten(&below(name), member, lines);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for (place, item) in items.iter().enumerate() {
                flatten(&below(&place.to_string()), item, lines);
            }
        }
        Value::Null => {}
        Value::String(text) => lines.push(format!("{path}: {text}")),
        Value::Object(_) | Value::Array(_) | Value::Bool(_) | Value::Number(_) => {
            lines.push(format!("{path}: {value}"));
        }
    }
}

/// What the operator would do next about an object, from its cache.
pub async fn plan(world: &World, look: &Look<'_>, named: &Named) -> Result<Vec<String>, String> {
    let replica = world.replicas().first().ok_or("there is no operator")?;
    let context = replica.life().context;
    let object = world.object(named).ok_or_else(|| format!("there is no {}", named.name))?;
    let pipe: ClickPipe = serde_json::from_value(Value::clone(&object)).map_err(|error| error.to_string())?;
    let key = Key::of(&pipe);
    let mut pass = Pass::begin(pipe, false, context.slots.take().await, &context)
        .await
        .map_err(|error| format!("{key}: {error}"))?;
    let plan = pass.plan();
    let mut lines: Vec<String> = plan.steps.iter().map(step).collect();
    lines.extend(plan.differences.iter().map(|difference| {
        let why = if difference.edited { "edited" } else { "drift" };
        format!("{}: {} -> {} ({why}, {:?})", difference.spec_path(), difference.from, difference.to, difference.impact)
    }));
    if lines.is_empty() {
        lines.push(format!("nothing to do: {:?}", plan.verdict.kind));
    }
    Ok(lines.iter().map(|line| look.shorten(line)).collect())
}

fn step(step: &Step) -> String {
    match step {
        Step::Hold => "put the finalizer on".to_owned(),
        Step::Release => "take the finalizer off".to_owned(),
        Step::Note { last_pipe } => format!("note {last_pipe} in an annotation"),
        Step::Remember { reserve: true, .. } => "write the intent to create".to_owned(),
        Step::Remember { .. } => "write the record".to_owned(),
        Step::Look(Reading::Pipes { .. }) => "list the pipes".to_owned(),
        Step::Look(Reading::Pipe { pipe, .. }) => format!("get {pipe}"),
        Step::Look(Reading::Service { service }) => format!("get the service {service}"),
        Step::Call { call, .. } => format!("call {}", call.name()),
    }
}
