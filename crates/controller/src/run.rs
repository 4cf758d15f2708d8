//! The running operator: everything is made here, wired together, started, and brought to an orderly end.
//!
//! Not here: what any part does.

use std::future::Future;
use std::sync::Arc;

use client::{Accounts, BuildError};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::Api;
use kube::core::PartialObjectMeta;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch::{Receiver, channel};
use uuid::Uuid;

use crate::again::Again;
use crate::attempts::Attempts;
use crate::clients::{Clients, Connect};
use crate::cluster::kube::Kube;
use crate::config::Config;
use crate::connection::{self, Connections};
use crate::context::Context;
use crate::dependencies::Dependencies;
use crate::events::Events;
use crate::kind::{Guarded, Kind};
use crate::metrics::{Metrics, api::Api as ApiMetrics, objects::Objects};
use crate::origin::AllowedOrigins;
use crate::readiness::Readiness;
use crate::secrets::SecretStore;
use crate::triggers::{Inbox, Inboxes, Triggers};
use crate::watch::{Cache, watch};
use crate::work::{End, Workers};
use crate::{chain, fingerprint_key, http, reconcile, undecodable};

/// Why the operator ended.
#[derive(Debug, Error)]
pub enum Error {
    /// The runtime.
    #[error("failed to start the runtime")]
    Runtime(#[source] std::io::Error),
    /// Signals.
    #[error("failed to listen for signals")]
    Signal(#[source] std::io::Error),
    /// The operator's own port.
    #[error("failed to listen on {address}; choose another with --listen")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Kubernetes.
    #[error("failed to reach Kubernetes")]
    Connect(#[source] Connect),
    /// The key of fingerprints.
    #[error("failed to get the key of secret fingerprints")]
    FingerprintKey(#[source] fingerprint_key::Error),
    /// HTTP to the Cloud API.
    #[error("failed to make a client for the Cloud API")]
    Client(#[source] BuildError),
}

/// The caches, before their watches fill them.
struct Caches {
    pipes: Cache<Guarded<crd::ClickPipe>>,
    connections: Cache<Guarded<crd::CloudConnection>>,
    cluster_connections: Cache<Guarded<crd::ClusterCloudConnection>>,
    secrets: Cache<PartialObjectMeta<Secret>>,
    namespaces: Cache<PartialObjectMeta<Namespace>>,
}

/// What the first list of which must be in before work begins.
const PARTS: [&str; 5] = ["clickpipes", "cloudconnections", "clustercloudconnections", "secrets", "namespaces"];

/// Runs until SIGTERM or SIGINT, then lets what is under way come to its end.
pub async fn run(config: Config) -> Result<(), Error> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signal)?;
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let (stop, stopping) = channel(false);
    let (readiness, metrics) = (Readiness::waiting_for(PARTS), Arc::new(Metrics::new()));
    let server = tokio::spawn(http::serve(listener, readiness.clone(), Arc::clone(&metrics), ended(stopping.clone())));

    let work = work(config, readiness.clone(), metrics, stopping);
    let mut work = std::pin::pin!(work);
    tokio::select! {
        end = &mut work => return end,
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "ending: nothing new is begun, what is under way is finished"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "ending: nothing new is begun, what is under way is finished"),
    }
    readiness.missing("shutdown");
    // The receivers live in the futures that are awaited below.
    let _ = stop.send(true);
    let end = work.await;
    server.abort();
    tracing::info!("ended");
    end
}

async fn work(
    config: Config,
    readiness: Readiness,
    metrics: Arc<Metrics>,
    stopping: Receiver<bool>,
) -> Result<(), Error> {
    let clients = Clients::find().await.map_err(Error::Connect)?;
    let cluster = Kube::new(clients.clone());
    let cluster_id = match config.cluster_id.clone() {
        Some(id) => id,
        None => clients.cluster_id().await.map_err(Error::Connect)?,
    };
    let fingerprint_key =
        fingerprint_key::load(&cluster, &config.operator_namespace).await.map_err(Error::FingerprintKey)?;
    let accounts = Arc::new(
        Accounts::new(concat!("clickpipes-operator/", env!("CARGO_PKG_VERSION")))
            .map_err(Error::Client)?
            .after_a_restart(),
    );
    let caches = Caches {
        pipes: Cache::default(),
        connections: Cache::default(),
        cluster_connections: Cache::default(),
        secrets: Cache::default(),
        namespaces: Cache::default(),
    };
    metrics.add(Box::new(ApiMetrics(Arc::clone(&accounts))));
    metrics.add(Box::new(Objects {
        pipes: caches.pipes.store(),
        connections: caches.connections.store(),
        cluster_connections: caches.cluster_connections.store(),
    }));
    let dependencies = Arc::new(Dependencies::default());
    let (triggers, inboxes) = Triggers::new(Arc::clone(&dependencies));
    let secrets = Arc::new(SecretStore::new(cluster.clone(), caches.secrets.store()));
    let connections = Arc::new(Connections {
        namespaced: caches.connections.store(),
        cluster: caches.cluster_connections.store(),
        namespaces: caches.namespaces.store(),
        secrets: Arc::clone(&secrets),
        accounts: Arc::clone(&accounts),
        allowed: AllowedOrigins::new(config.allow_api_urls.clone()),
        memories: connection::memory::Memories::default(),
    });
    let context = Arc::new(Context {
        cluster,
        cluster_id,
        holder: Uuid::new_v4().to_string(),
        fingerprint_key,
        pipes: caches.pipes.store(),
        namespaces: caches.namespaces.store(),
        dependencies,
        connections,
        secrets,
        accounts,
        triggers,
        events: Events::new(&clients),
        metrics,
        memory: Mutex::default(),
        wall: Box::new(Timestamp::now),
        nonce: Box::new(|| Uuid::new_v4().to_string()),
        config,
    });
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        cluster = context.cluster_id,
        holder = context.holder,
        "started"
    );
    let watches = watches(&clients, caches, &context, &readiness);
    tokio::select! {
        () = watches => Ok(()),
        () = workers(inboxes, &clients, &context, &readiness, &stopping) => Ok(()),
    }
}

/// Every watch; none ends by itself.
async fn watches(clients: &Clients, caches: Caches, context: &Arc<Context>, readiness: &Readiness) {
    let Caches { pipes, connections, cluster_connections, secrets, namespaces } = caches;
    let client = || clients.read.clone();
    let [pipes_in, connections_in, cluster_connections_in, secrets_in, namespaces_in] =
        PARTS.map(|part| move || readiness.done(part));
    futures::join!(
        watch("clickpipes", Api::all(client()), pipes, pipes_in, |change| context.pipe_changed(&change)),
        watch("cloudconnections", Api::all(client()), connections, connections_in, |change| context
            .connection_changed(&change)),
        watch("clustercloudconnections", Api::all(client()), cluster_connections, cluster_connections_in, |change| {
            context.connection_changed(&change);
        }),
        watch("secrets", Api::all(client()), secrets, secrets_in, |change| context.secret_changed(&change)),
        watch("namespaces", Api::all(client()), namespaces, namespaces_in, |change| context.namespace_changed(&change)),
    );
}

/// Works on the three kinds once every first list is in; ends when asked to, after what is under way.
async fn workers(
    inboxes: Inboxes,
    clients: &Clients,
    context: &Arc<Context>,
    readiness: &Readiness,
    stopping: &Receiver<bool>,
) {
    tokio::select! {
        () = readiness.ready() => {}
        () = ended(stopping.clone()) => return,
    }
    let Inboxes { pipes, connections, cluster_connections } = inboxes;
    let concurrency = context.config.concurrency;
    futures::join!(
        workers_of(pipes, context.pipes.clone(), concurrency, clients, context, stopping, reconcile::reconcile),
        workers_of(
            connections,
            context.connections.namespaced.clone(),
            concurrency,
            clients,
            context,
            stopping,
            connection::reconcile::reconcile
        ),
        workers_of(
            cluster_connections,
            context.connections.cluster.clone(),
            concurrency,
            clients,
            context,
            stopping,
            connection::reconcile::reconcile
        ),
    );
}

fn workers_of<K: Kind, F, E, R>(
    inbox: Inbox<K>,
    store: kube::runtime::reflector::Store<Guarded<K>>,
    concurrency: u16,
    clients: &Clients,
    context: &Arc<Context>,
    stopping: &Receiver<bool>,
    reconcile: R,
) -> impl Future<Output = ()> + use<K, F, E, R>
where
    R: Fn(Arc<K>, Arc<Context>) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<Again, E>> + Send + 'static,
    E: std::error::Error + Send + 'static,
{
    let attempts = Arc::new(Attempts::default());
    let workers = Workers { store, inbox, concurrency, attempts, metrics: Arc::clone(&context.metrics) };
    let (client, context) = (clients.write.clone(), Arc::clone(context));
    let end = ended(stopping.clone());
    workers.run(end, move |object: Arc<Guarded<K>>| {
        let (client, context) = (client.clone(), Arc::clone(&context));
        async move {
            match &object.0 {
                Ok(readable) => reconcile(Arc::new(readable.clone()), context).await.map(End::Done),
                Err(invalid) => Ok(match undecodable::mark(&client, &object, invalid, context.now()).await {
                    Ok(()) => End::Undecodable,
                    Err(error) => End::Failed(chain::text(&error)),
                }),
            }
        }
    })
}

/// Returns once the operator is to end.
async fn ended(mut stopping: Receiver<bool>) {
    // Without a sender nobody will ask; the process is ending anyway.
    let _ = stopping.wait_for(|stop| *stop).await;
}
