//! Kubernetes as a value: objects with versions, generations, finalizers and a status of their own, and the log that watches read.
//!
//! It does what the real API server does for the objects that the operator touches; a conformance test holds the two together. Not here:
//! rules of the schema (CEL), waiting, faults ([`crate::memory`]).

mod write;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::defaults::Defaults;

/// Names one object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// Its kind.
    pub kind: String,
    /// Its namespace; none for an object of the cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Named {
    /// Names an object.
    pub fn new(kind: &str, namespace: Option<&str>, name: &str) -> Self {
        Self { kind: kind.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() }
    }

    /// The name of an object as it is written; one without a namespace is in `data`.
    pub fn of(object: &Value) -> Self {
        let kind = object["kind"].as_str().unwrap_or_default();
        let namespace = object["metadata"]["namespace"].as_str().unwrap_or("data");
        let of_the_cluster = matches!(kind, "Namespace" | "ClusterCloudConnection");
        Self::new(kind, (!of_the_cluster).then_some(namespace), object["metadata"]["name"].as_str().unwrap_or_default())
    }
}

/// One entry of the log.
#[derive(Clone, Debug)]
pub struct Change {
    /// Which object.
    pub named: Named,
    /// What it is now; for one that is gone, what it was last.
    pub object: Arc<Value>,
    /// Whether it is gone.
    pub gone: bool,
}

/// Why the API server did not do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The object is not the one that was handed in.
    Conflict,
    /// There is none.
    NotFound,
    /// There is one already.
    Exists,
    /// It must not be.
    Forbidden(String),
}

/// The objects of a cluster.
#[derive(Debug)]
pub struct Store {
    objects: BTreeMap<Named, Arc<Value>>,
    version: u64,
    uids: u64,
    log: Vec<Change>,
    defaults: Arc<Defaults>,
}

impl Store {
    /// An empty cluster.
    pub fn new(defaults: Arc<Defaults>) -> Self {
        Self { objects: BTreeMap::new(), version: 0, uids: 0, log: Vec::new(), defaults }
    }

    /// An object as it is now.
    pub fn get(&self, named: &Named) -> Result<Arc<Value>, Refused> {
        self.objects.get(named).cloned().ok_or(Refused::NotFound)
    }

    /// Every object of a kind, by name.
    pub fn all<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a Named, &'a Arc<Value>)> {
        self.objects.iter().filter(move |(named, _)| named.kind == kind)
    }

    /// What happened since the log had this length.
    pub fn since(&self, length: usize) -> &[Change] {
        self.log.get(length..).unwrap_or_default()
    }

    /// How long the log is.
    pub fn length(&self) -> usize {
        self.log.len()
    }

    /// Puts an object as `kubectl apply` does: makes it, or replaces everything but what others own.
    pub fn apply(&mut self, object: &Value, now: Timestamp) -> Result<(), Refused> {
        let named = Named::of(object);
        let Some(old) = self.objects.get(&named).cloned() else { return self.create(object, now) };
        let mut next = Value::clone(&old);
        for (member, value) in object.as_object().into_iter().flatten() {
            if member != "metadata" && member != "status" {
                next[member] = value.clone();
            }
        }
        for member in ["labels", "annotations"] {
            for (name, value) in object["metadata"][member].as_object().into_iter().flatten() {
                next["metadata"][member][name] = value.clone();
            }
        }
        self.defaults.fill(&mut next);
        self.update(&named, next)
    }

    /// Makes an object. Its status is not taken: it is a resource of its own.
    pub fn create(&mut self, object: &Value, now: Timestamp) -> Result<(), Refused> {
        let named = Named::of(object);
        if self.objects.contains_key(&named) {
            return Err(Refused::Exists);
        }
        self.uids += 1;
        let mut next = object.clone();
        if let Some(members) = next.as_object_mut() {
            members.remove("status");
            members.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        }
        let metadata = &mut next["metadata"];
        if let Some(namespace) = &named.namespace {
            metadata["namespace"] = json!(namespace);
        }
        metadata["uid"] = json!(format!("uid-{}", self.uids));
        metadata["generation"] = json!(1);
        metadata["creationTimestamp"] = json!(whole_second(now));
        self.defaults.fill(&mut next);
        self.write(named, next);
        Ok(())
    }
}

/// Kubernetes keeps whole seconds.
fn whole_second(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

#[cfg(test)]
mod tests;
