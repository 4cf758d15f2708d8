//! Runs of the operator: the real controller over a cluster in memory.

use std::time::Duration;

use comparison::count::{Count, EVERY, ingesting};
use comparison::faults::RUN_MS;
use comparison::subject::Subject;
use serde_json::Value;
use sim::Fault;
use simulation::choke::{Choke, Side};
use simulation::store::Named;
use simulation::world::{Options, World, in_virtual_time};

const CONNECTION: &str = include_str!("../../../../deploy/examples/00-connection.yaml");

/// One run. Nothing when it did not meet the fault.
pub fn run(subject: &Subject, fault: Option<&Fault>, crash: Option<usize>) -> Option<Count> {
    life(subject, fault, crash).0
}

/// One run for each effect after which the process can die: calls and writes to Kubernetes.
pub fn crashes(subject: &Subject) -> Count {
    let mut count = Count::default();
    for at in 0..life(subject, None, None).1 {
        count += run(subject, None, Some(at)).unwrap_or_default();
    }
    count
}

fn life(subject: &Subject, fault: Option<&Fault>, crash: Option<usize>) -> (Option<Count>, usize) {
    in_virtual_time(async {
        let choke = Choke::crashing(crash.map(|at| (at, Side::After)));
        let world = World::new(Options { choke, ..Options::default() });
        if let Some(fault) = fault {
            world.shared.cloud.lock().inject(fault.clone());
        }
        let connection = CONNECTION.replace("<your_key_id>", "key-id").replace("<your_key_secret>", "canary-api-key");
        world.apply(&connection).unwrap();
        world.apply(&subject.manifest).unwrap();
        let mut most_at_once = 0;
        while world.shared.now_ms() < RUN_MS {
            world.advance(Duration::from_millis(EVERY)).await;
            most_at_once = most_at_once.max(ingesting(&world.shared.cloud.lock(), world.shared.now_ms()));
        }
        let object = world.object(&Named::new("ClickPipe", Some("data"), subject.name)).unwrap();
        let named = object.pointer("/status/pipe/id").and_then(Value::as_str).map(str::to_owned);
        // A second pipe, never started, is allowed after a commit beyond the window; it is counted.
        let mut violations = world.shared.journal.lock().violations().to_vec();
        violations.retain(|violation| !violation.contains("invariant 1:"));
        assert!(violations.is_empty(), "{violations:#?}");
        let effects = world.shared.choke.lock().effects.len();
        let cloud = world.shared.cloud.lock();
        let met = match (fault, crash) {
            (Some(_), _) => super::was_met(&cloud),
            (None, Some(at)) => effects > at,
            (None, None) => true,
        };
        let count = Count::of(&cloud, world.shared.now_ms(), most_at_once, named.as_deref());
        // Without a pipe it must be a person's turn, and the object must say so.
        let asks =
            object.pointer("/status/conditions").is_some_and(|all| all.to_string().contains("ConfirmationRequired"));
        assert!(count.none == 0 || asks, "{:#}", object["status"]);
        (met.then_some(count), effects)
    })
}
