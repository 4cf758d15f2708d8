//! What a plan amounts to, in the words of the status contract: which conditions people see, and when to look again.
//!
//! Waiting and being blocked are results, not errors. Not here: the words themselves ([`crd::condition`]).

use std::time::Duration;

use crd::condition::{Reason, Truth};

/// How often a pipe in transition is looked at.
pub const IN_TRANSITION: Duration = Duration::from_secs(10);

/// What people see of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Settled, working, waiting or blocked.
    pub kind: Kind,
    /// The condition Ready; `None` keeps what it says.
    pub ready: Option<Saying>,
    /// The condition Synced.
    pub synced: Saying,
    /// The condition `ReferencesResolved`.
    pub references: Saying,
    /// When to look again; `None` is the connection's poll interval.
    pub again: Option<Duration>,
}

/// How things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// As wanted.
    Settled,
    /// On the way, without trouble.
    Working,
    /// Held up by something that can heal; tried again by itself.
    Waiting,
    /// Not as wanted, and nothing is tried: it is reported only.
    Reported,
    /// Only a new spec or a person inside the service can help.
    Blocked,
    /// Tried often enough, without effect and without an error: as [`Kind::Blocked`].
    Exhausted,
}

/// One condition's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Its status.
    pub truth: Truth,
    /// Its reason.
    pub reason: Reason,
    /// Its message: first line at most 200 characters, no times, counters or ids of requests.
    pub message: String,
}

impl Saying {
    /// A condition's value.
    #[must_use]
    pub fn new(truth: Truth, reason: Reason, message: impl Into<String>) -> Self {
        Self { truth, reason, message: message.into() }
    }
}

impl Verdict {
    /// As wanted, for this reason.
    #[must_use]
    pub fn settled(reason: Reason, message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Settled,
            ready: Some(Saying::new(Truth::True, reason, message)),
            synced: Saying::new(Truth::True, Reason::ReconcileSuccess, "the pipe is as this object says"),
            references: resolved(),
            again: None,
        }
    }

    /// On the way.
    #[must_use]
    pub fn working(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind: Kind::Working,
            ready: Some(Saying::new(Truth::Unknown, reason, message.clone())),
            synced: Saying::new(Truth::Unknown, Reason::InProgress, message),
            references: resolved(),
            again: Some(IN_TRANSITION),
        }
    }

    /// The service says that the pipe is in trouble; the spec itself is applied.
    #[must_use]
    pub fn trouble(kind: Kind, reason: Reason, message: impl Into<String>) -> Self {
        Self { kind, ready: Some(Saying::new(Truth::False, reason, message)), ..Self::settled(reason, "") }
    }

    /// A call failed or is refused, and is tried again by itself. Ready stays as it is.
    #[must_use]
    pub fn waiting(reason: Reason, message: impl Into<String>, again: Duration) -> Self {
        Self {
            kind: Kind::Waiting,
            ready: None,
            synced: Saying::new(Truth::False, reason, message),
            references: resolved(),
            again: Some(again),
        }
    }

    /// A referenced object is missing or not ready.
    #[must_use]
    pub fn unresolved(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind: Kind::Waiting,
            ready: Some(Saying::new(Truth::Unknown, Reason::ReferencesNotReady, message.clone())),
            synced: Saying::new(Truth::Unknown, Reason::InProgress, message.clone()),
            references: Saying::new(Truth::False, reason, message),
            again: None,
        }
    }

    /// This generation cannot be applied; only a new spec or a person can help.
    #[must_use]
    pub fn blocked(reason: Reason, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind: Kind::Blocked,
            ready: Some(Saying::new(Truth::False, Reason::ApplyFailed, message.clone())),
            synced: Saying::new(Truth::False, reason, message),
            references: resolved(),
            again: None,
        }
    }

    /// Not as wanted, which is tried again by itself and shown on an object that was ready too. Ready stays as it is.
    #[must_use]
    pub fn amiss(reason: Reason, message: impl Into<String>, again: Duration) -> Self {
        Self { kind: Kind::Working, ..Self::waiting(reason, message, again) }
    }

    /// Tried often enough, without effect.
    #[must_use]
    pub fn exhausted(message: impl Into<String>) -> Self {
        Self { kind: Kind::Exhausted, ..Self::blocked(Reason::ReconcileError, message) }
    }

    /// The same, with another Ready.
    #[must_use]
    pub fn ready(self, truth: Truth, reason: Reason, message: impl Into<String>) -> Self {
        Self { ready: Some(Saying::new(truth, reason, message)), ..self }
    }

    /// The same, looking again after this time.
    #[must_use]
    pub fn again(self, after: Duration) -> Self {
        Self { again: Some(after), ..self }
    }
}

fn resolved() -> Saying {
    Saying::new(Truth::True, Reason::Resolved, "every reference is resolved")
}

/// The longest message of a condition.
const LONGEST: usize = 200;

/// A message that fits on one line of a terminal: what is wrong stands at its beginning and the cure at its end, so the middle goes.
#[must_use]
pub fn fitting(message: &str) -> String {
    let length = message.chars().count();
    if length <= LONGEST {
        return message.to_owned();
    }
    let head = LONGEST / 2 - 10;
    let tail = LONGEST - head - 1;
    message.chars().take(head).chain(['…']).chain(message.chars().skip(length - tail)).collect()
}

/// A waiting time as people read it, in steps so that it does not change at every look.
#[must_use]
pub fn roughly(wait: Duration) -> &'static str {
    match wait.as_secs() / 60 {
        0 => "less than a minute",
        1 => "about 2 minutes",
        2..=4 => "about 5 minutes",
        5..=9 => "about 10 minutes",
        10..=29 => "about half an hour",
        _ => "an hour or more",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_message_keeps_its_beginning_and_its_end() {
        let message = format!("spec.source cannot be changed: {}; approve it with plan=abc", "é".repeat(300));
        let fitting = fitting(&message);
        assert_eq!(fitting.chars().count(), LONGEST);
        assert!(fitting.starts_with("spec.source cannot be changed") && fitting.ends_with("approve it with plan=abc"));
    }
}
