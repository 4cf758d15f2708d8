//! The members of a BigQuery source. Rules between them are in `rules/bigquery`.

use crate::field::{Field, Kind};
use crate::source::database::{ENGINES, REPLICATION_MODES, at_least};
use crate::source::pubsub::KEY_FILE;

/// `source.bigquery`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).default("\"SERVICE_ACCOUNT\""),
    Field::new("credentials", Kind::Object(KEY_FILE)).write_only(),
    Field::new("projectId", Kind::Filled),
    Field::new("snapshotStagingPath", Kind::Filled).required(),
    Field::new("settings", Kind::Object(SETTINGS)).required(),
    Field::new("tableMappings", Kind::Objects(TABLE_MAPPING, 1)).required(),
];

const AUTHENTICATIONS: &[&str] = &["SERVICE_ACCOUNT", "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"];

const SETTINGS: &[Field] = &[
    Field::new("replicationMode", REPLICATION_MODES).required(),
    Field::new("replicationMethod", Kind::OneOf(&["query_based", "events_based"])),
    Field::new("syncIntervalSeconds", at_least(1)),
    Field::new("syncCron", Kind::Filled),
    Field::new("queryCdcPullSyncParallelism", at_least(1)),
    Field::new("syncDelaySeconds", at_least(0)),
    Field::new("pullWindowSizeSeconds", at_least(1)),
    Field::new("allowNullableColumns", Kind::Bool).default("false"),
    Field::new("initialLoadParallelism", at_least(1)).default("4"),
    Field::new("snapshotNumRowsPerPartition", at_least(1)).default("100000"),
    Field::new("snapshotNumberOfParallelTables", at_least(1)).default("1"),
];

/// A mapping of BigQuery.
pub(crate) const TABLE_MAPPING: &[Field] = &[
    Field::new("sourceDatasetName", Kind::Filled).required(),
    Field::new("sourceTable", Kind::Filled).required(),
    Field::new("targetTable", Kind::Filled).required(),
    Field::new("excludedColumns", Kind::Texts),
    Field::new("useCustomSortingKey", Kind::Bool),
    Field::new("sortingKeys", Kind::Texts),
    Field::new("tableEngine", ENGINES).default("\"ReplacingMergeTree\""),
    Field::new("queryCdcWatermarkColumn", Kind::Filled),
    Field::new("eventsFunction", Kind::OneOf(&["appends", "changes"])),
];
