//! `CloudConnection` and `ClusterCloudConnection`: an organization and the API key to use, which is one request budget.
//!
//! Not here: reading the Secrets, checking the key.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, LabelSelector};
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::KeyRef;

/// The official API; the only origin that is allowed unless the operator was started with `--allow-api-url`.
pub const OFFICIAL_API_URL: &str = "https://api.clickhouse.cloud";

/// An organization of ClickHouse Cloud and the API key to use there, for `ClickPipes` of the same namespace.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "cloud.clickhouse.com",
    version = "v1alpha1",
    kind = "CloudConnection",
    namespaced,
    category = "clickhouse-cloud",
    status = "ConnectionStatus",
    derive = "PartialEq",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Pipes", type_ = "integer", json_path = ".status.pipes"),
    printcolumn(name = "Queued", type_ = "string", json_path = ".status.budget.queued"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct CloudConnectionSpec {
    /// The id of the organization; cannot be changed.
    #[schemars(length(min = 36, max = 36), regex(pattern = crate::UUID_PATTERN))]
    #[x_kube(validation = ("self == oldSelf", "organizationId is immutable: create another connection for the other organization"))]
    pub organization_id: String,
    /// The API key. Two connections with the same key id share one request budget.
    pub credentials: ConnectionCredentials,
    /// The API's URL; default `https://api.clickhouse.cloud`. Any other origin must be allowed by the operator's flag `--allow-api-url`.
    #[schemars(length(min = 8, max = 2048), regex(pattern = "^https?://"))]
    pub api_url: Option<String>,
    /// How many requests the API key may make; raise it when ClickHouse support raised yours. Connections with one key id should agree. They
    /// share one budget, and the last one asked holds, of those whose key the service has taken.
    #[serde(default)]
    pub request_budget: RequestBudget,
    /// Time between two looks at a quiet service, 30s to 24h.
    #[serde(default = "default_poll_interval")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = ("self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$') && duration(self) >= duration('30s') && duration(self) <= duration('24h')", "pollInterval is a duration from 30s to 24h, for example 5m"))]
    pub poll_interval: String,
    /// Whether an idle service may be woken to create or change a pipe; a running service costs money.
    #[serde(default)]
    pub wake_idle_services: bool,
}

/// A connection that several namespaces may use.
#[derive(CustomResource, Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[kube(
    group = "cloud.clickhouse.com",
    version = "v1alpha1",
    kind = "ClusterCloudConnection",
    category = "clickhouse-cloud",
    status = "ConnectionStatus",
    derive = "PartialEq",
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Pipes", type_ = "integer", json_path = ".status.pipes"),
    printcolumn(name = "Queued", type_ = "string", json_path = ".status.budget.queued"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    printcolumn(
        name = "Reason",
        type_ = "string",
        json_path = ".status.conditions[?(@.type==\"Ready\")].reason",
        priority = 1
    )
)]
#[serde(rename_all = "camelCase")]
pub struct ClusterCloudConnectionSpec {
    /// The id of the organization; cannot be changed.
    #[schemars(length(min = 36, max = 36), regex(pattern = crate::UUID_PATTERN))]
    #[x_kube(validation = ("self == oldSelf", "organizationId is immutable: create another connection for the other organization"))]
    pub organization_id: String,
    /// The API key; each reference names the Secret's namespace.
    pub credentials: ClusterConnectionCredentials,
    /// The API's URL; default `https://api.clickhouse.cloud`. Any other origin must be allowed by the operator's flag `--allow-api-url`.
    #[schemars(length(min = 8, max = 2048), regex(pattern = "^https?://"))]
    pub api_url: Option<String>,
    /// How many requests the API key may make; raise it when ClickHouse support raised yours. Connections with one key id should agree. They
    /// share one budget, and the last one asked holds, of those whose key the service has taken.
    #[serde(default)]
    pub request_budget: RequestBudget,
    /// Time between two looks at a quiet service, 30s to 24h.
    #[serde(default = "default_poll_interval")]
    #[schemars(length(min = 2, max = 16))]
    #[x_kube(validation = ("self.matches('^([0-9]+h)?([0-9]+m)?([0-9]+s)?$') && duration(self) >= duration('30s') && duration(self) <= duration('24h')", "pollInterval is a duration from 30s to 24h, for example 5m"))]
    pub poll_interval: String,
    /// Whether an idle service may be woken to create or change a pipe; a running service costs money.
    #[serde(default)]
    pub wake_idle_services: bool,
    /// The namespaces whose `ClickPipes` may use this connection; none when empty.
    #[serde(default)]
    pub allowed_namespaces: AllowedNamespaces,
}

