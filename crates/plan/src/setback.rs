//! A failed call that is still to be made: when to try again, and what people see meanwhile.
//!
//! Not here: what the failure means for a create ([`mod@crate::learn`]); how long the rate limit freezes everything (the client).

use std::time::Duration;

use cloud::{Failure, Outcome, Refusal, ServiceState, Tick};
use crd::condition::{Reason, Truth};

use crate::verdict::Verdict;

/// The name of the look that all objects of a service share.
pub(crate) const LIST: &str = "ListPipes";

/// The name of the look at one pipe.
pub(crate) const GET: &str = "GetPipe";

/// The name of the look at a service.
pub(crate) const SERVICE: &str = "GetService";

/// Whether a call of this name only looks.
pub(crate) fn is_look(call: &str) -> bool {
    [LIST, GET, SERVICE].contains(&call)
}

/// The last failed call that is still to be made.
#[derive(Clone, Debug, PartialEq)]
pub struct Setback {
    /// The call's name.
    pub call: &'static str,
    /// Why it failed.
    pub failure: Failure,
    /// How often in a row.
    pub attempts: u32,
    /// When to try again.
    pub retry_at: Tick,
    /// The generation and inputs that it was made for; others may try at once.
    pub made_for: (i64, String),
}

impl Setback {
    /// Records a failure after an earlier one of the same call.
    #[must_use]
    pub fn after(
        earlier: Option<&Self>,
        call: &'static str,
        failure: Failure,
        made_for: (i64, String),
        now: Tick,
    ) -> Self {
        let attempts = earlier
            .filter(|earlier| earlier.call == call && earlier.made_for == made_for)
            .map_or(0, |earlier| earlier.attempts)
            + 1;
        let retry_at = now + delay(call, &failure, attempts);
        Self { call, failure, attempts, retry_at, made_for }
    }

    /// The reason that people see.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match &self.failure.outcome {
            Outcome::Throttled { .. } => Reason::RateLimited,
            Outcome::NotSent | Outcome::Unknown => Reason::ReconcileError,
            // A service that has no list of pipes is not there.
            Outcome::Refused(Refusal::NotFound) if self.call == LIST => Reason::ServiceNotFound,
            Outcome::Refused(refusal) => match refusal {
                Refusal::Unauthenticated => Reason::AuthenticationFailed,
                Refusal::Forbidden => Reason::PermissionDenied,
                Refusal::UnknownService => Reason::ServiceNotFound,
                Refusal::ServiceNotRunning(_) => Reason::WaitingForService,
                Refusal::Invalid => Reason::InvalidSpec,
                Refusal::Source => Reason::SourceRejected,
                Refusal::NotFound
                | Refusal::NotApplicable
                | Refusal::Conflict
                | Refusal::MustBePaused
                | Refusal::AlreadyRunning => Reason::ReconcileError,
            },
        }
    }

    /// Whether a look failed once, for no reason that will last.
    pub(crate) fn is_blip(&self) -> bool {
        self.call == LIST && self.attempts == 1 && matches!(self.failure.outcome, Outcome::NotSent | Outcome::Unknown)
    }

    /// What people see while it waits.
    #[must_use]
    pub fn verdict(&self, now: Tick) -> Verdict {
        let again = (self.retry_at - now).max(Duration::from_secs(1));
        let (call, words) = (self.call, self.failure.to_string());
        let waiting =
            |reason, cure: &str| Verdict::waiting(reason, first_line(&format!("{call}: {words}"), cure), again);
        match self.reason() {
            Reason::AuthenticationFailed => {
                waiting(Reason::AuthenticationFailed, "check the API key in the connection's Secret")
            }
            Reason::PermissionDenied => {
                waiting(Reason::PermissionDenied, "give the API key a role that may manage ClickPipes of this service")
            }
            Reason::InvalidSpec => Verdict::blocked(
                Reason::InvalidSpec,
                first_line(&format!("the service refused {call}: {words}"), "correct the spec"),
            ),
            Reason::SourceRejected => waiting(
                Reason::SourceRejected,
                "check the source's address, credentials and permissions; it is tried again by itself",
            ),
            Reason::ServiceNotFound => Verdict::unresolved(
                Reason::ServiceNotFound,
                first_line(&words, "check spec.serviceId and the connection's organization"),
            )
            .again(again),
            Reason::WaitingForService => {
                let state = match &self.failure.outcome {
                    Outcome::Refused(Refusal::ServiceNotRunning(state)) => state.clone(),
                    _ => ServiceState::Other(String::new()),
                };
                let message = format!("the service is {}: {}", state.as_str(), cure(&state));
                Verdict::working(Reason::WaitingForService, message).again(again)
            }
            Reason::RateLimited => {
                waiting(Reason::RateLimited, "somebody else may use the same API key; give this connection its own")
            }
            reason => waiting(reason, "it is tried again by itself"),
        }
    }
}

