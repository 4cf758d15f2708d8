//! The running operator: everything is made here, wired together, started, and brought to an orderly end.
//!
//! Not here: what any part does.

use std::future::Future;
use std::sync::Arc;

use client::{Accounts, BuildError};
use futures::{FutureExt, StreamExt};
use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::Api;
use kube::core::PartialObjectMeta;
use parking_lot::Mutex;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
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
use crate::lease::candidacy::Candidacy;
use crate::lease::election::Election;
use crate::lease::{self, terms::BadTerms};
use crate::metrics::{Metrics, api::Api as ApiMetrics, leader::Leader, objects::Objects};
use crate::origin::AllowedOrigins;
use crate::readiness::Readiness;
use crate::secrets::SecretStore;
use crate::slots::Slots;
use crate::tenure::{Phase, Tenure};
use crate::triggers::{Inbox, Inboxes, Triggers};
use crate::watch::{Cache, watch};
use crate::work::{End, Workers};
use crate::{chain, fingerprint_key, http, reconcile, start, undecodable};

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
    /// The times of the election.
    #[error("the times of the lease do not go together")]
    Terms(#[source] BadTerms),
    /// Another process may be at work now.
    #[error("the lease was lost: this process ends, and a new one begins with nothing to forget")]
    LeaseLost,
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

/// Runs until SIGTERM or SIGINT, then lets what is under way come to its end; the same when the lease is lost.
pub async fn run(config: Config) -> Result<(), Error> {
    let mut terminate = signal(SignalKind::terminate()).map_err(Error::Signal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(Error::Signal)?;
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let address = config.listen;
    let listener = TcpListener::bind(address).await.map_err(|source| Error::Listen { address, source })?;
    let tenure = if config.leader_elect { Tenure::waiting() } else { Tenure::unlimited() };
    let (readiness, metrics) = (Readiness::waiting_for(PARTS), Arc::new(Metrics::new()));
    // Until the work is over: a process that finishes something is alive, and has something to tell.
    let server = tokio::spawn(http::serve(listener, readiness.clone(), Arc::clone(&metrics)));
    tokio::spawn(readiness.clone().missing_after("shutdown", tenure.reached(Phase::Ending)));

    let work = work(config, readiness.clone(), metrics, tenure.clone());
    let mut work = std::pin::pin!(work);
    tokio::select! {
        end = &mut work => return end,
        _ = terminate.recv() => tracing::info!(signal = "SIGTERM", "ending: nothing new is begun, what is under way is finished"),
        _ = interrupt.recv() => tracing::info!(signal = "SIGINT", "ending: nothing new is begun, what is under way is finished"),
    }
    tenure.end();
    let end = work.await;
    server.abort();
    tracing::info!("ended");
    end
}

async fn work(config: Config, readiness: Readiness, metrics: Arc<Metrics>, tenure: Tenure) -> Result<(), Error> {
    let terms = config.lease_terms().map_err(Error::Terms)?;
    let clients = Clients::find().await.map_err(Error::Connect)?;
    let cluster = Kube::new(clients.clone());
    let Some(asked) = tenure.unless(Phase::Ending, ask(&clients, &cluster, &config)).await else { return Ok(()) };
    let (cluster_id, fingerprint_key) = asked?;
    let gate = tenure.clone();
    let accounts = Arc::new(
        Accounts::new(concat!("clickpipes-operator/", env!("CARGO_PKG_VERSION")))
            .map_err(Error::Client)?
            .only_while(move || gate.may_call()),
    );
    let caches = Caches {
        pipes: Cache::default(),
        connections: Cache::default(),
        cluster_connections: Cache::default(),
        secrets: Cache::default(),
        namespaces: Cache::default(),
    };
    metrics.add(Box::new(ApiMetrics(Arc::clone(&accounts))));
    metrics.add(Box::new(Leader(tenure.clone())));
    let dependencies = Arc::new(Dependencies::default());
    let (triggers, inboxes) = Triggers::new(Arc::clone(&dependencies));
    let secrets = Arc::new(if config.watch_secrets {
        SecretStore::new(cluster.clone(), caches.secrets.store())
    } else {
        SecretStore::unwatched(cluster.clone())
    });
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
        holder: lease::identity(),
        tenure: tenure.clone(),
        fingerprint_key,
        pipes: caches.pipes.store(),
        namespaces: caches.namespaces.store(),
        dependencies,
        connections,
        secrets,
        accounts,
        slots: Slots::new(config.concurrency),
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
    let (work_is_over, over) = oneshot::channel::<()>();
    let election = context.config.leader_elect.then(|| {
        let candidacy = Candidacy::new(context.holder.clone(), terms);
        let Config { operator_namespace, lease_name, .. } = &context.config;
        let election = Election::new(clients.write.clone(), operator_namespace, lease_name, candidacy, tenure.clone());
        tokio::spawn(election.run(over.map(drop)))
    });
    let watches = watches(&clients, caches, &context, &readiness);
    tokio::select! {
        () = watches => {}
        () = workers(inboxes, &clients, &context, &readiness) => {}
    }
    let lost = tenure.was_lost();
    // Whoever waits for this gives the lease up; it is kept until here, because what is under way counts as work.
    drop(work_is_over);
    if let Some(election) = election {
        let _ = election.await;
    }
    context.events.written().await;
    if lost { Err(Error::LeaseLost) } else { Ok(()) }
}

/// What tells this cluster apart, and the key of fingerprints.
async fn ask(clients: &Clients, cluster: &Kube, config: &Config) -> Result<(String, plan::fingerprint::Key), Error> {
    let id = match config.cluster_id.clone() {
        Some(id) => id,
        None => start::patiently(|| clients.cluster_id()).await.map_err(Error::Connect)?,
    };
    let key = start::patiently(|| fingerprint_key::load(cluster, &config.operator_namespace));
    Ok((id, key.await.map_err(Error::FingerprintKey)?))
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
        async {
            if context.config.watch_secrets {
                watch("secrets", Api::all(client()), secrets, secrets_in, |change| context.secret_changed(&change))
                    .await;
            } else {
                secrets_in();
            }
        },
        watch("namespaces", Api::all(client()), namespaces, namespaces_in, |change| context.namespace_changed(&change)),
    );
}

/// Works on the three kinds once every first list is in and this replica leads; ends when asked to, after what is under way.
async fn workers(inboxes: Inboxes, clients: &Clients, context: &Arc<Context>, readiness: &Readiness) {
    let Inboxes { mut pipes, mut connections, mut cluster_connections } = inboxes;
    let tenure = &context.tenure;
    tokio::select! {
        biased;
        () = tenure.reached(Phase::Ending) => return,
        () = async { futures::join!(readiness.ready(), tenure.reached(Phase::Working)); } => {}
        // Who waits for long must not remember every change; the work begins with everything.
        () = discard(&mut pipes) => return,
        () = discard(&mut connections) => return,
        () = discard(&mut cluster_connections) => return,
    }
    context.accounts.follow_another();
    context.metrics.add(Box::new(Objects {
        pipes: context.pipes.clone(),
        connections: context.connections.namespaced.clone(),
        cluster_connections: context.connections.cluster.clone(),
    }));
    tracing::info!("working");
    let concurrency = Slots::under_way(context.config.concurrency);
    futures::join!(
        workers_of(pipes, context.pipes.clone(), concurrency, clients, context, reconcile::reconcile),
        workers_of(
            connections,
            context.connections.namespaced.clone(),
            concurrency,
            clients,
            context,
            connection::reconcile::reconcile
        ),
        workers_of(
            cluster_connections,
            context.connections.cluster.clone(),
            concurrency,
            clients,
            context,
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
    let end = context.tenure.reached(Phase::Ending);
    workers.run(end, move |object: Arc<Guarded<K>>| {
        let (client, context) = (client.clone(), Arc::clone(&context));
        async move {
            if context.tenure.phase() != Phase::Working {
                return Ok(End::Done(Again::OnChange));
            }
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

/// Empties an inbox for as long as it is polled.
async fn discard<K: Kind>(inbox: &mut Inbox<K>) {
    while inbox.next().await.is_some() {}
}
