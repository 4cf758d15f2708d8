//! Facts about the pacer, against a service that counts.

use std::collections::{BTreeMap, VecDeque};

use proptest::prelude::*;

use super::*;

/// A call that somebody wants to make, and what happens to it.
#[derive(Clone, Copy, Debug)]
struct Wish {
    /// When it is wanted, in milliseconds.
    at: u64,
    /// How long its permit is held before it is sent.
    held: u64,
    /// How long its answer takes; none ever comes without it.
    answered: Option<u64>,
    /// Where between sending and the answer (or a second) the service counts it, in percent.
    seen: u64,
    /// What becomes of it.
    fate: Fate,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    GivenUp,
    Throttled,
}

enum Event {
    Send(Slot, Wish),
    Answer(Slot, Fate),
}

/// Makes every call as early as the pacer lets it go; when the service saw each, in order, and when the last one was granted.
fn drive(limit: Limit, mut wishes: Vec<Wish>) -> (Vec<u64>, u64) {
    wishes.sort_by_key(|wish| wish.at);
    let (mut pacer, mut wishes) = (Pacer::new(limit), VecDeque::from(wishes));
    let mut events: BTreeMap<u64, Vec<Event>> = BTreeMap::new();
    let (mut seen, mut now, mut last) = (Vec::new(), 0, 0);
    loop {
        while let Some(due) = events.first_entry().filter(|entry| *entry.key() <= now) {
            for event in due.remove() {
                match event {
                    Event::Send(slot, wish) => {
                        pacer.sent(slot, Tick(now));
                        seen.push(now + wish.answered.unwrap_or(1000).min(1000) * wish.seen / 100);
                        if let Some(latency) = wish.answered {
                            events.entry(now + latency).or_default().push(Event::Answer(slot, wish.fate));
                        }
                    }
                    Event::Answer(slot, Fate::Throttled) => pacer.throttled(slot, Tick(now), Some(0.5)),
                    Event::Answer(slot, _) => pacer.answered(slot, Tick(now)),
                }
            }
        }
        let mut wake = None;
        while let Some(wish) = wishes.front().copied().filter(|wish| wish.at <= now) {
            match pacer.grant(Tick(now)) {
                Decision::WaitUntil(moment) => {
                    assert!(moment > Tick(now));
                    wake = Some(moment.0);
                    break;
                }
                Decision::Go(slot) => {
                    wishes.pop_front();
                    last = now;
                    match wish.fate {
                        Fate::GivenUp => pacer.released(slot),
                        Fate::Answered | Fate::Throttled => {
                            events.entry(now + wish.held).or_default().push(Event::Send(slot, wish));
                        }
                    }
                }
            }
        }
        let arrival = wishes.front().map(|wish| wish.at).filter(|at| *at > now);
        let Some(next) = [wake, arrival, events.keys().next().copied()].into_iter().flatten().min() else { break };
        now = next.max(now + u64::from(events.first_key_value().is_none_or(|(at, _)| *at > now)));
    }
    seen.sort_unstable();
    (seen, last)
}

/// The share of the budget that a row of calls used, each of them waiting from the start.
fn used(limit: Limit, latencies: impl IntoIterator<Item = u64>) -> f64 {
    let wish = |latency| Wish { at: 0, held: 0, answered: Some(latency), seen: 100, fate: Fate::Answered };
    let (seen, last) = drive(limit, latencies.into_iter().map(wish).collect());
    let calls = u32::try_from(seen.len()).unwrap();
    let possible = limit.per * calls / limit.requests;
    possible.as_secs_f64() / Duration::from_millis(last).as_secs_f64()
}

