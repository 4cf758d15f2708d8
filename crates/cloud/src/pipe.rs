//! A pipe as the service returns it.
//!
//! Not here: comparing it with what is wanted (crate `plan`).

use serde_json::Value;

use crate::id::PipeId;

/// Characters of a state or a time that are kept; the real ones have less than half as many. They end up in a status, which must stay small.
const SHORT: usize = 100;

/// A pipe as GET and LIST return it.
#[derive(Clone, Debug, PartialEq)]
pub struct Pipe {
    /// Its id.
    pub id: PipeId,
    /// Its name; not unique.
    pub name: String,
    /// Its state.
    pub state: PipeState,
    /// When it was created: ISO 8601 with microseconds, which sorts as text. Empty when the service did not say.
    pub created_at: String,
    /// When it was last changed.
    pub updated_at: String,
    /// Everything the service returned, as it came.
    pub document: Value,
}

impl Pipe {
    /// Reads a pipe from one element of `result`; `None` without an id that is a UUID or without a name, since
    /// nothing may be concluded from such an answer: the name says whose pipe it is.
    #[must_use]
    pub fn read(document: Value) -> Option<Self> {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        let short = |name: &str| text(name).chars().take(SHORT).collect::<String>();
        Some(Self {
            id: PipeId::parse(document.get("id")?.as_str()?)?,
            name: document.get("name")?.as_str()?.to_owned(),
            state: PipeState::read(&short("state")),
            created_at: short("createdAt"),
            updated_at: short("updatedAt"),
            document,
        })
    }
}

/// The state of a pipe, see the API's `ClickPipe.state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PipeState {
    /// Not known to the service.
    Unknown,
    /// Resources are being made.
    Provisioning,
    /// Database: target tables are being made.
    Setup,
    /// Database: the first load.
    Snapshot,
    /// It ingests.
    Running,
    /// It ingests with trouble.
    Degraded,
    /// Database: on the way to Paused.
    Pausing,
    /// Database: it does not ingest.
    Paused,
    /// On the way to Stopped.
    Stopping,
    /// It does not ingest.
    Stopped,
    /// Database: an edit is being applied.
    Modifying,
    /// Database: tables are swapped after they were loaded again.
    Resync,
    /// A one-time load is over.
    Completed,
    /// It failed; the API does not say why.
    Failed,
    /// The platform failed.
    InternalError,
    /// A state that this version does not know; nothing is written to such a pipe.
    Other(String),
}

impl PipeState {
    /// Reads a state.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match text {
            "Unknown" => Self::Unknown,
            "Provisioning" => Self::Provisioning,
            "Setup" => Self::Setup,
            "Snapshot" => Self::Snapshot,
            "Running" => Self::Running,
            "Degraded" => Self::Degraded,
            "Pausing" => Self::Pausing,
            "Paused" => Self::Paused,
            "Stopping" => Self::Stopping,
            "Stopped" => Self::Stopped,
            "Modifying" => Self::Modifying,
            "Resync" => Self::Resync,
            "Completed" => Self::Completed,
            "Failed" => Self::Failed,
            "InternalError" => Self::InternalError,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The state as the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Unknown => "Unknown",
            Self::Provisioning => "Provisioning",
            Self::Setup => "Setup",
            Self::Snapshot => "Snapshot",
            Self::Running => "Running",
            Self::Degraded => "Degraded",
            Self::Pausing => "Pausing",
            Self::Paused => "Paused",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Modifying => "Modifying",
            Self::Resync => "Resync",
            Self::Completed => "Completed",
            Self::Failed => "Failed",
            Self::InternalError => "InternalError",
            Self::Other(text) => text,
        }
    }
}
