//! What must hold for the objects: a status tells the truth and never goes back; an object that goes takes its pipe with it.
//!
//! Not here: the service.

use serde_json::Value;

use super::{Known, Watchman};
use crate::store::{Change, Named};

/// The states that have a meaning.
const STATES: [&str; 14] = [
    "Provisioning",
    "Setup",
    "Snapshot",
    "Running",
    "Degraded",
    "Pausing",
    "Stopping",
    "Paused",
    "Stopped",
    "Modifying",
    "Resync",
    "Completed",
    "Failed",
    "InternalError",
];

impl Watchman {
    /// Looks at an object after it changed.
    pub fn object(&mut self, change: &Change, now_ms: u64) {
        if change.named.kind != "ClickPipe" {
            return;
        }
        self.note(&change.named, &change.object, now_ms);
        if change.gone {
            self.leave(&change.named, &change.object);
        } else {
            self.status(&change.named, &change.object);
        }
    }

    fn note(&mut self, named: &Named, object: &Value, now_ms: u64) {
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let uid = text("/metadata/uid").unwrap_or_default();
        let known = self.objects.entry(named.clone()).or_default();
        if known.uid != uid {
            *known = Known { uid: uid.clone(), observed: -1, ..Known::default() };
        }
        known.withheld_since = is_withheld(object).then(|| known.withheld_since.unwrap_or(now_ms));
        known.resync_requests.extend(text("/spec/resyncRequest"));
        known.token = text("/status/create/token").or(text("/status/pipe/token")).or(known.token.take());
        known.pipe = text("/status/pipe/id");
        if let Some(token) = &known.token {
            let attempt = object["status"]["create"]["attempt"].as_i64().unwrap_or_default();
            let attempts = self.attempts.entry(token.clone()).or_default().entry(uid).or_default();
            *attempts = attempt.max(*attempts);
            // Somebody wants this pipe again.
            self.gone.remove(token);
        }
        let retired = object["status"]["retired"].as_array().into_iter().flatten().filter_map(Value::as_str);
        for id in known.pipe.iter().map(String::as_str).chain(retired) {
            self.recorded.insert(id.to_owned(), named.clone());
        }
    }

    /// An object that owned its pipe takes it along.
    fn leave(&mut self, named: &Named, object: &Value) {
        let Some(known) = self.objects.remove(named) else { return };
        let spec = &object["spec"];
        if spec["deletionPolicy"] == "Delete" && spec["managementPolicy"] == "Full" {
            self.gone.extend(known.token);
            let claimed = self.objects.values().any(|other| other.pipe == known.pipe);
            self.gone.extend(known.pipe.filter(|_| !claimed));
        }
    }

    /// Invariants: 8.
    fn status(&mut self, named: &Named, object: &Value) {
        let generation = object["metadata"]["generation"].as_i64().unwrap_or_default();
        let status = &object["status"];
        let observed = status["observedGeneration"].as_i64().unwrap_or(-1);
        let Some(known) = self.objects.get_mut(named) else { return };
        if observed < known.observed || observed > generation {
            self.violations
                .push(format!("invariant 8: {} observed {} and then {observed}", named.name, known.observed));
        }
        known.observed = observed;
        let condition = |name: &str| {
            let conditions = status["conditions"].as_array().into_iter().flatten();
            conditions.into_iter().find(|condition| condition["type"] == name)
        };
        let is_true = |name: &str| condition(name).is_some_and(|condition| condition["status"] == "True");
        if is_true("Reconciling") && is_true("Stalled") {
            self.violations.push(format!("invariant 8: {} is Reconciling and Stalled at once", named.name));
        }
        if !is_true("Ready") || is_true("Paused") || object["spec"]["managementPolicy"] == "ObserveOnly" {
            return;
        }
        let reason = condition("Ready").and_then(|ready| ready["reason"].as_str()).unwrap_or_default();
        // Until now it only observed.
        if reason == "Observed" && observed < generation {
            return;
        }
        // What is left as it is by the user's word leaves Ready as observed.
        let left = condition("Synced").and_then(|synced| synced["reason"].as_str()).unwrap_or_default();
        let is_left = matches!(left, "DriftNotCorrected" | "ManagementConflict") || is_true("AwaitingApproval");
        if status["lastSyncedGeneration"].as_i64() != Some(observed) && !is_left {
            self.violations.push(format!("invariant 8: {} is Ready and its generation is not applied", named.name));
        }
        let state = status["pipe"]["state"].as_str().unwrap_or_default();
        let true_states: &[&str] = match reason {
            "Running" if object["spec"]["readyWhen"] == "SnapshotStarted" => &["Running", "Snapshot"],
            "Running" => &["Running"],
            "Stopped" => &["Stopped", "Paused"],
            "Completed" => &["Completed"],
            _ => &[],
        };
        // What a state means that nobody has heard of is not known: then Ready says what it said.
        if !STATES.contains(&state) {
            return;
        }
        if !true_states.contains(&state) {
            self.violations.push(format!("invariant 8: {} says Ready {reason} and its pipe is {state}", named.name));
        }
    }
}

/// Whether an object says itself that nothing is to be written for it.
fn is_withheld(object: &Value) -> bool {
    object["spec"]["paused"] == true
        || object["metadata"]["annotations"]["cloud.clickhouse.com/paused"] == "true"
        || object["spec"]["managementPolicy"] == "ObserveOnly"
}
