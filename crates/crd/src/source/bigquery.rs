//! Google BigQuery.
//!
//! Every field of this source stands here once: name, type, rule and facts. The API cannot change any of them.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::database::ReplicationMode;
use super::service_account::{GoogleAuthentication, ServiceAccount};
use super::table_mapping::{self, MappingEngine};
use crate::facts::{Compare, FIXED};

/// Google BigQuery. Nothing of it can be changed in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("has(self.credentials) == (!has(self.authentication) || self.authentication == 'SERVICE_ACCOUNT')", "authentication SERVICE_ACCOUNT, which is the default, needs credentials; workload identity takes none"),
    validation = ("!has(self.authentication) || self.authentication != 'SERVICE_ACCOUNT_WORKLOAD_IDENTITY' || has(self.projectId)", "authentication SERVICE_ACCOUNT_WORKLOAD_IDENTITY needs projectId"),
    validation = ("self.tableMappings.all(m, has(m.queryCdcWatermarkColumn) == (has(self.settings.replicationMethod) && self.settings.replicationMethod == 'query_based'))", "replicationMethod query_based needs queryCdcWatermarkColumn in every table mapping; anything else takes it in none"),
    validation = ("self.tableMappings.all(m, has(m.eventsFunction) == (has(self.settings.replicationMethod) && self.settings.replicationMethod == 'events_based'))", "replicationMethod events_based needs eventsFunction in every table mapping; anything else takes it in none")
)]
pub struct Bigquery {
    /// How to log in; default SERVICE_ACCOUNT.
    #[schemars(extend("x-facts" = FIXED, "x-default" = "SERVICE_ACCOUNT"))]
    pub authentication: Option<GoogleAuthentication>,
    /// Service account; with authentication SERVICE_ACCOUNT.
    #[schemars(extend("x-facts" = FIXED.whole().write_only()))]
    pub credentials: Option<ServiceAccount>,
    /// Id of the Google Cloud project that owns the tables; required for workload identity.
    #[schemars(length(min = 1, max = 64), extend("x-facts" = FIXED))]
    pub project_id: Option<String>,
    /// Cloud Storage path where the first load is staged, for example `gs://my-bucket/staging/`. It is cleaned up afterwards.
    #[schemars(length(min = 6, max = 1024), extend("x-facts" = FIXED))]
    #[x_kube(validation = ("self.startsWith('gs://')", "snapshotStagingPath is a Cloud Storage path such as gs://my-bucket/staging/"))]
    pub snapshot_staging_path: String,
    /// How to replicate.
    #[schemars(extend("x-facts" = FIXED))]
    pub settings: BigquerySettings,
    /// Which tables are replicated, and where to.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["sourceDatasetName".into(), "sourceTable".into()]))]
    #[schemars(length(min = 1, max = 2000), extend("x-facts" = FIXED.compared(Compare::Keyed)))]
    pub table_mappings: Vec<DatasetMapping>,
}