impl Setback {
    /// What people see of a pipe whose service refuses to be looked at because it is not running.
    #[must_use]
    pub fn unseen(&self, now: Tick) -> Verdict {
        let again = (self.retry_at - now).max(Duration::from_secs(1));
        let message = first_line(&self.failure.to_string(), "its pipes cannot be seen until the service is running");
        Verdict::waiting(Reason::ReconcileError, message, again)
    }
}

impl Verdict {
    /// While nothing exists yet, Ready says what is being tried.
    #[must_use]
    pub fn while_creating(self) -> Self {
        let message = self.synced.message.clone();
        if self.ready.is_some() { self } else { self.ready(Truth::Unknown, Reason::Creating, message) }
    }
}

fn cure(state: &ServiceState) -> &'static str {
    match state {
        ServiceState::Idle => {
            "it continues when the service is running; set wakeIdleServices in the connection to let the operator wake it"
        }
        ServiceState::Stopped => "start it; the operator never starts a service that a person stopped",
        ServiceState::Running | ServiceState::Awaking | ServiceState::Other(_) => {
            "it continues when the service is running"
        }
    }
}

/// What happened and the cure, with a first line of at most 200 characters.
pub(crate) fn first_line(what: &str, cure: &str) -> String {
    let room = 197_usize.saturating_sub(cure.chars().count());
    let what: String = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = what.chars().take(room).collect();
    let dots = if short.chars().count() < what.chars().count() { "…" } else { "" };
    format!("{short}{dots}; {cure}")
}

/// How long to wait. A refused source can heal: 1 min to 1 h. A refused key is tried rarely, and at once when its Secret changes.
fn delay(call: &str, failure: &Failure, attempts: u32) -> Duration {
    let doubled = |first: u64, most: u64| {
        Duration::from_secs(first.saturating_mul(1 << attempts.saturating_sub(1).min(12)).min(most))
    };
    match &failure.outcome {
        Outcome::Throttled { .. } => doubled(2, 60),
        Outcome::NotSent | Outcome::Unknown => doubled(2, 300),
        Outcome::Refused(refusal) => match refusal {
            Refusal::Unauthenticated | Refusal::Forbidden | Refusal::UnknownService => doubled(30, 300),
            Refusal::ServiceNotRunning(_) => doubled(30, 120),
            // A deletion has no spec that could be corrected.
            Refusal::Invalid if call == "DeletePipe" => doubled(60, 3600),
            Refusal::Invalid => Duration::from_hours(6),
            Refusal::Source => doubled(60, 3600),
            Refusal::NotFound
            | Refusal::NotApplicable
            | Refusal::Conflict
            | Refusal::MustBePaused
            | Refusal::AlreadyRunning => doubled(5, 300),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(outcome: Outcome) -> Failure {
        Failure {
            outcome,
            status: Some(400),
            message: "BAD_REQUEST: dial tcp: no such host".repeat(20),
            request_id: None,
        }
    }

    #[test]
    fn a_refused_source_is_tried_again_after_a_minute_then_ever_more_rarely() {
        let mut setback = None;
        let delays: Vec<u64> = (0..9)
            .map(|_| {
                let next = Setback::after(
                    setback.as_ref(),
                    "CreatePipe",
                    failure(Outcome::Refused(Refusal::Source)),
                    (1, String::new()),
                    Tick(0),
                );
                let delay = next.retry_at.0 / 1000;
                setback = Some(next);
                delay
            })
            .collect();
        assert_eq!(delays, [60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
    }

    #[test]
    fn a_message_names_the_cure_in_its_first_200_characters() {
        let setback =
            Setback::after(None, "CreatePipe", failure(Outcome::Refused(Refusal::Source)), (1, String::new()), Tick(0));
        let verdict = setback.verdict(Tick(0));
        assert!(verdict.synced.message.chars().count() <= 200, "{}", verdict.synced.message);
        assert!(verdict.synced.message.ends_with("it is tried again by itself"));
        assert_eq!(verdict.synced.reason, Reason::SourceRejected);
        assert_eq!(verdict.ready, None);
    }
}
