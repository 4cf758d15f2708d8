//! The `ClickPipe` resource: one ingestion pipeline.
//!
//! Not here: the sources' fields (`source/`), status ([`crate::status`]), what follows from a policy (crate `plan`).

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::destination::{Destination, FieldMapping};
use crate::facts::{Compare, IN_PLACE};
use crate::policy::{
    Adopt, CreateRetry, DeletionPolicy, DriftPolicy, ManagementPolicy, OnExternalDelete, ReadyWhen, ReplacementPolicy,
    RunState,
};
use crate::scaling::Scaling;
use crate::settings::Settings;
use crate::source::Source;
use crate::status::ClickPipeStatus;

/// One ClickPipe: data flows from one source into tables of one ClickHouse Cloud service.
///
/// Fields that are not set are not managed: never compared, never changed. Secrets are referenced, never written here.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "cloud.clickhouse.com",
    version = "v1alpha1",
    kind = "ClickPipe",
    namespaced,
    shortname = "cpipe",
    category = "clickhouse-cloud",
    status = "ClickPipeStatus",
    derive = "PartialEq",
    printcolumn(name = "State", type_ = "string", json_path = ".status.pipe.state"),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Synced", type_ = "string", json_path = ".status.conditions[?(@.type==\"Synced\")].status"),
    printcolumn(name = "Source", type_ = "string", json_path = ".status.source"),
    printcolumn(name = "Destination", type_ = "string", json_path = ".status.destination"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(name = "Pipe-Id", type_ = "string", json_path = ".status.pipe.id", priority = 1),
    printcolumn(name = "Service", type_ = "string", json_path = ".spec.serviceId", priority = 1),
    printcolumn(name = "Reason", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].reason", priority = 1),
    selectable = ".spec.serviceId",
    selectable = ".spec.connectionRef.name",
    selectable = ".status.pipe.id",
    selectable = ".status.pipe.state",
    validation = ("has(self.spec.name) || size(self.metadata.name) <= 240", "metadata.name is longer than 240 characters: set spec.name, which is what ClickHouse Cloud shows")
)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.managementPolicy != 'ObserveOnly' || has(self.adopt)", "managementPolicy: ObserveOnly needs adopt.id, the id of the pipe to observe"),
    validation = ("!(has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb) || has(self.source.bigquery)) || !(has(self.destination.table) || has(self.destination.managedTable) || has(self.destination.columns) || has(self.destination.tableDefinition))", "a database source writes to the targetTable of each table mapping: remove destination.table, managedTable, columns and tableDefinition"),
    validation = ("!(has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb) || has(self.source.bigquery)) || !(has(self.scaling) || has(self.settings) || has(self.fieldMappings))", "a database source has no scaling, settings or fieldMappings of its own: remove them; use source settings and table mappings"),
    validation = ("(has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb) || has(self.source.bigquery)) || !has(self.destination.table) || has(self.destination.columns)", "a destination table needs columns: list each column that the pipe writes"),
    validation = ("(has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb) || has(self.source.bigquery)) || (has(self.destination.table) && has(self.destination.managedTable))", "a streaming or object-storage source needs destination.table and destination.managedTable"),
    validation = ("!has(self.settings) || !has(self.settings.kafka_read_committed) || has(self.source.kafka)", "settings.kafka_read_committed is only for a Kafka source: remove it"),
    validation = ("!has(self.settings) || has(self.source.objectStorage) || !(has(self.settings.object_storage_concurrency) || has(self.settings.object_storage_polling_interval_ms) || has(self.settings.object_storage_max_insert_bytes) || has(self.settings.object_storage_max_file_count) || has(self.settings.object_storage_use_cluster_function))", "settings that begin with object_storage_ are only for an objectStorage source: remove them"),
    validation = ("!has(self.resyncRequest) || has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb)", "resyncRequest is only for Postgres, MySQL and MongoDB sources"),
    validation = ("self.readyWhen == 'Running' || (has(self.source.postgres) || has(self.source.mysql) || has(self.source.mongodb) || has(self.source.bigquery))", "readyWhen: SnapshotStarted is only for database sources")
)]
pub struct ClickPipeSpec {
    /// The connection whose API key and organization are used.
    pub connection_ref: ConnectionRef,
    /// The id of the ClickHouse Cloud service; cannot be changed.
    #[schemars(length(min = 36, max = 36), regex(pattern = crate::UUID_PATTERN))]
    #[x_kube(validation = ("self == oldSelf", "serviceId is immutable: delete this object and create another one for the other service"))]
    pub service_id: String,
    /// The name shown in ClickHouse Cloud, 1 to 240 characters; default is the object's name. A pipe that the operator creates is called
    /// `<name> [<token>]`; the token tells whose pipe it is.
    #[schemars(length(min = 1, max = 240), extend("x-facts" = IN_PLACE))]
    pub name: Option<String>,
    /// Whether the pipe ingests.
    #[serde(default)]
    pub state: RunState,
    /// Where the data comes from: exactly one of the members.
    pub source: Source,
    /// Where the data goes.
    pub destination: Destination,
    /// Which source field is written to which column; streaming and object-storage sources.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["destinationField".into()]))]
    #[schemars(length(min = 1, max = 1000), extend("x-facts" = IN_PLACE.compared(Compare::Keyed)))]
    pub field_mappings: Option<Vec<FieldMapping>>,
    /// Compute of the pipe; streaming and object-storage sources.
    pub scaling: Option<Scaling>,
    /// Ingestion settings; streaming and object-storage sources.
    pub settings: Option<Settings>,
    /// What happens to the pipe when this object is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Whether the pipe is managed or only observed.
    #[serde(default)]
    pub management_policy: ManagementPolicy,
    /// What to do about a difference that this object did not cause.
    #[serde(default)]
    pub drift_policy: DriftPolicy,
    /// What to do about a change that only a new pipe can realise.
    #[serde(default)]
    pub replacement_policy: ReplacementPolicy,
    /// What to do when the pipe was deleted by somebody else.
    #[serde(default)]
    pub on_external_delete: OnExternalDelete,
    /// After a create whose outcome stayed unknown: create again, or ask. Default: Auto, and Manual for database sources.
    pub create_retry: Option<CreateRetry>,
    /// When the first load of a database source counts as ready.
    #[serde(default)]
    pub ready_when: ReadyWhen,
    /// Takes an existing pipe instead of creating one.
    pub adopt: Option<Adopt>,
    /// A new value asks for one resync: everything is loaded again. Postgres, MySQL and MongoDB sources; at most once per value.
    #[schemars(length(min = 1, max = 253))]
    pub resync_request: Option<String>,
    /// Withholds every external write, also a delete.
    #[serde(default)]
    pub paused: bool,
}

/// Which connection to use.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRef {
    /// Name of the connection.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Kind of the connection.
    #[serde(default)]
    pub kind: ConnectionKind,
}

/// The two kinds of connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum ConnectionKind {
    /// A connection in the object's own namespace.
    #[default]
    CloudConnection,
    /// A connection of the cluster that allows the object's namespace.
    ClusterCloudConnection,
}
