//! The status of a connection, from what is known. The same knowledge gives the same bytes.
//!
//! Pure. Not here: writing it ([`super::reconcile`]).

use std::collections::BTreeMap;
use std::time::Duration;

use client::BudgetView;
use cloud::{Service, ServiceId, Tick};
use crd::condition::{ConditionType, Reason, Truth};
use crd::connection::{BudgetStatus, ConnectionStatus, RequestBudget, ServiceStatus};
use jiff::{SignedDuration, Timestamp};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};

/// What a status is made of.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    /// The generation that was examined.
    pub generation: Option<i64>,
    /// Ready, its reason and message.
    pub ready: (Truth, Reason, String),
    /// The budget as it was written.
    pub written: RequestBudget,
    /// The budget of the key, when there is a key.
    pub budget: Option<BudgetView>,
    /// How many pipes use each service.
    pub pipes: BTreeMap<ServiceId, i64>,
    /// The services of the organization, as far as known.
    pub services: &'a BTreeMap<ServiceId, Service>,
    /// Now, on the clock that the budget uses.
    pub now: Tick,
    /// Now, for people.
    pub wall: Timestamp,
}

/// The status of this knowledge, after this one.
pub fn status(before: &ConnectionStatus, seen: Seen<'_>) -> ConnectionStatus {
    let Seen { generation, ready: (truth, reason, message), written, budget, pipes, services, now, wall } = seen;
    let total = pipes.values().sum();
    ConnectionStatus {
        observed_generation: generation,
        conditions: vec![condition(before, generation, truth, reason, message, wall)],
        budget: Some(budget_status(before.budget.as_ref(), written, budget, now, wall)),
        services: pipes.into_iter().map(|(id, count)| service_status(before, services.get(&id), &id, count)).collect(),
        pipes: Some(total),
    }
}

/// The condition Ready of a status.
pub fn ready(status: &ConnectionStatus) -> Option<&Condition> {
    status.conditions.iter().find(|condition| condition.type_ == ConditionType::Ready.as_str())
}

fn condition(
    before: &ConnectionStatus,
    generation: Option<i64>,
    truth: Truth,
    reason: Reason,
    message: String,
    wall: Timestamp,
) -> Condition {
    // The schema's default carries the beginning of time, which is no transition.
    let since = ready(before)
        .filter(|last| last.status == truth.as_str() && last.last_transition_time.0 > Timestamp::UNIX_EPOCH);
    Condition {
        type_: ConditionType::Ready.as_str().to_owned(),
        status: truth.as_str().to_owned(),
        reason: reason.as_str().to_owned(),
        message,
        last_transition_time: since.map_or(Time(whole_second(wall)), |last| last.last_transition_time.clone()),
        observed_generation: generation,
    }
}

fn budget_status(
    before: Option<&BudgetStatus>,
    written: RequestBudget,
    view: Option<BudgetView>,
    now: Tick,
    wall: Timestamp,
) -> BudgetStatus {
    // A routine look that waits is no news: at rest, and after a restart, the status must not move because of it.
    let waiting = view.as_ref().is_some_and(|view| view.queued.urgent + view.queued.create > 0);
    let eta = view.as_ref().map_or(Duration::ZERO, |view| view.eta);
    let since = view.and_then(|view| view.throttled_since).map(|since| ago(wall, now - since).to_string());
    BudgetStatus {
        limit: written.requests,
        per_seconds: written.per_seconds,
        queued: if waiting { bucket(eta) } else { "none" }.to_owned(),
        // Computed again it could differ by a second; what is shown stays while it lasts.
        throttled_since: since.map(|since| before.and_then(|before| before.throttled_since.clone()).unwrap_or(since)),
    }
}

/// How long the queue is, roughly, so that it does not change at every request.
fn bucket(eta: Duration) -> &'static str {
    match eta.as_secs() / 60 {
        0 => "<1m",
        1 => "<2m",
        2..5 => "<5m",
        5..10 => "<10m",
        10..30 => "<30m",
        30..60 => "<60m",
        _ => ">60m",
    }
}

/// A service that nobody has asked about since the start keeps what was known before.
fn service_status(before: &ConnectionStatus, known: Option<&Service>, id: &ServiceId, pipes: i64) -> ServiceStatus {
    let last = before.services.iter().find(|service| service.id == id.as_str());
    let name = known.map(|service| service.name.clone()).or_else(|| last?.name.clone());
    let state = known.map(|service| service.state.as_str().to_owned()).or_else(|| last?.state.clone());
    ServiceStatus { id: id.as_str().to_owned(), name, state, pipes }
}

fn ago(wall: Timestamp, since: Duration) -> Timestamp {
    let moment = SignedDuration::try_from(since).ok().and_then(|since| wall.checked_sub(since).ok());
    whole_second(moment.unwrap_or(wall))
}

/// Kubernetes keeps whole seconds; anything finer would come back changed.
fn whole_second(moment: Timestamp) -> Timestamp {
    Timestamp::from_second(moment.as_second()).unwrap_or(moment)
}
