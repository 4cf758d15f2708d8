//! Facts about a pacer whose limit changes while it is used.

use proptest::prelude::*;

use super::tests::throttle;
use super::*;

fn limit(requests: u32, seconds: u64) -> Limit {
    Limit { requests, per: Duration::from_secs(seconds) }
}

/// The moments at which calls go, asked all the time from `from` to `to`; each is answered after `latency`.
fn saturate(pacer: &mut Pacer, from: u64, to: u64, latency: u64) -> Vec<u64> {
    let mut open: Vec<(u64, Slot)> = Vec::new();
    let mut sent = Vec::new();
    for now in (from..to).step_by(5) {
        open.retain(|(at, slot)| {
            let due = now >= at + latency;
            if due {
                pacer.answered(*slot, Tick(now));
            }
            !due
        });
        if let Decision::Go(slot) = pacer.grant(Tick(now)) {
            pacer.sent(slot, Tick(now));
            open.push((now, slot));
            sent.push(now);
        }
    }
    sent
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_new_limit_holds_from_the_change_on_whatever_was_sent_before(
        before in (1..30_u32, 5..30_u64), after in (1..30_u32, 1..20_u64), changed in 0..40_000_u64, latency in 0..900_u64,
        inherited: bool,
    ) {
        // A longer window than before would ask for calls that are forgotten.
        let (before, after) = (limit(before.0, before.1), limit(after.0, after.1.min(before.1)));
        let change = 100_000 + changed;
        let mut pacer = Pacer::new(before);
        if inherited {
            pacer.inherit(Tick(100_000));
        }
        let mut sent = saturate(&mut pacer, 100_000, change, latency);
        pacer.set_limit(after, Tick(change));
        let later = saturate(&mut pacer, change, change + 60_000, latency);
        sent.extend(&later);
        let per = u64::try_from(after.per.as_millis()).unwrap();
        for last in &later {
            let count = sent.iter().filter(|at| (last.saturating_sub(per) + 1..=*last).contains(*at)).count();
            prop_assert!(count <= usize::try_from(after.requests).unwrap(), "{count} calls up to {last}, the limit changed at {change}");
        }
        // After a window in which the old calls leave, the new pace rules.
        let rest = change + per + per / 40 + 1_100;
        let possible = (change + 60_000 - rest) / (per + per / 40 + 1_100) * u64::from(after.requests);
        let went = u64::try_from(later.iter().filter(|at| **at >= rest).count()).unwrap();
        prop_assert!(went + 2 >= possible * 9 / 10, "{went} of {possible} from {rest} on");
    }
}

#[test]
fn a_limit_that_was_too_slow_is_corrected_at_once() {
    for (slow, inherited) in [(limit(1, 3_600), false), (limit(10, 3_600), false), (limit(10, 3_600), true)] {
        let mut pacer = Pacer::new(slow);
        if inherited {
            pacer.inherit(Tick(90_000));
        }
        while let Decision::Go(slot) = pacer.grant(Tick(90_000)) {
            pacer.sent(slot, Tick(90_000));
            pacer.answered(slot, Tick(90_100));
        }
        pacer.set_limit(Limit::default(), Tick(91_000));
        let sent = saturate(&mut pacer, 91_000, 131_000, 100);
        assert!(sent.len() >= 27, "{slow:?}, {inherited}: {sent:?}");
    }
}

/// Faults: F22.
#[test]
fn a_slowdown_outlives_a_change_of_the_limit() {
    let mut pacer = Pacer::new(Limit::default());
    throttle(&mut pacer, Tick(90_000), None);
    let later = Tick(90_500);
    for (other, allowance) in [(limit(5, 10), 5), (limit(100, 10), 5), (limit(100, 20), 10), (limit(1, 1), 1)] {
        pacer.set_limit(other, later);
        assert_eq!(pacer.allowance(), allowance, "{other:?}");
        pacer.set_limit(Limit::default(), later);
        assert!(pacer.allowance() <= 5, "{other:?}: {}", pacer.allowance());
        assert!(pacer.frozen(later).is_some());
    }
    assert!(!pacer.is_idle(later));
    pacer.forget(Tick(90_500 + 300_000));
    assert_eq!(pacer.allowance(), 10, "and it ends as any other does");
}

#[test]
fn a_limit_is_raised_at_once_when_nothing_was_refused() {
    let mut pacer = Pacer::new(limit(1, 3_600));
    pacer.set_limit(limit(1_000, 3_600), Tick(5_000));
    assert_eq!(pacer.allowance(), 1_000);
}
