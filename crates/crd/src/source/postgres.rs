//! PostgreSQL and what speaks its protocol, by change data capture.
//!
//! Every field of this source stands here once: name, type, rule and facts. Its table mappings are [`super::table_mapping`]'s.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::ROLE;
use super::database::{self, DatabaseAuthentication, DatabaseCredentials, ReplicationMode};
use super::table_mapping::TableMapping;
use crate::credential::Certificate;
use crate::facts::{FIXED, MAPPINGS, WHILE_PAUSED};

/// PostgreSQL and what speaks its protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = database::HOST, validation = database::TLS, validation = database::BASIC, validation = database::IAM_ROLE)]
pub struct Postgres {
    /// Flavour of the database; default `postgres`.
    #[schemars(extend("x-facts" = FIXED, "x-default" = "postgres"))]
    pub r#type: Option<PostgresType>,
    /// Host name or address; the DNS name of a reverse private endpoint; or `project:region:instance` for Cloud SQL with workload identity.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = WHILE_PAUSED))]
    pub host: String,
    /// Port, 1 to 65535; usually 5432.
    #[schemars(range(min = 1, max = 65535), extend("x-facts" = WHILE_PAUSED))]
    pub port: i32,
    /// Database to replicate from.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = WHILE_PAUSED))]
    pub database: String,
    /// How to log in; default `basic`.
    #[schemars(extend("x-facts" = FIXED, "x-default" = "basic"))]
    pub authentication: Option<DatabaseAuthentication>,
    /// ARN of the role to assume; with authentication IAM_ROLE.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = FIXED))]
    #[x_kube(validation = ROLE)]
    pub iam_role: Option<String>,
    /// What to log in with: user name and password, or for IAM_ROLE the user name alone.
    #[schemars(extend("x-facts" = WHILE_PAUSED.whole().write_only()))]
    pub credentials: Option<DatabaseCredentials>,
    /// Host name that the server's certificate is checked against, when it is not `host`.
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
    pub settings: PostgresSettings,
    /// Which tables are replicated, and where to.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["sourceSchemaName".into(), "sourceTable".into()]))]
    #[schemars(length(min = 1, max = 2000), extend("x-facts" = MAPPINGS))]
    pub table_mappings: Vec<TableMapping>,
}

/// How Postgres is replicated. Members that are not set are not managed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.replicationSlotName) || self.replicationMode == 'cdc_only'", "replicationSlotName is only for replicationMode cdc_only: in the other modes ClickPipes creates the slot; remove it"),
    validation = ("!has(self.replicationSlotName) || !has(self.enableFailoverSlots) || !self.enableFailoverSlots", "enableFailoverSlots is about the slot that ClickPipes creates: remove it, or replicationSlotName")
)]
pub struct PostgresSettings {
    /// What is replicated.
    pub replication_mode: ReplicationMode,
    /// Time between two syncs of changes, in seconds, at least 1; the service's default is 60, and 10 or more is advised.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-facts" = WHILE_PAUSED, "x-default" = 60))]
    pub sync_interval_seconds: Option<i32>,
    /// Most rows pulled at a time while syncing changes, at least 1; the service's default is 100000.
    #[schemars(range(min = 1), extend("x-facts" = WHILE_PAUSED, "x-default" = 100_000))]
    pub pull_batch_size: Option<i64>,
    /// Publication to use; without it ClickPipes creates one, for which it must own the tables.
    #[schemars(length(min = 1, max = 63))]
    pub publication_name: Option<String>,
    /// Replication slot to use, for replicationMode cdc_only; in the other modes ClickPipes creates one.
    #[schemars(length(min = 1, max = 63))]
    pub replication_slot_name: Option<String>,
    /// Whether columns without NOT NULL become Nullable. Default false: NULL becomes the type's default value.
    pub allow_nullable_columns: Option<bool>,
    /// Parallel workers for each table in the first load, at least 1; the service's default is 4.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-default" = 4))]
    pub initial_load_parallelism: Option<i32>,
    /// Rows in each part of the first load, at least 1000; the service's default is 100000.
    #[schemars(range(min = 1000), extend("x-default" = 100_000))]
    pub snapshot_num_rows_per_partition: Option<i64>,
    /// Tables loaded at a time in the first load, at least 1; the service's default is 1.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-default" = 1))]
    pub snapshot_number_of_parallel_tables: Option<i32>,
    /// Whether the replication slot survives a failover; PostgreSQL 17 and newer, when ClickPipes creates the slot. Default false.
    pub enable_failover_slots: Option<bool>,
    /// Whether merges remove rows that were deleted in the source. Default false.
    pub delete_on_merge: Option<bool>,
}

/// Flavours of Postgres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PostgresType {
    /// PostgreSQL.
    Postgres,
    /// Supabase.
    Supabase,
    /// Neon.
    Neon,
    /// Google AlloyDB.
    Alloydb,
    /// PlanetScale for Postgres.
    Planetscale,
    /// Amazon RDS for PostgreSQL.
    Rdspostgres,
    /// Amazon Aurora PostgreSQL.
    Aurorapostgres,
    /// Google Cloud SQL for PostgreSQL.
    Cloudsqlpostgres,
    /// Azure Database for PostgreSQL.
    Azurepostgres,
    /// Crunchy Bridge.
    Crunchybridge,
    /// Tiger Data (TimescaleDB).
    Tigerdata,
}
