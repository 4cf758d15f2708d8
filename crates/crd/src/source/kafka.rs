//! Apache Kafka and what speaks its protocol: Confluent, MSK, Redpanda, WarpStream, Azure Event Hubs, Google and DigitalOcean managed Kafka.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::ROLE;
use super::schema_registry::SchemaRegistry;
use crate::credential::{Certificate, PrivateKey, ProtobufSchema, SecretValue, TextValue};
use crate::facts::{Compare, FIXED, IN_PLACE};

/// Kafka and what speaks its protocol.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("!has(self.authentication) || self.authentication in {'kafka': ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'MUTUAL_TLS'], 'redpanda': ['SCRAM-SHA-256', 'SCRAM-SHA-512', 'MUTUAL_TLS'], 'msk': ['SCRAM-SHA-512', 'IAM_ROLE', 'IAM_USER', 'MUTUAL_TLS'], 'gcmk': ['PLAIN', 'MUTUAL_TLS', 'SERVICE_ACCOUNT_WORKLOAD_IDENTITY'], 'confluent': ['PLAIN', 'MUTUAL_TLS'], 'warpstream': ['PLAIN'], 'azureeventhub': ['PLAIN'], 'dokafka': ['SCRAM-SHA-256', 'MUTUAL_TLS']}[self.type]", "this type does not support this authentication; supported are: kafka PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, MUTUAL_TLS; redpanda SCRAM-SHA-256, SCRAM-SHA-512, MUTUAL_TLS; msk SCRAM-SHA-512, IAM_ROLE, IAM_USER, MUTUAL_TLS; gcmk PLAIN, MUTUAL_TLS, SERVICE_ACCOUNT_WORKLOAD_IDENTITY; confluent PLAIN, MUTUAL_TLS; warpstream PLAIN; azureeventhub PLAIN; dokafka SCRAM-SHA-256, MUTUAL_TLS"),
    validation = ("has(self.credentials) == (has(self.authentication) && self.authentication in ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'IAM_USER', 'MUTUAL_TLS'])", "authentication PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, IAM_USER and MUTUAL_TLS need credentials, and nothing else takes them: set both, or remove credentials"),
    validation = ("!has(self.credentials) || !has(self.authentication) || (self.authentication == 'IAM_USER' ? has(self.credentials.accessKeyId) : self.authentication == 'MUTUAL_TLS' ? has(self.credentials.certificate) : has(self.credentials.username) || (has(self.credentials.connectionString) && self.type == 'azureeventhub'))", "these credentials are not for this authentication: PLAIN and SCRAM take username and password (azureeventhub also connectionString), IAM_USER takes accessKeyId and secretKey, MUTUAL_TLS takes certificate and privateKey"),
    validation = ("has(self.iamRole) == (has(self.authentication) && self.authentication == 'IAM_ROLE')", "iamRole goes with authentication IAM_ROLE, and only with it: set both, or remove iamRole"),
    validation = ("!(self.format in ['Avro', 'AvroConfluent']) || has(self.schemaRegistry)", "formats Avro and AvroConfluent need schemaRegistry"),
    validation = ("self.format != 'Protobuf' || has(self.protobufSchema) || has(self.schemaRegistry)", "format Protobuf needs protobufSchema or schemaRegistry"),
    validation = ("!has(self.protobufSchema) || (self.format == 'Protobuf' && !has(self.schemaRegistry))", "protobufSchema is only for format Protobuf without schemaRegistry: remove one of them"),
    validation = ("!has(self.tombstoneMode) || self.tombstoneMode != 'delete' || (has(self.exactlyOnce) && self.exactlyOnce)", "tombstoneMode: delete needs exactlyOnce: true; soft_delete does not"),
    validation = ("!has(self.schemaRegistry) || !has(self.schemaRegistry.type) || self.schemaRegistry.type != 'glue' || has(self.schemaRegistry.glueRoleArn) || (has(self.authentication) && self.authentication in ['IAM_ROLE', 'IAM_USER'])", "a Glue schema registry needs glueRoleArn unless the source itself logs in with IAM_ROLE or IAM_USER"),
    // Not on the fields themselves: the API server's answer would repeat the value, and somebody may have put a password there.
    validation = ("self.brokers.matches('^ *[^,@/ ]+:[0-9]{1,5} *(, *[^,@/ ]+:[0-9]{1,5} *)*$')", "brokers are host:port of one cluster, separated by commas, for example broker-1.example.com:9092,broker-2.example.com:9092"),
    validation = ("self.type != 'azureeventhub' || self.brokers.matches('^[^,]+:9093 *(,[^,]+:9093 *)*$')", "Azure Event Hubs speaks Kafka on port 9093: write <namespace>.servicebus.windows.net:9093"),
    validation = ("self.topics.matches('^ *[a-zA-Z0-9._-]+ *(, *[a-zA-Z0-9._-]+ *)*$')", "topics are names of letters, digits, dots, dashes and underscores, separated by commas; there are no patterns")
)]
pub struct Kafka {
    /// Flavour of the cluster.
    #[schemars(extend("x-facts" = FIXED))]
    pub r#type: KafkaType,
    /// Format of the messages. Avro and AvroConfluent need `schemaRegistry`, Protobuf needs `protobufSchema` or `schemaRegistry`.
    #[schemars(extend("x-facts" = FIXED))]
    pub format: KafkaFormat,
    /// Brokers of one cluster: `host:port`, separated by commas. Event Hubs uses port 9093.
    #[schemars(length(min = 1, max = 4096), extend("x-facts" = FIXED))]
    pub brokers: String,
    /// Topics, separated by commas; all have one schema and go to one table.
    #[schemars(length(min = 1, max = 4096), extend("x-facts" = FIXED))]
    pub topics: String,
    /// Consumer group; default `clickpipes-<pipe id>`.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED))]
    pub consumer_group: Option<String>,
    /// How to log in; leave out for a broker without authentication.
    #[schemars(extend("x-facts" = IN_PLACE))]
    pub authentication: Option<KafkaAuthentication>,
    /// ARN of the role to assume; with authentication IAM_ROLE.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = IN_PLACE))]
    #[x_kube(validation = ROLE)]
    pub iam_role: Option<String>,
    /// What to log in with; the members depend on `authentication`.
    #[schemars(extend("x-facts" = IN_PLACE.whole().write_only()))]
    pub credentials: Option<KafkaCredentials>,
    /// Where to begin reading.
    #[schemars(extend("x-facts" = FIXED))]
    pub offset: Option<KafkaOffset>,
    /// Where the schemas of the messages are. Its credentials cannot be rotated in place: the API refuses them in an update.
    #[schemars(extend("x-facts" = FIXED))]
    pub schema_registry: Option<SchemaRegistry>,
    /// CA certificate of the brokers.
    #[schemars(extend("x-facts" = IN_PLACE))]
    pub ca_certificate: Option<Certificate>,
    /// Ids of reverse private endpoints of the same service, through which the brokers are reached.
    #[schemars(length(max = 100), inner(length(min = 36, max = 36), regex(pattern = crate::UUID_PATTERN)), extend("x-facts" = IN_PLACE.compared(Compare::Set)))]
    pub reverse_private_endpoint_ids: Option<Vec<String>>,
    /// Schema of Protobuf messages; not together with `schemaRegistry`.
    #[schemars(extend("x-facts" = FIXED.write_only()))]
    pub protobuf_schema: Option<ProtobufSchema>,
    /// Write each message exactly once.
    #[schemars(extend("x-facts" = FIXED))]
    pub exactly_once: Option<bool>,
    /// What a message without a value does: `delete` the row (needs `exactlyOnce`) or `soft_delete` it (`_is_deleted`).
    #[schemars(extend("x-facts" = FIXED))]
    pub tombstone_mode: Option<TombstoneMode>,
}

