//! When the next call may go: the pure core of a budget.
//!
//! Time comes in as a value. Not here: who goes next (`lane`), waiting (`budget`).
//!
//! # Guarantees
//! Never more than `requests` calls in any `per`, *as the service sees it*. The service sees a call at some moment between when it was sent
//! and when its answer came, which we do not know; so a call keeps its slot until `per` after the latest such moment. No answer within a
//! second counts as seen by then, since creating a pipe takes long after it was seen.
//!
//! While calls wait, at least 95 % of the budget is used as long as answers (or that second) come within half a second. No pacing that
//! holds the bound can do better than `per / (per + 1 s)` when they come after a second: the first of a row may be seen late, the last early.
//!
//! # Assumptions
//! A request that is never answered reaches the service within a second. Nobody else uses the key; if somebody does, the service refuses
//! some calls and [`Pacer::throttled`] slows us down.

mod slot;
mod spacing;
mod throttle;

use std::collections::BTreeMap;
use std::time::Duration;

use cloud::Tick;

use slot::Use;
use spacing::Spacing;
use throttle::Throttle;

/// So many requests in any span of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// How many requests.
    pub requests: u32,
    /// In how long.
    pub per: Duration,
}

/// The published limit of ClickHouse Cloud: 10 requests in 10 seconds for each key.
impl Default for Limit {
    fn default() -> Self {
        Self { requests: 10, per: Duration::from_secs(10) }
    }
}

impl Limit {
    /// The span that calls are spread over: 2.5 % longer than the service's own.
    pub(crate) fn window(self) -> Duration {
        self.per + self.per / 40
    }
}

/// The right to make one call, as long as it is in the service's window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(u64);

/// Whether a call may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may go now, in this slot.
    Go(Slot),
    /// Not before this moment. It can become earlier when another call is answered or given up.
    WaitUntil(Tick),
}

/// The memory of one key's recent calls. It holds at most as many entries as the limit has requests.
#[derive(Clone, Debug)]
pub struct Pacer {
    limit: Limit,
    slots: BTreeMap<Slot, Use>,
    next: u64,
    spacing: Spacing,
    throttle: Throttle,
}

impl Pacer {
    /// A pacer that has seen no call. A limit of zero counts as one.
    pub fn new(limit: Limit) -> Self {
        let limit = Limit { requests: limit.requests.max(1), ..limit };
        Self { limit, slots: BTreeMap::new(), next: 0, spacing: Spacing::default(), throttle: Throttle::new(limit) }
    }

    /// Counts on a process before this one, which ended before `started` and used the whole budget until then, in whatever order.
    ///
    /// Any span of it holds at most [`BURST`](spacing::BURST) calls more than the span has intervals. So nothing goes until such a burst is
    /// over, and then one call in each interval until the whole window is past.
    pub fn inherit(&mut self, started: Tick) {
        let interval = self.interval();
        for place in 0..self.limit.requests {
            let slot = Slot(self.next);
            self.next += 1;
            self.slots.insert(slot, Use::Inherited(started + interval * (spacing::BURST + 2 + place)));
        }
    }

    /// Changes the limit. Calls that were made stay counted, and so does a slowdown; what the old limit spaced out goes at the new pace.
    pub fn set_limit(&mut self, limit: Limit, now: Tick) {
        let limit = Limit { requests: limit.requests.max(1), ..limit };
        if limit == self.limit {
            return;
        }
        self.throttle = self.throttle.with_limit(limit);
        self.limit = limit;
        self.spacing.catch_up(now, self.interval());
        for used in self.slots.values_mut() {
            used.set_limit(limit, now);
        }
    }

    /// Takes a slot if a call may go now.
    pub fn grant(&mut self, now: Tick) -> Decision {
        self.forget(now);
        let earliest = self.earliest(now);
        if earliest > now {
            return Decision::WaitUntil(earliest);
        }
        self.spacing.take(now, self.interval());
        let slot = Slot(self.next);
        self.next += 1;
        self.slots.insert(slot, Use::Granted);
        Decision::Go(slot)
    }

