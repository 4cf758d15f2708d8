//! Google Cloud Pub/Sub.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::service_account::{GoogleAuthentication, ServiceAccount};
use crate::facts::{Compare, FIXED, IN_PLACE};

/// Google Cloud Pub/Sub. ClickHouse must have enabled it for the organization.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("(self.seekType == 'timestamp') == has(self.seekTimestamp)", "seekTimestamp goes with seekType timestamp, and only with it: set both, or remove seekTimestamp"),
    validation = ("(self.authentication == 'SERVICE_ACCOUNT') == has(self.serviceAccountKey)", "serviceAccountKey goes with authentication SERVICE_ACCOUNT, and only with it: set both, or remove serviceAccountKey")
)]
pub struct Pubsub {
    /// Format of the messages. Avro and Protobuf need a schema on the topic itself.
    #[schemars(extend("x-facts" = FIXED))]
    pub format: PubsubFormat,
    /// Id of the Google Cloud project that owns the topic.
    #[schemars(length(min = 6, max = 30), regex(pattern = "^[a-z][a-z0-9-]{4,28}[a-z0-9]$"), extend("x-facts" = FIXED))]
    pub project_id: String,
    /// Name of the topic, without `projects/<project>/topics/`.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = FIXED))]
    #[x_kube(validation = ("!self.contains('/')", "topic is the bare name: leave out projects/<project>/topics/"))]
    pub topic: String,
    /// How to log in.
    #[schemars(extend("x-facts" = IN_PLACE))]
    pub authentication: GoogleAuthentication,
    /// Where to begin reading.
    #[schemars(extend("x-facts" = FIXED))]
    pub seek_type: SeekType,
    /// Where to begin reading with seekType timestamp, for example `2026-01-31T08:00:00Z`.
    #[schemars(
        length(min = 20, max = 35),
        regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$"),
        extend("x-facts" = FIXED.compared(Compare::Minute))
    )]
    pub seek_timestamp: Option<String>,
    /// Filter on message attributes, at most 256 characters, for example `attributes.type = "order"`.
    #[schemars(length(min = 1, max = 256), extend("x-facts" = FIXED))]
    pub filter: Option<String>,
    /// Whether messages with the same ordering key are read in order.
    #[schemars(extend("x-facts" = FIXED))]
    pub enable_ordering: Option<bool>,
    /// Time to acknowledge a message, in seconds, 10 to 600; the service's default is 60.
    #[schemars(range(min = 10, max = 600), extend("x-facts" = IN_PLACE))]
    pub ack_deadline: Option<i32>,
    /// Service account; with authentication SERVICE_ACCOUNT.
    #[schemars(extend("x-facts" = IN_PLACE.whole().write_only()))]
    pub service_account_key: Option<ServiceAccount>,
}

/// Message formats of Pub/Sub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PubsubFormat {
    /// One JSON object each.
    JSONEachRow,
    /// Avro, by the topic's schema.
    Avro,
    /// Protocol Buffers, by the topic's schema.
    Protobuf,
}

/// Where to begin reading a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeekType {
    /// At the next message.
    Latest,
    /// At the oldest message that the topic still holds.
    Earliest,
    /// At a point in time, `seekTimestamp`.
    Timestamp,
}
