//! One LIST for everybody who asks about a service: single flight.
//!
//! A LIST is made by whoever waits for it; when all of them are gone it is given up. Not here: what its answer changes ([`crate::shelf`]).

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloud::{Failure, Pipe, ServiceId, Tick};
use futures::future::{BoxFuture, FutureExt, Shared, WeakShared};

use crate::clock;
use crate::shelf::{Begun, Shelf};
use crate::snapshot::Snapshot;

/// A service that nobody has asked about for this long is forgotten.
const FORGET_AFTER: Duration = Duration::from_hours(1);

/// What a LIST gives, to everybody who waits for it.
pub(crate) type Shown = Result<Arc<Snapshot>, Failure>;
type Look = BoxFuture<'static, Shown>;

/// The services of one key.
#[derive(Debug, Default)]
pub(crate) struct Listings {
    services: Mutex<BTreeMap<ServiceId, Listing>>,
}

#[derive(Debug, Default)]
struct Listing {
    shelf: Shelf,
    asked: Tick,
    /// The LIST that is not on the wire yet.
    waiting: Option<WeakShared<Look>>,
    /// The LISTs on the wire.
    flying: Vec<(Begun, WeakShared<Look>)>,
}

/// Where somebody who asks gets the answer.
pub(crate) enum Source {
    /// It is there.
    Here(Arc<Snapshot>),
    /// Of a LIST, one's own or another's.
    Look(Shared<Look>),
}

impl Listings {
    /// A LIST begun at or after `since`: the one we have, one on the wire, the one about to go, or else a new one.
    pub(crate) fn source(&self, service: &ServiceId, since: Tick, make: impl FnOnce() -> Look) -> Source {
        let now = clock::now();
        // Made before the lock, so dropped after it: the last holder of a LIST that is dropped takes the lock itself.
        let mut live = Vec::new();
        let mut services = self.lock();
        services.retain(|id, listing| id == service || !listing.is_forgotten(now));
        let listing = services.entry(service.clone()).or_default();
        listing.asked = now;
        if let Some(snapshot) = listing.shelf.fresh(since) {
            return Source::Here(snapshot);
        }
        live.extend(listing.joinable(since));
        if let Some(look) = live.first() {
            return Source::Look(look.clone());
        }
        let look = make().shared();
        listing.waiting = look.downgrade();
        Source::Look(look)
    }

    pub(crate) fn cached(&self, service: &ServiceId) -> Option<Arc<Snapshot>> {
        let mut services = self.lock();
        let listing = services.get_mut(service)?;
        listing.asked = clock::now();
        listing.shelf.latest()
    }

    pub(crate) fn last_begun(&self, service: &ServiceId) -> Option<Tick> {
        self.lock().get(service).and_then(|listing| listing.shelf.last_begun())
    }

    /// The LIST that waited goes on the wire.
    pub(crate) fn begin(self: &Arc<Self>, service: &ServiceId) -> OnTheWire {
        let mut services = self.lock();
        let listing = services.entry(service.clone()).or_default();
        let begun = listing.shelf.begin(clock::now());
        if let Some(look) = listing.waiting.take() {
            listing.flying.push((begun, look));
        }
        OnTheWire { listings: Arc::clone(self), service: service.clone(), begun, over: false }
    }

    /// A write is over.
    pub(crate) fn wrote(&self, service: &ServiceId, reply: Option<&Pipe>) {
        if let Some(listing) = self.lock().get_mut(service) {
            listing.shelf.wrote(reply);
        }
    }

    fn land(
        &self,
        service: &ServiceId,
        begun: Begun,
        change: impl FnOnce(&mut Shelf) -> Option<Arc<Snapshot>>,
    ) -> Option<Arc<Snapshot>> {
        let mut services = self.lock();
        let listing = services.get_mut(service)?;
        listing.flying.retain(|(other, _)| *other != begun);
        change(&mut listing.shelf)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ServiceId, Listing>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listing {
    /// The LISTs that answer the question, the soonest first.
    fn joinable(&self, since: Tick) -> impl Iterator<Item = Shared<Look>> {
        let flying = self.flying.iter().filter(move |(begun, _)| self.shelf.shows(begun, since)).map(|(_, look)| look);
        flying.chain(&self.waiting).filter_map(WeakShared::upgrade)
    }

    fn is_forgotten(&self, now: Tick) -> bool {
        self.flying.is_empty() && now - self.asked > FORGET_AFTER
    }
}

/// A LIST on the wire; one that is dropped is over without an answer.
pub(crate) struct OnTheWire {
    listings: Arc<Listings>,
    service: ServiceId,
    begun: Begun,
    over: bool,
}

impl OnTheWire {
    /// It showed these pipes.
    pub(crate) fn showed(mut self, pipes: Vec<Pipe>) -> Option<Arc<Snapshot>> {
        self.over = true;
        let begun = self.begun;
        self.listings.land(&self.service, begun, |shelf| Some(shelf.finish(begun, pipes)))
    }
}

impl Drop for OnTheWire {
    fn drop(&mut self) {
        if !self.over {
            self.listings.land(&self.service, self.begun, |shelf| {
                shelf.end();
                None
            });
        }
    }
}

/// Boxes what makes a LIST.
pub(crate) fn look(future: impl Future<Output = Shown> + Send + 'static) -> Look {
    future.boxed()
}
