//! Everything that a reconcile may use.
//!
//! One value for the whole process, shared by all reconciles. A simulation makes its own, over a cluster in memory. Not here: making it
//! ([`crate::run`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use client::Accounts;
use crd::{ClickPipe, annotation};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{ObjectRef, Store};
use parking_lot::Mutex;

use crate::cluster::kube::Kube;
use crate::config::Config;
use crate::connection::Connections;
use crate::dependencies::Dependencies;
use crate::events::Events;
use crate::kind::Guarded;
use crate::metrics::Metrics;
use crate::secrets::SecretStore;
use crate::slots::Slots;
use crate::tenure::Tenure;
use crate::triggers::Triggers;

/// Everything that a reconcile may use.
pub struct Context<C = Kube> {
    /// Kubernetes.
    pub cluster: C,
    /// What the operator was started with.
    pub config: Config,
    /// The key of secret fingerprints.
    pub fingerprint_key: plan::fingerprint::Key,
    /// What tells this cluster apart from others.
    pub cluster_id: String,
    /// Names this process, in records of attempts and in the Lease.
    pub holder: String,
    /// Whether this process may work.
    pub tenure: Tenure,
    /// Every `ClickPipe`, as the cache knows them.
    pub pipes: Store<Guarded<ClickPipe>>,
    /// Every namespace, as the cache knows them.
    pub namespaces: Store<PartialObjectMeta<Namespace>>,
    /// Who needs what.
    pub dependencies: Arc<Dependencies>,
    /// The connections and their accounts.
    pub connections: Arc<Connections<C>>,
    /// The values of Secrets.
    pub secrets: Arc<SecretStore<C>>,
    /// The accounts that calls are made with.
    pub accounts: Arc<Accounts>,
    /// How many passes are at work at once.
    pub slots: Slots,
    /// A way to have an object looked at now.
    pub triggers: Triggers,
    /// Tells people what happens.
    pub events: Events,
    /// Counts what happens.
    pub metrics: Arc<Metrics>,
    /// What this process remembers about each `ClickPipe`, by uid; forgotten with the object.
    pub memory: Mutex<BTreeMap<String, plan::Memory>>,
    /// The clock for people. What protects a pipe uses [`client::clock`].
    pub wall: Box<dyn Fn() -> Timestamp + Send + Sync>,
    /// A name that nobody has used, for one attempt to create.
    pub nonce: Box<dyn Fn() -> String + Send + Sync>,
}

impl<C> Context<C> {
    /// Now, for people.
    pub fn now(&self) -> Timestamp {
        (self.wall)()
    }

    /// Whether an annotation of the namespace withholds writes.
    pub fn is_namespace_paused(&self, namespace: &str) -> bool {
        let found = self.namespaces.get(&ObjectRef::new(namespace));
        found.is_some_and(|namespace| is_paused(&namespace))
    }

    /// A call through this connection was refused although its key was thought to work: have the key checked again, at most once in ten minutes.
    pub fn doubt(&self, connection: &crate::connection::Resolved) {
        if self.connections.memories.doubt(&connection.uid, client::clock::now()) {
            self.triggers.wake(&connection.connection);
        }
    }
}

/// Whether a namespace carries the annotation that withholds writes.
pub fn is_paused(namespace: &PartialObjectMeta<Namespace>) -> bool {
    let annotations = namespace.metadata.annotations.as_ref();
    annotations.and_then(|all| all.get(annotation::PAUSED)).is_some_and(|value| value == "true")
}
