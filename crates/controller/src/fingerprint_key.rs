//! The key of secret fingerprints: one Secret in the operator's own namespace, made once.
//!
//! Not made by the chart: a template would make another one at every render, and every pipe would look changed. Not here: fingerprints
//! (crate `plan`).

use std::collections::BTreeMap;

use cloud::Secret;
use plan::fingerprint::Key;
use thiserror::Error;
use uuid::Uuid;

use crate::cluster::{self, Cluster, Entries};

/// The Secret's name.
pub const SECRET: &str = "clickpipes-operator-fingerprint-key";
/// The key in the Secret.
const ENTRY: &str = "key";

/// Why there is no key.
#[derive(Debug, Error)]
pub enum Error {
    /// The Secret cannot be read.
    #[error("failed to read the Secret {SECRET:?} in the namespace {namespace:?}")]
    Read {
        /// The operator's namespace.
        namespace: String,
        /// Why.
        #[source]
        source: cluster::Error,
    },
    /// The Secret cannot be made.
    #[error(
        "failed to create the Secret {SECRET:?} in the namespace {namespace:?}; does the namespace exist, and is it the operator's own?"
    )]
    Create {
        /// The operator's namespace.
        namespace: String,
        /// Why.
        #[source]
        source: cluster::Error,
    },
    /// The Secret is not ours.
    #[error("the Secret {SECRET:?} has no entry {ENTRY:?}: delete it, and the operator makes a new one")]
    Malformed,
}

/// The key, made when there is none yet. Of two operators that make it at the same time, one wins and both use its key.
pub async fn load<C: Cluster>(cluster: &C, namespace: &str) -> Result<Key, Error> {
    let failed = |source| Error::Read { namespace: namespace.to_owned(), source };
    match cluster.read_secret(namespace, SECRET).await {
        Ok(entries) => return read(&entries),
        Err(cluster::Error::NotFound) => {}
        Err(source) => return Err(failed(source)),
    }
    // Two random UUIDs: 244 random bits.
    let value = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let values = BTreeMap::from([(ENTRY.to_owned(), value.into_bytes())]);
    match cluster.create_secret(namespace, SECRET, values).await {
        Ok(()) | Err(cluster::Error::Conflict) => {}
        Err(source) => return Err(Error::Create { namespace: namespace.to_owned(), source }),
    }
    read(&cluster.read_secret(namespace, SECRET).await.map_err(failed)?)
}

fn read(entries: &Entries) -> Result<Key, Error> {
    let bytes = entries.values.get(ENTRY).filter(|bytes| bytes.len() >= 16).ok_or(Error::Malformed)?;
    let text = String::from_utf8(bytes.clone()).map_err(|_| Error::Malformed)?;
    Ok(Key::new(Secret::new(text)))
}
