//! The one place that reads a clock: the monotonic one, as a [`Tick`].
//!
//! It is tokio's, so a paused runtime drives everything in this crate. Not here: the time of day.

use std::sync::OnceLock;
use std::time::Duration;

use cloud::Tick;
use tokio::time::Instant;

/// What the clock shows at its first use: a day.
///
/// A paused clock of another runtime in the same process can be behind the first one; it must not read as zero for a while. And `Tick(0)`
/// is then always long ago.
const START: Duration = Duration::from_hours(24);

/// The moment now, on the monotonic clock of this process; the first use is the anchor.
pub fn now() -> Tick {
    static ANCHOR: OnceLock<Instant> = OnceLock::new();
    let now = Instant::now();
    let anchor = *ANCHOR.get_or_init(|| now);
    Tick::default() + (now + START).saturating_duration_since(anchor)
}

/// Waits until the clock shows this moment; at once when it is past.
pub async fn sleep_until(moment: Tick) {
    loop {
        let rest = moment - now();
        if rest.is_zero() {
            return;
        }
        tokio::time::sleep(rest).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_paused_runtime_drives_the_clock() {
        let begun = now();
        assert!(begun > Tick(0));
        sleep_until(begun + Duration::from_mins(15)).await;
        assert_eq!(now() - begun, Duration::from_mins(15));
    }
}
