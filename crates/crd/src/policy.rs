//! The policies of a `ClickPipe`: what the operator may do, and when.
//!
//! Not here: what each policy leads to; that is decided in the crate `plan`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The wanted run state. Database pipes call it Paused in the console; it is the same thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum RunState {
    /// The pipe ingests.
    #[default]
    Running,
    /// The pipe exists and does not ingest.
    Stopped,
}

/// What happens to the pipe when the object is deleted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DeletionPolicy {
    /// The pipe is deleted; destination tables stay.
    #[default]
    Delete,
    /// The pipe stays as it is.
    Retain,
}

/// Whether the operator manages the pipe or only reports on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ManagementPolicy {
    /// The pipe is created, changed and deleted as the object says.
    #[default]
    Full,
    /// No write of any kind; needs `adopt.id`.
    ObserveOnly,
}

/// What to do about a difference that neither the user nor the operator caused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DriftPolicy {
    /// Put it right.
    #[default]
    Correct,
    /// Report it only.
    Warn,
}

/// What to do about a change that only a new pipe can realise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ReplacementPolicy {
    /// Refuse it and show the plan.
    #[default]
    Never,
    /// Do it once the annotation `cloud.clickhouse.com/approve-plan` approves exactly that plan.
    OnApproval,
}

/// What to do when the recorded pipe has vanished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OnExternalDelete {
    /// Report it and wait for a person.
    #[default]
    Stall,
    /// Create a new pipe; a database source loads everything again.
    Recreate,
}

/// After a create whose outcome stayed unknown and of which no pipe was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CreateRetry {
    /// Create again.
    Auto,
    /// Ask for the annotation `cloud.clickhouse.com/confirm-not-created` first.
    Manual,
}

/// When the first load of a database pipe counts as ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ReadyWhen {
    /// When the load is over and the pipe replicates.
    #[default]
    Running,
    /// As soon as the load has started; it can take days.
    SnapshotStarted,
}

/// Which existing pipe to take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Adopt {
    /// The id of the pipe. It is taken while `status.pipe.id` is empty. An object keeps its pipe; while this names another one, changes
    /// are withheld (`AdoptMismatch`): set it back or remove it.
    #[schemars(length(min = 36, max = 36), regex(pattern = crate::UUID_PATTERN))]
    pub id: String,
    /// How careful to be.
    #[serde(default)]
    pub mode: AdoptMode,
}

/// How careful an adoption is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum AdoptMode {
    /// Only if nothing would change.
    #[default]
    Match,
    /// Take it, then make it what the object says.
    Override,
}
