//! Ingestion settings of one streaming or object-storage pipe. Not here: the settings of database sources, which stand in each source's file.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::facts::SETTING;

/// Ingestion settings; names are the API's. Members that are not set are not managed. The API has no way to unset a setting: removing a
/// member here leaves the value as it is; write the default to go back to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
pub struct Settings {
    /// Streaming: longest wait before an insert, in milliseconds, 500 to 60000; default 5000.
    #[schemars(range(min = 500, max = 60000), extend("x-facts" = SETTING))]
    pub streaming_max_insert_wait_ms: Option<i32>,
    /// Kafka only: read committed messages only; default false.
    #[schemars(extend("x-facts" = SETTING))]
    pub kafka_read_committed: Option<bool>,
    /// Object storage: files read at a time, 1 to 35.
    #[schemars(range(min = 1, max = 35), extend("x-facts" = SETTING))]
    pub object_storage_concurrency: Option<i32>,
    /// Object storage, continuous: pause between two looks for new files, in milliseconds, 100 to 3600000; default 30000.
    #[schemars(range(min = 100, max = 3_600_000), extend("x-facts" = SETTING))]
    pub object_storage_polling_interval_ms: Option<i32>,
    /// Object storage: most bytes in one insert batch, 524288000 to 10737418240; default 10737418240.
    #[schemars(range(min = 524_288_000_i64, max = 10_737_418_240_i64), extend("x-facts" = SETTING))]
    pub object_storage_max_insert_bytes: Option<i64>,
    /// Object storage: most files in one insert batch, 1 to 10000; default 100.
    #[schemars(range(min = 1, max = 10000), extend("x-facts" = SETTING))]
    pub object_storage_max_file_count: Option<i32>,
    /// Object storage: read with all replicas of the service; default true.
    #[schemars(extend("x-facts" = SETTING, "x-default" = true))]
    pub object_storage_use_cluster_function: Option<bool>,
    /// Object storage: ClickHouse setting `max_threads`, 0 to 64; 0 is automatic.
    #[schemars(range(min = 0, max = 64), extend("x-facts" = SETTING))]
    pub clickhouse_max_threads: Option<i32>,
    /// Object storage: ClickHouse setting `max_insert_threads`, 0 to 16; default 1.
    #[schemars(range(min = 0, max = 16), extend("x-facts" = SETTING))]
    pub clickhouse_max_insert_threads: Option<i32>,
    /// Object storage: ClickHouse setting `max_download_threads`, 0 to 32; default 4.
    #[schemars(range(min = 0, max = 32), extend("x-facts" = SETTING))]
    pub clickhouse_max_download_threads: Option<i32>,
    /// Object storage: ClickHouse setting `min_insert_block_size_bytes`, 0 to 10737418240; default 1073741824.
    #[schemars(range(min = 0, max = 10_737_418_240_i64), extend("x-facts" = SETTING))]
    pub clickhouse_min_insert_block_size_bytes: Option<i64>,
    /// Object storage: ClickHouse setting `parallel_distributed_insert_select`, 0 to 2; default 2; only with the cluster function.
    #[schemars(range(min = 0, max = 2), extend("x-facts" = SETTING))]
    pub clickhouse_parallel_distributed_insert_select: Option<i32>,
    /// Object storage: ClickHouse setting `parallel_view_processing`; default false.
    #[schemars(extend("x-facts" = SETTING))]
    pub clickhouse_parallel_view_processing: Option<bool>,
}
