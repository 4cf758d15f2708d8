//! The budget of one key: a [`Pacer`], a line of those who wait, and the waiting.
//!
//! There is no task behind it: whoever is first in the line sleeps until it may go, and every change wakes the one that is then first.
//! Caveat: the first in the line must be polled; a `reserve` that is kept and not polled holds up the others, one that is dropped does not.

mod view;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloud::Tick;
use tokio::sync::Notify;
use tokio::time::timeout;

use crate::clock;
use crate::lane::{Lane, Line, Ticket};
use crate::pacer::{Decision, Limit, Pacer, Slot};
use crate::permit::Permit;

pub use view::{BudgetView, Queued};

/// What shares a budget: everything that calls one API with one key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct BudgetName {
    pub(crate) origin: String,
    pub(crate) key_id: String,
}

/// The budget of one key.
#[derive(Debug)]
pub(crate) struct Budget {
    name: BudgetName,
    state: Mutex<State>,
    /// Told when no write waits any more.
    writes_gone: Notify,
    /// Whether the service has taken a key of this id, so that there is an owner whose word counts.
    accepted: AtomicBool,
}

#[derive(Debug)]
struct State {
    pacer: Pacer,
    line: Line<Arc<Notify>>,
}

enum Turn {
    Taken(Slot),
    Wait(Tick),
    Behind,
}

impl Budget {
    /// With `started`, a process before this one may have used the budget until then.
    pub(crate) fn new(name: BudgetName, limit: Limit, started: Option<Tick>) -> Self {
        let mut pacer = Pacer::new(limit);
        if let Some(started) = started {
            pacer.inherit(started);
        }
        let state = State { pacer, line: Line::new() };
        Self { name, state: Mutex::new(state), writes_gone: Notify::new(), accepted: AtomicBool::new(false) }
    }

    /// Waits until a call of this lane may go.
    pub(crate) async fn reserve(self: &Arc<Self>, lane: Lane) -> Permit {
        let place = Place::take(Arc::clone(self), lane);
        loop {
            match self.turn(place.ticket) {
                Turn::Taken(slot) => return Permit::new(Arc::clone(self), slot),
                Turn::Wait(moment) => {
                    // Either it is time, or something changed; both mean: look again.
                    let _ = timeout(moment - clock::now(), place.wake.notified()).await;
                }
                Turn::Behind => place.wake.notified().await,
            }
        }
    }

    /// Waits until no write waits, at most so long.
    pub(crate) async fn writes_gone(&self, at_most: Duration) {
        let gone = self.writes_gone.notified();
        tokio::pin!(gone);
        gone.as_mut().enable();
        if self.lock().line.has_writes() {
            let _ = timeout(at_most, gone).await;
        }
    }

    pub(crate) fn has_writes(&self) -> bool {
        self.lock().line.has_writes()
    }

    /// The service took a key of this id.
    pub(crate) fn accept(&self) {
        self.accepted.store(true, Ordering::SeqCst);
    }

    /// Whether the service has ever taken a key of this id.
    pub(crate) fn is_accepted(&self) -> bool {
        self.accepted.load(Ordering::SeqCst)
    }

    /// Changes the pacer, and lets the first in the line see it.
    pub(crate) fn with_pacer(&self, change: impl FnOnce(&mut Pacer)) {
        let mut state = self.lock();
        change(&mut state.pacer);
        self.after_change(&state);
    }

    pub(crate) fn view(&self) -> BudgetView {
        let mut state = self.lock();
        let now = clock::now();
        state.pacer.forget(now);
        view::of(&self.name, &state.pacer, &state.line, now)
    }

    /// Whether a new one would do as well.
    pub(crate) fn is_idle(&self) -> bool {
        let mut state = self.lock();
        let now = clock::now();
        state.pacer.forget(now);
        state.pacer.is_idle(now) && state.line.head().is_none()
    }

    fn turn(&self, ticket: Ticket) -> Turn {
        let mut state = self.lock();
        if state.line.head().is_none_or(|(_, first, _)| first != ticket) {
            return Turn::Behind;
        }
        match state.pacer.grant(clock::now()) {
            Decision::WaitUntil(moment) => Turn::Wait(moment),
            Decision::Go(slot) => {
                state.line.advance();
                self.after_change(&state);
                Turn::Taken(slot)
            }
        }
    }

    fn after_change(&self, state: &State) {
        if let Some((_, _, wake)) = state.line.head() {
            wake.notify_one();
        }
        if !state.line.has_writes() {
            self.writes_gone.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the line, left when it is dropped.
struct Place {
    budget: Arc<Budget>,
    lane: Lane,
    ticket: Ticket,
    wake: Arc<Notify>,
}

impl Place {
    fn take(budget: Arc<Budget>, lane: Lane) -> Self {
        let wake = Arc::new(Notify::new());
        let ticket = {
            let mut state = budget.lock();
            let ticket = state.line.join(lane, Arc::clone(&wake));
            budget.after_change(&state);
            ticket
        };
        Self { budget, lane, ticket, wake }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.line.leave(self.lane, self.ticket);
        self.budget.after_change(&state);
    }
}
