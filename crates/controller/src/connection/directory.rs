//! From a pipe's `connectionRef` to the account that its calls use.
//!
//! Everything comes from caches, so resolving costs no call unless a Secret changed. Not here: checking the key ([`super::check`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::{Account, AccountKey, Accounts};
use cloud::{OrganizationId, Secret};
use crd::pipe::{ConnectionKind, ConnectionRef};
use crd::{CONNECTION_FINALIZER, CloudConnection, ClusterCloudConnection};
use k8s_openapi::api::core::v1::Namespace;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{ObjectRef, Store};
use plan::document::encode::one_line;

use super::memory::Memories;
use super::terms::{KeyId, SecretKey, Terms};
use super::{Connection, Unresolved};
use crate::cluster::Cluster;
use crate::dependencies::connection_key;
use crate::kind::{Guarded, Key, Kind, has_finalizer};
use crate::origin::AllowedOrigins;
use crate::secrets::{ReadSecret, SecretStore};

/// Every connection of the cluster, and how to use it.
pub struct Connections<C> {
    /// The connections of namespaces.
    pub namespaced: Store<Guarded<CloudConnection>>,
    /// The connections of the cluster.
    pub cluster: Store<Guarded<ClusterCloudConnection>>,
    /// The namespaces, whose labels a connection of the cluster selects by.
    pub namespaces: Store<PartialObjectMeta<Namespace>>,
    /// The values of Secrets.
    pub secrets: Arc<SecretStore<C>>,
    /// The accounts that calls are made with.
    pub accounts: Arc<Accounts>,
    /// Where the API may be.
    pub allowed: AllowedOrigins,
    /// What this process remembers about connections.
    pub memories: Memories,
}

/// A connection that can be used.
#[derive(Clone)]
pub struct Resolved {
    /// The connection.
    pub connection: Key,
    /// The connection's uid.
    pub uid: String,
    /// The organization.
    pub organization: OrganizationId,
    /// The account that calls are made with.
    pub account: Account,
    /// Time between two looks at a quiet service.
    pub poll_interval: Duration,
    /// Whether an idle service may be woken.
    pub wake_idle_services: bool,
    /// Whether the connection is being deleted: existing pipes stay managed, no new one is created.
    pub terminating: bool,
    /// Names everything that the account was read from; another value means that a refused call may now succeed.
    pub inputs: String,
}

impl<C: Cluster> Connections<C> {
    /// The account that a pipe of this namespace uses.
    pub async fn resolve(&self, reference: &ConnectionRef, namespace: &str) -> Result<Resolved, Unresolved> {
        let key = connection_key(reference, namespace);
        match reference.kind {
            ConnectionKind::CloudConnection => self.resolve_in(&self.namespaced, &key, namespace).await,
            ConnectionKind::ClusterCloudConnection => self.resolve_in(&self.cluster, &key, namespace).await,
        }
    }

    /// The account of a connection, whoever asks.
    pub async fn account_of<K: Connection>(&self, connection: &K) -> Result<Resolved, Unresolved> {
        let key = Key::of(connection);
        let terms = connection.written().check(&self.allowed);
        let terms = terms.map_err(|problem| Unresolved::Terms { connection: key.clone(), problem })?;
        let account_key = self.account_key(connection, &key, &terms).await?;
        let uid = connection.meta().uid.clone().unwrap_or_default();
        let inputs = self.inputs(connection, &terms);
        let Terms { organization, limit, poll_interval, wake_idle_services, .. } = terms;
        Ok(Resolved {
            connection: key,
            uid,
            organization,
            account: self.accounts.account(account_key, limit),
            poll_interval,
            wake_idle_services,
            terminating: connection.meta().deletion_timestamp.is_some(),
            inputs,
        })
    }

