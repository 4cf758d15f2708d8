//! The eight sources, and what is the same for all pipes of one kind.
//!
//! The members of each source are in its own file; rules between members are in `rules`.

pub(crate) mod bigquery;
pub(crate) mod database;
pub(crate) mod kafka;
pub(crate) mod kinesis;
pub(crate) mod mongodb;
pub(crate) mod mysql;
pub(crate) mod object_storage;
pub(crate) mod postgres;
pub(crate) mod pubsub;

use serde::{Deserialize, Serialize};

use crate::field::Field;

/// Where a pipe reads from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// Kafka and what speaks its protocol.
    Kafka,
    /// Amazon Kinesis.
    Kinesis,
    /// Files in buckets.
    ObjectStorage,
    /// Google Pub/Sub.
    Pubsub,
    /// Postgres.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// MongoDB.
    Mongodb,
    /// Google BigQuery.
    Bigquery,
}

/// What decides a pipe's states and endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Family {
    /// Kafka, Kinesis, Pub/Sub.
    Streaming,
    /// Object storage.
    ObjectStorage,
    /// Postgres, MySQL, MongoDB, BigQuery.
    Database,
}

impl Source {
    /// All sources, in the order answers list them.
    pub const ALL: [Self; 8] = [
        Self::Kafka,
        Self::Kinesis,
        Self::ObjectStorage,
        Self::Pubsub,
        Self::Postgres,
        Self::Mysql,
        Self::Mongodb,
        Self::Bigquery,
    ];

    /// The member of `source` that holds it.
    pub fn arm(self) -> &'static str {
        match self {
            Self::Kafka => "kafka",
            Self::Kinesis => "kinesis",
            Self::ObjectStorage => "objectStorage",
            Self::Pubsub => "pubsub",
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Mongodb => "mongodb",
            Self::Bigquery => "bigquery",
        }
    }

    /// The source of that arm.
    pub fn of_arm(arm: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.arm() == arm)
    }

    /// The name in error texts.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Kafka => "Kafka",
            Self::Kinesis => "Kinesis",
            Self::ObjectStorage => "Object storage",
            Self::Pubsub => "PubSub",
            Self::Postgres => "Postgres",
            Self::Mysql => "MySQL",
            Self::Mongodb => "MongoDB",
            Self::Bigquery => "BigQuery",
        }
    }

    /// Its family.
    pub fn family(self) -> Family {
        match self {
            Self::Kafka | Self::Kinesis | Self::Pubsub => Family::Streaming,
            Self::ObjectStorage => Family::ObjectStorage,
            Self::Postgres | Self::Mysql | Self::Mongodb | Self::Bigquery => Family::Database,
        }
    }

    /// Its members.
    pub(crate) fn fields(self) -> &'static [Field] {
        match self {
            Self::Kafka => kafka::FIELDS,
            Self::Kinesis => kinesis::FIELDS,
            Self::ObjectStorage => object_storage::FIELDS,
            Self::Pubsub => pubsub::FIELDS,
            Self::Postgres => postgres::FIELDS,
            Self::Mysql => mysql::FIELDS,
            Self::Mongodb => mongodb::FIELDS,
            Self::Bigquery => bigquery::FIELDS,
        }
    }

    /// Whether an unknown member is refused even when not strict: these two schemas are closed.
    pub(crate) fn closed(self) -> bool {
        matches!(self, Self::Pubsub | Self::Bigquery)
    }

    /// The members that say where the source is; sending one makes the service connect.
    pub(crate) fn address(self) -> &'static [&'static str] {
        match self {
            Self::Kafka => &["brokers"],
            Self::Kinesis => &["streamName", "region"],
            Self::ObjectStorage => &["url", "connectionString", "path", "azureContainerName"],
            Self::Pubsub => &["projectId", "topic"],
            Self::Postgres | Self::Mysql => &["host", "port", "database"],
            Self::Mongodb => &["uri"],
            Self::Bigquery => &["projectId", "snapshotStagingPath"],
        }
    }
}
