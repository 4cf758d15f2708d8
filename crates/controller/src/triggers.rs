//! Who is to be looked at when something changes.
//!
//! Each kind has an inbox; a change puts the objects that it concerns into theirs. Not here: watching ([`crate::watch`]), working on what is in
//! an inbox ([`crate::work`]).

use std::collections::BTreeSet;
use std::sync::Arc;

use crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use k8s_openapi::api::core::v1::Namespace;
use kube::Resource;
use kube::core::{ObjectMeta, PartialObjectMeta};
use kube::runtime::reflector::ObjectRef;
use serde_json::Value;

use crate::claims::claim;
use crate::connection::{Connection, Facet};
use crate::context::is_paused;
use crate::dependencies::{Dependencies, Needed, SecretName, connection_key, secrets};
use crate::kind::{Guarded, Key, Kind, KindName};
use crate::secrets::SecretMetadata;
use crate::watch::Change;

/// Objects of one kind that are to be looked at.
pub type Inbox<K> = UnboundedReceiver<ObjectRef<Guarded<K>>>;

/// Puts objects into the inboxes. Clones share them.
#[derive(Clone)]
pub struct Triggers {
    pipes: UnboundedSender<ObjectRef<Guarded<ClickPipe>>>,
    connections: UnboundedSender<ObjectRef<Guarded<CloudConnection>>>,
    cluster_connections: UnboundedSender<ObjectRef<Guarded<ClusterCloudConnection>>>,
    dependencies: Arc<Dependencies>,
}

/// The other ends.
pub struct Inboxes {
    /// Pipes.
    pub pipes: Inbox<ClickPipe>,
    /// Connections of namespaces.
    pub connections: Inbox<CloudConnection>,
    /// Connections of the cluster.
    pub cluster_connections: Inbox<ClusterCloudConnection>,
}

impl Triggers {
    /// Empty inboxes.
    pub fn new(dependencies: Arc<Dependencies>) -> (Self, Inboxes) {
        let (pipes, pipe_inbox) = unbounded();
        let (connections, connection_inbox) = unbounded();
        let (cluster_connections, cluster_connection_inbox) = unbounded();
        let inboxes =
            Inboxes { pipes: pipe_inbox, connections: connection_inbox, cluster_connections: cluster_connection_inbox };
        (Self { pipes, connections, cluster_connections, dependencies }, inboxes)
    }

    /// Has this object looked at now.
    pub fn wake(&self, key: &Key) {
        // An inbox that nobody reads any more belongs to a process that ends.
        let _ = match key.kind {
            KindName::ClickPipe => self.pipes.unbounded_send(key.reference()).map_err(drop),
            KindName::CloudConnection => self.connections.unbounded_send(key.reference()).map_err(drop),
            KindName::ClusterCloudConnection => self.cluster_connections.unbounded_send(key.reference()).map_err(drop),
        };
    }

    fn wake_all(&self, keys: &[Key]) {
        for key in keys {
            self.wake(key);
        }
    }

    /// A pipe changed: it, and its connection when it came, went or chose another one. Returns what nobody needs any more.
    pub fn pipe_changed(&self, change: &Change<Guarded<ClickPipe>>) -> Vec<Needed> {
        let key = Key::from_reference(&change.key);
        let needs = |pipe: &Guarded<ClickPipe>| pipe.0.as_ref().map(needs_of_pipe).unwrap_or_default();
        let before = change.before.as_deref().map(needs).unwrap_or_default();
        let after = change.after.as_deref().map(needs).unwrap_or_default();
        let unused = self.dependencies.set(&key, &after);
        for need in before.symmetric_difference(&after) {
            match need {
                Needed::Connection(connection) => self.wake(connection),
                // Others that claim the same pipe may have to give way, or may take it now.
                Needed::Pipe(_) => self.wake_all(&self.dependencies.of(need)),
                Needed::Secret(_) | Needed::Namespace(_) | Needed::Service(_) => {}
            }
        }
        if !is_status_only(change) {
            self.wake(&key);
        }
        unused
    }

    /// A connection changed: it, and its pipes when they would notice. Returns what nobody needs any more.
    pub fn connection_changed<K: Connection>(&self, change: &Change<Guarded<K>>) -> Vec<Needed> {
        let key = Key::from_reference(&change.key);
        let read = |connection: &Guarded<K>| {
            connection.0.as_ref().ok().map(|connection| (Facet::of(connection), needs_of(connection)))
        };
        let (before, after) = (change.before.as_deref().and_then(read), change.after.as_deref().and_then(read));
        let needs = after.as_ref().map(|(_, needs)| needs.clone()).unwrap_or_default();
        let unused = self.dependencies.set(&key, &needs);
        if before.map(|(facet, _)| facet) != after.map(|(facet, _)| facet) {
            self.wake_all(&self.dependencies.of(&Needed::Connection(key.clone())));
        }
        if !is_status_only(change) {
            self.wake(&key);
        }
        unused
    }

    /// A Secret changed: whoever refers to it, and the pipes of connections that do.
    pub fn secret_changed(&self, change: &Change<SecretMetadata>) {
        if let Some(namespace) = &change.key.namespace {
            let secret = SecretName { namespace: namespace.clone(), name: change.key.name.clone() };
            self.wake_all(&self.dependencies.through(&Needed::Secret(secret)));
        }
    }

    /// A namespace changed: its pipes, when it was paused, resumed or got other labels.
    pub fn namespace_changed(&self, change: &Change<PartialObjectMeta<Namespace>>) {
        let notice =
            |namespace: &PartialObjectMeta<Namespace>| (is_paused(namespace), namespace.metadata.labels.clone());
        if change.before.as_deref().map(notice) != change.after.as_deref().map(notice) {
            self.wake_all(&self.dependencies.of(&Needed::Namespace(change.key.name.clone())));
        }
    }
}

/// Whether nothing changed but the status, which only operators write. Whoever wrote it knows when to look again; were another one woken by
/// it, two with different knowledge would answer each other without end.
fn is_status_only<K: Kind>(change: &Change<Guarded<K>>) -> bool {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return false };
    let what = |object: &Guarded<K>| {
        let ObjectMeta { uid, generation, deletion_timestamp, finalizers, annotations, .. } = object.meta().clone();
        (uid, generation, deletion_timestamp, finalizers, annotations)
    };
    what(before) == what(after)
}

fn needs_of_pipe(pipe: &ClickPipe) -> BTreeSet<Needed> {
    let namespace = pipe.metadata.namespace.as_deref().unwrap_or_default();
    let connection = connection_key(&pipe.spec.connection_ref, namespace);
    let mut needs = needs_of(pipe);
    needs.extend([Needed::Connection(connection), Needed::Namespace(namespace.to_owned())]);
    needs.insert(Needed::Service(pipe.spec.service_id.to_ascii_lowercase()));
    needs.extend(claim(pipe).map(Needed::Pipe));
    needs
}

fn needs_of<K: Kind>(object: &K) -> BTreeSet<Needed> {
    let written = serde_json::to_value(object).unwrap_or(Value::Null);
    let spec = written.get("spec").unwrap_or(&Value::Null);
    secrets(spec, object.meta().namespace.as_deref()).into_iter().map(Needed::Secret).collect()
}
