//! Why the service says no: a status and the literal text after its code.
//!
//! The envelope around it (request id, key order) is made where all answers are made, not here.

use serde_json::Value;

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code before the colon, such as `BAD_REQUEST`.
    pub(crate) code: &'static str,
    /// The text after the colon.
    pub(crate) text: String,
}

/// What most checks give back.
pub(crate) type Checked = Result<(), Refusal>;

impl Refusal {
    /// 400: the request is wrong, or the source could not be reached with it.
    pub(crate) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(400, "BAD_REQUEST", text)
    }

    /// 400 of a member: the path, a colon and the offending value in quotes.
    pub(crate) fn member(path: &str, value: &Value) -> Self {
        Self::bad_request(format!("request body.{path}: '{}'", plain(value)))
    }

    /// 400 of a required member that is not there.
    pub(crate) fn missing(path: &str) -> Self {
        Self::bad_request(format!("request body.{path}: value is required <undefined:undefined>"))
    }

    /// 404: deleted, never there, or not for this kind of pipe.
    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", text)
    }

    /// 403: the key may not do this.
    pub(crate) fn forbidden() -> Self {
        Self::new(403, "FORBIDDEN", "Forbidden")
    }

    /// 424: the destination service is not running. The text says "creation" for updates too, see TF#376.
    pub(crate) fn service_not_running(state: &str) -> Self {
        let text = "ClickPipe creation is allowed only when the ClickHouse service is running. Current state: ";
        Self::new(424, "FAILED_DEPENDENCY", format!("{text}{state}"))
    }

    /// Any other status.
    pub(crate) fn new(status: u16, code: &'static str, text: impl Into<String>) -> Self {
        Self { status, code, text: text.into() }
    }

    /// The `error` member as it stands in the envelope.
    pub(crate) fn message(&self) -> String {
        format!("{}: {}", self.code, self.text)
    }
}

/// A JSON value as the service quotes it: text bare, everything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
