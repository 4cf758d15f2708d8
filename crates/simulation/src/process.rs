//! One life of an operator's process: it can be ended at any moment, and then does nothing more, not even what it was about to.
//!
//! Not here: what it does ([`crate::replica`]), when it is ended ([`crate::choke`]).

use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// One life of a process.
#[derive(Debug)]
pub struct Process {
    /// What it is called, in traces.
    pub name: String,
    dead: AtomicBool,
    died: Notify,
    frozen_until: Mutex<Option<Instant>>,
}

impl Process {
    /// A process that begins.
    pub fn new(name: String) -> Self {
        Self { name, dead: AtomicBool::new(false), died: Notify::new(), frozen_until: Mutex::default() }
    }

    /// Ends it, as SIGKILL does.
    pub fn kill(&self) {
        self.dead.store(true, Ordering::Relaxed);
        self.died.notify_one();
    }

    /// Whether it has ended.
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Goes on only in a living process. What a dead one waits for never comes.
    pub async fn alive(&self) {
        if self.is_dead() {
            std::future::pending::<()>().await;
        }
    }

    /// Stops it for a while, as a pause of its machine does: nothing of it moves, and then it goes on where it was.
    pub fn freeze(&self, time: Duration) {
        *self.frozen_until.lock() = Some(Instant::now() + time);
    }

    /// Runs what this process does, except while it is frozen.
    pub async fn thawed<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            let frozen = *self.frozen_until.lock();
            if let Some(until) = frozen {
                sleep_until(until).await;
                *self.frozen_until.lock() = None;
            }
            let step = poll_fn(|context| {
                if self.frozen_until.lock().is_some() {
                    return Poll::Ready(None);
                }
                work.as_mut().poll(context).map(Some)
            });
            if let Some(result) = step.await {
                return result;
            }
        }
    }

    /// Returns when it ends.
    pub async fn died(&self) {
        while !self.is_dead() {
            self.died.notified().await;
        }
    }
}
