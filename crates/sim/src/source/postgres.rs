//! The members of a Postgres source. Rules between them are in `rules/postgres`.

use crate::field::{Field, Kind};
use crate::source::database::{CREDENTIALS, REPLICATION_MODES, TABLE_MAPPING, at_least};

/// `source.postgres`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(TYPES)).default("\"postgres\""),
    Field::new("host", Kind::Filled).required().patched(),
    Field::new("port", Kind::Integer(1, 65_535)).required().patched(),
    Field::new("database", Kind::Filled).required().patched(),
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).default("\"basic\""),
    Field::new("iamRole", Kind::Text),
    Field::new("credentials", Kind::Object(CREDENTIALS)).patched().write_only(),
    Field::new("tlsHost", Kind::Filled).patched(),
    Field::new("caCertificate", Kind::Filled).patched(),
    Field::new("disableTls", Kind::Bool).patched().default("false"),
    Field::new("skipCertVerification", Kind::Bool).patched().default("false"),
    Field::new("settings", Kind::Object(SETTINGS)).required().patched(),
    Field::new("tableMappings", Kind::Objects(TABLE_MAPPING, 1)).required(),
];

const TYPES: &[&str] = &[
    "postgres",
    "supabase",
    "neon",
    "alloydb",
    "planetscale",
    "rdspostgres",
    "aurorapostgres",
    "cloudsqlpostgres",
    "azurepostgres",
    "crunchybridge",
    "tigerdata",
];

/// How to log in to Postgres and MySQL; the case matters, see TF#639.
pub(crate) const AUTHENTICATIONS: &[&str] = &["basic", "IAM_ROLE", "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"];

const SETTINGS: &[Field] = &[
    Field::new("replicationMode", REPLICATION_MODES).required(),
    Field::new("syncIntervalSeconds", at_least(1)).patched().default("60"),
    Field::new("pullBatchSize", at_least(1)).patched().default("100000"),
    Field::new("publicationName", Kind::Text),
    Field::new("replicationSlotName", Kind::Filled),
    Field::new("allowNullableColumns", Kind::Bool).default("false"),
    Field::new("initialLoadParallelism", at_least(1)).default("4"),
    Field::new("snapshotNumRowsPerPartition", at_least(1000)).default("100000"),
    Field::new("snapshotNumberOfParallelTables", at_least(1)).default("1"),
    // These two have a default that answers leave out.
    Field::new("enableFailoverSlots", Kind::Bool),
    Field::new("deleteOnMerge", Kind::Bool),
];
