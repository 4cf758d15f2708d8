//! Works on what is in an inbox: one reconcile at a time per object, so many at once, each delayed after a failure, none able to end another.
//!
//! A panic in a reconcile is a defect, and is treated as a failure of that one object. Not here: what a reconcile does.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, future, stream};
use kube::runtime::applier;
use kube::runtime::controller::{Action, Config};
use kube::runtime::reflector::{ObjectRef, Store};
use kube::{Resource, ResourceExt};
use tokio::time::Instant;

use crate::again::Again;
use crate::attempts::Attempts;
use crate::chain;
use crate::kind::{Guarded, Kind};
use crate::metrics::Metrics;
use crate::metrics::label::Work;
use crate::triggers::Inbox;

/// What one pass over one object of a kind came to.
pub enum End {
    /// Look again when it says.
    Done(Again),
    /// The object cannot be read, and says so.
    Undecodable,
    /// It failed; the text holds all causes.
    Failed(String),
    /// A defect; the text says which.
    Panicked(String),
}

/// The workers of one kind.
pub struct Workers<K: Kind> {
    /// The cache that objects come from.
    pub store: Store<Guarded<K>>,
    /// Who is to be looked at.
    pub inbox: Inbox<K>,
    /// How many at once, those that wait for the Cloud API included.
    pub concurrency: u16,
    /// The failures so far.
    pub attempts: Arc<Attempts>,
    /// Where passes are counted.
    pub metrics: Arc<Metrics>,
}

impl<K: Kind> Workers<K> {
    /// Works on everything in the cache and on what comes in, until `end`; what is running then comes to its own end.
    pub async fn run<F, E>(
        self,
        end: impl Future<Output = ()> + Send + 'static,
        pass: impl Fn(Arc<Guarded<K>>) -> F + Clone + Send + 'static,
    ) where
        F: Future<Output = Result<End, E>> + Send + 'static,
        E: std::error::Error + Send + 'static,
    {
        let Self { store, inbox, concurrency, attempts, metrics } = self;
        let all: Vec<_> = store.state().iter().map(|object| ObjectRef::from_obj(object.as_ref())).collect();
        let queue = stream::iter(all).chain(inbox).map(Ok::<_, Infallible>).take_until(Box::pin(end));
        let reconcile = move |object: Arc<Guarded<K>>, _: Arc<()>| {
            let attempt = attempt(object, Arc::clone(&attempts), Arc::clone(&metrics), pass.clone());
            Box::pin(async move { Ok::<_, Infallible>(attempt.await) })
        };
        let nothing_fails = |_: Arc<Guarded<K>>, never: &Infallible, _: Arc<()>| match *never {};
        let config = Config::default().concurrency(concurrency);
        applier(reconcile, nothing_fails, Arc::new(()), store, queue, config)
            // What is left are requests for objects that are gone.
            .for_each(|_| future::ready(()))
            .await;
    }
}

async fn attempt<K: Kind, F, E>(
    object: Arc<Guarded<K>>,
    attempts: Arc<Attempts>,
    metrics: Arc<Metrics>,
    pass: impl Fn(Arc<Guarded<K>>) -> F,
) -> Action
where
    F: Future<Output = Result<End, E>> + Send + 'static,
    E: std::error::Error + Send + 'static,
{
    let (uid, generation) = (object.uid().unwrap_or_default(), object.meta().generation);
    let begun = Instant::now();
    if let Some(wait) = attempts.wait(&uid, generation, begun) {
        return Action::requeue(wait);
    }
    let end = flatten(tokio::spawn(pass(Arc::clone(&object))).await);
    metrics.reconciled(K::NAME, end.label(), begun.elapsed());
    match end {
        End::Done(again) => {
            attempts.forget(&uid);
            again.into()
        }
        End::Undecodable => Action::await_change(),
        End::Failed(text) => retry::<K>(&object, &text, attempts.failed(&uid, generation, Instant::now())),
        End::Panicked(text) => {
            let text = format!("this is a defect of the operator: {text}");
            retry::<K>(&object, &text, attempts.failed(&uid, generation, Instant::now()))
        }
    }
}

/// What a pass in a task of its own came to: a panic is one of its ends.
fn flatten<E: std::error::Error>(joined: Result<Result<End, E>, tokio::task::JoinError>) -> End {
    match joined {
        Ok(Ok(end)) => end,
        Ok(Err(error)) => End::Failed(chain::text(&error)),
        Err(error) => End::Panicked(error.to_string()),
    }
}

fn retry<K: Kind>(object: &Guarded<K>, text: &str, wait: Duration) -> Action {
    let (namespace, name) = (object.namespace(), object.name_any());
    tracing::warn!(kind = %K::NAME, namespace, name, error = text, again_in_seconds = wait.as_secs(), "a pass failed");
    Action::requeue(wait)
}

impl End {
    const fn label(&self) -> Work {
        match self {
            Self::Done(_) => Work::Done,
            Self::Undecodable => Work::Undecodable,
            Self::Failed(_) => Work::Error,
            Self::Panicked(_) => Work::Panic,
        }
    }
}
