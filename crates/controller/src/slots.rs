//! How many passes are at work at once: computing, and talking to Kubernetes.
//!
//! A pass that waits for the Cloud API, for its rate limit or for an answer, is not at work: it lends its slot to others, so that a key which is
//! frozen for minutes holds nobody else up, and whoever is urgent gets as far as the line for the rate limit, which knows who goes first.
//! Not here: that line (crate `client`).

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// For each pass at work, so many may be under way, those that wait included: each holds some memory.
const UNDER_WAY: u16 = 8;

/// The slots of this process.
#[derive(Clone, Debug)]
pub struct Slots(Arc<Semaphore>);

/// The slot of one pass; dropped with it.
#[derive(Debug)]
pub struct Slot {
    slots: Slots,
    held: Option<OwnedSemaphorePermit>,
}

impl Slots {
    /// So many slots.
    pub fn new(concurrency: u16) -> Self {
        Self(Arc::new(Semaphore::new(concurrency.into())))
    }

    /// How many passes may be under way in all, with so many at work.
    pub const fn under_way(concurrency: u16) -> u16 {
        concurrency.saturating_mul(UNDER_WAY)
    }

    /// Waits for a slot.
    pub async fn take(&self) -> Slot {
        Slot { slots: self.clone(), held: self.acquire().await }
    }

    /// None only when the slots were closed, which nobody does.
    async fn acquire(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0).acquire_owned().await.ok()
    }
}

impl Slot {
    /// Waits for something while others use the slot; then waits for a slot again.
    pub async fn lend<T>(&mut self, future: impl Future<Output = T>) -> T {
        self.held = None;
        let value = future.await;
        self.held = self.slots.acquire().await;
        value
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::{sleep, timeout};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_waits_for_the_service_holds_nobody_up() {
        let slots = Slots::new(1);
        let mut first = slots.take().await;
        let moment = Duration::from_secs(1);
        assert!(timeout(moment, slots.take()).await.is_err(), "one at work");
        let waits = first.lend(sleep(Duration::from_mins(5)));
        let second = timeout(moment, slots.take());
        let ((), second) = tokio::join!(waits, async { drop(second.await.unwrap()) });
        assert_eq!(second, ());
        assert!(timeout(moment, slots.take()).await.is_err(), "the first has its slot back");
    }
}
