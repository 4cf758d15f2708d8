//! The right to make one call.
//!
//! A permit that is dropped gives its slot back; sending uses it up.

use std::sync::Arc;

use crate::budget::Budget;
use crate::clock;
use crate::pacer::Slot;

/// The right to make one call with one key, now.
#[must_use = "a permit holds a slot of the budget until it is used or dropped"]
#[derive(Debug)]
pub struct Permit {
    budget: Arc<Budget>,
    slot: Option<Slot>,
}

impl Permit {
    pub(crate) const fn new(budget: Arc<Budget>, slot: Slot) -> Self {
        Self { budget, slot: Some(slot) }
    }

    /// Uses the permit up, if it is one of this budget.
    pub(crate) fn spend(mut self, budget: &Arc<Budget>) -> Option<Flight> {
        if !Arc::ptr_eq(&self.budget, budget) {
            return None;
        }
        let slot = self.slot.take()?;
        budget.with_pacer(|pacer| pacer.sent(slot, clock::now()));
        Some(Flight { budget: Arc::clone(budget), slot })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.budget.with_pacer(|pacer| pacer.released(slot));
        }
    }
}

/// A call on the wire. One that is dropped counts as a call without an answer.
#[derive(Debug)]
pub(crate) struct Flight {
    budget: Arc<Budget>,
    slot: Slot,
}

impl Flight {
    pub(crate) fn answered(&self) {
        self.budget.with_pacer(|pacer| pacer.answered(self.slot, clock::now()));
    }

    pub(crate) fn throttled(&self, retry_after: Option<f64>) {
        self.budget.with_pacer(|pacer| pacer.throttled(self.slot, clock::now(), retry_after));
    }
}