    /// The call of this slot is being written.
    pub fn sent(&mut self, slot: Slot, now: Tick) {
        if let Some(used) = self.slots.get_mut(&slot) {
            used.send(now);
        }
    }

    /// The call of this slot is over: answered, or never will be.
    pub fn answered(&mut self, slot: Slot, now: Tick) {
        if let Some(used) = self.slots.get_mut(&slot) {
            used.answer(now);
        }
    }

    /// The call of this slot is given up before it was sent: the slot is free again.
    pub fn released(&mut self, slot: Slot) {
        if self.slots.get(&slot) == Some(&Use::Granted) {
            self.slots.remove(&slot);
            self.spacing.give_back(self.interval());
        }
    }

    /// The service said that there were too many calls, and perhaps for how many seconds to wait. Nothing goes until then.
    pub fn throttled(&mut self, slot: Slot, now: Tick, retry_after: Option<f64>) {
        self.answered(slot, now);
        let sent = self.slots.get(&slot).and_then(Use::sent).unwrap_or(now);
        self.throttle.refused(sent, now, retry_after);
    }

    /// When the next call may go, as far as is known now.
    pub fn earliest(&self, now: Tick) -> Tick {
        self.throttle.until().max(self.spacing.earliest(self.interval())).max(self.first_free(now)).max(now)
    }

    /// How long a call would wait behind so many others.
    pub fn eta(&self, now: Tick, ahead: usize) -> Duration {
        let free = usize::try_from(self.spacing.credit(self.earliest(now), self.interval())).unwrap_or(usize::MAX);
        let spaced = u32::try_from((ahead + 1).saturating_sub(free.max(1))).unwrap_or(u32::MAX);
        (self.earliest(now) - now) + self.interval().saturating_mul(spaced)
    }

    /// How many calls a window holds at present: the limit's, or fewer after the service refused some.
    pub fn allowance(&self) -> u32 {
        self.throttle.allowance()
    }

    /// How many calls are counted at present.
    pub fn in_window(&self, now: Tick) -> usize {
        self.slots.values().filter(|used| used.free_at(self.limit).is_none_or(|free| free > now)).count()
    }

    /// The limit.
    pub const fn limit(&self) -> Limit {
        self.limit
    }

    /// Since when nothing goes because the service refused calls; and until when.
    pub fn frozen(&self, now: Tick) -> Option<(Tick, Tick)> {
        self.throttle.frozen(now)
    }

    /// Whether it remembers nothing that a new one would not.
    pub fn is_idle(&self, now: Tick) -> bool {
        self.in_window(now) == 0 && self.throttle.is_at_rest(now)
    }

    /// Lets time pass: drops what has left the window, and restores the rate.
    pub fn forget(&mut self, now: Tick) {
        let limit = self.limit;
        self.slots.retain(|_, used| used.free_at(limit).is_none_or(|free| free > now));
        self.throttle.restore(now);
    }

    fn interval(&self) -> Duration {
        self.limit.window() / self.throttle.allowance()
    }

    /// When the window has room for one more.
    fn first_free(&self, now: Tick) -> Tick {
        let allowance = usize::try_from(self.throttle.allowance()).unwrap_or(usize::MAX);
        let Some(surplus) = self.slots.len().checked_sub(allowance) else { return now };
        // A slot that is granted and not used yet stays for at least a whole span.
        let mut free: Vec<Tick> =
            self.slots.values().map(|used| used.free_at(self.limit).unwrap_or(now + self.limit.per)).collect();
        free.sort_unstable();
        free.get(surplus).copied().unwrap_or(now)
    }
}

#[cfg(test)]
mod change;
#[cfg(test)]
mod restart;
#[cfg(test)]
mod tests;