fn limits() -> impl Strategy<Value = Limit> {
    let published = Just(Limit::default());
    let any =
        (1..40_u32, 1_000..20_000_u64).prop_map(|(requests, per)| Limit { requests, per: Duration::from_millis(per) });
    prop_oneof![published, any]
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let latency = prop_oneof![3 => (0..300_u64).prop_map(Some), 2 => (0..40_000_u64).prop_map(Some), 1 => Just(None)];
    let held = prop_oneof![4 => Just(0), 1 => 0..6_000_u64];
    let fate = prop_oneof![20 => Just(Fate::Answered), 2 => Just(Fate::GivenUp), 1 => Just(Fate::Throttled)];
    let wish = (0..60_000_u64, held, latency, 0..=100_u64, fate).prop_map(|(at, held, answered, seen, fate)| Wish {
        at,
        held,
        answered,
        seen,
        fate,
    });
    let burst = (0..60_000_u64, 1..30_usize, 0..=100_u64).prop_map(|(at, count, seen)| {
        vec![Wish { at, held: 0, answered: Some(at % 1_500), seen, fate: Fate::Answered }; count]
    });
    proptest::collection::vec(prop_oneof![3 => wish.prop_map(|wish| vec![wish]), 1 => burst], 1..60)
        .prop_map(|groups| groups.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_service_never_sees_more_than_the_limit(limit in limits(), wishes in wishes()) {
        let wanted = wishes.iter().filter(|wish| !matches!(wish.fate, Fate::GivenUp)).count();
        let (seen, _) = drive(limit, wishes);
        prop_assert_eq!(seen.len(), wanted, "every call goes in the end");
        let requests = usize::try_from(limit.requests).unwrap();
        for span in seen.windows(requests + 1) {
            let length = Duration::from_millis(span[requests] - span[0]);
            prop_assert!(length >= limit.per, "{} calls in {length:?}", requests + 1);
        }
    }

    #[test]
    fn ninety_five_percent_of_the_budget_is_used_while_calls_wait(latencies in proptest::collection::vec(0..500_u64, 300)) {
        let used = used(Limit::default(), latencies);
        prop_assert!(used >= 0.95, "{used}");
    }
}

#[test]
fn even_answers_that_never_come_leave_nine_tenths() {
    for (latency, least) in [(0, 0.97), (100, 0.97), (220, 0.97), (450, 0.95), (1_000, 0.90), (30_000, 0.90)] {
        let used = used(Limit::default(), [latency; 1_000]);
        println!("answers after {latency} ms: {:.1} % used", used * 100.0);
        assert!(used >= least, "{used} at {latency} ms");
    }
}

#[test]
fn three_calls_go_at_once_and_then_one_per_interval() {
    let wish = Wish { at: 50_000, held: 0, answered: Some(0), seen: 0, fate: Fate::Answered };
    let (seen, _) = drive(Limit::default(), vec![wish; 6]);
    assert_eq!(seen, [50_000, 50_000, 50_000, 51_025, 52_050, 53_075]);
}

#[test]
fn a_permit_that_is_dropped_gives_its_slot_back() {
    let (mut pacer, now) = (Pacer::new(Limit::default()), Tick(90_000));
    for _ in 0..50 {
        let Decision::Go(slot) = pacer.grant(now) else { panic!("a slot that was given back is free") };
        pacer.released(slot);
    }
    assert_eq!(pacer.in_window(now), 0);
}

/// Sends a call that is refused a moment later.
pub(super) fn throttle(pacer: &mut Pacer, now: Tick, retry_after: Option<f64>) {
    let Decision::Go(slot) = pacer.grant(now) else { panic!("{now:?}: {:?}", pacer.earliest(now)) };
    pacer.sent(slot, now);
    pacer.throttled(slot, now + Duration::from_millis(10), retry_after);
}

/// Faults: F22.
#[test]
fn nothing_goes_until_a_second_after_the_reset() {
    let mut pacer = Pacer::new(Limit::default());
    throttle(&mut pacer, Tick(90_000), Some(3.5));
    let Decision::WaitUntil(moment) = pacer.grant(Tick(90_010)) else { panic!("frozen") };
    assert!((Tick(94_510)..Tick(95_010)).contains(&moment), "{moment:?}");
    assert_eq!(pacer.frozen(Tick(94_000)), Some((Tick(90_010), moment)));
    assert_eq!(pacer.frozen(moment), None);
    assert!(matches!(pacer.grant(moment), Decision::Go(_)));
}

/// Faults: F22.
#[test]
fn without_a_usable_header_it_stops_for_two_seconds() {
    for header in [None, Some(f64::NAN), Some(f64::INFINITY)] {
        let mut pacer = Pacer::new(Limit::default());
        throttle(&mut pacer, Tick(90_000), header);
        assert!((Tick(92_010)..Tick(92_510)).contains(&pacer.earliest(Tick(90_010))));
    }
}

/// Faults: F22.
#[test]
fn a_reset_in_the_far_future_is_tried_after_five_minutes() {
    let mut pacer = Pacer::new(Limit::default());
    throttle(&mut pacer, Tick(90_000), Some(1.7e9));
    assert!(pacer.earliest(Tick(90_010)) < Tick(90_010 + 302_000));
}

/// Faults: F22.
#[test]
fn the_rate_halves_with_each_freeze_and_comes_back_slowly() {
    let mut pacer = Pacer::new(Limit::default());
    let mut now = Tick(90_000);
    let mut allowances = Vec::new();
    for _ in 0..5 {
        throttle(&mut pacer, now, None);
        allowances.push(pacer.allowance());
        now = pacer.earliest(now);
    }
    assert_eq!(allowances, [5, 2, 1, 1, 1]);
    pacer.forget(now + Duration::from_millis(10_250));
    assert_eq!(pacer.allowance(), 2);
    pacer.forget(now + Duration::from_secs(205));
    assert_eq!(pacer.allowance(), 10);
    assert!(pacer.is_idle(now + Duration::from_secs(205)));
}

#[test]
fn one_burst_that_is_refused_halves_the_rate_once() {
    let (mut pacer, now) = (Pacer::new(Limit::default()), Tick(90_000));
    let slots: Vec<Slot> = std::iter::from_fn(|| match pacer.grant(now) {
        Decision::Go(slot) => Some(slot),
        Decision::WaitUntil(_) => None,
    })
    .collect();
    for slot in &slots {
        pacer.sent(*slot, now);
    }
    for slot in &slots {
        pacer.throttled(*slot, now + Duration::from_millis(50), None);
    }
    assert_eq!((slots.len(), pacer.allowance()), (3, 5));
}

#[test]
fn the_wait_can_be_told_beforehand() {
    let (mut pacer, now) = (Pacer::new(Limit::default()), Tick(90_000));
    assert_eq!(pacer.eta(now, 0), Duration::ZERO);
    assert_eq!(pacer.eta(now, 2), Duration::ZERO);
    assert_eq!(pacer.eta(now, 3), Duration::from_millis(1_025));
    for _ in 0..3 {
        pacer.grant(now);
    }
    assert_eq!(pacer.eta(now, 0), Duration::from_millis(1_025));
    assert_eq!(pacer.eta(now, 99), Duration::from_millis(102_500));
}
