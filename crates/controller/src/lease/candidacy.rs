//! One candidate's view of an election, and what it does next: values in, values out, the local clock among them.
//!
//! Not here: the calls ([`super::election`]).

use cloud::Tick;

use super::record::Record;
use super::terms::Terms;

/// A candidate, which may be the leader.
#[derive(Clone, Debug)]
pub struct Candidacy {
    identity: String,
    terms: Terms,
    /// What the Lease said when it was last read or written; none when there was no Lease.
    seen: Option<Record>,
    /// When this process first saw this version. What happened before counts for nothing.
    since: Tick,
    /// Whether `seen` is what the next decision is made on, or has to be read again first.
    fresh: bool,
    /// When the next call is due.
    due: Tick,
    /// Until when this process leads without another renewal.
    held_until: Option<Tick>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Read the Lease.
    Look,
    /// Make the Lease.
    Create,
    /// Write this process into the Lease that was read.
    Take,
    /// Write the Lease again.
    Renew,
    /// Nothing until then.
    Rest(Tick),
    /// Stop working: the Lease is lost.
    Stop(Loss),
}

/// How a Lease was lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// No renewal succeeded in time.
    Deadline,
    /// Somebody else holds it.
    Taken(String),
}

impl Candidacy {
    /// A candidate that has seen nothing yet.
    pub fn new(identity: String, terms: Terms) -> Self {
        Self { identity, terms, seen: None, since: Tick(0), fresh: false, due: Tick(0), held_until: None }
    }

    /// The name that is written into the Lease.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// The times.
    pub const fn terms(&self) -> &Terms {
        &self.terms
    }

    /// Until when this process leads without another renewal.
    pub const fn held_until(&self) -> Option<Tick> {
        self.held_until
    }

    /// Who holds the Lease, as last seen.
    pub fn holder(&self) -> Option<&str> {
        self.seen.as_ref()?.holder.as_deref()
    }

    /// What to do next, as of now.
    pub fn next(&self, now: Tick) -> Action {
        if self.held_until.is_some_and(|until| now >= until) {
            return Action::Stop(Loss::Deadline);
        }
        if !self.fresh {
            return if now < self.due { self.rest(self.due) } else { Action::Look };
        }
        let Some(seen) = &self.seen else { return Action::Create };
        match (&seen.holder, self.held_until) {
            (None, _) => Action::Take,
            (Some(holder), None) if *holder == self.identity => Action::Take,
            (Some(holder), Some(_)) if *holder == self.identity => {
                if now < self.due {
                    self.rest(self.due)
                } else {
                    Action::Renew
                }
            }
            (Some(holder), Some(_)) => Action::Stop(Loss::Taken(holder.clone())),
            (Some(_), None) => {
                let expires = self.since + seen.duration.unwrap_or(self.terms.duration);
                if now >= expires { Action::Take } else { self.rest(self.due.min(expires)) }
            }
        }
    }

    fn rest(&self, until: Tick) -> Action {
        Action::Rest(self.held_until.map_or(until, |end| until.min(end)))
    }

    /// A rest is over: a candidate reads the Lease again before it does anything; the leader knows what it has written.
    pub fn rested(&mut self, now: Tick) {
        if self.held_until.is_none() {
            (self.fresh, self.due) = (false, now);
        }
    }

    /// The Lease was read; `chance` spreads candidates.
    pub fn looked(&mut self, found: Option<Record>, now: Tick, chance: u32) {
        let version = |record: &Option<Record>| record.as_ref().map(|record| record.version.clone());
        if version(&found) != version(&self.seen) {
            self.since = now;
        }
        self.seen = found;
        self.fresh = true;
        self.due = if self.held_until.is_some() { now } else { now + self.terms.pause(chance) };
    }

    /// This process was written into the Lease by a request that began then.
    pub fn wrote(&mut self, record: Record, begun: Tick, now: Tick, chance: u32) {
        self.seen = Some(record);
        self.since = now;
        self.fresh = true;
        self.due = now + self.terms.pause(chance);
        self.held_until = Some(begun + self.terms.renew_deadline);
    }

    /// A call failed. Somebody else may have written, or we have without knowing it: the Lease is read again, at once after a conflict.
    pub fn failed(&mut self, conflict: bool, now: Tick, chance: u32) {
        self.fresh = false;
        self.due = if conflict { now } else { now + self.terms.pause(chance) };
    }
}

#[cfg(test)]
mod tests;
