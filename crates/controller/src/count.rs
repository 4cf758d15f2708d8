//! Counts what happened to an object, for metrics. Not here: the metrics themselves ([`crate::metrics`]).

use std::time::Duration;

use crd::ClickPipeStatus;
use crd::condition::{ConditionType, Reason};
use crd::policy::DriftPolicy;
use crd::status::record::CreatePhase;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use plan::{Plan, Step};

use crate::kind::KindName;
use crate::metrics::label::{CreateOutcome, DriftAction};
use crate::pass::Pass;

/// Counts what a step that was carried out amounts to.
pub fn step<C>(pass: &Pass<'_, C>, plan: &Plan, step: &Step) {
    let metrics = &pass.context.metrics;
    match step {
        Step::Remember { record, .. } => {
            if let Some(outcome) = lost_create(&pass.known.record, record, pass.known.memory.outcome.is_some()) {
                metrics.unknown_create(outcome);
            }
        }
        Step::Call { applies, .. } => {
            let known = pass.known.record.secret_fingerprints.clone().unwrap_or_default();
            let rotated = applies
                .fingerprints
                .iter()
                .filter(|(path, print)| known.get(path).is_some_and(|before| before != print))
                .count();
            (0..rotated).for_each(|_| metrics.rotated());
            if plan.differences.iter().any(|difference| !difference.edited) {
                metrics.drifted(KindName::ClickPipe, DriftAction::Corrected);
            }
        }
        Step::Hold | Step::Note { .. } | Step::Look(_) | Step::Release => {}
    }
}

/// What became of a create whose answer was lost, when the record moves on from it.
fn lost_create(before: &ClickPipeStatus, after: &ClickPipeStatus, is_answered: bool) -> Option<CreateOutcome> {
    let (old, new) = (before.create.as_ref()?, after.create.as_ref()?);
    let was_lost = old.phase == CreatePhase::Intent && !is_answered;
    if was_lost && new.nonce == old.nonce && after.pipe.is_some() {
        Some(CreateOutcome::Recovered)
    } else if was_lost && new.nonce != old.nonce {
        Some(CreateOutcome::Retried)
    } else {
        None
    }
}

/// Counts what a changed status tells.
pub fn change<C>(pass: &Pass<'_, C>, before: &ClickPipeStatus, after: &ClickPipeStatus) {
    let metrics = &pass.context.metrics;
    if let (Some(then), Some(now)) = (find(before, ConditionType::Ready), find(after, ConditionType::Ready))
        && then.status != "True"
        && now.status == "True"
    {
        let created = pass.object.metadata.creation_timestamp.as_ref().map(|time| time.0);
        let since = Some(then.last_transition_time.0).max(created);
        let seconds = since.map_or(0, |since| pass.known.wall.as_second().saturating_sub(since.as_second()));
        metrics.became_ready(KindName::ClickPipe, Duration::from_secs(u64::try_from(seconds).unwrap_or_default()));
    }
    if before.drift.is_none() && after.drift.is_some() && pass.desired.spec.drift_policy == DriftPolicy::Warn {
        metrics.drifted(KindName::ClickPipe, DriftAction::Reported);
    }
    let asks = |status: &ClickPipeStatus| {
        find(status, ConditionType::Synced).is_some_and(|synced| synced.reason == Reason::ConfirmationRequired.as_str())
    };
    if asks(after) && !asks(before) {
        metrics.unknown_create(CreateOutcome::Stalled);
    }
}

fn find(status: &ClickPipeStatus, r#type: ConditionType) -> Option<&Condition> {
    status.conditions.iter().find(|condition| condition.type_ == r#type.as_str())
}

#[cfg(test)]
mod tests {
    use crd::status::record::{CreateRecord, PipeRecord};

    use super::*;

    fn status(nonce: &str, phase: CreatePhase, pipe: bool) -> ClickPipeStatus {
        let create = Some(CreateRecord { nonce: nonce.to_owned(), phase, ..CreateRecord::default() });
        ClickPipeStatus { create, pipe: pipe.then(PipeRecord::default), ..ClickPipeStatus::default() }
    }

    #[test]
    fn only_a_create_whose_answer_was_lost_counts() {
        let pending = status("a", CreatePhase::Intent, false);
        assert_eq!(
            lost_create(&pending, &status("a", CreatePhase::Resolved, true), false),
            Some(CreateOutcome::Recovered)
        );
        assert_eq!(
            lost_create(&pending, &status("b", CreatePhase::Intent, false), false),
            Some(CreateOutcome::Retried)
        );
        assert_eq!(lost_create(&pending, &status("a", CreatePhase::Resolved, true), true), None);
        assert_eq!(
            lost_create(&status("a", CreatePhase::Failed, false), &status("b", CreatePhase::Intent, false), false),
            None
        );
    }
}
