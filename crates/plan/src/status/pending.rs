//! The plan that waits for a person: what would change, redacted, under a hash that names exactly it.

use cloud::Document;
use crd::condition::Reason;
use crd::status::{PendingPlan, PlannedChange};
use data_encoding::HEXLOWER;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::desired::Desired;
use crate::diff::Difference;
use crate::known::Known;
use crate::step::Plan;

pub(super) fn plan(desired: &Desired, known: &Known, plan: &Plan) -> Option<PendingPlan> {
    if !matches!(plan.verdict.synced.reason, Reason::ImmutableFieldChange | Reason::AwaitingApproval) {
        return None;
    }
    let class = plan.differences.iter().map(|difference| difference.impact).max()?;
    let changes: Vec<PlannedChange> = plan.differences.iter().map(change).collect();
    let pipe = known.record.pipe.as_ref().map(|pipe| pipe.id.clone());
    let subject = serde_json::json!([desired.object.uid, pipe, known.record.last_synced_generation, class, changes]);
    let mut hash = HEXLOWER.encode(&Sha256::digest(subject.to_string()));
    hash.truncate(12);
    Some(PendingPlan { hash, class, changes })
}

fn change(difference: &Difference) -> PlannedChange {
    PlannedChange {
        path: difference.spec_path(),
        from: words(&difference.from),
        to: words(&difference.to),
        class: difference.impact,
    }
}

/// A value in short.
fn words(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => Document::plain(other.clone()).to_string(),
    };
    if text.chars().count() > 200 { text.chars().take(199).chain(['…']).collect() } else { text }
}
