//! What is asked of Kubernetes before anything else, again and again until it answers.
//!
//! A control plane that is away for a while must not drive the pod into a back-off that outlasts it. What only a person can put right still ends
//! the process at once. Not here: what is asked.

use std::future::Future;
use std::time::Duration;

use tokio::time::sleep;

use crate::chain;
use crate::clients::Connect;
use crate::cluster;
use crate::fingerprint_key;

/// The pause after the first failure; it doubles.
const FIRST: Duration = Duration::from_millis(500);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(10);

/// An error that time may heal.
pub trait MayHeal: std::error::Error {
    /// Whether asking again can help.
    fn may_heal(&self) -> bool;
}

impl MayHeal for Connect {
    fn may_heal(&self) -> bool {
        match self {
            Self::ClusterId(kube::Error::Api(status)) => status.code >= 500 || status.code == 429,
            Self::ClusterId(_) | Self::TimedOut => true,
            Self::Find(_) | Self::Client(_) | Self::NoUid => false,
        }
    }
}

impl MayHeal for fingerprint_key::Error {
    fn may_heal(&self) -> bool {
        match self {
            Self::Read { source, .. } | Self::Create { source, .. } => match source {
                cluster::Error::TimedOut | cluster::Error::Conflict => true,
                cluster::Error::Other(source) => match source.downcast_ref::<kube::Error>() {
                    Some(kube::Error::Api(status)) => status.code >= 500 || status.code == 429,
                    _ => true,
                },
                cluster::Error::NotFound | cluster::Error::Forbidden(_) => false,
            },
            Self::Malformed => false,
        }
    }
}

/// Asks until there is an answer, or an error that time does not heal.
pub async fn patiently<T, E: MayHeal, F: Future<Output = Result<T, E>>>(mut ask: impl FnMut() -> F) -> Result<T, E> {
    let mut pause = FIRST;
    loop {
        match ask().await {
            Err(error) if error.may_heal() => {
                tracing::warn!(error = chain::text(&error), "Kubernetes does not answer yet; it is asked again");
            }
            end => return end,
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_outage_is_waited_out_and_a_missing_right_is_not() {
        let mut asked = 0;
        let answer = patiently(|| {
            asked += 1;
            let away = asked < 20;
            async move { if away { Err(Connect::TimedOut) } else { Ok(asked) } }
        });
        assert_eq!(answer.await.unwrap(), 20);
        let forbidden = kube::core::Status::failure("no", "Forbidden").with_code(403).boxed();
        let asked = patiently(|| {
            let forbidden = forbidden.clone();
            async move { Err::<(), _>(Connect::ClusterId(kube::Error::Api(forbidden))) }
        });
        assert!(matches!(asked.await, Err(Connect::ClusterId(_))));
    }
}
