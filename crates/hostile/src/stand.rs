//! An object as the operator takes it, without a cluster: what is wanted and what is known, from a `ClickPipe` and a LIST.
//!
//! The same plain translation as the controller's `desire` and `recall`. Not here: what must hold.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use cloud::{Document, OrganizationId, Pipe, PipeId, Secret, ServiceId, Tick};
use crd::condition::Reason;
use crd::status::record::{Applied, CreatePhase, CreateRecord, PROTOCOL_VERSION, PipeRecord};
use crd::{ClickPipe, ClickPipeStatus, PIPE_FINALIZER, annotation};
use jiff::Timestamp;
use plan::document::{Values, references, wanted};
use plan::fingerprint::Key;
use plan::known::Seen;
use plan::{Account, Desired, Known, Memory, Object, Problem};
use serde_json::{Value, json};

use crate::answer::{PIPE, SERVICE};

/// What every secret is made of, so that one that gets out is seen.
pub const CANARY: &str = "canary";
/// The organization of every connection.
const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
/// The cluster of every object.
const CLUSTER: &str = "cluster";

/// A Kafka pipe and a Postgres pipe, as their manifests say them.
const SPECS: [&str; 2] = [include_str!("spec/kafka.json"), include_str!("spec/postgres.json")];

/// What is wanted by this object.
#[must_use]
pub fn desired(pipe: &ClickPipe) -> Desired {
    let meta = &pipe.metadata;
    let annotation = |name: &str| meta.annotations.as_ref().and_then(|all| all.get(name)).cloned();
    let secret = || Ok(Secret::new(format!("{CANARY}-value")));
    let values: Values = references(&pipe.spec).into_iter().map(|reference| (reference, secret())).collect();
    let service = ServiceId::parse(&pipe.spec.service_id).ok_or_else(|| Problem {
        reason: Reason::InvalidSpec,
        path: "spec.serviceId".to_owned(),
        message: "it is not the id of a service, which is a UUID".to_owned(),
    });
    Desired {
        object: Object {
            namespace: meta.namespace.clone().unwrap_or_default(),
            name: meta.name.clone().unwrap_or_default(),
            uid: meta.uid.clone().unwrap_or_default(),
            generation: meta.generation.unwrap_or_default(),
            deleting: meta.deletion_timestamp.is_some(),
            approved_plan: annotation(annotation::APPROVE_PLAN),
            confirmed_nonce: annotation(annotation::CONFIRM_NOT_CREATED),
            requested_at: annotation(annotation::RECONCILE_REQUESTED_AT),
        },
        spec: pipe.spec.clone(),
        account: service.map(|service| Account {
            organization: OrganizationId::parse(ORGANIZATION).expect("a UUID"),
            service,
            poll_interval: Duration::from_mins(5),
            wake_idle_services: true,
            terminating: false,
        }),
        wanted: wanted(&pipe.spec, &values, &Key::new(Secret::new("a key".to_owned()))),
        paused: pipe.spec.paused.then_some(plan::PausedBy::Spec),
        cluster_id: CLUSTER.to_owned(),
        create_window: Duration::from_mins(15),
        claimed_by: None,
        inputs: String::new(),
    }
}

/// What a process that has just started knows of this object.
#[must_use]
pub fn known(pipe: &ClickPipe, now: Tick) -> Known {
    let record = pipe.status.clone().unwrap_or_default();
    let meta = &pipe.metadata;
    let last_pipe = meta.annotations.as_ref().and_then(|all| all.get(annotation::LAST_PIPE));
    let last_pipe = last_pipe.and_then(|text| serde_json::from_str::<Value>(text).ok());
    let mut memory = Memory { first_seen: now, ..Memory::default() };
    memory.notice(&record, None, now);
    Known {
        record,
        held: meta.finalizers.iter().flatten().any(|name| name == PIPE_FINALIZER),
        last_pipe: last_pipe.and_then(|value| Some(value.get("pipeId")?.as_str()?.to_owned())),
        memory,
        seen: None,
        now,
        wall: Timestamp::UNIX_EPOCH,
        fresh_nonce: format!("nonce-{}", now.0),
        holder: "process".to_owned(),
        budget_wait: None,
        neighbours: plan::neighbours::Neighbours::default(),
    }
}

/// An object of this kind that nothing was done for yet: 0 is the Kafka pipe, 1 the Postgres pipe.
#[must_use]
pub fn fresh(kind: u8) -> ClickPipe {
    let text = SPECS.get(usize::from(kind) % SPECS.len()).expect("the place is within the list");
    serde_json::from_str(text).expect("the committed manifests can be read")
}

/// The same with a recorded pipe that is in sync.
#[must_use]
pub fn settled(kind: u8) -> ClickPipe {
    let mut pipe = fresh(kind);
    let desired = desired(&pipe);
    let wanted = desired.wanted.as_ref().expect("the committed manifests are valid");
    let (token, uid) = (desired.token(), desired.object.uid.clone());
    let applied = Applied { generation: 1, document: wanted.document.redacted() };
    pipe.status = Some(ClickPipeStatus {
        last_synced_generation: Some(1),
        pipe: Some(PipeRecord {
            id: PIPE.to_owned(),
            token: token.clone(),
            cluster_id: CLUSTER.to_owned(),
            uid: uid.clone(),
            organization_id: Some(ORGANIZATION.to_owned()),
            service_id: SERVICE.to_owned(),
            name: Some(format!("{} [{token}]", desired.name())),
            state: Some("Running".to_owned()),
            ..PipeRecord::default()
        }),
        create: Some(CreateRecord {
            attempt: 1,
            nonce: "nonce-0".to_owned(),
            phase: CreatePhase::Started,
            token,
            cluster_id: CLUSTER.to_owned(),
            uid,
            protocol_version: PROTOCOL_VERSION,
            ..CreateRecord::default()
        }),
        applied: Some(applied),
        secret_fingerprints: Some(wanted.fingerprints.clone()),
        ..ClickPipeStatus::default()
    });
    let note = json!({"pipeId": PIPE}).to_string();
    pipe.metadata.annotations = Some(BTreeMap::from([(annotation::LAST_PIPE.to_owned(), note)]));
    pipe
}

/// A pipe that the service shows for what is wanted.
#[must_use]
pub fn shown(desired: &Desired, id: &str, name: &str, state: &str) -> Option<Arc<Pipe>> {
    let document = desired.wanted.as_ref().map_or_else(|_| Document::empty(), |wanted| wanted.document.clone());
    let mut document = document.redacted();
    let members = document.as_object_mut()?;
    for (member, value) in [("id", id), ("name", name), ("state", state)] {
        members.insert(member.to_owned(), json!(value));
    }
    Pipe::read(document).map(Arc::new)
}

/// These pipes as a LIST that began at this moment.
#[must_use]
pub fn seen(begun: Tick, pipes: impl IntoIterator<Item = Arc<Pipe>>) -> Seen {
    let pipes: BTreeMap<PipeId, Arc<Pipe>> = pipes.into_iter().map(|pipe| (pipe.id.clone(), pipe)).collect();
    Seen { begun, pipes: Arc::new(pipes) }
}
