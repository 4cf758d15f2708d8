//! What is wanted of an object, as the plan takes it. A plain translation.

use cloud::ServiceId;
use crd::ClickPipe;
use crd::annotation;
use crd::condition::Reason;
use kube::ResourceExt;
use plan::document::wanted;
use plan::{Account, Desired, Object, Problem};

use crate::context::Context;
use crate::gather::Surroundings;

/// What is wanted of this object in these surroundings.
pub fn desire<C>(pipe: &ClickPipe, found: &Surroundings, context: &Context<C>) -> Desired {
    Desired {
        object: object(pipe),
        spec: pipe.spec.clone(),
        account: account(pipe, found),
        wanted: wanted(&pipe.spec, &found.values, &context.fingerprint_key),
        paused: found.paused,
        cluster_id: context.cluster_id.clone(),
        create_window: context.config.create_window,
        claimed_by: found.claimed_by.clone(),
        inputs: found.inputs.clone(),
    }
}

fn object(pipe: &ClickPipe) -> Object {
    let annotation = |name: &str| pipe.annotations().get(name).cloned();
    let requested = [annotation::RECONCILE_REQUESTED_AT, annotation::FLUX_REQUESTED_AT].map(annotation);
    let requested: Vec<String> = requested.into_iter().flatten().collect();
    Object {
        namespace: pipe.namespace().unwrap_or_default(),
        name: pipe.name_any(),
        uid: pipe.uid().unwrap_or_default(),
        generation: pipe.metadata.generation.unwrap_or_default(),
        deleting: pipe.metadata.deletion_timestamp.is_some(),
        approved_plan: annotation(annotation::APPROVE_PLAN),
        confirmed_nonce: annotation(annotation::CONFIRM_NOT_CREATED),
        requested_at: (!requested.is_empty()).then(|| requested.join(",")),
    }
}

fn account(pipe: &ClickPipe, found: &Surroundings) -> Result<Account, Problem> {
    let resolved = found.connection.as_ref().map_err(Problem::clone)?;
    let service = ServiceId::parse(&pipe.spec.service_id).ok_or_else(|| Problem {
        reason: Reason::InvalidSpec,
        path: "spec.serviceId".to_owned(),
        message: "it is not the id of a service, which is a UUID".to_owned(),
    })?;
    Ok(Account {
        organization: resolved.organization.clone(),
        service,
        poll_interval: resolved.poll_interval,
        wake_idle_services: resolved.wake_idle_services,
        terminating: resolved.terminating,
    })
}
