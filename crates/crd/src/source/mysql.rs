//! MySQL and MariaDB, by change data capture.
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

/// MySQL and MariaDB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = database::HOST, validation = database::TLS, validation = database::BASIC, validation = database::IAM_ROLE,
    validation = ("!has(self.type) || !(self.type in ['mariadb', 'rdsmariadb']) || !has(self.settings.replicationMechanism) || self.settings.replicationMechanism == 'GTID'", "MariaDB has only replicationMechanism GTID: remove settings.replicationMechanism"))]
pub struct Mysql {
    /// Flavour of the database; default `mysql`.
    #[schemars(extend("x-facts" = FIXED, "x-default" = "mysql"))]
    pub r#type: Option<MysqlType>,
    /// Host name or address; the DNS name of a reverse private endpoint; or `project:region:instance` for Cloud SQL with workload identity.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = WHILE_PAUSED))]
    pub host: String,
    /// Port, 1 to 65535; usually 3306.
    #[schemars(range(min = 1, max = 65535), extend("x-facts" = WHILE_PAUSED))]
    pub port: i32,
    /// How to log in; default `basic`.
    #[schemars(extend("x-facts" = WHILE_PAUSED, "x-default" = "basic"))]
    pub authentication: Option<DatabaseAuthentication>,
    /// ARN of the role to assume; with authentication IAM_ROLE.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = WHILE_PAUSED))]
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
    /// The server id under which the pipe replicates, 1 to 4294967295, unique among the replicas of the source; assigned when not set.
    #[schemars(range(min = 1, max = 4_294_967_295_i64), extend("x-facts" = WHILE_PAUSED))]
    pub server_id: Option<i64>,
    /// How to replicate.
    #[schemars(extend("x-facts" = FIXED))]
    pub settings: MysqlSettings,
    /// Which tables are replicated, and where to.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["sourceSchemaName".into(), "sourceTable".into()]))]
    #[schemars(length(min = 1, max = 2000), extend("x-facts" = MAPPINGS))]
    pub table_mappings: Vec<TableMapping>,
}

/// How MySQL is replicated. Members that are not set are not managed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct MysqlSettings {
    /// What is replicated.
    pub replication_mode: ReplicationMode,
    /// How the position in the binary log is kept; default `GTID`. MariaDB has GTID only; FILE_POS must be enabled by ClickHouse support.
    #[schemars(extend("x-default" = "GTID"))]
    pub replication_mechanism: Option<ReplicationMechanism>,
    /// Time between two syncs of changes, in seconds, at least 1; the service's default is 60, and 10 or more is advised.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-facts" = WHILE_PAUSED, "x-default" = 60))]
    pub sync_interval_seconds: Option<i32>,
    /// Most rows pulled at a time while syncing changes, at least 1; the service's default is 100000.
    #[schemars(range(min = 1), extend("x-facts" = WHILE_PAUSED, "x-default" = 100_000))]
    pub pull_batch_size: Option<i64>,
    /// Whether the connection to the source is compressed.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub use_compression: Option<bool>,
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
    /// Whether merges remove rows that were deleted in the source. Default false.
    pub delete_on_merge: Option<bool>,
}

/// Flavours of MySQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MysqlType {
    /// MySQL.
    Mysql,
    /// Amazon RDS for MySQL.
    Rdsmysql,
    /// Amazon Aurora MySQL.
    Auroramysql,
    /// Google Cloud SQL for MySQL.
    Cloudsqlmysql,
    /// MariaDB.
    Mariadb,
    /// Amazon RDS for MariaDB.
    Rdsmariadb,
}

/// How the position in the binary log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReplicationMechanism {
    /// Global transaction ids.
    Gtid,
    /// File name and position; not with MariaDB.
    FilePos,
}
