//! One watch per kind: it keeps a cache current and tells each change once the cache shows it.
//!
//! Everything that wants to know about a kind shares its one watch. Not here: what follows from a change ([`crate::triggers`]).

use std::collections::HashMap;
use std::fmt::Debug;
use std::hash::Hash;
use std::pin::pin;
use std::sync::Arc;

use futures::{Stream, StreamExt};
use kube::api::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::reflector::store::Writer;
use kube::runtime::reflector::{Lookup, ObjectRef, Store};
use kube::runtime::watcher::{self, Event, watcher};
use kube::{Resource, ResourceExt};
use serde::de::DeserializeOwned;

/// What became of one object.
#[derive(Clone, Debug)]
pub struct Change<K: Lookup<DynamicType = ()>> {
    /// Which object.
    pub key: ObjectRef<K>,
    /// What the cache held before; none for a new object.
    pub before: Option<Arc<K>>,
    /// What the cache holds now; none for an object that is gone.
    pub after: Option<Arc<K>>,
}

/// A kind that can be watched.
pub trait Watchable: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static {}

impl<K: Resource<DynamicType = ()> + Clone + Debug + DeserializeOwned + Send + Sync + 'static> Watchable for K {}

/// A cache that turns the events of a watch into changes.
pub struct Cache<K: Watchable> {
    writer: Writer<K>,
    store: Store<K>,
}

impl<K: Watchable> Default for Cache<K> {
    fn default() -> Self {
        let writer = Writer::default();
        Self { store: writer.as_reader(), writer }
    }
}

impl<K: Watchable> Cache<K> {
    /// The cache, for reading.
    pub fn store(&self) -> Store<K> {
        self.store.clone()
    }

    /// Takes one event of the watch and tells what changed by it.
    ///
    /// After a watch was interrupted everything is listed again; the difference to what was known before, deletions included, is told at the end of
    /// the list.
    pub fn take(&mut self, event: &Event<K>) -> Vec<Change<K>> {
        match event {
            Event::Apply(object) | Event::Delete(object) => {
                let key = object.to_object_ref(());
                let before = self.store.get(&key);
                self.writer.apply_watcher_event(event);
                let after = self.store.get(&key);
                vec![Change { key, before, after }]
            }
            Event::Init | Event::InitApply(_) => {
                self.writer.apply_watcher_event(event);
                Vec::new()
            }
            Event::InitDone => {
                let before = by_key(&self.store);
                self.writer.apply_watcher_event(event);
                difference(before, by_key(&self.store))
            }
        }
    }
}

fn by_key<K: Watchable>(store: &Store<K>) -> HashMap<ObjectRef<K>, Arc<K>> {
    store.state().into_iter().map(|object| (object.to_object_ref(()), object)).collect()
}

fn difference<K: Watchable>(
    mut before: HashMap<ObjectRef<K>, Arc<K>>,
    after: HashMap<ObjectRef<K>, Arc<K>>,
) -> Vec<Change<K>>
where
    ObjectRef<K>: Hash + Eq,
{
    let mut changes = Vec::new();
    for (key, object) in after {
        let old = before.remove(&key);
        let same = old
            .as_ref()
            .is_some_and(|old| ResourceExt::resource_version(&**old) == ResourceExt::resource_version(&*object));
        if !same {
            changes.push(Change { key, before: old, after: Some(object) });
        }
    }
    changes.extend(before.into_iter().map(|(key, old)| Change { key, before: Some(old), after: None }));
    changes
}

/// Watches a kind for as long as it is polled: fills the cache, tells the changes, and says when the first list is in.
pub async fn watch<K: Watchable>(
    what: &'static str,
    api: Api<K>,
    cache: Cache<K>,
    listed: impl FnMut(),
    tell: impl FnMut(Change<K>),
) {
    let events = watcher(api, watcher::Config::default()).default_backoff().map(|event| event.map(forget_clutter));
    follow(what, events, cache, listed, tell).await;
}

async fn follow<K: Watchable>(
    what: &'static str,
    events: impl Stream<Item = Result<Event<K>, watcher::Error>>,
    mut cache: Cache<K>,
    mut listed: impl FnMut(),
    mut tell: impl FnMut(Change<K>),
) {
    let mut events = pin!(events);
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                cache.take(&event).into_iter().for_each(&mut tell);
                if matches!(event, Event::InitDone) {
                    listed();
                }
            }
            Err(error) => tracing::warn!(watch = what, error = crate::chain::text(&error), "watch interrupted"),
        }
    }
}

/// Half of the metadata is about who wrote which field; the other large part is kubectl's copy of the whole object. Nobody here reads them.
fn forget_clutter<K: Resource>(event: Event<K>) -> Event<K> {
    event.modify(|object| {
        object.managed_fields_mut().clear();
        if let Some(annotations) = object.meta_mut().annotations.as_mut() {
            annotations.remove("kubectl.kubernetes.io/last-applied-configuration");
        }
    })
}

#[cfg(test)]
mod tests;
