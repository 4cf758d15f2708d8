//! What the operator knows and has done about a `ClickPipe`: its conditions for people, its record for the next step.
//!
//! Status authorises writes: `pipe` is the only licence to change or delete a pipe, `create` the only licence to look for a lost one.
//! Not here: the condition and reason names ([`crate::condition`]).

pub mod record;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::record::{Applied, ApprovalRecord, CreateRecord, LastResync, Operation, PipeRecord};

/// Status of a `ClickPipe`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ClickPipeStatus {
    /// The generation of the spec that was examined last; -1 until the operator has seen the object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed_generation: Option<i64>,
    /// The generation that was last applied in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_synced_generation: Option<i64>,
    /// Conditions, in a fixed order: Reconciling or Stalled, Ready, Synced, ReferencesResolved, then the others.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// The pipe that belongs to this object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipe: Option<PipeRecord>,
    /// The kind of source, for the column SOURCE.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The destination in short, for the column DESTINATION.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// The last attempt to create a pipe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub create: Option<CreateRecord>,
    /// Ids of pipes that were deleted or accepted as vanished; they are never taken again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub retired: Vec<String>,
    /// Work of several steps that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// What became of approvals to load a table again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<ApprovalRecord>,
    /// The last document that was applied in full, without secrets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<Applied>,
    /// The change that waits for approval or is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PendingPlan>,
    /// Differences that neither the user nor the operator caused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// What the service returns for members of the spec that are not set.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub observed: Option<Value>,
    /// Ids of pipes that may be ours and were left alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
    /// Keyed fingerprints of the secrets that were applied, by path.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "text_map")]
    pub secret_fingerprints: Option<std::collections::BTreeMap<String, String>>,
    /// The last request for a resync.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_resync: Option<LastResync>,
    /// When the pipe was last seen; moves only with a write made for another reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_observed_time: Option<String>,
    /// The value of the last reconcile-now annotation that was handled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_handled_reconcile_at: Option<String>,
    /// The last error, with what is needed to ask support about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<LastError>,
    /// The last ten things that the operator did to the pipe.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 10))]
    pub history: Vec<HistoryEntry>,
}

/// The last error of a call; of several alike in a row the first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct LastError {
    /// What kind of failure it was, in one word: the reason of the condition that it led to.
    pub class: String,
    /// The service's request id, for its support.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// When it happened.
    pub time: String,
}

/// One thing that the operator did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct HistoryEntry {
    /// When.
    pub time: String,
    /// The generation that asked for it.
    pub generation: i64,
    /// What was done, for example `CreatePipe` or `Start`.
    pub action: String,
    /// What came of it, for example `Accepted` or the failure's class.
    pub outcome: String,
}

/// How much a change disturbs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Impact {
    /// Nothing is interrupted.
    Inert,
    /// Ingestion pauses for a moment.
    Restart,
    /// A table is loaded again.
    Resync,
    /// Only a new pipe can realise it.
    Replace,
}

/// A change that waits for approval or is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingPlan {
    /// Names this plan, for `approve-plan`.
    pub hash: String,
    /// The largest impact of its changes.
    pub class: Impact,
    /// What would change; secrets are redacted.
    pub changes: Vec<PlannedChange>,
}

/// One change of a plan; secrets are redacted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedChange {
    /// Path of the field in the spec.
    pub path: String,
    /// What the pipe has.
    #[serde(default)]
    pub from: String,
    /// What the spec says.
    #[serde(default)]
    pub to: String,
    /// Its impact.
    pub class: Impact,
}

/// Differences that neither the user nor the operator caused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Drift {
    /// Paths that differ.
    pub paths: Vec<String>,
    /// Since when.
    pub since: String,
}

/// The schema of an object whose members are not described.
pub(crate) fn free_form(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "object", "x-kubernetes-preserve-unknown-fields": true})
}

/// The schema of a map from text to text.
pub(crate) fn text_map(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({"type": "object", "additionalProperties": {"type": "string"}})
}
