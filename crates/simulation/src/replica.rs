//! One operator process: its caches, its context, and its passes, wired as `controller::run` wires them.
//!
//! Everything is one future, so that dropping it is a crash at an await point. Not here: when it crashes.

use std::sync::Arc;
use std::time::Duration;

use client::Accounts;
use cloud::Secret;
use controller::again::Again;
use controller::attempts::Attempts;
use controller::chain;
use controller::config::Config;
use controller::connection::{self, Connections};
use controller::context::Context;
use controller::dependencies::Dependencies;
use controller::events::Events;
use controller::kind::{Guarded, Key, Kind, KindName};
use controller::metrics::Metrics;
use controller::origin::AllowedOrigins;
use controller::reconcile;
use controller::secrets::SecretStore;
use controller::slots::Slots;
use controller::tenure::Tenure;
use controller::triggers::{Inboxes, Triggers};
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use futures::{FutureExt, StreamExt};
use kube::runtime::reflector::Store;
use parking_lot::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use crate::feed::{Caches, Feed};
use crate::memory::Memory;
use crate::process::Process;
use crate::queue::Queue;
use crate::shared::Shared;
use crate::wire::Wire;

/// A running operator, started again by its kubelet whenever it ends.
pub struct Replica {
    life: Arc<Mutex<Life>>,
    task: JoinHandle<()>,
}

/// One life of an operator.
#[derive(Clone)]
pub struct Life {
    /// Its process.
    pub process: Arc<Process>,
    /// What it works with, for looking into it.
    pub context: Arc<Context<Memory>>,
}

/// How long the kubelet takes to start it again.
const RESTART: Duration = Duration::from_secs(1);

type Running = FuturesUnordered<BoxFuture<'static, (Key, Again)>>;

impl Replica {
    /// Starts an operator.
    pub fn start(shared: &Arc<Shared>, name: &str, config: &Config) -> Self {
        let (mut birth, life) = begin(shared, format!("{name}-1"), config);
        let life = Arc::new(Mutex::new(life));
        let (shared, name, config, current) = (Arc::clone(shared), name.to_owned(), config.clone(), Arc::clone(&life));
        let task = tokio::spawn(async move {
            for number in 2_u64.. {
                birth.await;
                shared.say(&format!("{} ended", current.lock().process.name));
                sleep(RESTART).await;
                let (next, life) = begin(&shared, format!("{name}-{number}"), &config);
                *current.lock() = life;
                birth = next;
            }
        });
        Self { life, task }
    }

    /// Its present life.
    pub fn life(&self) -> Life {
        self.life.lock().clone()
    }

