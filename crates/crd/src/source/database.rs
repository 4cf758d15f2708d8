//! What the database sources share: how they log in and how they replicate.
//!
//! Not here: each source's own fields, and table mappings ([`super::table_mapping`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::{SecretValue, TextValue};

/// TLS is off or configured, not both.
pub(crate) const TLS: (&str, &str) = (
    "!has(self.disableTls) || !self.disableTls || !(has(self.tlsHost) || has(self.caCertificate) || (has(self.skipCertVerification) && self.skipCertVerification))",
    "disableTls: true leaves nothing to verify: remove tlsHost, caCertificate and skipCertVerification, or disableTls",
);
/// The default way to log in needs both credentials.
pub(crate) const BASIC: (&str, &str) = (
    "(has(self.authentication) && self.authentication != 'basic') || (has(self.credentials) && has(self.credentials.password))",
    "authentication basic, which is the default, needs credentials with username and password",
);
/// A role replaces the password.
pub(crate) const IAM_ROLE: (&str, &str) = (
    "!has(self.authentication) || self.authentication != 'IAM_ROLE' || (has(self.iamRole) && !(has(self.credentials) && has(self.credentials.password)))",
    "authentication IAM_ROLE needs iamRole and takes no password: set iamRole and leave at most username in credentials",
);
/// A host is not a URL. A rule of the whole source: one of the field would have the API server repeat the value, password and all.
pub(crate) const HOST: (&str, &str) = (
    "!self.host.matches('[/@[:space:]]')",
    "host is a host name or address alone: without scheme, user name, password and path",
);

/// What to log in to a database with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseCredentials {
    /// User name.
    pub username: TextValue,
    /// Password; not with authentication IAM_ROLE.
    pub password: Option<SecretValue>,
}

/// Ways to log in to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum DatabaseAuthentication {
    /// User name and password.
    #[serde(rename = "basic")]
    Basic,
    /// An AWS role; only for ClickHouse services on AWS.
    #[serde(rename = "IAM_ROLE")]
    IamRole,
    /// Google Cloud workload identity, for Cloud SQL; only for ClickHouse services on Google Cloud.
    #[serde(rename = "SERVICE_ACCOUNT_WORKLOAD_IDENTITY")]
    ServiceAccountWorkloadIdentity,
}

/// What is replicated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplicationMode {
    /// What is there now, then every change.
    Cdc,
    /// What is there now, once; the pipe ends as Completed.
    Snapshot,
    /// Changes only.
    CdcOnly,
}
