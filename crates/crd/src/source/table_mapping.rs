//! Which table of Postgres or MySQL is replicated to which table of the service.
//!
//! Not here: MongoDB's and BigQuery's mappings, whose members have other names; they stand in their source's file.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Compare, Facts, MAPPINGS};

/// Facts of a member that identifies a mapping.
pub(crate) const MAPPING_KEY: Facts = MAPPINGS.compared(Compare::Exact).key();

/// A custom sorting key is named and asked for, or neither.
pub(crate) const SORTING_KEY: (&str, &str) = (
    "(has(self.useCustomSortingKey) && self.useCustomSortingKey) == (has(self.sortingKeys) && size(self.sortingKeys) > 0)",
    "useCustomSortingKey: true and sortingKeys go together: set both, or neither",
);

/// One source table and its target table. A mapping cannot be changed, only removed and added again, which loads the table anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = SORTING_KEY)]
pub struct TableMapping {
    /// Schema of the source table: a PostgreSQL schema such as `public`, or a MySQL database.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = MAPPING_KEY))]
    pub source_schema_name: String,
    /// Source table.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = MAPPING_KEY))]
    pub source_table: String,
    /// Table in the destination database, for example `public_users`. It is created when missing; a first load needs it empty.
    #[schemars(length(min = 1, max = 255))]
    pub target_table: String,
    /// Source columns that are not replicated.
    #[schemars(length(max = 1000), inner(length(min = 1, max = 255)), extend("x-facts" = MAPPINGS.compared(Compare::Set)))]
    #[x_kube(merge_strategy = ListMerge::Set)]
    pub excluded_columns: Option<Vec<String>>,
    /// Whether `sortingKeys` replaces the primary key as the sorting key of the target table.
    pub use_custom_sorting_key: Option<bool>,
    /// Columns of the sorting key, in order; with `useCustomSortingKey: true`.
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)))]
    pub sorting_keys: Option<Vec<String>>,
    /// Engine of the target table; default `ReplacingMergeTree`, which applies updates and deletes.
    #[schemars(extend("x-default" = "ReplacingMergeTree"))]
    pub table_engine: Option<MappingEngine>,
    /// Source column by which the first load is split into parallel parts. It must be indexed and without NULLs, of an integer, date or
    /// timestamp type; it has nothing to do with the target table's partitions.
    #[schemars(length(min = 1, max = 255))]
    pub partition_key: Option<String>,
    /// PARTITION BY of the target table when ClickPipes creates it: an SQL expression, for example `toYYYYMM(created_at)`.
    #[schemars(length(min = 1, max = 4096))]
    pub partition_by_expr: Option<String>,
}

/// Engines of a target table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum MappingEngine {
    /// Append only: an update or delete is one more row.
    MergeTree,
    /// Keeps one row for each sorting key: updates and deletes are applied.
    ReplacingMergeTree,
    /// Stores nothing; for materialised views.
    Null,
}
