//! What follows when the service says that there were too many calls: stop, then go slower, then slowly faster.

use std::time::Duration;

use cloud::Tick;

use super::Limit;

/// How long to stop when the service does not say.
const UNSAID: Duration = Duration::from_secs(2);
/// Added to what the service says.
const GRACE: Duration = Duration::from_secs(1);
/// The longest stop; then one call finds out.
const LONGEST: f64 = 300.0;

/// How many calls a window holds, and until when none goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    limit: Limit,
    /// The rate after a refusal; none once all of the limit's is restored. A rate stays the same under another limit.
    slowed: Option<Limit>,
    since: Tick,
    until: Tick,
    /// When the service last refused a call.
    refused: Option<Tick>,
    /// From when a quiet window restores some of the rate.
    quiet: Tick,
    times: u64,
}

impl Throttle {
    pub(super) const fn new(limit: Limit) -> Self {
        Self { limit, slowed: None, since: Tick(0), until: Tick(0), refused: None, quiet: Tick(0), times: 0 }
    }

    /// The same, under another limit; a freeze stays, and so does a slowdown.
    pub(super) const fn with_limit(self, limit: Limit) -> Self {
        Self { limit, ..self }
    }

    /// A call that was sent then was refused now.
    pub(super) fn refused(&mut self, sent: Tick, now: Tick, retry_after: Option<f64>) {
        let pause = match retry_after {
            Some(seconds) if seconds.is_finite() => Duration::from_secs_f64(seconds.clamp(0.0, LONGEST)) + GRACE,
            Some(_) | None => UNSAID,
        };
        // Several calls of one burst are refused together; that is one reason to go slower, not several.
        if self.refused.is_none_or(|refused| sent > refused) {
            self.slowed = Some(Limit { requests: (self.allowance() / 2).max(1), ..self.limit });
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
    pub(super) fn restore(&mut self, now: Tick) {
        let window = self.limit.window();
        while self.slowed.is_some() && !window.is_zero() && now >= self.quiet + window {
            self.quiet = self.quiet + window;
            let faster = self.allowance().saturating_add((self.limit.requests / 10).max(1));
            self.slowed = (faster < self.limit.requests).then_some(Limit { requests: faster, ..self.limit });
        }
    }

    pub(super) fn allowance(&self) -> u32 {
        let Some(Limit { requests, per }) = self.slowed else { return self.limit.requests };
        let calls = u128::from(requests) * self.limit.per.as_millis() / per.as_millis().max(1);
        u32::try_from(calls).unwrap_or(u32::MAX).clamp(1, self.limit.requests)
    }

    pub(super) const fn until(&self) -> Tick {
        self.until
    }

    pub(super) fn frozen(&self, now: Tick) -> Option<(Tick, Tick)> {
        (now < self.until).then_some((self.since, self.until))
    }

    /// Whether it neither stops nor slows anything.
    pub(super) fn is_at_rest(&self, now: Tick) -> bool {
        now >= self.until && self.slowed.is_none()
    }
}

/// A little longer, differently each time, so that two programs that share a key do not stay in step.
fn jitter(times: u64) -> Duration {
    Duration::from_millis(times.wrapping_mul(137) % 500)
}
