//! Why a call did not give a reply, sorted by what may be concluded about the service.
//!
//! Not here: what follows from it (crate `plan`).

use std::fmt;

use crate::service::ServiceState;

/// A call without a reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What may be concluded.
    pub outcome: Outcome,
    /// The HTTP status, when there was one.
    pub status: Option<u16>,
    /// The service's or the network's own words, without secrets.
    pub message: String,
    /// The service's request id, for its support.
    pub request_id: Option<String>,
}

/// What may be concluded from a failure.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The request never left: name resolution, connection, TLS, our own limits. The service did not act.
    NotSent,
    /// The service refused it and did not act.
    Refused(Refusal),
    /// Too many requests; the service did not act. `retry_after` is in seconds, when the service said.
    Throttled {
        /// Seconds until the window is over.
        retry_after: Option<f64>,
    },
    /// The service may have acted, now or later.
    Unknown,
}

/// Why the service refused.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// 401: the key is not accepted.
    Unauthenticated,
    /// 403: the key may not do this.
    Forbidden,
    /// 404: there is no such thing.
    NotFound,
    /// 404: this endpoint is not for this kind of pipe.
    NotApplicable,
    /// 400 or 404 about the service or organization itself.
    UnknownService,
    /// 409: something else is going on.
    Conflict,
    /// 424: the service is not running.
    ServiceNotRunning(ServiceState),
    /// 400, 413 or 422 that names the request: only another spec can help.
    Invalid,
    /// Any other 400: the source was not usable; it can heal.
    Source,
    /// 400: the pipe must be paused first.
    MustBePaused,
    /// 400 to a start: it runs already.
    AlreadyRunning,
}

impl Failure {
    /// A request that never left.
    #[must_use]
    pub fn not_sent(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::NotSent, status: None, message: message.into(), request_id: None }
    }

    /// A request whose answer was lost.
    #[must_use]
    pub fn unknown(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unknown, status: None, message: message.into(), request_id: None }
    }

    /// Whether the service refused for this reason.
    #[must_use]
    pub fn is(&self, refusal: &Refusal) -> bool {
        matches!(&self.outcome, Outcome::Refused(actual) if actual == refusal)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "{status}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for Failure {}

/// Sorts a refusal by its status and text. The texts are the service's, collected from its issue trackers; they are matched by substring
/// because only their beginnings are stable.
#[must_use]
pub fn refusal(status: u16, text: &str) -> Option<Refusal> {
    Some(match status {
        401 => Refusal::Unauthenticated,
        403 => Refusal::Forbidden,
        404 if text.contains("ingestion for pipe") => Refusal::NotApplicable,
        404 => Refusal::NotFound,
        409 => Refusal::Conflict,
        413 | 422 => Refusal::Invalid,
        424 => Refusal::ServiceNotRunning(ServiceState::read(after(text, "Current state: "))),
        400 => bad_request(text),
        _ => return None,
    })
}

fn bad_request(text: &str) -> Refusal {
    if text.contains("Invalid service id") || text.contains("Invalid organization id") {
        Refusal::UnknownService
    } else if text.contains("must be paused to edit") {
        Refusal::MustBePaused
    } else if text.contains("is already running") {
        Refusal::AlreadyRunning
    } else if PERMANENT.iter().any(|words| text.contains(words)) {
        Refusal::Invalid
    } else {
        Refusal::Source
    }
}

/// Words of a 400 that only another request can avoid.
const PERMANENT: [&str; 13] = [
    "request body",
    "Not between",
    "Value must be",
    "minLength",
    "maxLength",
    "is required for",
    "is only valid for",
    "is only supported for",
    "Columns are required if field mappings",
    "no fields to update",
    "not allowed for",
    "must not be",
    "Unrecognized",
];

fn after<'a>(text: &'a str, marker: &str) -> &'a str {
    let state = text.split_once(marker).map_or("", |(_, rest)| rest);
    state.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_service_are_sorted() {
        let cases = [
            (400, "BAD_REQUEST: request body.source.postgres.port: '0'", Refusal::Invalid),
            (400, "BAD_REQUEST: replicas: Not between 1 and 40", Refusal::Invalid),
            (400, "BAD_REQUEST: Invalid service id string:\"x\"", Refusal::UnknownService),
            (400, "BAD_REQUEST: Postgres ClickPipe must be paused to edit", Refusal::MustBePaused),
            (400, "BAD_REQUEST: 7f3f2a1e ClickPipe is already running", Refusal::AlreadyRunning),
            (400, "BAD_REQUEST: failed to establish connection: dial tcp: no such host", Refusal::Source),
            (404, "NOT_FOUND: Not Found", Refusal::NotFound),
            (404, "NOT_FOUND: ingestion for pipe \"x\" not found", Refusal::NotApplicable),
            (
                424,
                "FAILED_DEPENDENCY: ClickPipe creation is allowed only when the ClickHouse service is running. Current state: idle",
                Refusal::ServiceNotRunning(ServiceState::Idle),
            ),
        ];
        for (status, text, expected) in cases {
            assert_eq!(refusal(status, text), Some(expected), "{status} {text}");
        }
        assert_eq!(refusal(500, "Internal error"), None);
    }
}
