//! The eight sources: exactly one of them is set. One file for each.
//!
//! Not here: any field of a source; each stands in its source's file, once. What several sources share has a file of its own.

pub mod access_key;
pub mod bigquery;
pub mod database;
pub mod kafka;
pub mod kind;
pub mod kinesis;
pub mod mongodb;
pub mod mysql;
pub mod object_storage;
pub mod postgres;
pub mod pubsub;
pub mod schema_registry;
pub mod service_account;
pub mod table_mapping;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

pub use self::bigquery::Bigquery;
pub use self::kafka::Kafka;
pub use self::kind::{Family, SourceKind};
pub use self::kinesis::Kinesis;
pub use self::mongodb::Mongodb;
pub use self::mysql::Mysql;
pub use self::object_storage::ObjectStorage;
pub use self::postgres::Postgres;
pub use self::pubsub::Pubsub;
use crate::facts::{Compare, IN_PLACE};

/// Where the data comes from. Exactly one kind of source; which one cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("[has(self.kafka), has(self.kinesis), has(self.objectStorage), has(self.pubsub), has(self.postgres), has(self.mysql), has(self.mongodb), has(self.bigquery)].exists_one(x, x)", "set exactly one of kafka, kinesis, objectStorage, pubsub, postgres, mysql, mongodb, bigquery"),
    validation = ("has(self.kafka) == has(oldSelf.kafka) && has(self.kinesis) == has(oldSelf.kinesis) && has(self.objectStorage) == has(oldSelf.objectStorage) && has(self.pubsub) == has(oldSelf.pubsub) && has(self.postgres) == has(oldSelf.postgres) && has(self.mysql) == has(oldSelf.mysql) && has(self.mongodb) == has(oldSelf.mongodb) && has(self.bigquery) == has(oldSelf.bigquery)", "the kind of source cannot be changed: create another ClickPipe for the other source, then delete this one")
)]
pub struct Source {
    /// Kafka and what speaks its protocol.
    pub kafka: Option<Kafka>,
    /// Amazon Kinesis Data Streams.
    pub kinesis: Option<Kinesis>,
    /// Files in object storage: Amazon S3, Google Cloud Storage, Azure Blob Storage and others.
    pub object_storage: Option<ObjectStorage>,
    /// Google Cloud Pub/Sub. ClickHouse must have enabled it for the organization.
    pub pubsub: Option<Pubsub>,
    /// PostgreSQL, by change data capture.
    pub postgres: Option<Postgres>,
    /// MySQL and MariaDB, by change data capture.
    pub mysql: Option<Mysql>,
    /// MongoDB, by change data capture.
    pub mongodb: Option<Mongodb>,
    /// Google BigQuery. Nothing of it can be changed in place.
    pub bigquery: Option<Bigquery>,
    /// Look at sample data too, not only at the connection, when the pipe is created or changed. Experimental; it does nothing for
    /// Postgres and MySQL.
    #[schemars(extend("x-facts" = IN_PLACE.write_only().compared(Compare::Never)))]
    pub validate_samples: Option<bool>,
}
