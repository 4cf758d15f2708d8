//! Members that the database sources share word for word.

use crate::field::{Field, Kind};

/// At least this, without an upper bound.
pub(crate) const fn at_least(least: i64) -> Kind {
    Kind::Integer(least, i64::MAX)
}

/// User and password.
pub(crate) const CREDENTIALS: &[Field] = &[Field::new("username", Kind::Text), Field::new("password", Kind::Text)];

/// Engines of target tables.
pub(crate) const ENGINES: Kind = Kind::OneOf(&["MergeTree", "ReplacingMergeTree", "Null"]);

/// How the initial load and the changes after it are combined.
pub(crate) const REPLICATION_MODES: Kind = Kind::OneOf(&["cdc", "snapshot", "cdc_only"]);

/// A mapping of Postgres or MySQL.
pub(crate) const TABLE_MAPPING: &[Field] = &[
    Field::new("sourceSchemaName", Kind::Filled).required(),
    Field::new("sourceTable", Kind::Filled).required(),
    Field::new("targetTable", Kind::Filled).required(),
    Field::new("excludedColumns", Kind::Texts).default("[]"),
    Field::new("useCustomSortingKey", Kind::Bool).default("false"),
    Field::new("sortingKeys", Kind::Texts).default("[]"),
    Field::new("tableEngine", ENGINES).default("\"ReplacingMergeTree\""),
    Field::new("partitionKey", Kind::Text),
    Field::new("partitionByExpr", Kind::Text),
];
