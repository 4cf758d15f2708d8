//! Schema registries of streaming sources: Confluent's and AWS Glue.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::ROLE;
use crate::credential::{Certificate, SecretValue, TextValue};
use crate::facts::FIXED;

/// Where the schemas of messages are. Nothing of it can be changed in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("(has(self.type) && self.type == 'glue') || (has(self.url) && has(self.authentication) && has(self.credentials))", "a Confluent schema registry needs url, authentication and credentials"),
    validation = ("(has(self.type) && self.type == 'glue') || !(has(self.glueRegion) || has(self.glueRegistryName) || has(self.glueRoleArn))", "glueRegion, glueRegistryName and glueRoleArn are only for type: glue"),
    validation = ("!has(self.type) || self.type != 'glue' || (has(self.glueRegion) && has(self.glueRegistryName))", "type: glue needs glueRegion and glueRegistryName"),
    validation = ("!has(self.type) || self.type != 'glue' || !(has(self.url) || has(self.authentication) || has(self.credentials) || has(self.caCertificate))", "url, authentication, credentials and caCertificate are not for type: glue"),
    // Not on the field itself: the API server's answer would repeat the value, password and all.
    validation = ("!has(self.url) || self.url.matches('^https://[^/@]+(/[^@]*)?$')", "url begins with https:// and holds no user name or password: put them into credentials"),
    validation = ("!has(self.url) || !self.url.matches('/(schemas|subjects)(/|$)') || self.url.matches('/(schemas/ids/[0-9]+|subjects/[^/?#]+(/versions/([0-9]+|latest))?)$')", "url is the registry's root, or ends with /schemas/ids/<id>, /subjects/<name> or /subjects/<name>/versions/<n>")
)]
pub struct SchemaRegistry {
    /// Kind of registry; default `confluent`.
    #[schemars(extend("x-default" = "confluent"))]
    pub r#type: Option<SchemaRegistryType>,
    /// HTTPS URL: the registry's root, `/schemas/ids/<id>`, `/subjects/<name>` or `/subjects/<name>/versions/<n>`.
    #[schemars(length(min = 1, max = 2048))]
    pub url: Option<String>,
    /// How to log in to the registry.
    pub authentication: Option<SchemaRegistryAuthentication>,
    /// What to log in to the registry with.
    #[schemars(extend("x-facts" = FIXED.whole().write_only()))]
    pub credentials: Option<SchemaRegistryCredentials>,
    /// CA certificate of the registry.
    pub ca_certificate: Option<Certificate>,
    /// AWS region of the Glue registry.
    #[schemars(length(min = 1, max = 64))]
    pub glue_region: Option<String>,
    /// Name of the Glue registry.
    #[schemars(length(min = 1, max = 255))]
    pub glue_registry_name: Option<String>,
    /// ARN of the role to assume for Glue; required when the source itself does not log in with IAM.
    #[schemars(length(min = 1, max = 2048))]
    #[x_kube(validation = ROLE)]
    pub glue_role_arn: Option<String>,
}

/// Kinds of schema registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SchemaRegistryType {
    /// Confluent's, and what speaks its protocol.
    Confluent,
    /// AWS Glue.
    Glue,
}

/// Ways to log in to a schema registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SchemaRegistryAuthentication {
    /// User name and password.
    #[serde(rename = "PLAIN")]
    Plain,
}

/// What to log in to a schema registry with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchemaRegistryCredentials {
    /// User name.
    pub username: TextValue,
    /// Password.
    pub password: SecretValue,
}

/// An AWS Glue schema registry, for Kinesis. Nothing of it can be changed in place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct GlueRegistry {
    /// Kind of registry; Kinesis has only `glue`.
    pub r#type: GlueType,
    /// AWS region of the registry.
    #[schemars(length(min = 1, max = 64))]
    pub glue_region: String,
    /// Name of the registry.
    #[schemars(length(min = 1, max = 255))]
    pub glue_registry_name: String,
    /// ARN of the role to assume; default is the source's own identity.
    #[schemars(length(min = 1, max = 2048))]
    #[x_kube(validation = ROLE)]
    pub glue_role_arn: Option<String>,
}

/// The kind of a Glue registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum GlueType {
    /// AWS Glue.
    Glue,
}
