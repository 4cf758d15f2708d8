//! One pass over a `ClickPipe`: gather, desire, recall; then plan and act until there is no next step; then report.
//!
//! Every decision is in the crate `plan`; every effect is in [`crate::act`].

use std::sync::Arc;
use std::time::Duration;

use crd::ClickPipe;
use kube::ResourceExt;
use plan::Step;
use thiserror::Error;

use crate::act::act;
use crate::again::Again;
use crate::cluster::{self, Cluster};
use crate::connection::Unresolved;
use crate::context::Context;
use crate::count;
use crate::pass::{Owed, Pass, live};
use crate::report::{report, tell};
use crate::secrets::ReadSecret;
use crate::tenure::Phase;
use crate::turn::turn;

/// Steps after which a pass gives way to others.
const STEPS: usize = 50;
/// How soon after somebody else was faster, or after a long pass.
const SOON: Duration = Duration::from_millis(500);
/// How often a process that ends tries to write an answer down while somebody else is faster.
const LAST_TRIES: usize = 5;

/// Why a pass did not come to its end: Kubernetes did not play along. What the Cloud API says is never an error here.
#[derive(Debug, Error)]
pub enum Error {
    /// The live object.
    #[error("failed to read the object")]
    Read(#[source] cluster::Error),
    /// Its connection.
    #[error("failed to read the connection")]
    Connection(#[source] Unresolved),
    /// One of its Secrets.
    #[error("failed to read a Secret")]
    Secret(#[source] ReadSecret),
    /// One of its `ConfigMap`s.
    #[error("failed to read a ConfigMap")]
    ConfigMap(#[source] cluster::Error),
    /// A step needs an account and there is none.
    #[error("there is no account to make a call with: {0}")]
    NoAccount(String),
    /// The finalizer.
    #[error("failed to put the finalizer on")]
    Hold(#[source] cluster::Error),
    /// The finalizer again.
    #[error("failed to take the finalizer off")]
    Release(#[source] cluster::Error),
    /// The annotation.
    #[error("failed to write the annotation last-pipe")]
    Note(#[source] cluster::Error),
    /// The record.
    #[error("failed to write the record")]
    Remember(#[source] cluster::Error),
    /// The status.
    #[error("failed to write the status")]
    Report(#[source] cluster::Error),
    /// The process ends before anything was sent.
    #[error("the operator is ending")]
    Ending,
}

/// One pass over a pipe.
///
/// Looks go on the cached object; before the first effect, and after a look or a long wait for the rate limit, the object is read live
/// and everything is decided anew.
pub async fn reconcile<C: Cluster>(object: Arc<ClickPipe>, context: Arc<Context<C>>) -> Result<Again, Error> {
    for tries in 0..LAST_TRIES {
        // A cache that is behind would be refused again and again.
        let is_cached = tries == 0;
        return match Box::pin(steps(&object, is_cached, &context)).await {
            // When the process ends there is no later pass: an answer that is not on record yet is written down now.
            Err(error) if error.is_conflict() && (is_cached || context.tenure.phase() > Phase::Working) => continue,
            Err(error) if error.is_conflict() => Ok(Again::In(SOON)),
            Err(error) if error.is_gone() => Ok(forget(&object, &context)),
            Err(Error::Ending) => Ok(Again::OnChange),
            end => end,
        };
    }
    Ok(Again::OnChange)
}

async fn steps<C: Cluster>(object: &ClickPipe, is_cached: bool, context: &Context<C>) -> Result<Again, Error> {
    let slot = context.slots.take().await;
    let object = if is_cached { object.clone() } else { live(object, context).await? };
    let mut pass = Pass::begin(object, !is_cached, slot, context).await?;
    for _ in 0..STEPS {
        let plan = pass.plan();
        if !pass.may(plan.first()) {
            if pass.owed == Owed::Record {
                report(&mut pass, &plan).await?;
            }
            return Ok(Again::OnChange);
        }
        if !pass.is_live && !matches!(plan.first(), Some(Step::Look(_)) | None) {
            pass = Box::pin(pass.anew()).await?;
            continue;
        }
        let (now, plan) = Box::pin(turn(pass, plan)).await?;
        pass = now;
        let Some(step) = plan.first() else { return report(&mut pass, &plan).await };
        let result = Box::pin(act(&mut pass, &plan, step)).await?;
        if *step == Step::Release {
            tell(&pass, &plan, step);
            return Ok(forget(&pass.object, context));
        }
        let happened = result.is_ok();
        if happened {
            count::step(&pass, &plan, step);
        }
        pass.learn(step, result);
        // A look takes its time, in the line and on the wire.
        pass.is_live &= !matches!(step, Step::Look(_));
        if happened {
            tell(&pass, &plan, step);
        }
    }
    Ok(Again::In(SOON))
}

/// The object is gone; so is what this process remembers of it.
fn forget<C>(object: &ClickPipe, context: &Context<C>) -> Again {
    context.memory.lock().remove(&object.uid().unwrap_or_default());
    Again::OnChange
}

impl Error {
    fn cluster(&self) -> Option<&cluster::Error> {
        match self {
            Self::Read(source)
            | Self::ConfigMap(source)
            | Self::Hold(source)
            | Self::Release(source)
            | Self::Note(source)
            | Self::Remember(source)
            | Self::Report(source) => Some(source),
            Self::Connection(_) | Self::Secret(_) | Self::NoAccount(_) | Self::Ending => None,
        }
    }

    fn is_conflict(&self) -> bool {
        matches!(self.cluster(), Some(cluster::Error::Conflict))
    }

    fn is_gone(&self) -> bool {
        matches!(self.cluster(), Some(cluster::Error::NotFound))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::kube::Kube;

    fn size<F>(_: impl Fn(Arc<ClickPipe>, Arc<Context<Kube>>) -> F) -> usize {
        size_of::<F>()
    }

    /// A worker's stack holds two megabytes, and an unoptimized build copies a future many times on its way there.
    #[test]
    fn a_pass_fits_on_the_stack_of_a_worker() {
        assert!(size(reconcile::<Kube>) < 16_384, "{} bytes", size(reconcile::<Kube>));
    }
}
