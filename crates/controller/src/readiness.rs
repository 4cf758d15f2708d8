//! Whether the operator sees the whole cluster yet.
//!
//! Not here: serving the answer ([`crate::http`]).

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

/// What is still missing until work can begin. Clones share it.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<watch::Sender<BTreeSet<&'static str>>>);

impl Readiness {
    /// Not ready until each of these is [done](Self::done).
    pub fn waiting_for(parts: impl IntoIterator<Item = &'static str>) -> Self {
        Self(Arc::new(watch::Sender::new(parts.into_iter().collect())))
    }

    /// This part is there.
    pub fn done(&self, part: &'static str) {
        self.0.send_if_modified(|missing| missing.remove(part));
    }

    /// This part is missing, again.
    pub fn missing(&self, part: &'static str) {
        self.0.send_if_modified(|missing| missing.insert(part));
    }

    /// This part is missing once something has happened.
    pub async fn missing_after(self, part: &'static str, event: impl Future<Output = ()>) {
        event.await;
        self.missing(part);
    }

    /// What is missing now; ready when nothing is.
    pub fn waits_for(&self) -> Vec<&'static str> {
        self.0.borrow().iter().copied().collect()
    }

    /// Returns once nothing is missing.
    pub async fn ready(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(BTreeSet::is_empty).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenure::{Phase, Tenure};

    #[tokio::test]
    async fn it_is_ready_when_nothing_is_missing() {
        let readiness = Readiness::waiting_for(["pipes", "secrets"]);
        readiness.done("pipes");
        assert_eq!(readiness.waits_for(), ["secrets"]);
        readiness.done("secrets");
        readiness.ready().await;
        readiness.missing("shutdown");
        assert_eq!(readiness.waits_for(), ["shutdown"]);
    }

    #[tokio::test]
    async fn it_is_not_ready_any_more_once_the_end_begins_or_the_lease_is_lost() {
        for end in [Tenure::end, Tenure::lose] {
            let (readiness, tenure) = (Readiness::waiting_for([]), Tenure::unlimited());
            let watch = tokio::spawn(readiness.clone().missing_after("shutdown", tenure.reached(Phase::Ending)));
            readiness.ready().await;
            end(&tenure);
            watch.await.unwrap();
            assert_eq!(readiness.waits_for(), ["shutdown"]);
        }
    }
}
