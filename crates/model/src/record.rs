//! The part of a status that decides anything.
//!
//! What people see (conditions, history, times) does not; leaving it out keeps the state space small.

use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::status::record::{CreateRecord, PipeRecord};

/// The status without what decides nothing. A new field fails to compile here until somebody has said which it is.
pub(crate) fn project(status: ClickPipeStatus) -> ClickPipeStatus {
    let ClickPipeStatus {
        observed_generation: _,
        last_synced_generation,
        mut conditions,
        pipe,
        source: _,
        destination: _,
        create,
        mut retired,
        operation,
        approval,
        applied,
        plan,
        drift: _,
        observed: _,
        candidates: _,
        secret_fingerprints,
        last_resync,
        last_observed_time: _,
        last_handled_reconcile_at,
        last_error: _,
        history: _,
    } = status;
    // The plan goes by what was established before, and by nothing else that people see.
    let established = [Reason::ExternallyDeleted, Reason::MassVanish].map(Reason::as_str);
    conditions.retain(|condition| condition.type_ == "Synced" && established.contains(&condition.reason.as_str()));
    for condition in &mut conditions {
        condition.message.clear();
    }
    retired.sort();
    retired.dedup();
    ClickPipeStatus {
        last_synced_generation,
        conditions,
        // Only whether a state was ever seen matters.
        pipe: pipe.map(|pipe| PipeRecord { updated_at: None, state: pipe.state.map(|_| "seen".to_owned()), ..pipe }),
        create: create.map(|create| CreateRecord { message: None, ..create }),
        retired,
        operation,
        approval,
        applied,
        plan,
        secret_fingerprints,
        last_resync,
        last_handled_reconcile_at,
        ..ClickPipeStatus::default()
    }
}
