//! What logs in to AWS: an access key, or what other object stores call an HMAC key, and the form of a role. Shared by several sources.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::credential::{SecretValue, TextValue};

/// A role is named by its ARN.
pub(crate) const ROLE: (&str, &str) = (
    "self.matches('^arn:aws[a-z-]*:iam::[0-9]{12}:role/.')",
    "it is not the ARN of a role: write it whole, for example arn:aws:iam::123456789012:role/ClickHouseAccessRole-orders",
);

/// An access key: its id and its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AccessKey {
    /// Access key id.
    pub access_key_id: TextValue,
    /// Secret access key.
    pub secret_key: SecretValue,
}
