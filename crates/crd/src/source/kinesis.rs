//! Amazon Kinesis Data Streams.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::{AccessKey, ROLE};
use super::schema_registry::GlueRegistry;
use crate::credential::ProtobufSchema;
use crate::facts::{FIXED, IN_PLACE};

/// Amazon Kinesis Data Streams.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("(self.iteratorType == 'AT_TIMESTAMP') == has(self.timestamp)", "timestamp goes with iteratorType AT_TIMESTAMP, and only with it: set both, or remove timestamp"),
    validation = ("has(self.iamRole) == (self.authentication == 'IAM_ROLE')", "iamRole goes with authentication IAM_ROLE, and only with it"),
    validation = ("has(self.accessKey) == (self.authentication == 'IAM_USER')", "accessKey goes with authentication IAM_USER, and only with it"),
    validation = ("self.format != 'Protobuf' || has(self.protobufSchema) || has(self.schemaRegistry)", "format Protobuf needs protobufSchema or schemaRegistry"),
    validation = ("!has(self.protobufSchema) || (self.format == 'Protobuf' && !has(self.schemaRegistry))", "protobufSchema is only for format Protobuf without schemaRegistry: remove one of them")
)]
pub struct Kinesis {
    /// Format of the records. Protobuf needs `protobufSchema` or `schemaRegistry`.
    #[schemars(extend("x-facts" = FIXED))]
    pub format: KinesisFormat,
    /// Name of the stream.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED))]
    pub stream_name: String,
    /// AWS region of the stream, for example `us-east-1`.
    #[schemars(length(min = 1, max = 64), extend("x-facts" = FIXED))]
    pub region: String,
    /// Whether to read with enhanced fan-out: dedicated throughput, which AWS charges for. Default false.
    #[schemars(extend("x-facts" = FIXED))]
    pub use_enhanced_fan_out: Option<bool>,
    /// Where to begin reading.
    #[schemars(extend("x-facts" = FIXED))]
    pub iterator_type: IteratorType,
    /// Where to begin reading with AT_TIMESTAMP, in seconds since 1970-01-01 UTC.
    #[schemars(range(min = 0), extend("x-facts" = FIXED))]
    pub timestamp: Option<i64>,
    /// How to log in.
    #[schemars(extend("x-facts" = IN_PLACE))]
    pub authentication: KinesisAuthentication,
    /// ARN of the role to assume; with authentication IAM_ROLE. The role's name begins with `ClickHouseAccessRole-`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = IN_PLACE))]
    #[x_kube(validation = ROLE)]
    pub iam_role: Option<String>,
    /// Access key; with authentication IAM_USER.
    #[schemars(extend("x-facts" = IN_PLACE.whole().write_only()))]
    pub access_key: Option<AccessKey>,
    /// AWS Glue schema registry of the records.
    #[schemars(extend("x-facts" = FIXED))]
    pub schema_registry: Option<GlueRegistry>,
    /// Schema of Protobuf records; not together with `schemaRegistry`.
    #[schemars(extend("x-facts" = FIXED.write_only()))]
    pub protobuf_schema: Option<ProtobufSchema>,
}

/// Record formats of Kinesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KinesisFormat {
    /// One JSON object each.
    JSONEachRow,
    /// Avro.
    Avro,
    /// Avro with Confluent's header, which names the schema.
    AvroConfluent,
    /// Protocol Buffers.
    Protobuf,
}

/// Where to begin reading a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IteratorType {
    /// At the oldest record that the stream still holds.
    TrimHorizon,
    /// At the next record.
    Latest,
    /// At a point in time, `timestamp`.
    AtTimestamp,
}

/// Ways to log in to Kinesis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum KinesisAuthentication {
    /// An AWS role; only for ClickHouse services on AWS.
    IamRole,
    /// An AWS access key.
    IamUser,
}
