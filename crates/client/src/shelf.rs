//! How the snapshot of one service stays true between LISTs: pure rules.
//!
//! The order of events decides, not their ticks: a LIST that began before a write was answered does not replace what that answer said, and
//! a LIST that began before another does not replace it. Not here: making LISTs ([`crate::listing`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::{Pipe, PipeId, Tick};

use crate::snapshot::Snapshot;

/// The beginning of a LIST: when, after how many LISTs, after how many answers to writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Begun {
    pub(crate) at: Tick,
    list: u64,
    writes: u64,
}

/// What is known of the pipes of one service.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    latest: Option<(Begun, Arc<Snapshot>)>,
    /// What writes answered while LISTs were on the wire; empty when none is.
    answers: BTreeMap<PipeId, (u64, Arc<Pipe>)>,
    lists: u64,
    writes: u64,
    on_the_wire: u32,
    last_begun: Option<Tick>,
}

impl Shelf {
    /// The snapshot, if its LIST began at or after this moment.
    pub(crate) fn fresh(&self, since: Tick) -> Option<Arc<Snapshot>> {
        self.latest.as_ref().filter(|(begun, _)| self.shows(begun, since)).map(|(_, snapshot)| Arc::clone(snapshot))
    }

    /// Whether a LIST shows everything done before this moment. In the very same millisecond our own writes decide.
    pub(crate) fn shows(&self, begun: &Begun, since: Tick) -> bool {
        begun.at > since || (begun.at == since && begun.writes == self.writes)
    }

    pub(crate) fn latest(&self) -> Option<Arc<Snapshot>> {
        self.latest.as_ref().map(|(_, snapshot)| Arc::clone(snapshot))
    }

    pub(crate) const fn last_begun(&self) -> Option<Tick> {
        self.last_begun
    }

    /// A LIST goes on the wire.
    pub(crate) const fn begin(&mut self, now: Tick) -> Begun {
        self.lists += 1;
        self.on_the_wire += 1;
        self.last_begun = Some(now);
        Begun { at: now, list: self.lists, writes: self.writes }
    }

    /// A LIST showed these pipes; what is known now, which is that or something fresher.
    pub(crate) fn finish(&mut self, begun: Begun, pipes: Vec<Pipe>) -> Arc<Snapshot> {
        let mut listed = Snapshot::new(begun.at, pipes);
        let fresher = self.answers.iter().filter(|(_, (write, _))| *write > begun.writes);
        Arc::make_mut(&mut listed.pipes).extend(fresher.map(|(id, (_, pipe))| (id.clone(), Arc::clone(pipe))));
        let latest = match self.latest.take() {
            Some((other, snapshot)) if other.list > begun.list => (other, snapshot),
            Some(_) | None => (begun, Arc::new(listed)),
        };
        self.end();
        let snapshot = Arc::clone(&latest.1);
        self.latest = Some(latest);
        snapshot
    }

    /// A LIST that began is over without pipes.
    pub(crate) fn end(&mut self) {
        self.on_the_wire = self.on_the_wire.saturating_sub(1);
        if self.on_the_wire == 0 {
            self.answers.clear();
        }
    }

    /// A write is over, perhaps with a reply.
    pub(crate) fn wrote(&mut self, reply: Option<&Pipe>) {
        self.writes += 1;
        let Some(pipe) = reply else { return };
        let pipe = Arc::new(pipe.clone());
        if self.on_the_wire > 0 {
            self.answers.insert(pipe.id.clone(), (self.writes, Arc::clone(&pipe)));
        }
        if let Some((_, snapshot)) = &mut self.latest {
            Arc::make_mut(&mut Arc::make_mut(snapshot).pipes).insert(pipe.id.clone(), pipe);
        }
    }
}

#[cfg(test)]
mod tests;
