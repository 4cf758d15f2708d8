//! Kubernetes as a value: objects with versions, generations, finalizers and a status of their own, and the log that watches read.
//!
//! It does what the real API server does for the objects that the operator touches; a conformance test holds the two together. Not here:
//! rules of the schema (CEL), waiting, faults ([`crate::memory`]).

mod admit;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::defaults::Defaults;

/// The annotation in which `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

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
    /// The object must not be like this.
    Invalid(String),
    /// It must not be done now.
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
    /// Made and not written since. Reads show the status that the schema gives them, but it is stored only by the next write, which therefore
    /// makes a version even if it changes nothing else.
    bare: BTreeSet<Named>,
}

impl Store {
    /// An empty cluster.
    pub fn new(defaults: Arc<Defaults>) -> Self {
        Self { objects: BTreeMap::new(), version: 0, uids: 0, log: Vec::new(), defaults, bare: BTreeSet::new() }
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

    /// Puts an object as `kubectl apply` does: makes it, or changes what it says and takes out what it said the last time and says no more.
    pub fn apply(&mut self, object: &Value, now: Timestamp) -> Result<(), Refused> {
        let named = Named::of(object);
        let mut wanted = object.clone();
        wanted["metadata"]["annotations"][LAST_APPLIED] = json!(object.to_string());
        let Ok(old) = self.get(&named) else { return self.create(&wanted, now) };
        let mut next = Value::clone(&old);
        let last = old["metadata"]["annotations"][LAST_APPLIED].as_str();
        if let Some(last) = last.and_then(|text| serde_json::from_str(text).ok()) {
            take_out(&mut next, &last, &wanted);
        }
        put_in(&mut next, &wanted);
        // kubectl sends nothing when nothing is to be changed.
        if next == *old { Ok(()) } else { self.update(&named, next) }
    }

    /// Makes an object. Its status is not taken: it is a resource of its own.
    pub fn create(&mut self, object: &Value, now: Timestamp) -> Result<(), Refused> {
        let named = Named::of(object);
        self.admits(&named)?;
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
        if self.defaults.knows(&named.kind) {
            metadata["generation"] = json!(1);
        }
        metadata["creationTimestamp"] = json!(whole_second(now));
        self.complete(&mut next);
        let is_bare = !next["status"].is_null();
        self.write(named.clone(), next);
        if is_bare {
            self.bare.insert(named);
        }
        Ok(())
    }
}

/// Takes out what was said the last time and is said no more.
fn take_out(object: &mut Value, last: &Value, wanted: &Value) {
    let Some(members) = object.as_object_mut() else { return };
    for (name, last) in last.as_object().into_iter().flatten() {
        match (wanted.get(name), members.get_mut(name)) {
            (None, _) => drop(members.remove(name)),
            (Some(wanted), Some(member)) => take_out(member, last, wanted),
            (Some(_), None) => {}
        }
    }
}

/// Puts in what is said; a list is one value.
fn put_in(object: &mut Value, wanted: &Value) {
    match (object, wanted) {
        (Value::Object(members), Value::Object(wanted)) => {
            for (name, wanted) in wanted {
                put_in(members.entry(name).or_insert(Value::Null), wanted);
            }
        }
        (value, wanted) => *value = wanted.clone(),
    }
}

/// Kubernetes keeps whole seconds.
fn whole_second(time: Timestamp) -> String {
    Timestamp::from_second(time.as_second()).unwrap_or(time).to_string()
}

#[cfg(test)]
mod tests;
