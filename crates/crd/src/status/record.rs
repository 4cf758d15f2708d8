//! The operator's record in the status of a `ClickPipe`: what it has done, so that a restart at any moment loses nothing.
//!
//! Not here: what follows from a record (crate `plan`).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::free_form;

/// The version of the meaning of this record. An operator refuses to write on a record of a newer version.
pub const PROTOCOL_VERSION: i32 = 1;

/// The pipe that belongs to an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct PipeRecord {
    /// The pipe's id.
    pub id: String,
    /// The token in the pipe's name, computed when it was recorded.
    pub token: String,
    /// The cluster that recorded it.
    pub cluster_id: String,
    /// The uid of the object that recorded it.
    pub uid: String,
    /// The organization that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// The service that it is in.
    pub service_id: String,
    /// Its name in the service, as last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its state, as last seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// When the service created it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was last changed, as the service said at the last write of this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// The generation of the spec at which the pipe was found to have vanished, alone or with many others. While the spec is the same, no other
    /// pipe is made, unless a person asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vanished_generation: Option<i64>,
}

/// The last attempt to create a pipe; written before the request is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct CreateRecord {
    /// Number of the attempt, from 1.
    pub attempt: i32,
    /// Names this attempt; only the process that wrote it may send it, once.
    pub nonce: String,
    /// The process that wrote it.
    pub holder: String,
    /// How far it is.
    pub phase: CreatePhase,
    /// Why it failed; with phase Failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The service's own words about the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The fixed, returned and not secret fields of the request, by path: what a pipe must have to be this attempt's.
    #[schemars(schema_with = "free_form")]
    pub fingerprint: BTreeMap<String, Value>,
    /// A keyed hash of the request, to see whether a retry would be another request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_hash: Option<String>,
    /// The token in the pipe's name.
    pub token: String,
    /// The cluster that wrote it.
    pub cluster_id: String,
    /// The uid of the object.
    pub uid: String,
    /// The version of this record's meaning.
    pub protocol_version: i32,
}

/// How far an attempt to create is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CreatePhase {
    /// The request may have been sent; its outcome is not known.
    #[default]
    Intent,
    /// It certainly made nothing.
    Failed,
    /// It made the recorded pipe; its first start, or first stop, is still owed.
    Resolved,
    /// The pipe has been in the wanted run state once.
    Started,
}

/// Work of several steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// What it is.
    pub kind: OperationKind,
    /// The generation that asked for it.
    pub generation: i64,
    /// How far it is.
    pub phase: OperationPhase,
    /// The run state to go back to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resume_to: Option<crate::policy::RunState>,
}

/// Kinds of work of several steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OperationKind {
    /// Pause, change, resume.
    Update,
    /// Remove the pipe and create another one.
    Replace,
    /// Create another pipe for one that somebody deleted.
    Recreate,
}

/// How far such work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum OperationPhase {
    /// We asked the pipe to pause.
    Pausing,
    /// The change was accepted; the run state is restored.
    Resuming,
    /// The old pipe is being removed.
    Removing,
}

/// What became of approvals to load a table again: each is good for one time. (A replacement makes another pipe, which no earlier approval fits.)
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ApprovalRecord {
    /// How many are used up; part of what the hash of a plan stands for.
    pub used: i64,
    /// The hash of the plan that is being carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begun: Option<String>,
}

/// The last document that was applied in full.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Applied {
    /// The generation that it came from.
    pub generation: i64,
    /// The document, without secrets.
    #[schemars(schema_with = "free_form")]
    pub document: Value,
}

/// The last request for a resync.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LastResync {
    /// The value of `spec.resyncRequest`.
    pub id: String,
    /// Handled, Sent, Accepted or Refused.
    pub phase: String,
    /// Random text of the process that recorded it and alone may send it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nonce: String,
}
