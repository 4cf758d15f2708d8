//! A ClickHouse service, which pipes write to.

use serde_json::Value;

use crate::id::ServiceId;

/// A service of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: ServiceState,
}

impl Service {
    /// Reads a service from `result`; `None` without an id that is a UUID.
    #[must_use]
    pub fn read(document: &Value) -> Option<Self> {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
        Some(Self {
            id: ServiceId::parse(text("id"))?,
            name: text("name").to_owned(),
            state: ServiceState::read(text("state")),
        })
    }
}

/// The state of a service. Only `Running` lets pipes be created and changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServiceState {
    /// It serves.
    Running,
    /// Scaled to zero; it can be woken.
    Idle,
    /// On the way from idle to running.
    Awaking,
    /// A person stopped it; it is never started by us.
    Stopped,
    /// Any other state.
    Other(String),
}

impl ServiceState {
    /// Reads a state.
    #[must_use]
    pub fn read(text: &str) -> Self {
        match text {
            "running" => Self::Running,
            "idle" => Self::Idle,
            "awaking" => Self::Awaking,
            "stopped" => Self::Stopped,
            other => Self::Other(other.to_owned()),
        }
    }

    /// The state as the API writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Running => "running",
            Self::Idle => "idle",
            Self::Awaking => "awaking",
            Self::Stopped => "stopped",
            Self::Other(text) => text,
        }
    }
}
