//! What has to change beside a field, and which fields cannot be changed at all: the two tables in which a reason must stand.
//!
//! Not here: rules; the admission decides whether a change with its companions is valid.

use crd::source::SourceKind;
use serde_json::Value;

/// A change that is valid only together with others.
pub(crate) struct Companion {
    /// The sources that have it.
    pub(crate) kinds: &'static [SourceKind],
    /// The field, from the arm of the source or from the root.
    pub(crate) field: &'static str,
    /// The label of the flavour to begin with.
    pub(crate) flavour: &'static str,
    /// Everything that changes, the field itself first: paths as people write them, and new values; null is taken away.
    pub(crate) set: &'static [(&'static str, &'static str)],
    /// Why the others must change.
    pub(crate) reason: &'static str,
}

const SQL: &[SourceKind] = &[SourceKind::Postgres, SourceKind::Mysql];
const TABLES: &[SourceKind] = &[SourceKind::Kafka, SourceKind::Kinesis, SourceKind::ObjectStorage, SourceKind::Pubsub];

/// The companions. `~` stands for `source.<kind>`.
pub(crate) const COMPANIONS: &[Companion] = &[
    Companion {
        kinds: &[SourceKind::Kafka],
        field: "~.authentication",
        flavour: "glue, role",
        set: &[
            ("~.authentication", "\"IAM_USER\""),
            ("~.iamRole", "null"),
            (
                "~.credentials",
                r#"{"accessKeyId": {"value": "AKIA"}, "secretKey": {"secretKeyRef": {"name": "kafka", "key": "secretKey"}}}"#,
            ),
        ],
        reason: "each way to log in has its own credentials",
    },
    Companion {
        kinds: &[SourceKind::Kafka],
        field: "~.credentials",
        flavour: "mutual tls",
        set: &[
            (
                "~.credentials",
                r#"{"username": {"value": "reader"}, "password": {"secretKeyRef": {"name": "kafka", "key": "password"}}}"#,
            ),
            ("~.authentication", "\"PLAIN\""),
        ],
        reason: "each way to log in has its own credentials",
    },
    Companion {
        kinds: &[SourceKind::Kafka],
        field: "~.schemaRegistry.type",
        flavour: "confluent registry",
        set: &[(
            "~.schemaRegistry",
            r#"{"type": "glue", "glueRegion": "us-east-1", "glueRegistryName": "orders", "glueRoleArn": "arn:aws:iam::123456789012:role/r"}"#,
        )],
        reason: "the two kinds of registry have no member in common but the type",
    },
    Companion {
        kinds: &[SourceKind::Kinesis],
        field: "~.authentication",
        flavour: "access key",
        set: &[
            ("~.authentication", "\"IAM_ROLE\""),
            ("~.accessKey", "null"),
            ("~.iamRole", "\"arn:aws:iam::123456789012:role/ClickHouseAccessRole-k\""),
        ],
        reason: "a role and an access key exclude each other",
    },
    Companion {
        kinds: &[SourceKind::ObjectStorage],
        field: "~.authentication",
        flavour: "s3, role",
        set: &[
            ("~.authentication", "\"IAM_USER\""),
            ("~.iamRole", "null"),
            (
                "~.accessKey",
                r#"{"accessKeyId": {"value": "AKIA"}, "secretKey": {"secretKeyRef": {"name": "s3", "key": "secretKey"}}}"#,
            ),
        ],
        reason: "a role and an access key exclude each other",
    },
    Companion {
        kinds: &[SourceKind::Pubsub],
        field: "~.authentication",
        flavour: "workload identity",
        set: &[
            ("~.authentication", "\"SERVICE_ACCOUNT\""),
            (
                "~.serviceAccountKey",
                r#"{"serviceAccountFile": {"secretKeyRef": {"name": "pubsub", "key": "key.json"}}}"#,
            ),
        ],
        reason: "a service account has a key, workload identity has none",
    },
    Companion {
        kinds: &[SourceKind::Pubsub],
        field: "~.seekType",
        flavour: "service account",
        set: &[("~.seekType", "\"earliest\""), ("~.seekTimestamp", "null")],
        reason: "a time goes with seekType timestamp alone",
    },
    Companion {
        kinds: SQL,
        field: "~.authentication",
        flavour: "role",
        set: &[
            ("~.authentication", "\"basic\""),
            ("~.iamRole", "null"),
            (
                "~.credentials",
                r#"{"username": {"value": "reader"}, "password": {"secretKeyRef": {"name": "sql", "key": "password"}}}"#,
            ),
        ],
        reason: "basic needs a password, a role forbids one",
    },
    Companion {
        kinds: &[SourceKind::Bigquery],
        field: "~.authentication",
        flavour: "by events",
        set: &[
            ("~.authentication", "\"SERVICE_ACCOUNT\""),
            ("~.credentials", r#"{"serviceAccountFile": {"secretKeyRef": {"name": "bigquery", "key": "key.json"}}}"#),
        ],
        reason: "a service account has a key, workload identity has none",
    },
    Companion {
        kinds: &[SourceKind::Bigquery],
        field: "~.settings.replicationMethod",
        flavour: "by events",
        set: &[
            ("~.settings.replicationMethod", "\"query_based\""),
            ("~.tableMappings[].eventsFunction", "null"),
            ("~.tableMappings[].queryCdcWatermarkColumn", "\"updated_at\""),
        ],
        reason: "each method has its own member in every mapping",
    },
    Companion {
        kinds: &[SourceKind::Postgres, SourceKind::Mysql, SourceKind::Bigquery],
        field: "~.tableMappings[].useCustomSortingKey",
        flavour: "",
        set: &[("~.tableMappings[].useCustomSortingKey", "false"), ("~.tableMappings[].sortingKeys", "null")],
        reason: "the switch and the keys go together",
    },
    Companion {
        kinds: TABLES,
        field: "destination.managedTable",
        flavour: "",
        set: &[("destination.managedTable", "false"), ("destination.tableDefinition", "null")],
        reason: "only a managed table has a definition",
    },
    Companion {
        kinds: TABLES,
        field: "destination.tableDefinition.engine.versionColumnId",
        flavour: "",
        set: &[("destination.tableDefinition.engine.versionColumnId", "null")],
        reason: "a version column may be left out",
    },
];

/// Why a field of this kind of source has no change; `None` when it must have one.
#[must_use]
pub fn exemption(kind: SourceKind, field: &str) -> Option<&'static str> {
    match (kind, field) {
        (SourceKind::Kinesis, "source.kinesis.schemaRegistry.type")
        | (SourceKind::Kafka, "source.kafka.schemaRegistry.authentication") => {
            Some("it has one value, and must be set")
        }
        (SourceKind::ObjectStorage, "settings.streaming_max_insert_wait_ms") => {
            Some("the service refuses it for object storage, see the simulator's settings")
        }
        (SourceKind::Kinesis | SourceKind::Pubsub | SourceKind::ObjectStorage, "settings.kafka_read_committed") => {
            Some("only a Kafka source has it")
        }
        (SourceKind::Kafka | SourceKind::Kinesis | SourceKind::Pubsub, name)
            if name.starts_with("settings.object_storage_") =>
        {
            Some("only an objectStorage source has it")
        }
        _ => None,
    }
}

impl Companion {
    /// The same for one kind: full paths in segments, and values.
    pub(crate) fn of(&self, kind: SourceKind) -> Vec<(Vec<String>, Value)> {
        let parse = |(field, value): &(&str, &str)| {
            let value = serde_json::from_str(value).unwrap_or_else(|error| panic!("{value}: {error}"));
            (segments(&full(field, kind)), value)
        };
        self.set.iter().map(parse).collect()
    }

    /// Whether it is about this field of this kind.
    pub(crate) fn is_about(&self, kind: SourceKind, field: &str) -> bool {
        self.kinds.contains(&kind) && full(self.field, kind) == field
    }
}

fn full(field: &str, kind: SourceKind) -> String {
    field.replace('~', &format!("source.{kind}"))
}

fn segments(field: &str) -> Vec<String> {
    field.replace("[]", ".[]").split('.').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_split_at_points_and_lists() {
        assert_eq!(segments("a.b[].c"), ["a", "b", "[]", "c"]);
        assert_eq!(full("~.x", SourceKind::Kafka), "source.kafka.x");
    }
}
