//! What Prometheus may ask: counters and times of the operator's own work.
//!
//! Every label is one of a closed set, so the number of series does not grow with the number of objects. What is counted in caches or by the
//! client is read at the moment of the question ([`objects`]). Not here: serving it ([`crate::http`]).

pub mod api;
pub mod label;
pub mod leader;
pub mod objects;
mod ownerless;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::{Family, MetricConstructor};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use self::ownerless::OwnerlessPipes;
use crate::kind::KindName;
use crate::ownerless::Ownerless;
use label::{CreateOutcome, DriftAction, Work, WriteOutcome, WriteVerb};

/// The metrics of this process.
pub struct Metrics {
    registry: Mutex<Registry>,
    reconciles: Family<Reconciled, Counter>,
    durations: Family<OfKind, Histogram, Buckets>,
    writes: Family<Write, Counter>,
    unknown_creates: Family<UnknownCreate, Counter>,
    drifts: Family<Drift, Counter>,
    time_to_ready: Family<OfKind, Histogram, Buckets>,
    rotations: Counter,
    /// Pipes that belong to no object, as the last sweeps found them.
    pub ownerless: Arc<Ownerless>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reconciled {
    kind: KindName,
    result: Work,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: KindName,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Write {
    kind: KindName,
    verb: WriteVerb,
    outcome: WriteOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct UnknownCreate {
    outcome: CreateOutcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Drift {
    kind: KindName,
    action: DriftAction,
}

/// How a histogram is divided.
#[derive(Clone, Copy)]
struct Buckets(&'static [f64]);

impl MetricConstructor<Histogram> for Buckets {
    fn new_metric(&self) -> Histogram {
        Histogram::new(self.0.iter().copied())
    }
}

/// From a no-op to a POST that the gateway gives up.
const RECONCILE_SECONDS: Buckets = Buckets(&[0.001, 0.01, 0.1, 0.5, 1.0, 5.0, 30.0, 60.0, 240.0]);
/// From a quick stream to a first load of a large database.
const READY_SECONDS: Buckets = Buckets(&[10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0]);

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All metrics, at zero.
    pub fn new() -> Self {
        let metrics = Self {
            registry: Mutex::new(Registry::with_prefix("clickpipes")),
            reconciles: Family::default(),
            durations: Family::new_with_constructor(RECONCILE_SECONDS),
            writes: Family::default(),
            unknown_creates: Family::default(),
            drifts: Family::default(),
            time_to_ready: Family::new_with_constructor(READY_SECONDS),
            rotations: Counter::default(),
            ownerless: Arc::default(),
        };
        metrics.register();
        metrics
    }

    fn register(&self) {
        let mut registry = self.registry.lock();
        registry.register("reconcile", "Passes over one object, by their end", self.reconciles.clone());
        registry.register("reconcile_duration_seconds", "Time of one pass over one object", self.durations.clone());
        registry.register("external_writes", "Requests that change something in the service", self.writes.clone());
        registry.register(
            "create_unknown",
            "Creates whose answer was lost, by what became of them",
            self.unknown_creates.clone(),
        );
        registry.register("drift_detected", "Differences that nobody here caused", self.drifts.clone());
        registry.register("time_to_ready_seconds", "Time from a new generation to Ready", self.time_to_ready.clone());
        registry.register("secret_rotations", "Rotated Secrets that were applied to a pipe", self.rotations.clone());
        registry.register_collector(Box::new(OwnerlessPipes(Arc::clone(&self.ownerless))));
        registry.register("build", "The running version", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
    }

    /// Adds metrics that are read at the moment of the question.
    pub fn add(&self, collector: Box<dyn Collector>) {
        self.registry.lock().register_collector(collector);
    }

    /// All metrics as Prometheus reads them.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        text::encode(&mut text, &self.registry.lock())?;
        Ok(text)
    }

    /// One pass over one object is over.
    pub fn reconciled(&self, kind: KindName, result: Work, took: Duration) {
        self.reconciles.get_or_create(&Reconciled { kind, result }).inc();
        self.durations.get_or_create(&OfKind { kind }).observe(took.as_secs_f64());
    }

    /// A request that changes something in the service was answered, or not.
    pub fn wrote(&self, kind: KindName, verb: WriteVerb, outcome: WriteOutcome) {
        self.writes.get_or_create(&Write { kind, verb, outcome }).inc();
    }

    /// A create whose answer was lost has come to its end.
    pub fn unknown_create(&self, outcome: CreateOutcome) {
        self.unknown_creates.get_or_create(&UnknownCreate { outcome }).inc();
    }

    /// A difference was seen that nobody here caused.
    pub fn drifted(&self, kind: KindName, action: DriftAction) {
        self.drifts.get_or_create(&Drift { kind, action }).inc();
    }

    /// An object became ready so long after its generation appeared.
    pub fn became_ready(&self, kind: KindName, after: Duration) {
        self.time_to_ready.get_or_create(&OfKind { kind }).observe(after.as_secs_f64());
    }

    /// A rotated Secret was applied to a pipe.
    pub fn rotated(&self) {
        self.rotations.inc();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_documentation() {
        let metrics = Metrics::new();
        metrics.reconciled(KindName::ClickPipe, Work::Done, Duration::from_millis(3));
        metrics.wrote(KindName::ClickPipe, WriteVerb::Create, WriteOutcome::Unknown);
        let text = metrics.text().unwrap();
        for line in [
            r#"clickpipes_reconcile_total{kind="ClickPipe",result="done"} 1"#,
            r#"clickpipes_external_writes_total{kind="ClickPipe",verb="create",outcome="unknown"} 1"#,
            "clickpipes_reconcile_duration_seconds_count{kind=\"ClickPipe\"} 1",
            "clickpipes_secret_rotations_total 0",
            "clickpipes_build_info{version=",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
