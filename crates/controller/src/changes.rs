//! What follows in this process when the cache shows a change: what is remembered of a gone object is forgotten, and whoever is concerned is
//! looked at.
//!
//! Not here: watching ([`crate::watch`]), who is concerned ([`crate::triggers`]).

use crd::ClickPipe;
use k8s_openapi::api::core::v1::Namespace;
use kube::ResourceExt;
use kube::core::PartialObjectMeta;

use crate::cluster::Cluster;
use crate::connection::Connection;
use crate::context::Context;
use crate::dependencies::Needed;
use crate::kind::Guarded;
use crate::secrets::SecretMetadata;
use crate::watch::Change;

impl<C: Cluster> Context<C> {
    /// A pipe came, changed or went.
    pub fn pipe_changed(&self, change: &Change<Guarded<ClickPipe>>) {
        if let (Some(gone), None) = (&change.before, &change.after) {
            self.memory.lock().remove(&gone.uid().unwrap_or_default());
        }
        self.release(self.triggers.pipe_changed(change));
    }

    /// A connection came, changed or went.
    pub fn connection_changed<K: Connection>(&self, change: &Change<Guarded<K>>) {
        if let (Some(gone), None) = (&change.before, &change.after) {
            self.connections.memories.forget(&gone.uid().unwrap_or_default());
        }
        self.release(self.triggers.connection_changed(change));
    }

    /// A Secret came, changed or went.
    pub fn secret_changed(&self, change: &Change<SecretMetadata>) {
        self.triggers.secret_changed(change);
    }

    /// A namespace came, changed or went.
    pub fn namespace_changed(&self, change: &Change<PartialObjectMeta<Namespace>>) {
        self.triggers.namespace_changed(change);
    }

    /// Data of Secrets that nobody needs any more is dropped, and so is what was found in services.
    fn release(&self, unused: Vec<Needed>) {
        for needed in unused {
            match needed {
                Needed::Secret(secret) => self.secrets.forget(&secret),
                Needed::Service(service) => self.metrics.ownerless.forget(&service),
                Needed::Connection(_) | Needed::Namespace(_) | Needed::Pipe(_) => {}
            }
        }
    }
}
