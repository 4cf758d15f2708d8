//! MongoDB, by change streams.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::{self, ReplicationMode};
use super::table_mapping::{MAPPING_KEY, MappingEngine};
use crate::credential::{Certificate, SecretValue, TextValue};
use crate::facts::{Compare, FIXED, MAPPINGS, WHILE_PAUSED};

/// MongoDB 5.1 or newer, as a replica set or sharded cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = database::TLS,
    validation = ("self.uri.matches('^mongodb([+]srv)?://')", "uri begins with mongodb:// or mongodb+srv://"),
    // Not on the field itself: the API server's answer would repeat the value, password and all.
    validation = ("!self.uri.contains('@')", "uri must not hold a user name or password: put them into credentials, and write an @ in an option as %40"),
    validation = ("!self.uri.matches('(?i)(password|session_token)[=:]')", "uri must not hold a password or token in its options")
)]
pub struct Mongodb {
    /// Connection URI without user name and password, for example `mongodb+srv://cluster0.example.mongodb.net`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = WHILE_PAUSED.compared(Compare::RedactedUri)))]
    pub uri: String,
    /// Which members of a replica set are read.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub read_preference: ReadPreference,
    /// What to log in with.
    #[schemars(extend("x-facts" = WHILE_PAUSED.whole().write_only()))]
    pub credentials: Option<MongodbCredentials>,
    /// Host name that the server's certificate is checked against, when it is not the URI's.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = WHILE_PAUSED))]
    pub tls_host: Option<String>,
    /// CA certificate of the server.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub ca_certificate: Option<Certificate>,
    /// Whether to connect without TLS: everything, the password too, goes over the network in clear text. Default false.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub disable_tls: Option<bool>,
    /// Whether to accept any certificate of the server. Default false.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub skip_cert_verification: Option<bool>,
    /// How to replicate.
    #[schemars(extend("x-facts" = FIXED))]
    pub settings: MongodbSettings,
    /// Which collections are replicated, and where to.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["sourceDatabaseName".into(), "sourceCollection".into()]))]
    #[schemars(length(min = 1, max = 2000), extend("x-facts" = MAPPINGS))]
    pub table_mappings: Vec<CollectionMapping>,
}

/// What to log in to MongoDB with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MongodbCredentials {
    /// User name.
    pub username: TextValue,
    /// Password.
    pub password: SecretValue,
}

/// How MongoDB is replicated. Members that are not set are not managed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct MongodbSettings {
    /// What is replicated.
    pub replication_mode: ReplicationMode,
    /// Time between two syncs of changes, in seconds, at least 1; the service's default is 60, and 10 or more is advised.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-facts" = WHILE_PAUSED, "x-default" = 60))]
    pub sync_interval_seconds: Option<i32>,
    /// Most documents pulled at a time while syncing changes, at least 1; the service's default is 100000.
    #[schemars(range(min = 1), extend("x-facts" = WHILE_PAUSED, "x-default" = 100_000))]
    pub pull_batch_size: Option<i64>,
    /// Parallel workers for each collection in the first load, at least 1.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub initial_load_parallelism: Option<i32>,
    /// Documents in each part of the first load, at least 1000; the service's default is 100000.
    #[schemars(range(min = 1000), extend("x-default" = 100_000))]
    pub snapshot_num_rows_per_partition: Option<i64>,
    /// Collections loaded at a time in the first load, at least 1; the service's default is 1.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-default" = 1))]
    pub snapshot_number_of_parallel_tables: Option<i32>,
    /// Whether merges remove rows that were deleted in the source. Default false.
    pub delete_on_merge: Option<bool>,
    /// Whether documents are stored in ClickHouse's JSON type; false stores them as String.
    pub use_json_native_format: Option<bool>,
}

/// One source collection and its target table. A mapping cannot be changed, only removed and added again, which loads the collection anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct CollectionMapping {
    /// Source database.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = MAPPING_KEY))]
    pub source_database_name: String,
    /// Source collection.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = MAPPING_KEY))]
    pub source_collection: String,
    /// Table in the destination database, for example `mydb_users`. It is created when missing; a first load needs it empty.
    #[schemars(length(min = 1, max = 255))]
    pub target_table: String,
    /// Engine of the target table; default `ReplacingMergeTree`, which applies updates and deletes.
    #[schemars(extend("x-default" = "ReplacingMergeTree"))]
    pub table_engine: Option<MappingEngine>,
    /// Write the documents' fields to typed columns instead of one JSON column.
    pub structured_ingestion: Option<StructuredIngestion>,
}

/// How documents are written to typed columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct StructuredIngestion {
    /// Whether fields are written to typed columns.
    pub enabled: bool,
    /// Whether a value that does not fit its column is reported without the value itself. Default false.
    pub drop_unexpected_values: Option<bool>,
    /// The columns; inferred from a sample of the collection when not set. `_id` is always replicated, as String.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[schemars(length(max = 1000), extend("x-facts" = MAPPINGS))]
    pub columns: Option<Vec<DocumentColumn>>,
    /// Columns that are not replicated.
    #[schemars(length(max = 1000), inner(length(min = 1, max = 255)), extend("x-facts" = MAPPINGS.compared(Compare::Set)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub excluded_columns: Option<Vec<String>>,
    /// Columns of the target table's sorting key, in order; default `_id`.
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)))]
    pub sorting_keys: Option<Vec<String>>,
    /// PARTITION BY of the target table when ClickPipes creates it: an SQL expression.
    #[schemars(length(min = 1, max = 4096))]
    pub partition_by_expr: Option<String>,
}

/// One typed column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentColumn {
    /// Field at the top level of the documents.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = MAPPING_KEY))]
    pub name: String,
    /// ClickHouse type, for example `Int64`.
    #[schemars(length(min = 1, max = 4096))]
    pub r#type: String,
}

/// Which members of a replica set are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReadPreference {
    /// The primary.
    Primary,
    /// The primary, or a secondary while there is none.
    PrimaryPreferred,
    /// A secondary.
    Secondary,
    /// A secondary, or the primary while there is none.
    SecondaryPreferred,
    /// The member with the least latency.
    Nearest,
}
