//! What this object must know of the others: who else owns pipes of its service, and how many pipes are missing at once.
//!
//! Counted by whoever sees all objects, handed in as plain values. Not here: what follows ([`crate::vanish`], [`crate::twins`]).

use std::collections::BTreeSet;

use crd::ClickPipeStatus;
use crd::condition::{ConditionType, Reason};
use crd::status::record::{OperationKind, OperationPhase};

/// What this object must know of the others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbours {
    /// Recorded pipes of the service that a LIST has shown before and that nobody here is removing; this object's is one of them.
    pub pipes: usize,
    /// How many of them the last LIST does not show.
    pub missing: usize,
    /// Ids of pipes that other objects have on record.
    pub claimed: BTreeSet<String>,
}

/// Fewer pipes than this never count as many.
const MANY: usize = 3;
/// A larger part of a service's pipes than one in this many.
const PART: usize = 5;

impl Neighbours {
    /// Whether so many pipes are missing at once that the key, the organization or the service may be the wrong one.
    #[must_use]
    pub const fn is_mass(&self) -> bool {
        self.missing >= MANY && self.missing * PART > self.pipes
    }

    /// Counts the recorded pipe of one object, by its status, among those of its service.
    pub fn count(&mut self, status: &ClickPipeStatus, deleting: bool, is_listed: impl FnOnce(&str) -> bool) {
        let Some(pipe) = status.pipe.as_ref().filter(|pipe| pipe.state.is_some()) else { return };
        let removing = status.operation.as_ref().is_some_and(|operation| {
            operation.kind != OperationKind::Update && operation.phase == OperationPhase::Removing
        });
        // One that is known to be gone does not vanish again; of one that is paused nobody concludes that it is.
        let left = [Reason::ExternallyDeleted, Reason::ReconcilePaused];
        let known =
            said(status, ConditionType::Synced).is_some_and(|said| left.iter().any(|reason| said == reason.as_str()));
        if deleting || removing || known {
            return;
        }
        self.pipes += 1;
        if !is_listed(&pipe.id) {
            self.missing += 1;
        }
    }
}

fn said(status: &ClickPipeStatus, r#type: ConditionType) -> Option<&str> {
    let condition = status.conditions.iter().find(|condition| condition.type_ == r#type.as_str());
    condition.map(|condition| condition.reason.as_str())
}

#[cfg(test)]
mod tests {
    use crd::status::record::PipeRecord;

    use super::*;

    fn counted(all: usize, missing: usize) -> Neighbours {
        let mut neighbours = Neighbours::default();
        for number in 0..all {
            let pipe = PipeRecord { state: Some("Running".to_owned()), ..PipeRecord::default() };
            let status = ClickPipeStatus { pipe: Some(pipe), ..ClickPipeStatus::default() };
            neighbours.count(&status, false, |_| number >= missing);
        }
        neighbours
    }

    #[test]
    fn many_are_three_and_more_than_a_fifth() {
        for (all, missing, mass) in [
            (2, 2, false),
            (3, 3, true),
            (14, 3, true),
            (15, 3, false),
            (16, 3, false),
            (100, 20, false),
            (100, 21, true),
        ] {
            assert_eq!(counted(all, missing).is_mass(), mass, "{missing} of {all}");
        }
    }

    #[test]
    fn what_we_remove_and_what_was_never_seen_do_not_count() {
        let mut neighbours = Neighbours::default();
        let seen = PipeRecord { state: Some("Running".to_owned()), ..PipeRecord::default() };
        let status = |pipe| ClickPipeStatus { pipe: Some(pipe), ..ClickPipeStatus::default() };
        neighbours.count(&status(seen.clone()), true, |_| false);
        neighbours.count(&status(PipeRecord::default()), false, |_| false);
        assert_eq!(neighbours, Neighbours::default());
        neighbours.count(&status(seen), false, |_| false);
        assert_eq!((neighbours.pipes, neighbours.missing), (1, 1));
    }
}
