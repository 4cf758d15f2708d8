//! One request, one answer: the narrow place where bytes leave the process.
//!
//! Tests put something else here. Not here: what the answer means, whether the request may go.

pub mod http;

use std::time::Duration;

use cloud::{Call, Secret};
use futures::future::BoxFuture;

/// Sends one request and returns what came back.
///
/// Guarantees that an implementation owes: nothing is sent twice, and nothing is followed. [`TransportError::NotSent`] is returned only when
/// no byte of the request can have reached the service.
pub trait Transport: Send + Sync + 'static {
    /// Sends the request.
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>>;
}

/// A request that is ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// GET, POST, PATCH, PUT or DELETE.
    pub method: &'static str,
    /// The full address, without user name and password.
    pub url: String,
    /// The key's id, for Basic auth.
    pub key_id: String,
    /// The key's secret, for Basic auth.
    pub key_secret: Secret,
    /// The JSON body; it may hold secrets.
    pub body: Option<Secret>,
    /// How carefully to send it.
    pub care: Care,
}

/// How long the answer to a create is waited for: longer than the service's gateway does. Until then the request may still be on its way.
pub const CREATE_TIMEOUT: Duration = Duration::from_mins(4);

/// How carefully a request is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Care {
    /// When to give up waiting for the answer.
    pub timeout: Duration,
    /// Whether it needs a connection of its own. A library may repeat a request on a used connection that turns out to be dead.
    pub fresh_connection: bool,
}

impl Care {
    /// The care that a call needs: creating waits longer than the service's gateway does, and what must not be done twice gets a connection
    /// of its own.
    pub const fn of(call: &Call) -> Self {
        match call {
            Call::CreatePipe { .. } => Self { timeout: CREATE_TIMEOUT, fresh_connection: true },
            Call::PatchPipe { .. } | Call::SetState { command: cloud::Command::Resync, .. } => {
                Self { timeout: Duration::from_mins(1), fresh_connection: true }
            }
            Call::ListServices
            | Call::GetService { .. }
            | Call::WakeService { .. }
            | Call::ListPipes { .. }
            | Call::GetPipe { .. }
            | Call::PutSettings { .. }
            | Call::PatchScaling { .. }
            | Call::SetState { command: cloud::Command::Start | cloud::Command::Stop, .. }
            | Call::DeletePipe { .. } => Self { timeout: Duration::from_mins(1), fresh_connection: false },
        }
    }
}

/// An answer, unread.
#[derive(Clone, Debug, PartialEq)]
pub struct RawAnswer {
    /// HTTP status.
    pub status: u16,
    /// Seconds until the rate limit's window is over, from `X-RateLimit-Reset` or `Retry-After`.
    pub retry_after: Option<f64>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer. The texts hold neither secrets nor addresses with passwords.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// Name resolution, connection or TLS: nothing reached the service.
    #[error("{0}")]
    NotSent(String),
    /// The request may have reached the service; its answer is lost.
    #[error("{0}")]
    Lost(String),
}
