//! Which object needs which other: read from specs, asked when something changes.
//!
//! References to Secrets are found by walking the serialised spec for members called `secretKeyRef`, so a new field needs no line here.
//! `ConfigMap`s are not watched: the operator may only get them by name. Not here: reading what is referenced.

use std::collections::{BTreeMap, BTreeSet};

use crd::pipe::{ConnectionKind, ConnectionRef};
use parking_lot::RwLock;
use serde_json::Value;

use crate::kind::{Key, KindName};

/// Names a Secret.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretName {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// Something that an object of ours needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Needed {
    /// A Secret.
    Secret(SecretName),
    /// A connection.
    Connection(Key),
    /// The namespace that it is in.
    Namespace(String),
    /// The service that its pipe is in, by id.
    Service(String),
    /// The pipe that it owns, or claims, by id.
    Pipe(String),
}

/// What every object needs, and who needs what.
#[derive(Debug, Default)]
pub struct Dependencies(RwLock<Sides>);

#[derive(Debug, Default)]
struct Sides {
    needs: BTreeMap<Key, BTreeSet<Needed>>,
    needed_by: BTreeMap<Needed, BTreeSet<Key>>,
}

impl Dependencies {
    /// Records what an object needs now; nothing when it is gone. Returns what nobody needs any more.
    pub fn set(&self, object: &Key, needs: &BTreeSet<Needed>) -> Vec<Needed> {
        let mut sides = self.0.write();
        let before = if needs.is_empty() {
            sides.needs.remove(object)
        } else {
            sides.needs.insert(object.clone(), needs.clone())
        };
        for need in needs {
            sides.needed_by.entry(need.clone()).or_default().insert(object.clone());
        }
        let dropped = before.into_iter().flatten().filter(|need| !needs.contains(need));
        dropped.filter(|need| sides.release(need, object)).collect()
    }

    /// The objects that need this.
    pub fn of(&self, needed: &Needed) -> Vec<Key> {
        self.0.read().needed_by.get(needed).into_iter().flatten().cloned().collect()
    }

    /// The objects that need this, directly or through a connection.
    pub fn through(&self, needed: &Needed) -> Vec<Key> {
        let direct = self.of(needed);
        let connections = direct.iter().filter(|key| key.kind != KindName::ClickPipe);
        let indirect: Vec<Key> = connections.flat_map(|key| self.of(&Needed::Connection(key.clone()))).collect();
        direct.into_iter().chain(indirect).collect()
    }

    /// Whether anybody needs this.
    pub fn is_needed(&self, needed: &Needed) -> bool {
        self.0.read().needed_by.contains_key(needed)
    }
}

impl Sides {
    /// The object does not need it any more; true when nobody does.
    fn release(&mut self, need: &Needed, object: &Key) -> bool {
        let Some(users) = self.needed_by.get_mut(need) else { return false };
        users.remove(object);
        let unused = users.is_empty();
        if unused {
            self.needed_by.remove(need);
        }
        unused
    }
}

/// The connection that a pipe of this namespace refers to.
pub fn connection_key(reference: &ConnectionRef, namespace: &str) -> Key {
    let ConnectionRef { name, kind } = reference;
    match kind {
        ConnectionKind::CloudConnection => {
            Key { kind: KindName::CloudConnection, namespace: Some(namespace.to_owned()), name: name.clone() }
        }
        ConnectionKind::ClusterCloudConnection => {
            Key { kind: KindName::ClusterCloudConnection, namespace: None, name: name.clone() }
        }
    }
}

/// The Secrets that a spec refers to; a reference that names no namespace means the object's own.
pub fn secrets(spec: &Value, namespace: Option<&str>) -> BTreeSet<SecretName> {
    let mut found = BTreeSet::new();
    collect(spec, namespace, &mut found);
    found
}

fn collect(value: &Value, namespace: Option<&str>, found: &mut BTreeSet<SecretName>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("secretKeyRef").and_then(|reference| secret_name(reference, namespace)));
            members.values().for_each(|member| collect(member, namespace, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, namespace, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn secret_name(reference: &Value, namespace: Option<&str>) -> Option<SecretName> {
    let text = |member: &str| reference.get(member).and_then(Value::as_str);
    let namespace = text("namespace").or(namespace)?;
    Some(SecretName { namespace: namespace.to_owned(), name: text("name")?.to_owned() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secret(namespace: &str, name: &str) -> SecretName {
        SecretName { namespace: namespace.to_owned(), name: name.to_owned() }
    }

    fn pipe(name: &str) -> Key {
        Key { kind: KindName::ClickPipe, namespace: Some("data".to_owned()), name: name.to_owned() }
    }

    #[test]
    fn references_are_found_wherever_they_stand() {
        let spec = json!({
            "source": {"kafka": {"credentials": {
                "username": {"value": "ann"},
                "password": {"secretKeyRef": {"name": "kafka", "key": "password"}},
            }}},
            "list": [{"secretKeyRef": {"name": "other", "key": "a", "namespace": "elsewhere"}}],
            "caCertificate": {"configMapKeyRef": {"name": "ca", "key": "pem"}},
        });
        assert_eq!(
            secrets(&spec, Some("data")),
            BTreeSet::from([secret("data", "kafka"), secret("elsewhere", "other")])
        );
    }

    #[test]
    fn a_secret_of_a_connection_concerns_its_pipes() {
        let dependencies = Dependencies::default();
        let key = Needed::Secret(secret("data", "cloud-key"));
        let connection =
            connection_key(&ConnectionRef { name: "prod".to_owned(), kind: ConnectionKind::CloudConnection }, "data");
        dependencies.set(&connection, &BTreeSet::from([key.clone()]));
        dependencies.set(&pipe("orders"), &BTreeSet::from([Needed::Connection(connection.clone())]));
        assert_eq!(dependencies.through(&key), [connection, pipe("orders")]);
    }

    #[test]
    fn what_nobody_needs_any_more_is_told_once() {
        let dependencies = Dependencies::default();
        let shared = Needed::Secret(secret("data", "kafka"));
        dependencies.set(&pipe("a"), &BTreeSet::from([shared.clone()]));
        dependencies.set(&pipe("b"), &BTreeSet::from([shared.clone()]));
        assert!(dependencies.set(&pipe("a"), &BTreeSet::new()).is_empty());
        assert_eq!(dependencies.set(&pipe("b"), &BTreeSet::new()), std::slice::from_ref(&shared));
        assert!(!dependencies.is_needed(&shared));
    }
}
