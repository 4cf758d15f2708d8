//! What the database sources share: how they log in and how they replicate.
//!
//! Not here: each source's own fields, and table mappings ([`super::table_mapping`]).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::{SecretValue, TextValue};

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
