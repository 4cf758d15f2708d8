//! Where the rows go: database, table, columns, and how source fields map to columns.
//!
//! Not here: the target tables of database sources; they stand in each table mapping.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::facts::{Compare, FIXED, IN_PLACE};

/// Where the rows go. Database sources set only `database` and perhaps `roles`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.managedTable) || !self.managedTable || has(self.tableDefinition)", "managedTable: true needs tableDefinition; set tableDefinition.engine.type, for example MergeTree"),
    validation = ("!has(self.managedTable) || self.managedTable || !has(self.tableDefinition)", "tableDefinition is only for managedTable: true; remove it, or let ClickPipes manage the table"),
    validation = ("!has(self.tableDefinition) || !has(self.tableDefinition.engine.versionColumnId) || !has(self.columns) || self.columns.exists(c, c.name == self.tableDefinition.engine.versionColumnId)", "tableDefinition.engine.versionColumnId must name one of columns"),
    validation = ("!has(self.tableDefinition) || !has(self.tableDefinition.sortingKey) || !has(self.columns) || self.tableDefinition.sortingKey.all(k, !self.columns.exists(c, c.name == k && c.type.startsWith('Nullable(')))", "a column of tableDefinition.sortingKey must not be Nullable: change its type in columns")
)]
pub struct Destination {
    /// The database; must exist.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED))]
    pub database: String,
    /// The table. With `managedTable` ClickPipes creates it, and refuses one that is not empty.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED))]
    pub table: Option<String>,
    /// Whether ClickPipes creates the table. It stays when the pipe is deleted.
    #[schemars(extend("x-facts" = FIXED))]
    pub managed_table: Option<bool>,
    /// The columns that the pipe writes. A change alters the pipe, never the table: run ALTER TABLE first.
    #[x_kube(merge_strategy = ListMerge::Map(vec!["name".into()]))]
    #[schemars(length(min = 1, max = 1000), extend("x-facts" = IN_PLACE.compared(Compare::Keyed)))]
    pub columns: Option<Vec<Column>>,
    /// How ClickPipes creates the table; only with `managedTable: true`.
    #[schemars(extend("x-facts" = FIXED))]
    pub table_definition: Option<TableDefinition>,
    /// ClickHouse roles of the pipe's user instead of the default role; they must suffice for the pipe. The API never returns them.
    #[schemars(length(max = 100), inner(length(min = 1, max = 255)), extend("x-facts" = FIXED.compared(Compare::Set).write_only()))]
    #[x_kube(validation = ("self.all(r, r != 'clickpipes' && r != 'clickpipes_system')", "roles must not contain the reserved names clickpipes and clickpipes_system; remove them"))]
    pub roles: Option<Vec<String>>,
}

/// One column that the pipe writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Column name.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = IN_PLACE.key()))]
    pub name: String,
    /// ClickHouse type, for example `DateTime64(3)` or `LowCardinality(String)`.
    #[schemars(length(min = 1, max = 4096))]
    #[x_kube(validation = ("!(self.contains('Nullable(Array(') || self.contains('Nullable(Map(') || self.contains('Nullable(LowC'))", "ClickHouse has no Nullable array, map or LowCardinality: put Nullable inside, for example Array(Nullable(String)) or LowCardinality(Nullable(String))"))]
    pub r#type: String,
}

/// How ClickPipes creates the destination table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("self.engine.type != 'ReplacingMergeTree' || has(self.sortingKey)", "engine ReplacingMergeTree needs sortingKey: rows with equal sorting keys replace each other"))]
pub struct TableDefinition {
    /// The table engine.
    pub engine: Engine,
    /// ORDER BY: column names or expressions, in order.
    #[schemars(length(max = 64), inner(length(min = 1, max = 1024)))]
    #[x_kube(validation = ("self.all(k, !k.contains(','))", "an entry of sortingKey is one column or expression; write a list instead of commas"))]
    pub sorting_key: Option<Vec<String>>,
    /// PARTITION BY: an SQL expression.
    #[schemars(length(min = 1, max = 4096))]
    pub partition_by: Option<String>,
    /// PRIMARY KEY: an SQL expression.
    #[schemars(length(min = 1, max = 4096))]
    pub primary_key: Option<String>,
    /// TTL: an SQL expression, for example `toDateTime(event_time) + INTERVAL 30 DAY`.
    #[schemars(length(min = 1, max = 4096))]
    pub ttl: Option<String>,
}

/// The engine of a managed table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.versionColumnId) || self.type == 'ReplacingMergeTree'", "versionColumnId is only for engine ReplacingMergeTree"),
    validation = ("!has(self.columnIds) || self.type == 'SummingMergeTree'", "columnIds is only for engine SummingMergeTree")
)]
pub struct Engine {
    /// Engine name.
    #[schemars(extend("x-facts" = FIXED.compared(Compare::Engine)))]
    pub r#type: EngineType,
    /// ReplacingMergeTree: the column whose largest value wins. The API never returns it.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED.write_only()))]
    pub version_column_id: Option<String>,
    /// SummingMergeTree: the columns that are summed. The API never returns it.
    #[schemars(length(max = 1000), inner(length(min = 1, max = 255)), extend("x-facts" = FIXED.write_only()))]
    pub column_ids: Option<Vec<String>>,
}

/// Engines that the API accepts for a managed table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum EngineType {
    /// Plain storage.
    MergeTree,
    /// Keeps one row for each sorting key.
    ReplacingMergeTree,
    /// Sums numeric columns for each sorting key.
    SummingMergeTree,
    /// Stores nothing; for materialised views.
    Null,
}

/// One source field written to one destination column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldMapping {
    /// Field of the source message, or a virtual column such as `_key` or `_file`.
    #[schemars(length(min = 1, max = 1024))]
    pub source_field: String,
    /// Destination column.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = IN_PLACE.key()))]
    pub destination_field: String,
}
