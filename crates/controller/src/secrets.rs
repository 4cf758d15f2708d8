//! The values of Secrets, kept while somebody needs them and only as long as they are current.
//!
//! A watch of metadata tells the version of every Secret of the cluster; data is read one Secret at a time and kept by that version, so a
//! reconcile that changes nothing makes no call. Without the watch each reconcile reads the Secrets that it needs, once. Not here: who needs which Secret ([`crate::dependencies`]), how a value is encoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::Secret;
use data_encoding::BASE64;
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
    /// What the watch knows; none when Secrets are not watched.
    versions: Option<Store<SecretMetadata>>,
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
    /// The value is no bare text.
    #[error("the Secret {name:?}, key {problem}")]
    NotBare {
        /// The Secret's name.
        name: String,
        /// The key, what is wrong with it, and the cure.
        problem: String,
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
        Self { cluster, versions: Some(versions), kept: Mutex::default() }
    }

    /// A store for an operator that may not watch Secrets.
    pub fn unwatched(cluster: C) -> Self {
        Self { cluster, versions: None, kept: Mutex::default() }
    }

    /// A reconcile begins that needs this Secret: without a watch, what is kept of it may be old.
    pub fn anew(&self, namespace: &str, name: &str) {
        if self.versions.is_none() {
            self.forget(&SecretName { namespace: namespace.to_owned(), name: name.to_owned() });
        }
    }

    /// One text. It costs a call only when the Secret is new or has changed.
    pub async fn read(&self, namespace: &str, name: &str, key: &str) -> Result<Secret, ReadSecret> {
        let entries = self.entries(namespace, name).await?;
        text(bytes(&entries, name, key)?, name, key)
    }

    /// One value that may be bytes which are no text; those are given as base64.
    pub async fn read_bytes(&self, namespace: &str, name: &str, key: &str) -> Result<Secret, ReadSecret> {
        let entries = self.entries(namespace, name).await?;
        Ok(text_or_base64(bytes(&entries, name, key)?))
    }

    /// The version of a Secret as the watch knows it, or else as it was read last; none when there is no such Secret.
    pub fn version(&self, namespace: &str, name: &str) -> Option<String> {
        if let Some(versions) = &self.versions {
            return versions.get(&ObjectRef::new(name).within(namespace))?.resource_version();
        }
        let secret = SecretName { namespace: namespace.to_owned(), name: name.to_owned() };
        self.kept.lock().get(&secret).map(|kept| kept.resource_version.clone())
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

fn bytes<'a>(entries: &'a Entries, name: &str, key: &str) -> Result<&'a [u8], ReadSecret> {
    let (name, found) = (name.to_owned(), entries.values.get(key));
    match found.map(Vec::as_slice) {
        None => Err(ReadSecret::KeyMissing { name, key: key.to_owned() }),
        Some([]) => Err(ReadSecret::Empty { name, key: key.to_owned() }),
        Some(bytes) => Ok(bytes),
    }
}

fn text(bytes: &[u8], name: &str, key: &str) -> Result<Secret, ReadSecret> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Secret::new(text.to_owned())),
        Err(_) => Err(ReadSecret::NotUtf8 { name: name.to_owned(), key: key.to_owned() }),
    }
}

/// The text that these bytes are, or else their base64.
pub fn text_or_base64(bytes: &[u8]) -> Secret {
    Secret::new(std::str::from_utf8(bytes).map_or_else(|_| BASE64.encode(bytes), str::to_owned))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: Option<&[u8]>) -> Result<String, String> {
        let values = value.map(|value| ("password".to_owned(), value.to_vec())).into_iter().collect();
        let entries = Entries { resource_version: "1".to_owned(), values };
        let read = bytes(&entries, "kafka", "password").and_then(|bytes| text(bytes, "kafka", "password"));
        read.map(|secret| secret.expose().to_owned()).map_err(|error| error.to_string())
    }

    #[test]
    fn what_cannot_be_read_says_which_key_and_what_to_do() {
        for (value, words) in [
            (None, "the Secret \"kafka\" has no key \"password\": add it"),
            (Some(&b""[..]), "the key \"password\" of the Secret \"kafka\" is empty: fill it in"),
            (Some(b"\xff\xfe"), "the key \"password\" of the Secret \"kafka\" is not UTF-8 text: replace it"),
        ] {
            assert_eq!(read(value).unwrap_err(), words);
        }
        assert_eq!(read(Some(b"hunter2")).as_deref(), Ok("hunter2"));
    }

    #[test]
    fn only_bytes_that_are_no_text_become_base64() {
        assert_eq!(text_or_base64(b"syntax = \"proto3\";").expose(), "syntax = \"proto3\";");
        assert_eq!(text_or_base64(b"\x0a\xff").expose(), "Cv8=");
    }
}
