//! What the bytes of an answer mean: a [`Reply`] or a [`Failure`]. Total: any bytes give one of them.
//!
//! The rule for a doubtful answer: if the service may have acted, say so. Not here: headers beyond what the caller hands in.

use serde_json::Value;

use crate::call::Call;
use crate::failure::{Failure, Outcome, refusal};
use crate::pipe::Pipe;
use crate::service::Service;

/// What the service answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The services of the organization.
    Services(Vec<Service>),
    /// One service.
    Service(Service),
    /// Every pipe of a service.
    Pipes(Vec<Pipe>),
    /// One pipe; after a write its state may be the old one.
    Pipe(Box<Pipe>),
    /// Accepted, nothing to tell.
    Done,
}

/// An answer as it came over the wire.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// HTTP status.
    pub status: u16,
    /// Seconds until the rate limit's window is over, from `X-RateLimit-Reset` or `Retry-After`.
    pub retry_after: Option<f64>,
    /// The body.
    pub body: &'a [u8],
}

/// Reads an answer.
///
/// # Errors
/// `Refused` and `Throttled` only when the service certainly did not act; `Unknown` for everything that cannot be read for certain.
pub fn read(call: &Call, answer: &Answer<'_>) -> Result<Reply, Failure> {
    let envelope: Option<Value> = serde_json::from_slice(answer.body).ok();
    let request_id = envelope.as_ref().and_then(|body| body.get("requestId")).and_then(Value::as_str);
    // A UUID in fact; whatever it is, it must fit into a status.
    let request_id: Option<String> = request_id.map(|id| id.chars().take(100).collect());
    let failure =
        |outcome, message| Failure { outcome, status: Some(answer.status), message, request_id: request_id.clone() };
    match answer.status {
        200..=299 => envelope.as_ref().and_then(|body| result(call, body)).ok_or_else(|| {
            failure(Outcome::Unknown, format!("the answer cannot be read: {}", words(answer.body, envelope.as_ref())))
        }),
        429 => {
            Err(failure(Outcome::Throttled { retry_after: answer.retry_after }, words(answer.body, envelope.as_ref())))
        }
        status => {
            let text = words(answer.body, envelope.as_ref());
            let certain = matches!(status, 401 | 403) || is_refusal(envelope.as_ref());
            let outcome = match refusal(status, &text) {
                Some(refusal) if certain => Outcome::Refused(refusal),
                _ => Outcome::Unknown,
            };
            Err(failure(outcome, text))
        }
    }
}

/// Only the service's own envelope proves that the service, not something in between, refused.
fn is_refusal(envelope: Option<&Value>) -> bool {
    envelope.is_some_and(|body| body.get("error").is_some_and(Value::is_string) && is_of_service(body))
}

/// Whether the envelope is the service's own: every one of them names its request.
fn is_of_service(body: &Value) -> bool {
    body.get("requestId").is_some_and(Value::is_string)
}

fn result(call: &Call, body: &Value) -> Option<Reply> {
    let result = body.get("result");
    match call {
        Call::ListServices => {
            Some(Reply::Services(result?.as_array()?.iter().map(Service::read).collect::<Option<_>>()?))
        }
        Call::GetService { service } => Service::read(result?).filter(|found| found.id == *service).map(Reply::Service),
        // What it does not show is taken for proof that nothing is there, and no id vouches for an empty one.
        Call::ListPipes { .. } if !is_of_service(body) => None,
        Call::ListPipes { .. } => {
            Some(Reply::Pipes(result?.as_array()?.iter().cloned().map(Pipe::read).collect::<Option<_>>()?))
        }
        Call::CreatePipe { body, .. } => {
            // An answer about a pipe of another name is not the answer to our request.
            let sent = body.get("name").map(crate::Document::redacted);
            let pipe = Pipe::read(result?.clone())?;
            (sent == Some(Value::String(pipe.name.clone()))).then(|| Reply::Pipe(Box::new(pipe)))
        }
        Call::GetPipe { pipe, .. }
        | Call::PatchPipe { pipe, .. }
        | Call::PatchScaling { pipe, .. }
        | Call::SetState { pipe, .. } => {
            Pipe::read(result?.clone()).filter(|found| found.id == *pipe).map(|found| Reply::Pipe(Box::new(found)))
        }
        Call::PutSettings { .. } => result?.is_object().then_some(Reply::Done),
        Call::WakeService { .. } | Call::DeletePipe { .. } => body.is_object().then_some(Reply::Done),
    }
}

/// What the service said, in at most 500 characters: the envelope's `error`, else the beginning of the body on one line.
fn words(body: &[u8], envelope: Option<&Value>) -> String {
    let text = match envelope.and_then(|body| body.get("error")) {
        Some(Value::String(error)) => error.clone(),
        Some(other) => other.to_string(),
        None => beginning(&String::from_utf8_lossy(body.get(..2_000).unwrap_or(body))),
    };
    text.chars().take(500).collect()
}

/// The first 200 characters on one line; of a gateway's page what a browser would show.
fn beginning(body: &str) -> String {
    let one_line =
        |text: &str| -> String { text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect() };
    if !body.trim_start().starts_with('<') {
        return one_line(body);
    }
    let texts: Vec<&str> = body.split('<').filter_map(|tag| Some(tag.split_once('>')?.1)).collect();
    let shown = one_line(&texts.join(" "));
    if shown.is_empty() { one_line(body) } else { shown }
}

#[cfg(test)]
mod tests;
