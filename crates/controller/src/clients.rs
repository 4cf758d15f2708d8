//! The two clients for the Kubernetes API, and what tells this cluster apart from others.
//!
//! Not here: what is asked through them.

use std::time::Duration;

use k8s_openapi::api::core::v1::Namespace;
use kube::api::Api;
use kube::{Client, Config};
use thiserror::Error;

/// How long the answer to a write may take at the level of the connection; callers give up earlier.
const WRITE_PATIENCE: Duration = Duration::from_mins(1);
/// How long the look for the cluster's id may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client for reading and one for writing.
#[derive(Clone)]
pub struct Clients {
    /// For get, list and watch; repeats a call that the server was too busy for.
    pub read: Client,
    /// For everything that changes something; never repeats a call, and gives up on a silent connection.
    pub write: Client,
}

/// Why the cluster cannot be used.
#[derive(Debug, Error)]
pub enum Connect {
    /// Neither a kubeconfig nor a service account.
    #[error("failed to find the cluster: neither a kubeconfig nor a service account of a pod is usable")]
    Find(#[source] kube::config::InferConfigError),
    /// A client cannot be made from what was found.
    #[error("failed to make a client for the Kubernetes API")]
    Client(#[source] kube::Error),
    /// The id of the cluster cannot be read.
    #[error(
        "failed to read the namespace \"kube-system\", whose UID names this cluster; grant it, or set --cluster-id"
    )]
    ClusterId(#[source] kube::Error),
    /// The Kubernetes API does not answer.
    #[error("the Kubernetes API did not answer within {} seconds", PATIENCE.as_secs())]
    TimedOut,
    /// An API that gives no UIDs.
    #[error("the namespace \"kube-system\" has no UID; set --cluster-id")]
    NoUid,
}

impl Clients {
    /// Finds the cluster as kubectl does, else as a pod does.
    pub async fn find() -> Result<Self, Connect> {
        let reading = Config::infer().await.map_err(Connect::Find)?;
        let mut writing = reading.clone();
        writing.default_retry = false;
        writing.read_timeout = Some(WRITE_PATIENCE);
        writing.reset_reader_on_write = true;
        let client = |config| Client::try_from(config).map_err(Connect::Client);
        Ok(Self { read: client(reading)?, write: client(writing)? })
    }

    /// The UID of the namespace kube-system: it is made once per cluster and never changes.
    pub async fn cluster_id(&self) -> Result<String, Connect> {
        let namespaces: Api<Namespace> = Api::all(self.read.clone());
        let found = tokio::time::timeout(PATIENCE, namespaces.get_metadata("kube-system")).await;
        let namespace = found.map_err(|_| Connect::TimedOut)?.map_err(Connect::ClusterId)?;
        namespace.metadata.uid.ok_or(Connect::NoUid)
    }
}
