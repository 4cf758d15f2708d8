//! The cluster in memory, as users and the operator reach it, without weather.
//!
//! Not here: what it does (crate `simulation`).

use std::sync::Arc;

use controller::kind::KindName;
use serde_json::Value;
use simulation::choke::Choke;
use simulation::memory::Memory;
use simulation::process::Process;
use simulation::shared::{Shared, Weather};
use simulation::store::{Named, Refused};
use simulation::world::put;

use crate::player::{Player, Side};
use crate::sequence::{Deed, End};

pub(crate) struct InMemory {
    shared: Arc<Shared>,
    cluster: Memory,
    /// How long the log was after each step of a user or look.
    lengths: Vec<usize>,
}

impl InMemory {
    pub(crate) fn new() -> Self {
        let shared = Shared::new(0, sim::Simulator::new(sim::Config::default()), Choke::default());
        *shared.weather.lock() = Weather { kube_ms: 0, lag_ms: 0, ..Weather::default() };
        let cluster = Memory::new(Arc::clone(&shared), Arc::new(Process::new(KindName::ClickPipe.to_string())));
        Self { shared, cluster, lengths: Vec::new() }
    }
}

impl Side for InMemory {
    type Cluster = Memory;

    fn cluster(&self) -> &Memory {
        &self.cluster
    }

    async fn act(&mut self, named: &Named, deed: &Deed) -> Result<(), String> {
        let now = self.shared.wall();
        let done = self.shared.in_store(|store| match deed {
            Deed::Create(object) => store.create(object, now),
            Deed::Apply(object) => store.apply(object, now),
            Deed::Delete => store.delete(named, now),
            Deed::Edit(changes) => {
                let mut next = Value::clone(&*store.get(named)?);
                for (path, value) in changes {
                    put(&mut next, path, value.clone()).unwrap();
                }
                store.update(named, next)
            }
        });
        done.map_err(|refused| match refused {
            Refused::Conflict => "Conflict".to_owned(),
            Refused::NotFound => "NotFound".to_owned(),
            Refused::Exists => "AlreadyExists".to_owned(),
            Refused::Invalid(_) => "Invalid".to_owned(),
            Refused::Forbidden(_) => "Forbidden".to_owned(),
        })
    }

    async fn look(&self, named: &Named) -> Option<Value> {
        self.shared.store.lock().get(named).ok().map(|object| Value::clone(&object))
    }

    /// There are no controllers: what they would do is done.
    async fn until(&self, _: &Named, _: End) {}

    async fn events(&mut self, last: &Named) -> Vec<(bool, Value)> {
        let store = self.shared.store.lock();
        let events = store.since(0).iter().filter(|change| change.named.kind == last.kind);
        events.map(|change| (change.gone, Value::clone(&change.object))).collect()
    }
}

impl Player<InMemory> {
    /// Takes down how far the log is after a step.
    pub(crate) fn mark(&mut self) {
        let length = self.side.shared.store.lock().length();
        self.side.lengths.push(length);
    }

    /// The step that made an event of a kind.
    pub(crate) fn step_of(&self, kind: &str, place: usize) -> usize {
        let store = self.side.shared.store.lock();
        let of_kind = store.since(0).iter().enumerate().filter(|(_, change)| change.named.kind == kind);
        let position = of_kind.map(|(position, _)| position).nth(place).unwrap_or(usize::MAX);
        self.side.lengths.iter().take_while(|length| **length <= position).count()
    }
}
