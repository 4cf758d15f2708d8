//! An AWS access key, or what other object stores call an HMAC key: shared by Kinesis and object storage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::{SecretValue, TextValue};

/// An access key: its id and its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessKey {
    /// Access key id.
    pub access_key_id: TextValue,
    /// Secret access key.
    pub secret_key: SecretValue,
}