/// How BigQuery is replicated. Members that are not set are not managed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("has(self.replicationMethod) == (self.replicationMode != 'snapshot')", "replicationMode cdc and cdc_only need replicationMethod; snapshot takes none"),
    validation = ("self.replicationMode != 'snapshot' || !(has(self.syncIntervalSeconds) || has(self.syncCron) || has(self.queryCdcPullSyncParallelism) || has(self.syncDelaySeconds) || has(self.pullWindowSizeSeconds))", "replicationMode snapshot syncs no changes: remove syncIntervalSeconds, syncCron, queryCdcPullSyncParallelism, syncDelaySeconds and pullWindowSizeSeconds"),
    validation = ("!(has(self.syncIntervalSeconds) && has(self.syncCron))", "syncs run by syncIntervalSeconds or by syncCron: remove one of them")
)]
pub struct BigquerySettings {
    /// What is replicated.
    pub replication_mode: ReplicationMode,
    /// How changes are found; for replicationMode cdc and cdc_only.
    pub replication_method: Option<ReplicationMethod>,
    /// Time between two syncs of changes, in seconds, at least 1; not together with `syncCron`.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub sync_interval_seconds: Option<i32>,
    /// When to sync changes: five cron fields or a descriptor such as `@hourly`, in UTC unless it begins with `CRON_TZ=<zone>`, at most
    /// once a minute.
    #[schemars(length(min = 1, max = 255))]
    #[x_kube(validation = ("self.matches('^(CRON_TZ=[^ ]+ +)?(@[a-z]+( [0-9a-z]+)?|[^ @]+( +[^ @]+){4})$')", "syncCron is five cron fields or a descriptor, for example 0 * * * * or @hourly, perhaps after CRON_TZ=<zone>"))]
    pub sync_cron: Option<String>,
    /// Tables pulled in parallel while syncing changes, at least 1.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub query_cdc_pull_sync_parallelism: Option<i32>,
    /// How far behind the present a sync stops, in seconds, so that rows have time to become visible in BigQuery.
    #[schemars(range(min = 0, max = 2_147_483_647))]
    pub sync_delay_seconds: Option<i32>,
    /// Most time that one query covers while the pipe catches up, in seconds, at least 1.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    pub pull_window_size_seconds: Option<i32>,
    /// Whether columns that may be NULL become Nullable. Default false.
    pub allow_nullable_columns: Option<bool>,
    /// Parallel workers for each table in the first load, at least 1; the service's default is 4.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-default" = 4))]
    pub initial_load_parallelism: Option<i32>,
    /// Rows in each part of the first load, at least 1; the service's default is 100000.
    #[schemars(range(min = 1), extend("x-default" = 100_000))]
    pub snapshot_num_rows_per_partition: Option<i64>,
    /// Tables loaded at a time in the first load, at least 1; the service's default is 1.
    #[schemars(range(min = 1, max = 2_147_483_647), extend("x-default" = 1))]
    pub snapshot_number_of_parallel_tables: Option<i32>,
}

/// One source table and its target table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = table_mapping::SORTING_KEY)]
pub struct DatasetMapping {
    /// Source dataset.
    #[schemars(length(min = 1, max = 1024), extend("x-facts" = FIXED.key()))]
    pub source_dataset_name: String,
    /// Source table.
    #[schemars(length(min = 1, max = 1024), extend("x-facts" = FIXED.key()))]
    pub source_table: String,
    /// Table in the destination database, for example `my_bigquery_table`. It is created when missing; a first load needs it empty.
    #[schemars(length(min = 1, max = 255))]
    pub target_table: String,
    /// Source columns that are not replicated.
    #[schemars(length(max = 1000), inner(length(min = 1, max = 300)), extend("x-facts" = FIXED.compared(Compare::Set)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub excluded_columns: Option<Vec<String>>,
    /// Whether `sortingKeys` replaces the default sorting key of the target table.
    pub use_custom_sorting_key: Option<bool>,
    /// Columns of the sorting key, in order; with `useCustomSortingKey: true`.
    #[schemars(length(max = 100), inner(length(min = 1, max = 300)))]
    pub sorting_keys: Option<Vec<String>>,
    /// Engine of the target table; default `ReplacingMergeTree`, which applies updates and deletes.
    #[schemars(extend("x-default" = "ReplacingMergeTree"))]
    pub table_engine: Option<MappingEngine>,
    /// Source column of type TIMESTAMP by which changes are found; for every table of replicationMethod query_based.
    #[schemars(length(min = 1, max = 300))]
    pub query_cdc_watermark_column: Option<String>,
    /// Which changes are read; for every table of replicationMethod events_based.
    pub events_function: Option<EventsFunction>,
}

/// How changes in BigQuery are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplicationMethod {
    /// Each table is queried by a watermark column.
    QueryBased,
    /// The change history is read.
    EventsBased,
}

/// Which changes of BigQuery are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EventsFunction {
    /// Appended rows.
    Appends,
    /// Every change.
    Changes,
}
