//! Evenness: a few calls at once from idle, then one call per interval.
//!
//! The generic cell rate algorithm: one number, the moment by which all calls so far would have gone had they been spaced evenly. A late
//! call is made up for, so that waking late loses nothing.

use std::time::Duration;

use cloud::Tick;

/// How many calls may go at once after a pause.
pub(super) const BURST: u32 = 3;

/// The state of the spacing, in microseconds, because an interval need not be whole milliseconds.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spacing {
    even: u64,
}

impl Spacing {
    /// From when a call may go.
    pub(super) fn earliest(self, interval: Duration) -> Tick {
        let lead = micros(interval).saturating_mul(u64::from(BURST - 1));
        Tick(self.even.saturating_sub(lead).div_ceil(1000))
    }

    /// How many calls could go at once at this moment.
    pub(super) fn credit(self, now: Tick, interval: Duration) -> u32 {
        let ahead = self.even.saturating_sub(now.0.saturating_mul(1000)).div_ceil(micros(interval).max(1));
        BURST.saturating_sub(u32::try_from(ahead).unwrap_or(u32::MAX))
    }

    /// A call goes.
    pub(super) fn take(&mut self, now: Tick, interval: Duration) {
        self.even = self.even.max(now.0.saturating_mul(1000)).saturating_add(micros(interval));
    }

    /// From now on this interval rules: the next call goes within one of it, however long the ones before were.
    pub(super) fn catch_up(&mut self, now: Tick, interval: Duration) {
        let burst = micros(interval).saturating_mul(u64::from(BURST));
        self.even = self.even.min(now.0.saturating_mul(1000).saturating_add(burst));
    }

    /// A call that was taken does not go after all.
    pub(super) fn give_back(&mut self, interval: Duration) {
        self.even = self.even.saturating_sub(micros(interval));
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
