//! How long to leave an object alone after its reconcile failed.
//!
//! A watch event starts a reconcile at once and forgets every earlier delay, and our own writes are such events. So the delay is kept here,
//! by uid, and asked before the work. A new generation is always worth a try. Not here: waiting that was planned; that is no failure.

use std::collections::BTreeMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// The first delay; it doubles with each further failure.
const FIRST: Duration = Duration::from_secs(1);
/// The longest delay.
const LONGEST: Duration = Duration::from_mins(1);
/// An object that was not tried for so long after it might have been is gone.
const FORGET: Duration = Duration::from_mins(10);

/// The failures of each object, by uid.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<BTreeMap<String, Failures>>);

#[derive(Debug)]
struct Failures {
    count: u32,
    not_before: Instant,
    generation: Option<i64>,
}

impl Attempts {
    /// How long to wait before the object is tried again; none when it may be tried now.
    pub fn wait(&self, uid: &str, generation: Option<i64>, now: Instant) -> Option<Duration> {
        let attempts = self.0.lock();
        let failures = attempts.get(uid).filter(|failures| failures.generation == generation)?;
        Some(failures.not_before.saturating_duration_since(now)).filter(|wait| !wait.is_zero())
    }

    /// It failed; returns how long to wait.
    pub fn failed(&self, uid: &str, generation: Option<i64>, now: Instant) -> Duration {
        let mut attempts = self.0.lock();
        // Nobody says when an object that failed has gone.
        attempts.retain(|_, failures| now < failures.not_before + FORGET);
        let count = attempts.get(uid).map_or(0, |failures| failures.count).saturating_add(1);
        let delay = FIRST.saturating_mul(2_u32.saturating_pow(count - 1)).min(LONGEST);
        attempts.insert(uid.to_owned(), Failures { count, not_before: now + delay, generation });
        delay
    }

    /// It succeeded, or is gone.
    pub fn forget(&self, uid: &str) {
        self.0.lock().remove(uid);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_delay_doubles_up_to_a_minute_and_ends_with_success() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let delays: Vec<u64> = (0..8).map(|_| attempts.failed("a", Some(1), now).as_secs()).collect();
        assert_eq!(delays, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(attempts.wait("a", Some(1), now), Some(LONGEST));
        assert_eq!(attempts.wait("b", Some(1), now), None);
        attempts.forget("a");
        assert_eq!(attempts.wait("a", Some(1), now), None);
    }

    #[test]
    fn who_is_gone_is_forgotten() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        attempts.failed("gone", Some(1), now);
        attempts.failed("b", Some(1), now + Duration::from_mins(5));
        assert_eq!(attempts.0.lock().len(), 2);
        attempts.failed("b", Some(1), now + Duration::from_mins(12));
        assert_eq!(attempts.0.lock().keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_new_generation_is_tried_at_once() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        attempts.failed("a", Some(1), now);
        assert_eq!(attempts.wait("a", Some(2), now), None);
    }
}
