//! Runs of the provider's client.

use comparison::count::Count;
use comparison::faults::{AGAIN_MS, APPLIES, RUN_MS};
use comparison::provider::Provider;
use comparison::subject::Subject;
use sim::{Config, Fault, Simulator};

/// One run: applied until it succeeds. Nothing when it did not meet the fault.
pub fn run(subject: &Subject, fault: Option<&Fault>, dies_after: Option<u64>) -> Option<Count> {
    let mut provider = Provider::new(Simulator::new(Config::default()));
    if let Some(fault) = fault {
        provider.wire.service.inject(fault.clone());
    }
    provider.wire.dies_after = dies_after;
    let applied = (0..APPLIES).any(|_| {
        let done = provider.apply(subject).is_ok();
        provider.wire.pass(if done { 0 } else { AGAIN_MS });
        done
    });
    assert!(applied || provider.state.is_none(), "a failed apply keeps no state");
    let met = match (fault, dies_after) {
        (Some(_), _) => super::was_met(&provider.wire.service),
        (None, Some(at)) => provider.wire.sent >= at,
        (None, None) => true,
    };
    provider.wire.pass(RUN_MS.saturating_sub(provider.wire.now_ms));
    let now_ms = provider.wire.now_ms;
    met.then(|| Count::of(&provider.wire.service, now_ms, provider.wire.most_at_once, provider.state.as_deref()))
}

/// One run for each request after which the process can die.
pub fn crashes(subject: &Subject) -> Count {
    let mut count = Count::default();
    for at in 1..=requests(subject) {
        count += run(subject, None, Some(at)).unwrap_or_default();
    }
    count
}

/// How many requests an undisturbed apply makes.
fn requests(subject: &Subject) -> u64 {
    let mut provider = Provider::new(Simulator::new(Config::default()));
    provider.apply(subject).map(|()| provider.wire.sent).unwrap_or_default()
}
