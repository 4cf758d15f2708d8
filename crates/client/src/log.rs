//! One line per request: fields, no prose, never a secret, never a body.
//!
//! Writes at info, looks at debug.

use std::time::Duration;

use cloud::{Call, Failure, Outcome, PipeId, Reply};
use serde_json::Value;
use tracing::{debug, info};

use crate::transport::{RawAnswer, TransportError};

/// Logs a call that is over.
pub(crate) fn call(
    call: &Call,
    raw: &Result<RawAnswer, TransportError>,
    result: &Result<Reply, Failure>,
    elapsed: Duration,
) {
    let name = call.name();
    let service = call.service().map(tracing::field::display);
    let pipe = pipe(call, result).map(tracing::field::display);
    let status = raw.as_ref().ok().map(|answer| answer.status);
    let outcome = outcome(result);
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if call.is_write() {
        let request_id = request_id(raw, result);
        info!(call = name, service, pipe, status, request_id, elapsed_ms, outcome, "wrote");
    } else {
        let request_id = result.as_ref().err().and_then(|failure| failure.request_id.as_deref());
        debug!(call = name, service, pipe, status, request_id, elapsed_ms, outcome, "looked");
    }
}

/// What came of it, in a word. The service's own words are for conditions; they may quote what was sent.
const fn outcome(result: &Result<Reply, Failure>) -> &'static str {
    match result {
        Ok(_) => "done",
        Err(Failure { outcome: Outcome::NotSent, .. }) => "not sent",
        Err(Failure { outcome: Outcome::Refused(_), .. }) => "refused",
        Err(Failure { outcome: Outcome::Throttled { .. }, .. }) => "throttled",
        Err(Failure { outcome: Outcome::Unknown, .. }) => "unknown",
    }
}

/// The pipe that a call is about; of a create, the one that it made.
fn pipe<'a>(call: &'a Call, result: &'a Result<Reply, Failure>) -> Option<&'a PipeId> {
    match call {
        Call::GetPipe { pipe, .. }
        | Call::PatchPipe { pipe, .. }
        | Call::PutSettings { pipe, .. }
        | Call::PatchScaling { pipe, .. }
        | Call::SetState { pipe, .. }
        | Call::DeletePipe { pipe, .. } => Some(pipe),
        Call::CreatePipe { .. } => match result {
            Ok(Reply::Pipe(pipe)) => Some(&pipe.id),
            Ok(_) | Err(_) => None,
        },
        Call::ListServices | Call::GetService { .. } | Call::WakeService { .. } | Call::ListPipes { .. } => None,
    }
}

/// The service's request id. A reply does not carry it, and the answer to a write is short enough to be read again for it.
fn request_id(raw: &Result<RawAnswer, TransportError>, result: &Result<Reply, Failure>) -> Option<String> {
    if let Err(failure) = result {
        return failure.request_id.clone();
    }
    let envelope: Value = serde_json::from_slice(&raw.as_ref().ok()?.body).ok()?;
    envelope.get("requestId").and_then(Value::as_str).map(str::to_owned)
}
