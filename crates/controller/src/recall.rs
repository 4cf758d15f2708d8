//! What is known of an object, as the plan takes it: its record, what this process remembers, what was last seen of its service.

use std::sync::Arc;

use client::{Snapshot, clock};
use cloud::ServiceId;
use crd::annotation::LAST_PIPE;
use crd::{ClickPipe, PIPE_FINALIZER};
use jiff::Timestamp;
use kube::ResourceExt;
use plan::known::Seen;
use plan::{Desired, Known, Memory};
use serde_json::Value;

use crate::context::Context;
use crate::gather::Surroundings;
use crate::kind::has_finalizer;

/// What is known of this object.
pub fn recall<C>(pipe: &ClickPipe, desired: &Desired, found: &Surroundings, context: &Context<C>) -> Known {
    let record = pipe.status.clone().unwrap_or_default();
    let now = clock::now();
    let remembered = context.memory.lock().get(&desired.object.uid).cloned();
    let mut memory = remembered.unwrap_or_else(|| Memory { first_seen: now, ..Memory::default() });
    memory.notice(&record, desired.object.requested_at.as_deref(), now);
    let mut known = Known {
        record,
        held: has_finalizer(pipe, PIPE_FINALIZER),
        last_pipe: pipe.annotations().get(LAST_PIPE).and_then(|value| last_pipe_id(value)),
        memory,
        seen: None,
        now,
        wall: whole_second(context.now()),
        fresh_nonce: (context.nonce)(),
        holder: context.holder.clone(),
        budget_wait: None,
        neighbours: plan::Neighbours::default(),
    };
    let service = ServiceId::parse(&desired.spec.service_id);
    let snapshot = service.and_then(|service| found.connection.as_ref().ok()?.account.cached(&service));
    if let Some(snapshot) = snapshot {
        known.see(seen(&snapshot));
    }
    known
}

/// A snapshot, as the plan takes it.
pub fn seen(snapshot: &Snapshot) -> Seen {
    Seen { begun: snapshot.begun, pipes: Arc::clone(&snapshot.pipes) }
}

/// Times for people need no more than seconds.
pub fn whole_second(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// The annotation holds an object with the pipe's id, so that a person who reads it sees where the pipe is.
fn last_pipe_id(annotation: &str) -> Option<String> {
    let value: Value = serde_json::from_str(annotation).ok()?;
    Some(value.get("pipeId")?.as_str()?.to_owned())
}
