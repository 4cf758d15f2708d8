//! After the trouble: everything comes to rest as it was asked for, within a bound, and then nothing is written any more.
//!
//! Not here: what must hold at every moment ([`crate::watchman`]).

use std::time::Duration;

use serde_json::Value;

use super::Run;
use crate::scenario::expectation::condition;
use crate::scenario::look::Look;
use crate::scenario::show::objects;
use crate::scenario::stage::TWENTY_LOOKS;

/// The longest until everything is at rest: a back-off of an hour, the create window, and then some.
const BOUND: Duration = Duration::from_mins(150);
/// How long everything must look at rest: longer than an observation is believed.
const STILL: Duration = Duration::from_mins(20);
/// Time between two looks at it.
const STEP: Duration = Duration::from_mins(1);

impl Run {
    /// Waits for rest, and then watches that it is kept.
    ///
    /// Invariants: 6.
    pub(super) async fn rest(&mut self) {
        let (mut waited, mut still) = (Duration::ZERO, Duration::ZERO);
        let mut restless = Vec::new();
        // A process that is frozen, or a status that is not written yet, looks like rest for a while.
        while still < STILL && waited < BOUND && self.is_sound() {
            if self.storm.is_day() {
                self.answer_all();
            }
            self.world.advance(STEP).await;
            waited += STEP;
            restless = self.restless();
            if self.storm.is_day() {
                restless.extend(self.not_one_each());
            }
            still = if restless.is_empty() { still + STEP } else { Duration::ZERO };
        }
        if self.is_sound() {
            self.problems.extend(restless.into_iter().map(|text| format!("invariant 6: {text}")));
        }
        if self.is_sound() {
            for (named, summary) in objects(&Look { world: &self.world, since: 0 }) {
                self.world.shared.say(&format!("at rest: {}: {summary}", named.name));
            }
            self.quiet().await;
        }
    }

    /// Invariants: 5, 6.
    async fn quiet(&mut self) {
        let written = |run: &Self| {
            let cloud = run.world.shared.cloud.lock();
            let writes: Vec<String> = cloud
                .requests()
                .filter(|request| request.route.writes())
                .map(|request| format!("{} {}", request.method, request.path))
                .collect();
            (writes.len(), writes.last().cloned(), run.world.shared.store.lock().length())
        };
        let before = written(self);
        self.world.advance(TWENTY_LOOKS).await;
        let after = written(self);
        if before != after {
            self.problems.push(format!("invariant 6: at rest and still writing: {before:?} {after:?}"));
        }
    }

    /// What is not at rest, and why.
    fn restless(&self) -> Vec<String> {
        let pipes = self.named("ClickPipe");
        pipes
            .iter()
            .filter_map(|named| self.unrest(&self.object(named)).map(|why| format!("{}: {why}", named.name)))
            .collect()
    }

    fn unrest(&self, object: &Value) -> Option<String> {
        let is_true = |name: &str| condition(object, name).is_some_and(|condition| condition["status"] == "True");
        let reason = |name: &str| {
            condition(object, name).and_then(|condition| condition["reason"].as_str()).unwrap_or_default().to_owned()
        };
        let shown = || object["status"]["conditions"].to_string();
        if object["status"]["observedGeneration"] != object["metadata"]["generation"] {
            return Some("its generation was not looked at".to_owned());
        }
        if is_true("Paused") {
            return None;
        }
        if !object["metadata"]["deletionTimestamp"].is_null() {
            return Some(format!("it does not go: {}", shown()));
        }
        if is_true("Reconciling") {
            return Some(format!("it is under way: {}", shown()));
        }
        let explained = is_true("Stalled") || is_true("AwaitingApproval") || reason("Ready") == "PipeDegraded";
        let reported = object["spec"]["driftPolicy"] == "Warn"
            && matches!(reason("Synced").as_str(), "DriftNotCorrected" | "ReconcileSuccess");
        if explained || reported {
            return None;
        }
        if !is_true("Ready") || !is_true("Synced") {
            return Some(format!("it is neither ready nor says why: {}", shown()));
        }
        if object["spec"]["managementPolicy"] == "ObserveOnly" { None } else { self.unlike(object) }
    }

    /// How the pipe differs from the object, in what the storm changes. It shares no code with the plan.
    ///
    /// Invariants: 11.
    fn unlike(&self, object: &Value) -> Option<String> {
        let cloud = self.world.shared.cloud.lock();
        let Some(pipe) = object["status"]["pipe"]["id"].as_str().and_then(|id| cloud.pipe(id)) else {
            return Some("it is ready without a pipe".to_owned());
        };
        if pipe.gone_at_ms.is_some() {
            return Some("it is ready and its pipe is gone".to_owned());
        }
        let (spec, books) = (&object["spec"], pipe.everything(cloud.now_ms()));
        let state = books["state"].as_str().unwrap_or_default();
        let fits = match spec["state"].as_str() {
            Some("Stopped") => matches!(state, "Stopped" | "Paused" | "Completed"),
            _ => matches!(state, "Running" | "Completed"),
        };
        // A load that is complete takes no change any more.
        if state == "Completed" {
            return None;
        }
        if !fits {
            return Some(format!("it is to be {} and its pipe is {state}", spec["state"]));
        }
        let differs = |wanted: &Value, is: &Value| !wanted.is_null() && wanted != is;
        if differs(&spec["scaling"]["replicas"], &books["scaling"]["replicas"]) {
            return Some(format!("its scaling is {} and not {}", books["scaling"], spec["scaling"]));
        }
        let name = books["name"].as_str().unwrap_or_default();
        if spec["name"].as_str().is_some_and(|wanted| !name.starts_with(wanted)) {
            return Some(format!("its name is {name} and not {}", spec["name"]));
        }
        tables(spec, &books)
    }
}

/// How the tables of a database pipe differ.
fn tables(spec: &Value, books: &Value) -> Option<String> {
    let targets = |source: &Value| {
        let arm = source.as_object().and_then(|arms| arms.values().next()).cloned().unwrap_or_default();
        let mappings = arm["tableMappings"].as_array().cloned().unwrap_or_default();
        let mut targets: Vec<String> = mappings.iter().map(|mapping| mapping["targetTable"].to_string()).collect();
        targets.sort_unstable();
        targets
    };
    let (wanted, are) = (targets(&spec["source"]), targets(&books["source"]));
    (wanted != are).then(|| format!("its tables are {are:?} and not {wanted:?}"))
}
