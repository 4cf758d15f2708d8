//! A ClickHouse service: its state, its tables with rows, and the size its database pipes share.
//!
//! The endpoints for it are in `endpoint/service` and `endpoint/scaling`.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::config::{ServiceConfig, ServiceState};
use crate::course::{Course, Leg};
use crate::timings::Timings;

/// A service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    pub(crate) id: String,
    pub(crate) organization: String,
    pub(crate) name: String,
    pub(crate) provider: String,
    pub(crate) course: Course<ServiceState>,
    pub(crate) tables_with_rows: BTreeSet<String>,
    /// The shared size; there is none before the first database pipe was provisioned.
    pub(crate) shared_scaling: Option<Map<String, Value>>,
    /// The shared size that was asked for and is not in effect yet.
    pub(crate) scaling_to_come: Option<Map<String, Value>>,
}

impl Service {
    /// A service as it is configured.
    pub(crate) fn new(config: &ServiceConfig, default_organization: &str) -> Self {
        let ServiceConfig { id, organization, name, state, provider, tables_with_rows } = config.clone();
        let short: String = id.chars().take(8).collect();
        Self {
            id,
            organization: organization.unwrap_or_else(|| default_organization.to_owned()),
            name: name.unwrap_or_else(|| format!("service-{short}")),
            provider,
            course: Course::resting(state),
            tables_with_rows,
            shared_scaling: None,
            scaling_to_come: None,
        }
    }

    /// Its state now.
    pub(crate) fn state(&self) -> ServiceState {
        self.course.state()
    }

    /// The course that a command sets; `None` when it changes nothing. `start` does not wake, `awake` does not start.
    pub(crate) fn commanded(&self, command: &str, now_ms: u64, time: &Timings) -> Option<Course<ServiceState>> {
        use ServiceState as S;
        let leg = |state, lasts_ms| [Leg { state, lasts_ms }];
        match (command, self.state()) {
            ("start", S::Stopped) => Some(Course::starting(now_ms, &leg(S::Starting, time.service_ms), S::Running)),
            ("stop", S::Running | S::Idle) => {
                Some(Course::starting(now_ms, &leg(S::Stopping, time.service_ms), S::Stopped))
            }
            ("awake", S::Idle) => Some(Course::starting(now_ms, &leg(S::Awaking, time.awake_ms), S::Running)),
            _ => None,
        }
    }

    /// The service as the API shows it.
    pub(crate) fn shown(&self, created_at: &str) -> Value {
        let region = match self.provider.as_str() {
            "gcp" => "us-central1",
            "azure" => "eastus2",
            _ => "us-east-1",
        };
        json!({
            "id": self.id,
            "name": self.name,
            "provider": self.provider,
            "region": region,
            "state": self.state(),
            "endpoints": [],
            "minReplicaMemoryGb": 16,
            "maxReplicaMemoryGb": 32,
            "numReplicas": 2,
            "idleScaling": true,
            "idleTimeoutMinutes": 15,
            "ipAccessList": [{"source": "0.0.0.0/0", "description": "Anywhere"}],
            "createdAt": created_at,
            "dataWarehouseId": self.id,
            "isPrimary": true,
            "isReadonly": false,
            "releaseChannel": "default",
            "tags": [],
        })
    }
}
