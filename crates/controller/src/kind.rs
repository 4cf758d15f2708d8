//! The three kinds that the operator works on, as far as they are alike.
//!
//! Not here: what they mean.

use std::fmt;
use std::fmt::Debug;

use crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use kube::api::Api;
use kube::core::DeserializeGuard;
use kube::runtime::reflector::{Lookup, ObjectRef};
use kube::{Client, Resource};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A kind of ours.
pub trait Kind:
    Resource<DynamicType = ()> + Clone + Debug + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Which of the three it is.
    const NAME: KindName;

    /// The objects of this kind: of one namespace, or all.
    fn api(client: Client, namespace: Option<&str>) -> Api<Self>;
}

/// Something that may be unreadable without disturbing its siblings.
///
/// One object that cannot be decoded would otherwise end the whole list, for every object, for ever.
pub type Guarded<K> = DeserializeGuard<K>;

/// The name of a kind, for people and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum KindName {
    /// A pipe.
    ClickPipe,
    /// A connection of a namespace.
    CloudConnection,
    /// A connection of the cluster.
    ClusterCloudConnection,
}

impl KindName {
    /// The kind as Kubernetes writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ClickPipe => "ClickPipe",
            Self::CloudConnection => "CloudConnection",
            Self::ClusterCloudConnection => "ClusterCloudConnection",
        }
    }
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Names one object of ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Its kind.
    pub kind: KindName,
    /// Its namespace; none for an object of the cluster.
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
}

impl Key {
    /// The key of an object.
    pub fn of<K: Kind>(object: &K) -> Self {
        let meta = object.meta();
        Self { kind: K::NAME, namespace: meta.namespace.clone(), name: meta.name.clone().unwrap_or_default() }
    }

    /// The key as the cache uses it.
    pub fn reference<K>(&self) -> ObjectRef<Guarded<K>>
    where
        K: Kind,
    {
        let reference = ObjectRef::new(&self.name);
        match &self.namespace {
            Some(namespace) => reference.within(namespace),
            None => reference,
        }
    }

    /// The key of a cached reference.
    pub fn from_reference<K: Kind>(reference: &ObjectRef<Guarded<K>>) -> Self {
        Self { kind: K::NAME, namespace: reference.namespace.clone(), name: reference.name.clone() }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {}/{}", self.kind, namespace, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

impl Kind for ClickPipe {
    const NAME: KindName = KindName::ClickPipe;

    fn api(client: Client, namespace: Option<&str>) -> Api<Self> {
        in_namespace(client, namespace)
    }
}

impl Kind for CloudConnection {
    const NAME: KindName = KindName::CloudConnection;

    fn api(client: Client, namespace: Option<&str>) -> Api<Self> {
        in_namespace(client, namespace)
    }
}

impl Kind for ClusterCloudConnection {
    const NAME: KindName = KindName::ClusterCloudConnection;

    fn api(client: Client, _: Option<&str>) -> Api<Self> {
        Api::all(client)
    }
}

fn in_namespace<K>(client: Client, namespace: Option<&str>) -> Api<K>
where
    K: Resource<DynamicType = (), Scope = kube::core::NamespaceResourceScope>,
{
    match namespace {
        Some(namespace) => Api::namespaced(client, namespace),
        None => Api::all(client),
    }
}

/// Whether an object carries this finalizer.
pub fn has_finalizer<K: Resource>(object: &K, finalizer: &str) -> bool {
    object.meta().finalizers.iter().flatten().any(|present| present == finalizer)
}

/// What an object of any cached kind is called, for logs.
pub fn display<K: Lookup<DynamicType = ()>>(reference: &ObjectRef<K>) -> String {
    match &reference.namespace {
        Some(namespace) => format!("{}/{}", namespace, reference.name),
        None => reference.name.clone(),
    }
}
