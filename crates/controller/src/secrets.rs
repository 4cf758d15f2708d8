//! The values of Secrets, kept while somebody needs them and only as long as they are current.
//!
//! A watch of metadata tells the version of every Secret of the cluster; data is read one Secret at a time and kept by that version, so a
//! reconcile that changes nothing makes no call. Not here: who needs which Secret ([`crate::dependencies`]), how a value is encoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::Secret;
use k8s_openapi::api::core::v1;
use kube::ResourceExt;
use kube::core::PartialObjectMeta;
use kube::runtime::reflector::{ObjectRef, Store};
use parking_lot::Mutex;
use thiserror::Error;

use crate::cluster::{self, Cluster, Entries};
use crate::dependencies::SecretName;

/// A Secret without its data, as it is watched.
pub type SecretMetadata = PartialObjectMeta<v1::Secret>;

/// Reads Secrets and remembers them.
pub struct SecretStore<C> {
    cluster: C,
    versions: Store<SecretMetadata>,
    kept: Mutex<BTreeMap<SecretName, Arc<Entries>>>,
}

/// Why a value cannot be used.
#[derive(Debug, Error)]
pub enum ReadSecret {
    /// There is no such Secret.
    #[error("there is no Secret {name:?} in the namespace {namespace:?}: create it")]
    NotFound {
        /// The Secret's namespace.
        namespace: String,
        /// The Secret's name.
        name: String,
    },
    /// The Secret has no such key.
    #[error("the Secret {name:?} has no key {key:?}: add it")]
    KeyMissing {
        /// The Secret's name.
        name: String,
        /// The key.
        key: String,
    },
    /// The value is not text.
    #[error("the key {key:?} of the Secret {name:?} is not UTF-8 text: replace it")]
    NotUtf8 {
        /// The Secret's name.
        name: String,
        /// The key.
        key: String,
    },
    /// The value is empty.
    #[error("the key {key:?} of the Secret {name:?} is empty: fill it in")]
    Empty {
        /// The Secret's name.
        name: String,
        /// The key.
        key: String,
    },
    /// The operator may not read it.
    #[error(
        "the operator may not read the Secret {name:?} in the namespace {namespace:?}: grant it the right to get secrets there"
    )]
    Forbidden {
        /// The Secret's namespace.
        namespace: String,
        /// The Secret's name.
        name: String,
    },
    /// Kubernetes did not answer properly.
    #[error("failed to read the Secret {name:?}")]
    Other {
        /// The Secret's name.
        name: String,
        /// Why.
        #[source]
        source: cluster::Error,
    },
}

impl<C: Cluster> SecretStore<C> {
    /// Nothing is kept yet. The cache of versions is filled by a watch.
    pub fn new(cluster: C, versions: Store<SecretMetadata>) -> Self {
        Self { cluster, versions, kept: Mutex::default() }
    }

    /// One value. It costs a call only when the Secret is new or has changed.
    pub async fn read(&self, namespace: &str, name: &str, key: &str) -> Result<Secret, ReadSecret> {
        let entries = self.entries(namespace, name).await?;
        value(&entries, name, key)
    }

    /// The version of a Secret as the watch knows it; none when there is no such Secret.
    pub fn version(&self, namespace: &str, name: &str) -> Option<String> {
        self.versions.get(&ObjectRef::new(name).within(namespace))?.resource_version()
    }

    /// Drops the data of a Secret.
    pub fn forget(&self, secret: &SecretName) {
        self.kept.lock().remove(secret);
    }

    async fn entries(&self, namespace: &str, name: &str) -> Result<Arc<Entries>, ReadSecret> {
        let secret = SecretName { namespace: namespace.to_owned(), name: name.to_owned() };
        let kept = self.kept.lock().get(&secret).cloned();
        let current = kept.filter(|kept| self.version(namespace, name).as_ref() == Some(&kept.resource_version));
        if let Some(current) = current {
            return Ok(current);
        }
        let read = self.cluster.read_secret(namespace, name).await.map_err(|error| unreadable(&secret, error));
        match read.map(Arc::new) {
            Ok(entries) => {
                self.kept.lock().insert(secret, Arc::clone(&entries));
                Ok(entries)
            }
            Err(error) => {
                self.forget(&secret);
                Err(error)
            }
        }
    }
}

fn value(entries: &Entries, name: &str, key: &str) -> Result<Secret, ReadSecret> {
    let (name, key) = (|| name.to_owned(), || key.to_owned());
    match entries.values.get(&key()) {
        None => Err(ReadSecret::KeyMissing { name: name(), key: key() }),
        Some(bytes) if bytes.is_empty() => Err(ReadSecret::Empty { name: name(), key: key() }),
        Some(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Secret::new(text.to_owned())),
            Err(_) => Err(ReadSecret::NotUtf8 { name: name(), key: key() }),
        },
    }
}

fn unreadable(secret: &SecretName, error: cluster::Error) -> ReadSecret {
    let SecretName { namespace, name } = secret.clone();
    match error {
        cluster::Error::NotFound => ReadSecret::NotFound { namespace, name },
        cluster::Error::Forbidden(_) => ReadSecret::Forbidden { namespace, name },
        source @ (cluster::Error::Conflict | cluster::Error::TimedOut | cluster::Error::Other(_)) => {
            ReadSecret::Other { name, source }
        }
    }
}
