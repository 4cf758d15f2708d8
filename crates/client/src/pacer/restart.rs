//! Facts about a pacer that follows another process.

use proptest::prelude::*;

use super::*;

/// The moments at which a pacer lets calls go, asked all the time from `from` to `to`; each is answered after `latency`.
fn saturate(pacer: &mut Pacer, from: u64, to: u64, latency: u64) -> Vec<u64> {
    let (mut now, mut sent) = (from, Vec::new());
    let mut open: Vec<(u64, Slot)> = Vec::new();
    while now < to {
        open.retain(|(at, slot)| {
            if now >= at + latency {
                pacer.answered(*slot, Tick(now));
            }
            now < at + latency
        });
        if let Decision::Go(slot) = pacer.grant(Tick(now)) {
            pacer.sent(slot, Tick(now));
            open.push((now, slot));
            sent.push(now);
        }
        now += 5;
    }
    sent
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_killed_process_and_its_successor_stay_inside_the_limit_together(
        idle in 0_u64..15_000, killed_after in 0_u64..20_000, down in 0_u64..5_000, latency in 0_u64..900,
    ) {
        let limit = Limit::default();
        let begun = 100_000 + idle;
        let mut sent = saturate(&mut Pacer::new(limit), begun, begun + killed_after, latency);
        let started = begun + killed_after + down;
        let mut successor = Pacer::new(limit);
        successor.inherit(Tick(started));
        sent.extend(saturate(&mut successor, started, started + 25_000, latency));
        for window in sent.windows(11) {
            prop_assert!(window[10] - window[0] >= 10_000, "{window:?}");
        }
    }
}

#[test]
fn a_successor_begins_within_six_seconds_and_is_as_fast_as_ever_after_a_window() {
    let mut successor = Pacer::new(Limit::default());
    successor.inherit(Tick(100_000));
    let sent = saturate(&mut successor, 100_000, 140_000, 100);
    assert!(sent[0] <= 106_000, "{sent:?}");
    assert!(sent.iter().filter(|at| (120_000..140_000).contains(*at)).count() >= 19, "{sent:?}");
}