fn default_poll_interval() -> String {
    "5m".to_owned()
}

/// The API key of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionCredentials {
    /// The key id.
    pub key_id: KeyIdValue,
    /// The key secret.
    pub key_secret: KeySecretValue,
}

/// A key id: in the spec or in a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.value) != has(self.secretKeyRef)", "set exactly one of value, secretKeyRef"))]
pub struct KeyIdValue {
    /// The key id itself.
    #[schemars(length(min = 1, max = 1024))]
    pub value: Option<String>,
    /// The key of a Secret that holds it.
    pub secret_key_ref: Option<KeyRef>,
}

/// A key secret: always in a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeySecretValue {
    /// The key of a Secret that holds it.
    pub secret_key_ref: KeyRef,
}

/// The API key of a cluster-scoped connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterConnectionCredentials {
    /// The key id.
    pub key_id: ClusterKeyIdValue,
    /// The key secret.
    pub key_secret: ClusterKeySecretValue,
}

/// A key id: in the spec or in a Secret of a named namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("has(self.value) != has(self.secretKeyRef)", "set exactly one of value, secretKeyRef"))]
pub struct ClusterKeyIdValue {
    /// The key id itself.
    #[schemars(length(min = 1, max = 1024))]
    pub value: Option<String>,
    /// The key of a Secret that holds it.
    pub secret_key_ref: Option<NamespacedKeyRef>,
}

/// A key secret: always in a Secret of a named namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterKeySecretValue {
    /// The key of a Secret that holds it.
    pub secret_key_ref: NamespacedKeyRef,
}

/// One key of a Secret in a named namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NamespacedKeyRef {
    /// Namespace of the Secret.
    #[schemars(length(min = 1, max = 63))]
    pub namespace: String,
    /// Name of the Secret.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key inside its data.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// How many requests an API key may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestBudget {
    /// Requests in any window of `perSeconds`; ClickHouse Cloud's published limit is 10.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 100_000))]
    pub requests: i32,
    /// Length of the window in seconds; ClickHouse Cloud's is 10.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 3600))]
    pub per_seconds: i32,
}

fn ten() -> i32 {
    10
}

impl Default for RequestBudget {
    fn default() -> Self {
        Self { requests: 10, per_seconds: 10 }
    }
}

/// Which namespaces may use a cluster-scoped connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = ("!(has(self.names) && has(self.selector))", "set one of names, selector"))]
pub struct AllowedNamespaces {
    /// Namespaces by name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1000), inner(length(min = 1, max = 63)))]
    pub names: Option<Vec<String>>,
    /// Namespaces by label; an empty selector is every namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selector: Option<LabelSelector>,
}

/// What the operator knows about a connection.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ConnectionStatus {
    /// The generation of the spec that was examined last.
    pub observed_generation: Option<i64>,
    /// Ready: the key works for the organization.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// The request budget of the key.
    pub budget: Option<BudgetStatus>,
    /// The services that pipes use through this connection.
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["id"]))]
    pub services: Vec<ServiceStatus>,
    /// Number of pipes that use this connection.
    pub pipes: Option<i64>,
}

/// The request budget of an API key, in steps, so that it does not change at every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct BudgetStatus {
    /// Requests in any window.
    pub limit: i32,
    /// Length of the window in seconds.
    pub per_seconds: i32,
    /// Roughly how long the queue is, as the time it takes: `none`, `<1m`, `<2m`, `<5m`, `<10m`, `<30m`, `<60m`, `>60m`.
    pub queued: String,
    /// Since when the service has been refusing requests as too many.
    pub throttled_since: Option<String>,
}

/// One service that pipes use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceStatus {
    /// The service's id. Required: it is the key of the list.
    pub id: String,
    /// The service's name.
    pub name: Option<String>,
    /// The service's state, as the API last said.
    pub state: Option<String>,
    /// Number of pipes in it that use this connection.
    #[serde(default)]
    pub pipes: i64,
}