/// Flavours of Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KafkaType {
    /// Apache Kafka.
    Kafka,
    /// Redpanda.
    Redpanda,
    /// Amazon MSK.
    Msk,
    /// Google Cloud Managed Service for Apache Kafka.
    Gcmk,
    /// Confluent.
    Confluent,
    /// WarpStream.
    Warpstream,
    /// Azure Event Hubs.
    Azureeventhub,
    /// DigitalOcean Managed Kafka.
    Dokafka,
}

/// Message formats of Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KafkaFormat {
    /// One JSON object each.
    JSONEachRow,
    /// Avro.
    Avro,
    /// Avro with Confluent's header, which names the schema.
    AvroConfluent,
    /// Protocol Buffers.
    Protobuf,
}

/// Ways to log in to Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum KafkaAuthentication {
    /// SASL PLAIN: user name and password.
    #[serde(rename = "PLAIN")]
    Plain,
    /// SASL SCRAM-SHA-256: user name and password.
    #[serde(rename = "SCRAM-SHA-256")]
    ScramSha256,
    /// SASL SCRAM-SHA-512: user name and password.
    #[serde(rename = "SCRAM-SHA-512")]
    ScramSha512,
    /// An AWS role.
    #[serde(rename = "IAM_ROLE")]
    IamRole,
    /// An AWS access key.
    #[serde(rename = "IAM_USER")]
    IamUser,
    /// A client certificate.
    #[serde(rename = "MUTUAL_TLS")]
    MutualTls,
    /// Google Cloud workload identity.
    #[serde(rename = "SERVICE_ACCOUNT_WORKLOAD_IDENTITY")]
    ServiceAccountWorkloadIdentity,
}

