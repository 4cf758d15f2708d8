//! The ways in which an answer may differ from what was sent, each off unless it is asked for.
//!
//! They are off because the official Terraform client fails when a server fills, empties or reorders what it was
//! given. What the service never returns (secrets, roles) is no switch: it never comes back.

use serde::{Deserialize, Serialize};

/// One deviation of answers from what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// Members that were not sent come back with the documented default.
    FillDefaults,
    /// Text members of database sources that were not sent come back as `""`.
    EmptyStrings,
    /// Members that were not sent come back as `null`.
    NullForAbsent,
    /// A Kafka pipe without a consumer group shows `clickpipes-<id>`.
    ConsumerGroup,
    /// The engine comes back as `MergeTree()`.
    EngineParentheses,
    /// Lists whose order means nothing come back in another order.
    ShuffleArrays,
    /// Scaling comes back as Kubernetes quantities, `"250m"` and `"1Gi"`.
    ScalingQuantities,
    /// Scaling comes back as zeros.
    ScalingZeros,
    /// Settings come back as text.
    SettingsText,
    /// Settings come back as `null`.
    SettingsNull,
    /// Settings come back whole, filled with the documented defaults.
    SettingsDefaults,
    /// A database pipe shows a meaningless `managedTable` and `table`.
    DatabaseTable,
    /// An Azure source comes back without path, container and authentication.
    OmitAzure,
    /// An object-storage URL comes back in the `s3://` or `gs://` form.
    BucketUrl,
    /// A schema registry comes back without its `type`.
    OmitRegistryType,
    /// The user and password inside a MongoDB URI come back as they are stored.
    ShowUriCredentials,
}

impl Switch {
    /// The switch of that name.
    pub fn named(name: &str) -> Option<Self> {
        serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
    }
}
