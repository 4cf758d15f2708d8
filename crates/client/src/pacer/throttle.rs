//! What follows when the service says that there were too many calls: stop, then go slower, then slowly faster.

use std::time::Duration;

use cloud::Tick;

/// How long to stop when the service does not say.
const UNSAID: Duration = Duration::from_secs(2);
/// Added to what the service says.
const GRACE: Duration = Duration::from_secs(1);
/// The longest stop; then one call finds out.
const LONGEST: f64 = 300.0;

/// How many calls a window holds, and until when none goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    requests: u32,
    allowance: u32,
    since: Tick,
    until: Tick,
    /// When the service last refused a call.
    refused: Option<Tick>,
    /// From when a quiet window restores some of the rate.
    quiet: Tick,
    times: u64,
}

impl Throttle {
    pub(super) const fn new(requests: u32) -> Self {
        Self { requests, allowance: requests, since: Tick(0), until: Tick(0), refused: None, quiet: Tick(0), times: 0 }
    }

    /// The same, under another limit; a freeze stays.
    pub(super) fn with_limit(self, requests: u32) -> Self {
        Self { requests, allowance: requests, ..self }
    }

    /// A call that was sent then was refused now.
    pub(super) fn refused(&mut self, sent: Tick, now: Tick, retry_after: Option<f64>) {
        let pause = match retry_after {
            Some(seconds) if seconds.is_finite() => Duration::from_secs_f64(seconds.clamp(0.0, LONGEST)) + GRACE,
            Some(_) | None => UNSAID,
        };
        // Several calls of one burst are refused together; that is one reason to go slower, not several.
        if self.refused.is_none_or(|refused| sent > refused) {
            self.allowance = (self.allowance / 2).max(1);
        }
        if now >= self.until {
            self.since = now;
        }
        self.times = self.times.wrapping_add(1);
        self.until = self.until.max(now + pause + jitter(self.times));
        self.quiet = self.until;
        self.refused = Some(now);
    }

    /// Each window without a refusal restores a tenth of the limit.
    pub(super) fn restore(&mut self, now: Tick, window: Duration) {
        while self.allowance < self.requests && !window.is_zero() && now >= self.quiet + window {
            self.quiet = self.quiet + window;
            self.allowance = (self.allowance + (self.requests / 10).max(1)).min(self.requests);
        }
    }

    pub(super) const fn allowance(&self) -> u32 {
        self.allowance
    }

    pub(super) const fn until(&self) -> Tick {
        self.until
    }

    pub(super) fn frozen(&self, now: Tick) -> Option<(Tick, Tick)> {
        (now < self.until).then_some((self.since, self.until))
    }

    pub(super) fn is_at_rest(&self, now: Tick) -> bool {
        now >= self.until
    }
}

/// A little longer, differently each time, so that two programs that share a key do not stay in step.
fn jitter(times: u64) -> Duration {
    Duration::from_millis(times.wrapping_mul(137) % 500)
}
