//! The eight sources: exactly one of them is set. One file for each.
//!
//! Not here: any field of a source; each stands in its source's file, once.

pub mod kafka;
pub mod schema_registry;

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

pub use self::kafka::Kafka;

/// Where the data comes from. Exactly one member; which one cannot be changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// Kafka and what speaks its protocol.
    pub kafka: Option<Kafka>,
}
