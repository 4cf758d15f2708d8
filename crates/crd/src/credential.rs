//! Where a credential's value comes from: a Secret, a `ConfigMap`, or, for what is not secret, the spec itself.
//!
//! No type here can hold a secret in clear text. Reading the value is the controller's work.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a value that was read is encoded for the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Encoding {
    /// Text that is not secret, like a user name: sent as it is.
    Text,
    /// Secret text, like a password: one trailing line break is removed.
    Secret,
    /// A certificate in PEM form; not secret.
    Certificate,
    /// A private key in PEM form; secret.
    PrivateKey,
    /// A service-account key: raw JSON is encoded as base64, base64 is sent as it is; secret.
    ServiceAccountKey,
    /// A Protobuf schema: text is encoded as base64, base64 is sent as it is; treated as secret because the API never returns it.
    ProtobufSchema,
}

impl Encoding {
    /// Whether the value must never be shown.
    #[must_use]
    pub const fn is_secret(self) -> bool {
        match self {
            Self::Text | Self::Certificate => false,
            Self::Secret | Self::PrivateKey | Self::ServiceAccountKey | Self::ProtobufSchema => true,
        }
    }
}

/// One key of a Secret or `ConfigMap` in the object's own namespace.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct KeyRef {
    /// Name of the Secret or ConfigMap.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// Key inside its data.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// A value that is always read from a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::Secret))]
pub struct SecretValue {
    /// The key of a Secret that holds the value.
    pub secret_key_ref: KeyRef,
}

/// A private key in PEM form, always read from a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::PrivateKey))]
pub struct PrivateKey {
    /// The key of a Secret that holds the private key in PEM form.
    pub secret_key_ref: KeyRef,
}

/// A Google Cloud service-account key, always read from a Secret; the Secret may hold the raw JSON file or its base64 form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::ServiceAccountKey))]
pub struct ServiceAccountKey {
    /// The key of a Secret that holds the service-account key.
    pub secret_key_ref: KeyRef,
}

/// A value that is not secret, like a user name: in the spec or in a Secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::Text))]
#[x_kube(validation = ("has(self.value) != has(self.secretKeyRef)", "set exactly one of value, secretKeyRef"))]
pub struct TextValue {
    /// The value itself.
    #[schemars(length(min = 1, max = 1024))]
    pub value: Option<String>,
    /// The key of a Secret that holds the value.
    pub secret_key_ref: Option<KeyRef>,
}

/// A certificate in PEM form: in the spec, a Secret or a ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::Certificate))]
#[x_kube(validation = ("[has(self.value), has(self.secretKeyRef), has(self.configMapKeyRef)].exists_one(x, x)", "set exactly one of value, secretKeyRef, configMapKeyRef"))]
pub struct Certificate {
    /// The certificate itself, in PEM form.
    #[schemars(length(min = 1, max = 65536))]
    pub value: Option<String>,
    /// The key of a Secret that holds it.
    pub secret_key_ref: Option<KeyRef>,
    /// The key of a ConfigMap that holds it.
    pub config_map_key_ref: Option<KeyRef>,
}

/// A Protobuf schema (`.proto` text or a FileDescriptorSet, plain or as base64): in the spec, a Secret or a ConfigMap.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-credential" = Encoding::ProtobufSchema))]
#[x_kube(validation = ("[has(self.value), has(self.secretKeyRef), has(self.configMapKeyRef)].exists_one(x, x)", "set exactly one of value, secretKeyRef, configMapKeyRef"))]
pub struct ProtobufSchema {
    /// The schema itself. A schema that is too large for `kubectl apply` (256 KiB) belongs in a ConfigMap.
    #[schemars(length(min = 1, max = 1_048_576))]
    pub value: Option<String>,
    /// The key of a Secret that holds it.
    pub secret_key_ref: Option<KeyRef>,
    /// The key of a ConfigMap that holds it.
    pub config_map_key_ref: Option<KeyRef>,
}
