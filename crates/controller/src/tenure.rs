//! Whether this process may work: the one value that says it, asked at every rim and at the last moment.
//!
//! Time decides, not messages: a tenure that was not extended is over when its moment comes, also in a process that was frozen meanwhile
//! and has not yet noticed. The clock is the monotonic one of this process. Not here: how a tenure is won ([`crate::lease`]).

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use client::clock;
use cloud::Tick;
use tokio::sync::watch;

/// Whether this process may work. Clones share it.
#[derive(Clone, Debug)]
pub struct Tenure(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    phase: watch::Sender<Phase>,
    /// The moment from which nothing may be done any more, unless it is moved before; 0 as long as it was never held.
    until: AtomicU64,
}

/// How far a tenure is. It only ever goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Another process may be at work: nothing is done yet.
    Waiting,
    /// This process works.
    Working,
    /// The process was asked to end: nothing new is begun, what has sent something is finished.
    Ending,
    /// Another process may be at work: nothing is done any more but writing down what was answered.
    Over,
}

impl Tenure {
    /// Begun, and without an end of its own: for a process that shares its work with nobody, or need not care.
    pub fn unlimited() -> Self {
        Self::new(Phase::Working, u64::MAX)
    }

    /// Not begun.
    pub fn waiting() -> Self {
        Self::new(Phase::Waiting, 0)
    }

    fn new(phase: Phase, until: u64) -> Self {
        Self(Arc::new(Shared { phase: watch::Sender::new(phase), until: AtomicU64::new(until) }))
    }

    /// Holds until this moment. Begins when it had not; one that is over stays over.
    pub fn hold_until(&self, until: Tick) {
        if self.phase() == Phase::Over {
            return;
        }
        self.0.until.store(until.0, Ordering::SeqCst);
        self.advance(Phase::Working);
    }

    /// Nothing new is to be begun.
    pub fn end(&self) {
        self.advance(Phase::Ending);
    }

    /// It is over.
    pub fn lose(&self) {
        self.advance(Phase::Over);
    }

    fn advance(&self, to: Phase) {
        self.0.phase.send_if_modified(|phase| {
            let later = *phase < to;
            *phase = (*phase).max(to);
            later
        });
    }

    /// How far it is, now.
    pub fn phase(&self) -> Phase {
        match *self.0.phase.borrow() {
            Phase::Working | Phase::Ending if !self.holds() => Phase::Over,
            phase => phase,
        }
    }

    /// Whether it is over because it was lost or ran out. One that was asked to end before it ever began was not lost.
    pub fn was_lost(&self) -> bool {
        self.phase() == Phase::Over && self.0.until.load(Ordering::SeqCst) != 0
    }

    /// Whether a call may be put on the wire now.
    pub fn may_call(&self) -> bool {
        matches!(self.phase(), Phase::Working | Phase::Ending)
    }

    fn holds(&self) -> bool {
        clock::now().0 < self.0.until.load(Ordering::SeqCst)
    }

    /// Returns once it is at least this far. That time ran out is noticed by whoever extends it, who then says so.
    pub fn reached(&self, phase: Phase) -> impl Future<Output = ()> + Send + use<> {
        let mut phases = self.0.phase.subscribe();
        let kept = Arc::clone(&self.0);
        async move {
            // The sender is kept, so waiting cannot fail.
            let _ = phases.wait_for(|now| *now >= phase).await;
            drop(kept);
        }
    }

    /// What a future gives, or nothing when the tenure gets this far before.
    pub async fn unless<T>(&self, phase: Phase, future: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.reached(phase) => None,
            value = future => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_tenure_that_is_not_extended_is_over_without_anybody_saying_so() {
        let tenure = Tenure::waiting();
        assert!(!tenure.may_call());
        tenure.hold_until(clock::now() + Duration::from_secs(20));
        tenure.reached(Phase::Working).await;
        assert!(tenure.may_call());
        tokio::time::advance(Duration::from_secs(20)).await;
        assert_eq!((tenure.phase(), tenure.may_call()), (Phase::Over, false));
        tenure.hold_until(clock::now() + Duration::from_secs(20));
        assert_eq!(tenure.phase(), Phase::Over, "what was frozen must not come back");
    }

    #[tokio::test(start_paused = true)]
    async fn an_orderly_end_lets_calls_through_and_a_loss_does_not() {
        let tenure = Tenure::unlimited();
        tenure.end();
        assert_eq!((tenure.phase(), tenure.may_call()), (Phase::Ending, true));
        tenure.hold_until(clock::now() + Duration::from_secs(20));
        assert_eq!(tenure.phase(), Phase::Ending, "it is extended, not begun again");
        tenure.lose();
        assert_eq!((tenure.phase(), tenure.may_call()), (Phase::Over, false));
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_was_held_can_be_lost() {
        let standby = Tenure::waiting();
        standby.end();
        assert_eq!((standby.may_call(), standby.was_lost()), (false, false));
        // The lease that is won while the process ends is not used.
        standby.hold_until(clock::now() + Duration::from_secs(20));
        assert_eq!((standby.may_call(), standby.was_lost()), (false, false));

        let held = || {
            let tenure = Tenure::waiting();
            tenure.hold_until(clock::now() + Duration::from_secs(20));
            tenure
        };
        let (ended, ran_out, lost) = (held(), held(), held());
        ended.end();
        lost.lose();
        assert!(!ended.was_lost() && !ran_out.was_lost() && lost.was_lost());
        tokio::time::advance(Duration::from_secs(20)).await;
        assert!(ran_out.was_lost(), "nobody said so");
        assert!(ended.was_lost(), "it ran out before the end of the work");
        let unlimited = Tenure::unlimited();
        unlimited.end();
        assert!(!unlimited.was_lost());
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_gives_way_to_the_end() {
        let tenure = Tenure::unlimited();
        assert_eq!(tenure.unless(Phase::Ending, async { 1 }).await, Some(1));
        tenure.end();
        assert_eq!(tenure.unless(Phase::Ending, std::future::pending::<u32>()).await, None);
    }
}
