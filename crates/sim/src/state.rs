//! The states of a pipe.
//!
//! Which state follows which is in `machine`.

use serde::{Deserialize, Serialize};

/// A pipe's state, in the service's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PipeState {
    /// Not known yet.
    Unknown,
    /// Resources are being made.
    Provisioning,
    /// Ingesting.
    Running,
    /// In the enum, never seen.
    Degraded,
    /// A streaming or object-storage pipe is being stopped.
    Stopping,
    /// A streaming or object-storage pipe is stopped.
    Stopped,
    /// An error.
    Failed,
    /// A one-shot load or a snapshot is done.
    Completed,
    /// An error of the platform.
    InternalError,
    /// A database pipe makes its tables.
    Setup,
    /// A database pipe loads its tables.
    Snapshot,
    /// A database pipe is stopped.
    Paused,
    /// A database pipe is being stopped.
    Pausing,
    /// A database pipe drops tables.
    Modifying,
    /// A database pipe swaps its tables.
    Resync,
}

impl PipeState {
    /// The state of that name.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}
