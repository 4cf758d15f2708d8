//! Moments of one process, as values.
//!
//! Wall clocks jump and differ between machines, so nothing that protects a pipe compares them; a tick is only ever compared with another
//! tick of the same process. Not here: reading a clock.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment on the monotonic clock of this process, in milliseconds since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub u64);

impl Add<Duration> for Tick {
    type Output = Self;
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// The time from an earlier moment; zero when it is not earlier.
impl Sub for Tick {
    type Output = Duration;
    fn sub(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}
