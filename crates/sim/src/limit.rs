//! The rate limit: so many requests in any window of so many milliseconds, for each API key.
//!
//! The window is real time and is never divided by the speed: clients pace themselves by the published figure.

use std::collections::VecDeque;

/// How many requests a key may make in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    /// Requests in one window.
    pub requests: usize,
    /// The length of the window in milliseconds.
    pub window_ms: u64,
}

impl Default for RateLimit {
    fn default() -> Self {
        Self { requests: 10, window_ms: 10_000 }
    }
}

/// The accepted requests of one key inside the last window.
#[derive(Debug, Clone, Default)]
pub(crate) struct SlidingLog {
    accepted: VecDeque<u64>,
}

impl SlidingLog {
    /// Accepts a request, or says after how many milliseconds one would be accepted.
    pub(crate) fn accept(&mut self, now_ms: u64, limit: RateLimit) -> Result<(), u64> {
        let passed = |at: &u64| at.saturating_add(limit.window_ms) <= now_ms;
        while self.accepted.front().is_some_and(passed) {
            self.accepted.pop_front();
        }
        if self.accepted.len() < limit.requests {
            self.accepted.push_back(now_ms);
            return Ok(());
        }
        let oldest = self.accepted.front().copied().unwrap_or(now_ms);
        Err(oldest.saturating_add(limit.window_ms) - now_ms)
    }
}

/// Milliseconds as the header writes them: seconds with a fraction.
pub(crate) fn seconds(ms: u64) -> String {
    format!("{}.{:03}", ms / 1000, ms % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_request_in_ten_seconds_waits_for_the_first_to_leave() {
        let mut log = SlidingLog::default();
        let limit = RateLimit::default();
        for at in 0..10 {
            assert_eq!(log.accept(at * 100, limit), Ok(()));
        }
        assert_eq!(log.accept(1_500, limit), Err(8_500));
        assert_eq!(log.accept(9_999, limit), Err(1));
        assert_eq!(log.accept(10_000, limit), Ok(()));
        assert_eq!(seconds(8_500), "8.500");
    }
}
