//! What is going to happen, in the order in which it will.
//!
//! Carrying it out is the simulator's business.

use std::collections::BTreeMap;

use crate::call::Call;
use crate::pipe::Pipe;

/// Something that happens at a point of time without a request.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A pipe that was asked for is committed.
    Commit(Box<Pipe>),
    /// A write that was answered already is carried out.
    Replay(Box<Call>),
    /// A pipe's course has its next leg.
    PipeDue(String),
    /// A service's course has its next leg.
    ServiceDue(String),
    /// A service's shared scaling comes into effect.
    ScalingDue(String),
}

/// All events to come. Two at the same time happen in the order in which they were put down.
#[derive(Debug, Clone, Default)]
pub(crate) struct Agenda {
    events: BTreeMap<(u64, u64), Event>,
    written: u64,
}

impl Agenda {
    /// Puts an event down.
    pub(crate) fn put(&mut self, at_ms: u64, event: Event) {
        self.written += 1;
        self.events.insert((at_ms, self.written), event);
    }

    /// When the next event happens.
    pub(crate) fn next(&self) -> Option<u64> {
        self.events.keys().next().map(|(at_ms, _)| *at_ms)
    }

    /// Takes the next event if it happens at `now_ms` or before.
    pub(crate) fn take_due(&mut self, now_ms: u64) -> Option<(u64, Event)> {
        if self.next()? > now_ms {
            return None;
        }
        self.events.pop_first().map(|((at_ms, _), event)| (at_ms, event))
    }
}
