//! Whether the key of a connection works: what one list of the services tells, and when to ask again.
//!
//! Pure. Not here: making the call ([`super::reconcile`]), showing the outcome ([`super::status`]).

use std::time::Duration;

use cloud::{Failure, Outcome, Refusal, Reply, Tick};
use crd::condition::{Reason, Truth};

use super::memory::{Checked, Memory};

/// The first wait after a check that failed; it doubles.
const FIRST: Duration = Duration::from_secs(15);
/// The longest wait.
const LONGEST: Duration = Duration::from_mins(10);

/// What is known about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It works.
    Valid,
    /// The service does not accept it.
    Refused,
    /// It may not do what is needed.
    NotPermitted,
    /// The organization is not one of the key's.
    WrongOrganization,
    /// No request reaches the API.
    NotReached,
    /// Too many requests; nothing is known.
    Throttled,
    /// The API gives no usable answer.
    NoAnswer,
}

impl Standing {
    /// What a list of the services tells about the key.
    pub fn of(result: &Result<Reply, Failure>) -> Self {
        let Err(failure) = result else { return Self::Valid };
        match &failure.outcome {
            Outcome::NotSent => Self::NotReached,
            Outcome::Throttled { .. } => Self::Throttled,
            Outcome::Unknown => Self::NoAnswer,
            Outcome::Refused(refusal) => match refusal {
                Refusal::Unauthenticated => Self::Refused,
                Refusal::Forbidden => Self::NotPermitted,
                Refusal::NotFound | Refusal::UnknownService => Self::WrongOrganization,
                Refusal::NotApplicable
                | Refusal::Conflict
                | Refusal::ServiceNotRunning(_)
                | Refusal::Invalid
                | Refusal::Source
                | Refusal::MustBePaused
                | Refusal::AlreadyRunning => Self::NoAnswer,
            },
        }
    }

    /// What people see of it: Ready, its reason, and a message that names the cure.
    pub const fn shown(self) -> (Truth, Reason, &'static str) {
        match self {
            Self::Valid => (Truth::True, Reason::Valid, "the API key works for the organization"),
            Self::Refused => (
                Truth::False,
                Reason::AuthenticationFailed,
                "the service refuses the API key (401): make a new key in the console and put it into the Secret",
            ),
            Self::NotPermitted => (
                Truth::False,
                Reason::PermissionDenied,
                "the API key may not list the services (403): give it a role that may, or use another key",
            ),
            Self::WrongOrganization => (
                Truth::False,
                Reason::PermissionDenied,
                "the API key knows no organization of this id: correct spec.organizationId or use another key",
            ),
            Self::NotReached => (
                Truth::Unknown,
                Reason::Unreachable,
                "no request reaches the API: check network policies, the proxy and spec.apiUrl; it is tried again",
            ),
            Self::Throttled => {
                (Truth::Unknown, Reason::Unreachable, "the API refuses requests as too many; it is tried again")
            }
            Self::NoAnswer => {
                (Truth::Unknown, Reason::Unreachable, "the API gives no usable answer; it is tried again")
            }
        }
    }
}

/// When to check a key next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Now.
    Now,
    /// In so long; until then the last outcome stands.
    In(Duration),
    /// Not before something changes.
    NotNeeded,
}

/// When to check, from the last check and what there is to check now.
pub fn next(memory: &Memory, inputs: &str, now: Tick) -> Next {
    match &memory.checked {
        Some(Checked { inputs: last, standing, at }) if last == inputs => {
            if *standing == Standing::Valid {
                return Next::NotNeeded;
            }
            match pause(memory.failures).saturating_sub(now - *at) {
                Duration::ZERO => Next::Now,
                rest => Next::In(rest),
            }
        }
        Some(_) | None => Next::Now,
    }
}

fn pause(failures: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1))).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(standing: Standing, failures: u32) -> Memory {
        let checked = Checked { inputs: "uid/1/7".to_owned(), standing, at: Tick(0) };
        Memory { checked: Some(checked), failures, ..Memory::default() }
    }

    #[test]
    fn a_key_that_works_is_not_asked_again_until_spec_or_secret_changes() {
        let memory = memory(Standing::Valid, 0);
        assert_eq!(next(&memory, "uid/1/7", Tick(1_000_000_000)), Next::NotNeeded);
        assert_eq!(next(&memory, "uid/1/8", Tick(1)), Next::Now);
    }

    #[test]
    fn a_key_that_fails_is_asked_more_and_more_rarely() {
        let waits = |failures| next(&memory(Standing::Refused, failures), "uid/1/7", Tick(0));
        assert_eq!(waits(1), Next::In(Duration::from_secs(15)));
        assert_eq!(waits(3), Next::In(Duration::from_mins(1)));
        assert_eq!(waits(30), Next::In(LONGEST));
        assert_eq!(next(&memory(Standing::Refused, 1), "uid/1/7", Tick(15_000)), Next::Now);
    }

    #[test]
    fn every_message_fits_on_a_line() {
        let all = [
            Standing::Valid,
            Standing::Refused,
            Standing::NotPermitted,
            Standing::WrongOrganization,
            Standing::NotReached,
            Standing::Throttled,
            Standing::NoAnswer,
        ];
        assert!(all.iter().all(|standing| standing.shown().2.len() <= 200));
    }
}
