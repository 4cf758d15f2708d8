//! The kinds of source by name, and the three families that the API treats alike.
//!
//! Not here: what a family may do; that is decided in the crate `plan`.

use super::Source;

/// The kinds of source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// Kafka and what speaks its protocol.
    Kafka,
    /// Amazon Kinesis.
    Kinesis,
    /// Files in object storage.
    ObjectStorage,
    /// Google Cloud Pub/Sub.
    Pubsub,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    Mysql,
    /// MongoDB.
    Mongodb,
    /// Google BigQuery.
    Bigquery,
}

/// Sources that the API treats alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Messages: they have settings and scaling of their own, and stop as `Stopped`.
    Streaming,
    /// Files: as streaming; a one-time load ends as `Completed`.
    ObjectStorage,
    /// Databases: they have table mappings and share the service's compute, and stop as `Paused`.
    Database,
}

impl SourceKind {
    /// Every kind, in the order of the documentation.
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

    /// The member of `source`, in a manifest and in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
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

    /// The family of this kind.
    #[must_use]
    pub const fn family(self) -> Family {
        match self {
            Self::Kafka | Self::Kinesis | Self::Pubsub => Family::Streaming,
            Self::ObjectStorage => Family::ObjectStorage,
            Self::Postgres | Self::Mysql | Self::Mongodb | Self::Bigquery => Family::Database,
        }
    }
}

impl std::fmt::Display for SourceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Source {
    /// The kind of this source; `None` unless exactly one member is set, which stored objects may violate.
    #[must_use]
    pub fn kind(&self) -> Option<SourceKind> {
        // Without `..`: a ninth source cannot be forgotten here.
        let Self { kafka, kinesis, object_storage, pubsub, postgres, mysql, mongodb, bigquery, validate_samples: _ } =
            self;
        let set = [
            kafka.is_some(),
            kinesis.is_some(),
            object_storage.is_some(),
            pubsub.is_some(),
            postgres.is_some(),
            mysql.is_some(),
            mongodb.is_some(),
            bigquery.is_some(),
        ];
        let mut kinds = SourceKind::ALL.into_iter().zip(set).filter_map(|(kind, set)| set.then_some(kind));
        let kind = kinds.next()?;
        kinds.next().is_none().then_some(kind)
    }
}
