//! Metrics that are counted in the caches at the moment of the question: how many objects are in which condition.
//!
//! Not here: what a condition means.

use std::collections::BTreeMap;
use std::fmt;

use crd::condition::ConditionType;
use crd::status::Impact;
use crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::runtime::reflector::Store;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::kind::{Guarded, KindName};

/// Counts the objects of the three caches.
pub struct Objects {
    /// The pipes.
    pub pipes: Store<Guarded<ClickPipe>>,
    /// The connections of namespaces.
    pub connections: Store<Guarded<CloudConnection>>,
    /// The connections of the cluster.
    pub cluster_connections: Store<Guarded<ClusterCloudConnection>>,
}

impl fmt::Debug for Objects {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Objects")
    }
}

/// Kind, ready, synced, state.
type Group = (KindName, &'static str, &'static str, &'static str);

impl Collector for Objects {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let help = "Objects by kind, conditions and the state of their pipe";
        let mut family = encoder.encode_descriptor("managed_resources", help, None, MetricType::Gauge)?;
        for ((kind, ready, synced, state), count) in self.groups() {
            let labels = [("kind", kind.as_str()), ("ready", ready), ("synced", synced), ("state", state)];
            ConstGauge::new(count).encode(family.encode_family(&labels)?)?;
        }
        let help = "Changes that wait for a person, by impact";
        let mut family = encoder.encode_descriptor("plans_pending", help, None, MetricType::Gauge)?;
        for (class, count) in self.pending() {
            ConstGauge::new(count).encode(family.encode_family(&[("class", class)])?)?;
        }
        Ok(())
    }
}

impl Objects {
    fn groups(&self) -> BTreeMap<Group, i64> {
        let pipes = self.pipes.state().into_iter().map(|pipe| pipe_group(&pipe));
        let connections = self.connections.state();
        let connections = connections.iter().map(|connection| {
            let status = connection.0.as_ref().ok().and_then(|connection| connection.status.as_ref());
            connection_group(KindName::CloudConnection, status.map(|status| status.conditions.as_slice()))
        });
        let cluster = self.cluster_connections.state();
        let cluster = cluster.iter().map(|connection| {
            let status = connection.0.as_ref().ok().and_then(|connection| connection.status.as_ref());
            connection_group(KindName::ClusterCloudConnection, status.map(|status| status.conditions.as_slice()))
        });
        let mut groups = BTreeMap::new();
        for group in pipes.chain(connections).chain(cluster) {
            *groups.entry(group).or_default() += 1;
        }
        groups
    }

    fn pending(&self) -> BTreeMap<&'static str, i64> {
        let mut pending = BTreeMap::from(["Inert", "Restart", "Resync", "Replace"].map(|class| (class, 0)));
        for pipe in self.pipes.state() {
            let plan = pipe.0.as_ref().ok().and_then(|pipe| pipe.status.as_ref()?.plan.as_ref());
            if let Some(plan) = plan {
                *pending.entry(impact(plan.class)).or_default() += 1;
            }
        }
        pending
    }
}

const fn impact(class: Impact) -> &'static str {
    match class {
        Impact::Inert => "Inert",
        Impact::Restart => "Restart",
        Impact::Resync => "Resync",
        Impact::Replace => "Replace",
    }
}

fn pipe_group(pipe: &Guarded<ClickPipe>) -> Group {
    let status = pipe.0.as_ref().ok().and_then(|pipe| pipe.status.as_ref());
    let conditions = status.map_or(&[][..], |status| &status.conditions);
    let state = status.and_then(|status| status.pipe.as_ref()?.state.as_deref());
    (
        KindName::ClickPipe,
        truth(conditions, ConditionType::Ready),
        truth(conditions, ConditionType::Synced),
        state.map_or("None", known_state),
    )
}

fn connection_group(kind: KindName, conditions: Option<&[Condition]>) -> Group {
    (kind, truth(conditions.unwrap_or_default(), ConditionType::Ready), "", "")
}

fn truth(conditions: &[Condition], wanted: ConditionType) -> &'static str {
    let status = conditions.iter().find(|condition| condition.type_ == wanted.as_str());
    match status.map(|condition| condition.status.as_str()) {
        Some("True") => "True",
        Some("False") => "False",
        _ => "Unknown",
    }
}

/// The states are an open set of the service's; the label is not.
fn known_state(state: &str) -> &'static str {
    const KNOWN: [&str; 14] = [
        "Provisioning",
        "Setup",
        "Snapshot",
        "Running",
        "Degraded",
        "Pausing",
        "Paused",
        "Stopping",
        "Stopped",
        "Modifying",
        "Resync",
        "Completed",
        "Failed",
        "InternalError",
    ];
    KNOWN.into_iter().find(|known| *known == state).unwrap_or("Other")
}
