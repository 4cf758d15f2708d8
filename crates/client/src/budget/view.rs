//! What people and metrics see of a budget.

use std::sync::Arc;
use std::time::Duration;

use cloud::Tick;
use tokio::sync::Notify;

use super::BudgetName;
use crate::lane::{Lane, Line};
use crate::pacer::{Limit, Pacer};

/// A budget at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct BudgetView {
    /// Scheme, host and port of the API.
    pub origin: String,
    /// The key's id.
    pub key_id: String,
    /// The limit.
    pub limit: Limit,
    /// How many calls a window holds at present; fewer than the limit's after the service refused some.
    pub allowance: u32,
    /// How many calls the service's window holds at present, ours only.
    pub in_window: usize,
    /// How many calls wait.
    pub queued: Queued,
    /// How long a create that is queued now would wait.
    pub eta: Duration,
    /// Since when nothing goes because the service refused calls.
    pub throttled_since: Option<Tick>,
    /// Until when.
    pub throttled_until: Option<Tick>,
}

/// How many calls wait, by lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// Deletes and user edits.
    pub urgent: usize,
    /// Creates.
    pub create: usize,
    /// Looks.
    pub observe: usize,
}

pub(super) fn of(name: &BudgetName, pacer: &Pacer, line: &Line<Arc<Notify>>, now: Tick) -> BudgetView {
    let queued = Queued {
        urgent: line.waiting(Lane::Urgent),
        create: line.waiting(Lane::Create),
        observe: line.waiting(Lane::Observe),
    };
    let writes = queued.urgent + queued.create;
    // One look goes after every third write.
    let ahead = writes + queued.observe.min(writes.div_ceil(3));
    let frozen = pacer.frozen(now);
    BudgetView {
        origin: name.origin.clone(),
        key_id: name.key_id.clone(),
        limit: pacer.limit(),
        allowance: pacer.allowance(),
        in_window: pacer.in_window(now),
        queued,
        eta: pacer.eta(now, ahead),
        throttled_since: frozen.map(|(since, _)| since),
        throttled_until: frozen.map(|(_, until)| until),
    }
}
