//! The members of a MySQL or MariaDB source. Rules between them are in `rules/mysql`.

use crate::field::{Field, Kind};
use crate::source::database::{CREDENTIALS, REPLICATION_MODES, TABLE_MAPPING, at_least};
use crate::source::postgres::AUTHENTICATIONS;

/// `source.mysql`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(TYPES)).default("\"mysql\""),
    Field::new("host", Kind::Filled).required().patched(),
    Field::new("port", Kind::Integer(1, 65_535)).required().patched(),
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).patched().default("\"basic\""),
    Field::new("iamRole", Kind::Text).patched(),
    Field::new("credentials", Kind::Object(CREDENTIALS)).patched().write_only(),
    Field::new("tlsHost", Kind::Filled).patched(),
    Field::new("caCertificate", Kind::Filled).patched(),
    Field::new("disableTls", Kind::Bool).patched().default("false"),
    Field::new("skipCertVerification", Kind::Bool).patched().default("false"),
    Field::new("serverId", Kind::Integer(1, 4_294_967_295)).patched().default("4242"),
    Field::new("settings", Kind::Object(SETTINGS)).required().patched(),
    Field::new("tableMappings", Kind::Objects(TABLE_MAPPING, 1)).required(),
];

const TYPES: &[&str] =
    &["mysql", "rdsmysql", "auroramysql", "cloudsqlmysql", "planetscalevitess", "mariadb", "rdsmariadb"];

const SETTINGS: &[Field] = &[
    Field::new("replicationMode", REPLICATION_MODES).required(),
    Field::new("replicationMechanism", Kind::OneOf(&["GTID", "FILE_POS"])).default("\"GTID\""),
    Field::new("syncIntervalSeconds", at_least(1)).patched().default("60"),
    Field::new("pullBatchSize", at_least(1)).patched().default("100000"),
    Field::new("useCompression", Kind::Bool).patched().default("false"),
    Field::new("allowNullableColumns", Kind::Bool).default("false"),
    Field::new("initialLoadParallelism", at_least(1)).default("4"),
    Field::new("snapshotNumRowsPerPartition", at_least(1000)).default("100000"),
    Field::new("snapshotNumberOfParallelTables", at_least(1)).default("1"),
    Field::new("deleteOnMerge", Kind::Bool),
];
