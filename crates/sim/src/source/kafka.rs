//! The members of a Kafka source. Rules between them are in `rules/kafka`.

use crate::field::{Field, Kind};

/// `source.kafka`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(TYPES)).required(),
    Field::new("format", Kind::OneOf(FORMATS)).required(),
    Field::new("brokers", Kind::Filled).required(),
    Field::new("topics", Kind::Filled).required(),
    Field::new("consumerGroup", Kind::Text),
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).patched(),
    Field::new("iamRole", Kind::Text).patched().default("\"\""),
    Field::new("credentials", Kind::Object(CREDENTIALS)).patched().write_only(),
    Field::new("offset", Kind::Object(OFFSET)).default("{\"strategy\":\"from_latest\"}"),
    Field::new("schemaRegistry", Kind::Object(REGISTRY)),
    Field::new("caCertificate", Kind::Filled).patched().default("\"\""),
    Field::new("reversePrivateEndpointIds", Kind::Texts).patched().default("[]"),
    Field::new("protobufSchema", Kind::Base64(1_048_576)).write_only(),
    Field::new("exactlyOnce", Kind::Bool).default("false"),
    Field::new("tombstoneMode", Kind::OneOf(&["delete", "soft_delete"])),
];

const TYPES: &[&str] = &["kafka", "redpanda", "msk", "gcmk", "confluent", "warpstream", "azureeventhub", "dokafka"];

/// Formats of Kafka and Kinesis.
pub(crate) const FORMATS: &[&str] = &["JSONEachRow", "Avro", "AvroConfluent", "Protobuf"];

const AUTHENTICATIONS: &[&str] = &[
    "PLAIN",
    "SCRAM-SHA-256",
    "SCRAM-SHA-512",
    "IAM_ROLE",
    "IAM_USER",
    "MUTUAL_TLS",
    "SERVICE_ACCOUNT_WORKLOAD_IDENTITY",
];

/// The union of all four credential forms; which one goes with what is a rule.
const CREDENTIALS: &[Field] = &[
    Field::new("username", Kind::Text),
    Field::new("password", Kind::Text),
    Field::new("accessKeyId", Kind::Text),
    Field::new("secretKey", Kind::Text),
    Field::new("connectionString", Kind::Text),
    Field::new("certificate", Kind::Text),
    Field::new("privateKey", Kind::Text),
];

const OFFSET: &[Field] = &[
    Field::new("strategy", Kind::OneOf(&["from_beginning", "from_latest", "from_timestamp"])).required(),
    Field::new("timestamp", Kind::Filled),
];

const REGISTRY: &[Field] = &[
    Field::new("type", Kind::OneOf(&["confluent", "glue"])),
    Field::new("url", Kind::Filled),
    Field::new("authentication", Kind::OneOf(&["PLAIN"])),
    Field::new("credentials", Kind::Object(REGISTRY_CREDENTIALS)).write_only(),
    Field::new("caCertificate", Kind::Filled),
    Field::new("glueRegion", Kind::Filled),
    Field::new("glueRegistryName", Kind::Filled),
    Field::new("glueRoleArn", Kind::Filled),
];

const REGISTRY_CREDENTIALS: &[Field] =
    &[Field::new("username", Kind::Text).required(), Field::new("password", Kind::Text).required()];
