//! The members of a MongoDB source. Rules between them are in `rules/mongodb`.

use crate::field::{Field, Kind};
use crate::source::database::{CREDENTIALS, ENGINES, REPLICATION_MODES, at_least};

/// `source.mongodb`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("uri", Kind::Filled).required().patched().redacted(),
    Field::new("readPreference", Kind::OneOf(READ_PREFERENCES)).required().patched(),
    Field::new("credentials", Kind::Object(CREDENTIALS)).patched().write_only(),
    Field::new("tlsHost", Kind::Filled).patched(),
    Field::new("caCertificate", Kind::Filled).patched(),
    Field::new("disableTls", Kind::Bool).patched().default("false"),
    Field::new("skipCertVerification", Kind::Bool).patched().default("false"),
    Field::new("settings", Kind::Object(SETTINGS)).required().patched(),
    Field::new("tableMappings", Kind::Objects(TABLE_MAPPING, 1)).required(),
];

const READ_PREFERENCES: &[&str] = &["primary", "primaryPreferred", "secondary", "secondaryPreferred", "nearest"];

const SETTINGS: &[Field] = &[
    Field::new("replicationMode", REPLICATION_MODES).required(),
    Field::new("syncIntervalSeconds", at_least(1)).patched().default("60"),
    Field::new("pullBatchSize", at_least(1)).patched().default("100000"),
    Field::new("initialLoadParallelism", at_least(1)).default("4"),
    Field::new("snapshotNumRowsPerPartition", at_least(1000)).default("100000"),
    Field::new("snapshotNumberOfParallelTables", at_least(1)).default("1"),
    Field::new("deleteOnMerge", Kind::Bool),
    Field::new("useJsonNativeFormat", Kind::Bool).default("true"),
];

/// A mapping of MongoDB.
pub(crate) const TABLE_MAPPING: &[Field] = &[
    Field::new("sourceDatabaseName", Kind::Filled).required(),
    Field::new("sourceCollection", Kind::Filled).required(),
    Field::new("targetTable", Kind::Filled).required(),
    Field::new("tableEngine", ENGINES).default("\"ReplacingMergeTree\""),
    Field::new("structuredIngestion", Kind::Object(STRUCTURED)),
];

const STRUCTURED: &[Field] = &[
    Field::new("enabled", Kind::Bool).required(),
    Field::new("dropUnexpectedValues", Kind::Bool).default("false"),
    Field::new("columns", Kind::Objects(COLUMN, 0)),
    Field::new("excludedColumns", Kind::Texts),
    Field::new("sortingKeys", Kind::Texts),
    Field::new("partitionByExpr", Kind::Text),
];

const COLUMN: &[Field] = &[Field::new("name", Kind::Filled).required(), Field::new("type", Kind::Filled).required()];
