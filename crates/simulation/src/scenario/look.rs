//! What a story sees of its world: objects, the service's books, counts; and short names for what has long ones.
//!
//! Not here: how it is written down ([`super::show`]).

use serde_json::Value;
use sim::{Recorded, RouteKind};

use super::expectation::View;
use crate::journal::Journal;
use crate::store::Named;
use crate::world::World;

/// A story's view of its world.
pub struct Look<'a> {
    /// The world.
    pub world: &'a World,
    /// The last request that is not counted.
    pub since: u64,
}

impl View for Look<'_> {
    fn object(&self, named: &Named) -> Option<Value> {
        self.world.object(named).map(|object| Value::clone(&object))
    }

    fn pipes(&self) -> Vec<Value> {
        let cloud = self.world.shared.cloud.lock();
        let live = cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none());
        live.map(|pipe| pipe.everything(cloud.now_ms())).collect()
    }

    fn calls(&self, kind: &str) -> u64 {
        let cloud = self.world.shared.cloud.lock();
        let counts = |request: &&Recorded| match kind {
            "writes" => request.route.writes(),
            "looks" => !request.route.writes(),
            route => format!("{:?}", request.route) == route,
        };
        cloud.requests().filter(|request| request.seq > self.since).filter(counts).count() as u64
    }
}

impl Look<'_> {
    /// The number of the last request.
    pub fn last_request(&self) -> u64 {
        self.world.shared.cloud.lock().requests().last().map_or(0, |request| request.seq)
    }

    /// The requests after this one.
    pub fn requests(&self, after: u64) -> Vec<Recorded> {
        self.world.shared.cloud.lock().requests().filter(|request| request.seq > after).cloned().collect()
    }

    /// The text with each pipe called by its number instead of its id, in the order in which they came to be.
    pub fn shorten(&self, text: &str) -> String {
        let cloud = self.world.shared.cloud.lock();
        let mut pipes: Vec<(u64, &str)> = cloud.pipes().map(|pipe| (pipe.committed_at_ms, pipe.id.as_str())).collect();
        pipes.sort_unstable();
        let numbered = pipes.iter().enumerate();
        let text =
            numbered.fold(text.to_owned(), |text, (place, (_, id))| text.replace(id, &format!("pipe-{}", place + 1)));
        text.replace(sim::DEFAULT_SERVICE, "service").replace(sim::DEFAULT_ORGANIZATION, "organization")
    }
}

/// A body without its secrets.
pub fn without_secrets(body: &Value) -> Value {
    match body {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), without_secrets(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_secrets).collect(),
        Value::String(text) if Journal::is_secret(text) => Value::from("<secret>"),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => body.clone(),
    }
}

/// A request as people write it: of a create only the name, since the rest is the spec.
pub fn request(request: &Recorded) -> String {
    let path = crate::wire::short(&request.path);
    let path = if request.route == RouteKind::ListServices { "services" } else { path };
    let body = match (&request.body, request.route) {
        (Value::Null, _) => String::new(),
        (body, RouteKind::CreatePipe) => {
            format!(" {}", serde_json::json!({"name": body["name"], "startPaused": body["startPaused"]}))
        }
        (body, _) => format!(" {}", without_secrets(body)),
    };
    format!("{} {path}{body} -> {}", request.method, request.status)
}
