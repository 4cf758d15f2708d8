//! Compute of one streaming or object-storage pipe. Not here: the shared compute of database pipes, which belongs to the service.

use kube::KubeSchema;
use serde::{Deserialize, Serialize};

use crate::facts::SCALING;

/// Compute of one pipe. Members that are not set are not managed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct Scaling {
    /// Number of replicas, 1 to 40; the service's default is 1.
    #[schemars(range(min = 1, max = 40), extend("x-facts" = SCALING))]
    pub replicas: Option<i32>,
    /// CPU of each replica in thousandths of a core, 125 to 2000; the service's default is 125.
    #[schemars(range(min = 125, max = 2000), extend("x-facts" = SCALING))]
    pub replica_cpu_millicores: Option<i32>,
    /// Memory of each replica in GiB, 0.5 to 8; 4 GiB per core is recommended, the service's default is 0.5.
    #[schemars(range(min = 0.5, max = 8.0), extend("x-facts" = SCALING))]
    pub replica_memory_gb: Option<f64>,
}
