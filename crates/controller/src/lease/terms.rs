//! The times of an election, and which of them go together.
//!
//! Not here: the flags that they come from ([`crate::config`]).

use std::time::Duration;

use thiserror::Error;

/// How much longer than the retry period a pause may get by chance, in percent.
pub(super) const JITTER: u32 = 20;

/// The times of an election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How long a Lease that does not change keeps others away.
    pub duration: Duration,
    /// How long a leader works without a renewal.
    pub renew_deadline: Duration,
    /// The pause between two tries.
    pub retry_period: Duration,
}

/// Why times do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadTerms {
    /// A pause of nothing.
    #[error("--lease-retry-period is 0s, it must be at least 1s")]
    NoPause,
    /// A renewal that is late once loses the Lease.
    #[error(
        "--lease-renew-deadline is {deadline:?} and --lease-retry-period is {retry:?}: the deadline must be at least twice the period, so that one renewal may fail"
    )]
    NoSecondTry {
        /// The deadline.
        deadline: Duration,
        /// The period.
        retry: Duration,
    },
    /// Two leaders.
    #[error(
        "--lease-duration is {duration:?} and --lease-renew-deadline is {deadline:?}: the duration must be longer, so that the leader stops before another one begins"
    )]
    Overlap {
        /// The duration.
        duration: Duration,
        /// The deadline.
        deadline: Duration,
    },
    /// More than the Lease can hold.
    #[error("--lease-duration is longer than a day")]
    TooLong,
}

impl Terms {
    /// These times, if they go together.
    pub fn check(self) -> Result<Self, BadTerms> {
        let Self { duration, renew_deadline: deadline, retry_period: retry } = self;
        if retry < Duration::from_secs(1) {
            return Err(BadTerms::NoPause);
        }
        if deadline < retry.saturating_mul(2) {
            return Err(BadTerms::NoSecondTry { deadline, retry });
        }
        if duration <= deadline {
            return Err(BadTerms::Overlap { duration, deadline });
        }
        if duration > Duration::from_hours(24) { Err(BadTerms::TooLong) } else { Ok(self) }
    }

    /// The pause before the next try; `chance` is a number below a thousand, so that candidates do not all come at once.
    pub(super) fn pause(&self, chance: u32) -> Duration {
        self.retry_period + self.retry_period * JITTER * chance.min(999) / (100 * 1000)
    }

    /// How long one try of a leader may take: a connection that hangs must not take the time of the next try.
    pub(super) fn patience(&self) -> Duration {
        self.renew_deadline / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(duration: u64, deadline: u64, retry: u64) -> Terms {
        let [duration, renew_deadline, retry_period] = [duration, deadline, retry].map(Duration::from_secs);
        Terms { duration, renew_deadline, retry_period }
    }

    #[test]
    fn a_leader_stops_before_another_one_begins() {
        assert!(terms(30, 20, 5).check().is_ok());
        assert!(matches!(terms(20, 20, 5).check(), Err(BadTerms::Overlap { .. })));
        assert!(matches!(terms(30, 9, 5).check(), Err(BadTerms::NoSecondTry { .. })));
        assert_eq!(terms(30, 20, 0).check(), Err(BadTerms::NoPause));
        assert_eq!(terms(90_000, 20, 5).check(), Err(BadTerms::TooLong));
    }

    #[test]
    fn a_pause_is_longer_by_chance_and_never_by_more_than_a_fifth() {
        assert_eq!(terms(30, 20, 5).pause(0), Duration::from_secs(5));
        assert_eq!(terms(30, 20, 5).pause(500), Duration::from_millis(5_500));
        assert!(terms(30, 20, 5).pause(u32::MAX) < Duration::from_secs(6));
    }
}
