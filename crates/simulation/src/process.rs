//! One life of an operator's process: it can be ended at any moment, and then does nothing more, not even what it was about to.
//!
//! Not here: what it does ([`crate::replica`]), when it is ended ([`crate::choke`]).

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// One life of a process.
#[derive(Debug)]
pub struct Process {
    /// What it is called, in traces.
    pub name: String,
    dead: AtomicBool,
    died: Notify,
}

impl Process {
    /// A process that begins.
    pub fn new(name: String) -> Self {
        Self { name, dead: AtomicBool::new(false), died: Notify::new() }
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

    /// Returns when it ends.
    pub async fn died(&self) {
        while !self.is_dead() {
            self.died.notified().await;
        }
    }
}