/// What to log in to Kafka with: one of the four pairs, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("[has(self.username), has(self.accessKeyId), has(self.connectionString), has(self.certificate)].exists_one(x, x)", "set exactly one of: username and password; accessKeyId and secretKey; connectionString; certificate and privateKey"),
    validation = ("has(self.username) == has(self.password) && has(self.accessKeyId) == has(self.secretKey) && has(self.certificate) == has(self.privateKey)", "credentials come in pairs: username and password; accessKeyId and secretKey; certificate and privateKey")
)]
pub struct KafkaCredentials {
    /// User name; PLAIN and SCRAM.
    pub username: Option<TextValue>,
    /// Password; PLAIN and SCRAM.
    pub password: Option<SecretValue>,
    /// Access key id; IAM_USER.
    pub access_key_id: Option<TextValue>,
    /// Secret access key; IAM_USER.
    pub secret_key: Option<SecretValue>,
    /// Connection string; Azure Event Hubs.
    pub connection_string: Option<SecretValue>,
    /// Client certificate in PEM form; MUTUAL_TLS.
    pub certificate: Option<Certificate>,
    /// Private key in PEM form; MUTUAL_TLS.
    pub private_key: Option<PrivateKey>,
}

/// Where to begin reading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("(self.strategy == 'from_timestamp') == has(self.timestamp)", "offset.timestamp goes with strategy from_timestamp, and only with it"))]
pub struct KafkaOffset {
    /// Beginning, end or a point in time.
    pub strategy: OffsetStrategy,
    /// UTC with minute precision, `YYYY-MM-DDTHH:MM`.
    #[schemars(length(min = 16, max = 16), regex(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}$"), extend("x-facts" = FIXED.compared(Compare::Minute)))]
    pub timestamp: Option<String>,
}

/// Where to begin reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OffsetStrategy {
    /// At the first message.
    FromBeginning,
    /// At the next message.
    FromLatest,
    /// At a point in time.
    FromTimestamp,
}

/// What a message without a value does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TombstoneMode {
    /// The row is deleted.
    Delete,
    /// The row is marked in `_is_deleted`.
    SoftDelete,
}
