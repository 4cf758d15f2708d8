//! A Google Cloud service account: shared by Pub/Sub and BigQuery. Object storage takes the key without this wrapping.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::ServiceAccountKey;

/// A Google Cloud service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccount {
    /// The service account's JSON key file.
    pub service_account_file: ServiceAccountKey,
}

/// Ways to log in to Google Cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum GoogleAuthentication {
    /// The key of a service account.
    #[serde(rename = "SERVICE_ACCOUNT")]
    ServiceAccount,
    /// Google Cloud workload identity; private preview.
    #[serde(rename = "SERVICE_ACCOUNT_WORKLOAD_IDENTITY")]
    ServiceAccountWorkloadIdentity,
}
