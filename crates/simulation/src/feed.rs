//! The watches of one process: what the cluster logs reaches its caches later, in order for each kind; a watch that is lost lists everything
//! again.
//!
//! Not here: the caches, and what follows from a change (crate `controller`).

use std::collections::VecDeque;
use std::sync::Arc;

use controller::context::Context;
use controller::kind::Guarded;
use controller::watch::{Cache, Change, Watchable};
use crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::core::PartialObjectMeta;
use kube::runtime::watcher::Event;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::memory::Memory;
use crate::shared::Shared;
use crate::struck::Fault;

/// The caches that watches fill.
#[derive(Default)]
pub struct Caches {
    /// Pipes.
    pub pipes: Cache<Guarded<ClickPipe>>,
    /// Connections of namespaces.
    pub connections: Cache<Guarded<CloudConnection>>,
    /// Connections of the cluster.
    pub cluster_connections: Cache<Guarded<ClusterCloudConnection>>,
    /// Secrets without data.
    pub secrets: Cache<PartialObjectMeta<Secret>>,
    /// Namespaces.
    pub namespaces: Cache<PartialObjectMeta<Namespace>>,
}

/// From this delay on a cache is often behind by some versions.
const STALE_MS: u64 = 1_000;
const KINDS: [&str; 5] = ["Namespace", "Secret", "ClusterCloudConnection", "CloudConnection", "ClickPipe"];

/// What is on its way to the caches.
pub struct Feed {
    shared: Arc<Shared>,
    read: usize,
    lanes: [VecDeque<(Instant, News)>; 5],
}

enum News {
    Changed(Arc<Value>),
    Gone(Arc<Value>),
    Everything,
}

impl Feed {
    /// Everything is listed first.
    pub fn new(shared: Arc<Shared>) -> Self {
        let lanes = KINDS.map(|_| VecDeque::from([(Instant::now(), News::Everything)]));
        let read = shared.store.lock().length();
        Self { shared, read, lanes }
    }

    /// Takes in what the cluster has logged.
    pub fn pull(&mut self) {
        let (news, length) = {
            let store = self.shared.store.lock();
            (store.since(self.read).to_vec(), store.length())
        };
        self.read = length;
        let (lag_ms, lost) = {
            let weather = self.shared.weather.lock();
            (weather.lag_ms, weather.lost_watch)
        };
        for change in news {
            let Some(place) = KINDS.iter().position(|kind| *kind == change.named.kind) else { continue };
            let arrives = Instant::now() + self.shared.some_of(lag_ms);
            let lane = &mut self.lanes[place];
            let after = lane.back().map_or(arrives, |(last, _)| arrives.max(*last));
            if lag_ms >= STALE_MS {
                self.shared.struck.by(Fault::STALE_CACHE);
            }
            if self.shared.happens(lost) {
                self.shared.struck.by(Fault::STALE_CACHE);
                lane.clear();
                lane.push_back((after, News::Everything));
            } else if change.gone {
                lane.push_back((after, News::Gone(change.object)));
            } else {
                lane.push_back((after, News::Changed(change.object)));
            }
        }
    }

    /// When something arrives next.
    pub fn next(&self) -> Option<Instant> {
        self.lanes.iter().filter_map(|lane| lane.front().map(|(at, _)| *at)).min()
    }

    /// Puts what has arrived into the caches and tells it.
    pub fn deliver(&mut self, caches: &mut Caches, context: &Context<Memory>) {
        let now = Instant::now();
        for (place, kind) in KINDS.into_iter().enumerate() {
            while let Some((_, news)) = self.lanes[place].pop_front_if(|(at, _)| *at <= now) {
                let everything: Vec<Arc<Value>> = match &news {
                    News::Everything => {
                        self.shared.store.lock().all(kind).map(|(_, object)| Arc::clone(object)).collect()
                    }
                    News::Changed(_) | News::Gone(_) => Vec::new(),
                };
                match kind {
                    "Namespace" => {
                        take(&mut caches.namespaces, &news, &everything, |change| context.namespace_changed(change));
                    }
                    "Secret" => take(&mut caches.secrets, &news, &everything, |change| context.secret_changed(change)),
                    "ClusterCloudConnection" => take(&mut caches.cluster_connections, &news, &everything, |change| {
                        context.connection_changed(change);
                    }),
                    "CloudConnection" => {
                        take(&mut caches.connections, &news, &everything, |change| context.connection_changed(change));
                    }
                    _ => take(&mut caches.pipes, &news, &everything, |change| context.pipe_changed(change)),
                }
            }
        }
    }
}

fn take<K: Watchable>(cache: &mut Cache<K>, news: &News, everything: &[Arc<Value>], mut tell: impl FnMut(&Change<K>)) {
    let mut changes = match news {
        News::Changed(object) => cache.take(&Event::Apply(seen(object))),
        News::Gone(object) => cache.take(&Event::Delete(seen(object))),
        News::Everything => {
            cache.take(&Event::Init);
            for object in everything {
                cache.take(&Event::InitApply(seen(object)));
            }
            cache.take(&Event::InitDone)
        }
    };
    // A list has no order of its own; a run needs one.
    changes.sort_by_key(|change| (change.key.namespace.clone(), change.key.name.clone()));
    changes.iter().for_each(&mut tell);
}

/// An object as a watch shows it. Of a Secret and a namespace only the metadata.
fn seen<K: Watchable>(object: &Value) -> K {
    let metadata_only = matches!(object["kind"].as_str(), Some("Secret" | "Namespace"));
    let read = if metadata_only {
        K::deserialize(json!({"apiVersion": "v1", "kind": object["kind"], "metadata": object["metadata"]}))
    } else {
        K::deserialize(object)
    };
    read.unwrap_or_else(|error| panic!("a watch cannot show {}: {error}", object["metadata"]["name"]))
}
