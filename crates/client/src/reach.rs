//! What the rest of the operator needs of an account, as a trait, so that tests can use one in memory.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use cloud::{Call, Failure, Reply, ServiceId, Tick};

use crate::account::Account;
use crate::lane::Lane;
use crate::permit::Permit;
use crate::snapshot::Snapshot;

/// A way to reach the service with one key. [`Account`] is the real one, and says what is guaranteed.
pub trait Cloud: Send + Sync {
    /// The right to make one call.
    type Permit: Send;

    /// Waits until the budget lets a call of this lane go.
    fn reserve(&self, lane: Lane) -> impl Future<Output = Self::Permit> + Send;

    /// Puts one request on the wire, once, and reads its answer.
    fn send(&self, permit: Self::Permit, call: &Call) -> impl Future<Output = Result<Reply, Failure>> + Send;

    /// The pipes of a service, as a LIST begun at or after `since` showed them.
    fn list(&self, service: &ServiceId, since: Tick) -> impl Future<Output = Result<Arc<Snapshot>, Failure>> + Send;

    /// What the last LIST of a service showed.
    fn cached(&self, service: &ServiceId) -> Option<Arc<Snapshot>>;

    /// How long a create that is queued now would wait.
    fn eta(&self) -> Duration {
        Duration::ZERO
    }

    /// Reserves and sends.
    fn call(&self, lane: Lane, call: &Call) -> impl Future<Output = Result<Reply, Failure>> + Send {
        async move {
            let permit = self.reserve(lane).await;
            self.send(permit, call).await
        }
    }
}

impl Cloud for Account {
    type Permit = Permit;

    async fn reserve(&self, lane: Lane) -> Permit {
        Self::reserve(self, lane).await
    }

    async fn send(&self, permit: Permit, call: &Call) -> Result<Reply, Failure> {
        Self::send(self, permit, call).await
    }

    async fn list(&self, service: &ServiceId, since: Tick) -> Result<Arc<Snapshot>, Failure> {
        Self::list(self, service, since).await
    }

    fn cached(&self, service: &ServiceId) -> Option<Arc<Snapshot>> {
        Self::cached(self, service)
    }

    fn eta(&self) -> Duration {
        self.budget().eta
    }
}
