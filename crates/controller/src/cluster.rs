//! Kubernetes, as narrow as reconciles need it.
//!
//! Every write is a compare-and-swap on the `resourceVersion` of the object that is handed in: what was decided on an old object is never
//! carried out on a newer one. There are two clusters: the real one ([`kube::Kube`]) and, for simulations, one in memory. Not here: watches; they
//! fill the caches ([`crate::watch`]).

pub mod kube;

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;

use crd::ClickPipe;
use crd::pipe::ConnectionKind;
use thiserror::Error;

use crate::kind::{Guarded, Kind};

/// What reconciles may do in Kubernetes.
///
/// # Guarantees
/// - No call is repeated by itself, so an error after a write means: it may have happened.
/// - Every call ends within a minute.
pub trait Cluster: Clone + Send + Sync + 'static {
    /// The object as it is now, not as the cache remembers it.
    fn get<K: Kind>(&self, namespace: Option<&str>, name: &str) -> impl Future<Output = Result<K, Error>> + Send;

    /// Replaces the status, if the object is still the one handed in. Nothing but the status is taken from it.
    fn replace_status<K: Kind>(&self, object: &K) -> impl Future<Output = Result<K, Error>> + Send;

    /// Adds a finalizer, if the object is still the one handed in; no call when it is there already.
    fn add_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> impl Future<Output = Result<K, Error>> + Send;

    /// Removes a finalizer, if the object is still the one handed in; no call when it is gone already. With the last one, a deleted object
    /// goes.
    fn remove_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> impl Future<Output = Result<(), Error>> + Send;

    /// Sets an annotation, if the object is still the one handed in; no call when it has this value already.
    fn annotate<K: Kind>(&self, object: &K, name: &str, value: &str) -> impl Future<Output = Result<K, Error>> + Send;

    /// A Secret.
    fn read_secret(&self, namespace: &str, name: &str) -> impl Future<Output = Result<Entries, Error>> + Send;

    /// Makes a Secret; [`Error::Conflict`] when there is one of this name.
    fn create_secret(
        &self,
        namespace: &str,
        name: &str,
        values: BTreeMap<String, Vec<u8>>,
    ) -> impl Future<Output = Result<(), Error>> + Send;

    /// A `ConfigMap`.
    fn read_config_map(&self, namespace: &str, name: &str) -> impl Future<Output = Result<Entries, Error>> + Send;

    /// The `ClickPipe`s that name this connection, now; also those that cannot be read.
    fn pipes_of(
        &self,
        kind: ConnectionKind,
        namespace: Option<&str>,
        name: &str,
    ) -> impl Future<Output = Result<Vec<Guarded<ClickPipe>>, Error>> + Send;
}

/// The entries of a Secret or `ConfigMap`. They do not show themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct Entries {
    /// The version that was read.
    pub resource_version: String,
    /// The values by key.
    pub values: BTreeMap<String, Vec<u8>>,
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self.values.keys().collect();
        f.debug_struct("Entries").field("resource_version", &self.resource_version).field("keys", &keys).finish()
    }
}

/// Why Kubernetes did not do it.
#[derive(Debug, Error)]
pub enum Error {
    /// Somebody else was faster: the object is not what was handed in.
    #[error("the object has changed meanwhile")]
    Conflict,
    /// There is no such object.
    #[error("there is no such object")]
    NotFound,
    /// The operator lacks a right.
    #[error("the operator has no right to do this; check its ClusterRole")]
    Forbidden(#[source] Source),
    /// No answer in time; a write may have happened.
    #[error("the Kubernetes API did not answer in time")]
    TimedOut,
    /// Anything else; a write may have happened.
    #[error("the Kubernetes API did not do it")]
    Other(#[source] Source),
}

/// What the implementation knows about an error.
pub type Source = Box<dyn std::error::Error + Send + Sync>;
