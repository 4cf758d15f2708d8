//! Who goes next: the line of those who wait for a budget.
//!
//! Deletes and user edits go before creates, creates before looks; inside a lane, first come first served. A look that waits gets one of
//! every four grants, no more and no less while writes wait, so that neither can starve the other. Pure; not here: when the next may go
//! ([`crate::pacer`]).

use std::collections::BTreeMap;

/// What a call is for, which decides who goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Deletes and what a user edited: a person waits for it.
    Urgent,
    /// Creates and starts.
    Create,
    /// Looking: LIST and GET.
    Observe,
}

/// After how many grants to writes a waiting look goes first.
const WRITES_PER_LOOK: u32 = 3;

/// A place in the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ticket(u64);

/// Those who wait, each with what is needed to wake it.
#[derive(Debug)]
pub(crate) struct Line<T> {
    urgent: BTreeMap<Ticket, T>,
    create: BTreeMap<Ticket, T>,
    observe: BTreeMap<Ticket, T>,
    next: u64,
    writes_since_look: u32,
}

impl<T> Line<T> {
    pub(crate) const fn new() -> Self {
        Self {
            urgent: BTreeMap::new(),
            create: BTreeMap::new(),
            observe: BTreeMap::new(),
            next: 0,
            writes_since_look: 0,
        }
    }

    pub(crate) fn join(&mut self, lane: Lane, waiter: T) -> Ticket {
        let ticket = Ticket(self.next);
        self.next += 1;
        self.lane_mut(lane).insert(ticket, waiter);
        ticket
    }

    pub(crate) fn leave(&mut self, lane: Lane, ticket: Ticket) {
        self.lane_mut(lane).remove(&ticket);
    }

    /// The one that goes next, whenever that is.
    pub(crate) fn head(&self) -> Option<(Lane, Ticket, &T)> {
        let first = |lane| self.lane(lane).first_key_value().map(|(ticket, waiter)| (lane, *ticket, waiter));
        let write = first(Lane::Urgent).or_else(|| first(Lane::Create));
        let look = first(Lane::Observe);
        if self.writes_since_look >= WRITES_PER_LOOK { look.or(write) } else { write.or(look) }
    }

    /// Lets the head go.
    pub(crate) fn advance(&mut self) {
        let Some((lane, ticket)) = self.head().map(|(lane, ticket, _)| (lane, ticket)) else { return };
        self.leave(lane, ticket);
        self.writes_since_look = match lane {
            Lane::Urgent | Lane::Create => self.writes_since_look.saturating_add(1),
            Lane::Observe => 0,
        };
    }

    pub(crate) fn waiting(&self, lane: Lane) -> usize {
        self.lane(lane).len()
    }

    pub(crate) fn has_writes(&self) -> bool {
        !self.urgent.is_empty() || !self.create.is_empty()
    }

    const fn lane(&self, lane: Lane) -> &BTreeMap<Ticket, T> {
        match lane {
            Lane::Urgent => &self.urgent,
            Lane::Create => &self.create,
            Lane::Observe => &self.observe,
        }
    }

    const fn lane_mut(&mut self, lane: Lane) -> &mut BTreeMap<Ticket, T> {
        match lane {
            Lane::Urgent => &mut self.urgent,
            Lane::Create => &mut self.create,
            Lane::Observe => &mut self.observe,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(line: &mut Line<&'static str>, count: usize) -> Vec<&'static str> {
        (0..count)
            .map_while(|_| {
                let name = line.head().map(|(_, _, name)| *name);
                line.advance();
                name
            })
            .collect()
    }

    #[test]
    fn deletes_go_before_creates_and_creates_before_looks() {
        let mut line = Line::new();
        line.join(Lane::Observe, "look");
        line.join(Lane::Create, "create 1");
        line.join(Lane::Create, "create 2");
        line.join(Lane::Urgent, "delete");
        assert_eq!(order(&mut line, 9), ["delete", "create 1", "create 2", "look"]);
    }

    #[test]
    fn a_look_gets_one_of_four_grants_while_writes_wait() {
        let mut line = Line::new();
        for _ in 0..100 {
            line.join(Lane::Observe, "look");
            line.join(Lane::Create, "create");
        }
        let order = order(&mut line, 100);
        for four in order.windows(4) {
            assert_eq!(four.iter().filter(|name| **name == "look").count(), 1);
        }
    }

    #[test]
    fn one_that_left_is_not_waited_for() {
        let mut line = Line::new();
        let first = line.join(Lane::Create, "first");
        line.join(Lane::Create, "second");
        line.leave(Lane::Create, first);
        assert_eq!(order(&mut line, 9), ["second"]);
        assert!(!line.has_writes());
    }
}