    /// The key of a connection as its Secrets say.
    pub async fn read_key(&self, terms: &Terms<'_>) -> Result<AccountKey, ReadSecret> {
        // Both before the first read: they are often in one Secret, which is then read once.
        let key_id = match terms.key_id {
            KeyId::Value(_) => None,
            KeyId::Secret(secret) => Some(secret),
        };
        for secret in key_id.into_iter().chain([terms.key_secret]) {
            self.secrets.anew(secret.namespace, secret.name);
        }
        let key_id = match terms.key_id {
            KeyId::Value(value) => value.to_owned(),
            KeyId::Secret(secret) => self.read(secret).await?.expose().to_owned(),
        };
        let key_secret = self.read(terms.key_secret).await?;
        let (api_url, organization) = (terms.api_url.clone(), terms.organization.clone());
        Ok(AccountKey { api_url, organization, key_id, key_secret })
    }

    async fn resolve_in<K>(&self, store: &Store<Guarded<K>>, key: &Key, namespace: &str) -> Result<Resolved, Unresolved>
    where
        K: Connection,
    {
        let found = store.get(&key.reference::<K>()).ok_or_else(|| Unresolved::ConnectionNotFound(key.clone()))?;
        let connection = found.0.as_ref().map_err(|_| Unresolved::ConnectionUnreadable(key.clone()))?;
        if !connection.allows(namespace, &self.labels(namespace)) {
            return Err(Unresolved::NamespaceNotAllowed { connection: key.clone(), namespace: namespace.to_owned() });
        }
        held(connection, key)?;
        self.account_of(connection).await
    }

    /// The key in the Secrets; of a connection that is being deleted, the last one that worked when the Secrets are gone.
    async fn account_key<K: Connection>(
        &self,
        connection: &K,
        key: &Key,
        terms: &Terms<'_>,
    ) -> Result<AccountKey, Unresolved> {
        let problem = match self.read_key(terms).await {
            Ok(key) => return Ok(key),
            Err(problem) => problem,
        };
        let terminating = connection.meta().deletion_timestamp.is_some();
        let uid = connection.meta().uid.as_deref().unwrap_or_default();
        let working = if terminating { self.memories.get(uid).working } else { None };
        working.ok_or_else(|| Unresolved::Secret { connection: key.clone(), problem })
    }

    async fn read(&self, SecretKey { namespace, name, key }: SecretKey<'_>) -> Result<Secret, ReadSecret> {
        let secret = self.secrets.read(namespace, name, key).await?;
        let bare = one_line(secret.expose()).map(Secret::new);
        bare.map_err(|problem| ReadSecret::NotBare { name: name.to_owned(), problem: format!("{key:?}: {problem}") })
    }

    fn inputs<K: Connection>(&self, connection: &K, terms: &Terms<'_>) -> String {
        let version = |secret: SecretKey<'_>| self.secrets.version(secret.namespace, secret.name).unwrap_or_default();
        let key_id = match terms.key_id {
            KeyId::Value(_) => String::new(),
            KeyId::Secret(secret) => version(secret),
        };
        let meta = connection.meta();
        let uid = meta.uid.as_deref().unwrap_or_default();
        format!("{uid}/{}/{key_id}/{}", meta.generation.unwrap_or_default(), version(terms.key_secret))
    }

    fn labels(&self, namespace: &str) -> BTreeMap<String, String> {
        let found = self.namespaces.get(&ObjectRef::new(namespace));
        found.and_then(|namespace| namespace.metadata.labels.clone()).unwrap_or_default()
    }
}

/// A connection is used only while our finalizer keeps it.
fn held<K: Kind>(connection: &K, key: &Key) -> Result<(), Unresolved> {
    match (has_finalizer(connection, CONNECTION_FINALIZER), connection.meta().deletion_timestamp.is_some()) {
        (true, _) => Ok(()),
        (false, false) => Err(Unresolved::ConnectionPending(key.clone())),
        (false, true) => Err(Unresolved::ConnectionNotFound(key.clone())),
    }
}

#[cfg(test)]
mod tests;