    /// Whether it ended by a panic, which is a defect.
    pub fn has_panicked(&self) -> bool {
        self.task.is_finished()
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A life, and what lives it.
fn begin(shared: &Arc<Shared>, name: String, config: &Config) -> (BoxFuture<'static, ()>, Life) {
    let process = Arc::new(Process::new(name));
    let mut caches = Caches::default();
    let (context, inboxes) = context(shared, &process, &caches, config.clone());
    let life = Life { process: Arc::clone(&process), context: Arc::clone(&context) };
    let shared = Arc::clone(shared);
    let living = async move {
        tokio::select! {
            biased;
            () = process.died() => {}
            () = process.thawed(work(&shared, &mut caches, &context, inboxes)) => {}
        }
    };
    (living.boxed(), life)
}

fn context(
    shared: &Arc<Shared>,
    process: &Arc<Process>,
    caches: &Caches,
    config: Config,
) -> (Arc<Context<Memory>>, Inboxes) {
    let cluster = Memory::new(Arc::clone(shared), Arc::clone(process));
    let wire = Wire::new(Arc::clone(shared), Arc::clone(process));
    let accounts = Arc::new(Accounts::with_transport(Arc::new(wire)));
    accounts.follow_another();
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
    let (wall, nonces, heard) = (Arc::clone(shared), Arc::clone(shared), Arc::clone(shared));
    let context = Arc::new(Context {
        cluster,
        cluster_id: "cluster".to_owned(),
        holder: process.name.clone(),
        tenure: Tenure::unlimited(),
        fingerprint_key: plan::fingerprint::Key::new(Secret::new("the fingerprint key of the simulation".to_owned())),
        pipes: caches.pipes.store(),
        namespaces: caches.namespaces.store(),
        dependencies,
        connections,
        secrets,
        accounts,
        slots: Slots::new(config.concurrency),
        triggers,
        events: Events::heard_by(Arc::new(move |object, reason, text| {
            heard.say(&format!("event {object}: {reason} {text}"));
        })),
        metrics: Arc::new(Metrics::new()),
        memory: Mutex::default(),
        wall: Box::new(move || wall.shown()),
        nonce: Box::new(move || nonces.nonce()),
        config,
    });
    (context, inboxes)
}

async fn work(shared: &Arc<Shared>, caches: &mut Caches, context: &Arc<Context<Memory>>, mut inboxes: Inboxes) {
    let mut changes = shared.changes();
    let mut feed = Feed::new(Arc::clone(shared));
    let (mut queue, mut running) = (Queue::default(), Running::new());
    let attempts = Arc::new(Attempts::default());
    loop {
        feed.pull();
        feed.deliver(caches, context);
        while let Some(key) = next(&mut inboxes).now_or_never().flatten() {
            queue.wish(key, Instant::now());
        }
        for key in queue.begin(Instant::now()) {
            match pass(&key, shared, context, &attempts) {
                Some(pass) => running.push(pass),
                None => queue.end(key, Again::OnChange, Instant::now()),
            }
        }
        let moment = [feed.next(), queue.next()].into_iter().flatten().min();
        tokio::select! {
            biased;
            Some(key) = next(&mut inboxes) => queue.wish(key, Instant::now()),
            Some((key, again)) = running.next(), if !running.is_empty() => queue.end(key, again, Instant::now()),
            _ = changes.changed() => {}
            () = sleep_until(moment.unwrap_or_else(Instant::now)), if moment.is_some() => {}
        }
    }
}

async fn next(inboxes: &mut Inboxes) -> Option<Key> {
    let Inboxes { pipes, connections, cluster_connections } = inboxes;
    tokio::select! {
        biased;
        Some(pipe) = pipes.next() => Some(Key::from_reference(&pipe)),
        Some(connection) = connections.next() => Some(Key::from_reference(&connection)),
        Some(connection) = cluster_connections.next() => Some(Key::from_reference(&connection)),
        else => None,
    }
}

/// A pass over an object of the cache; none for one that is gone.
fn pass(
    key: &Key,
    shared: &Arc<Shared>,
    context: &Arc<Context<Memory>>,
    attempts: &Arc<Attempts>,
) -> Option<BoxFuture<'static, (Key, Again)>> {
    let run = (key.clone(), Arc::clone(shared), Arc::clone(attempts));
    let context = Arc::clone(context);
    match key.kind {
        KindName::ClickPipe => attempt(run, &context.pipes.clone(), |object| reconcile::reconcile(object, context)),
        KindName::CloudConnection => attempt(run, &context.connections.namespaced.clone(), |object| {
            connection::reconcile::reconcile(object, context)
        }),
        KindName::ClusterCloudConnection => attempt(run, &context.connections.cluster.clone(), |object| {
            connection::reconcile::reconcile(object, context)
        }),
    }
}

fn attempt<K: Kind, F, E>(
    (key, shared, attempts): (Key, Arc<Shared>, Arc<Attempts>),
    store: &Store<Guarded<K>>,
    reconcile: impl FnOnce(Arc<K>) -> F,
) -> Option<BoxFuture<'static, (Key, Again)>>
where
    F: Future<Output = Result<Again, E>> + Send + 'static,
    E: std::error::Error + Send + 'static,
{
    let object = store.get(&key.reference::<K>())?;
    let Ok(readable) = &object.0 else {
        shared.say(&format!("{key} cannot be read"));
        return None;
    };
    let (uid, generation) = (readable.meta().uid.clone().unwrap_or_default(), readable.meta().generation);
    if let Some(wait) = attempts.wait(&uid, generation, Instant::now()) {
        return Some(std::future::ready((key, Again::In(wait))).boxed());
    }
    let pass = reconcile(Arc::new(readable.clone()));
    Some(Box::pin(async move {
        let again = match pass.await {
            Ok(again) => {
                attempts.forget(&uid);
                again
            }
            Err(error) => {
                shared.say(&format!("{key}: a pass failed: {}", chain::text(&error)));
                Again::In(attempts.failed(&uid, generation, Instant::now()))
            }
        };
        (key, again)
    }))
}
