//! Connections: which API key a pipe uses, whether it works, and what people see of it.
//!
//! The two kinds are alike except for who may use them; [`Connection`] is what they share. Not here: calls for pipes, the budget itself
//! (crate `client`).

pub mod check;
pub mod directory;
pub mod memory;
pub mod reconcile;
pub mod status;
pub mod terms;
pub mod unresolved;

use std::collections::BTreeMap;

use crd::connection::{AllowedNamespaces, ConnectionStatus};
use crd::pipe::ConnectionKind;
use crd::{CONNECTION_FINALIZER, CloudConnection, ClusterCloudConnection};
use kube::core::{Selector, SelectorExt};

use crate::kind::{Kind, has_finalizer};
use terms::Written;

pub use directory::{Connections, Resolved};
pub use unresolved::Unresolved;

/// What the two kinds of connection share.
pub trait Connection: Kind {
    /// How a pipe names the kind.
    const KIND: ConnectionKind;

    /// The spec, in the form that both share.
    fn written(&self) -> Written<'_>;

    /// Whether pipes of this namespace, which carries these labels, may use it.
    fn allows(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool;

    /// The status.
    fn status(&self) -> Option<&ConnectionStatus>;

    /// Puts another status in the place of the present one.
    fn set_status(&mut self, status: ConnectionStatus);
}

impl Connection for CloudConnection {
    const KIND: ConnectionKind = ConnectionKind::CloudConnection;

    fn written(&self) -> Written<'_> {
        Written::of_namespace(&self.spec, self.metadata.namespace.as_deref().unwrap_or_default())
    }

    fn allows(&self, namespace: &str, _: &BTreeMap<String, String>) -> bool {
        self.metadata.namespace.as_deref() == Some(namespace)
    }

    fn status(&self) -> Option<&ConnectionStatus> {
        self.status.as_ref()
    }

    fn set_status(&mut self, status: ConnectionStatus) {
        self.status = Some(status);
    }
}

impl Connection for ClusterCloudConnection {
    const KIND: ConnectionKind = ConnectionKind::ClusterCloudConnection;

    fn written(&self) -> Written<'_> {
        Written::of_cluster(&self.spec)
    }

    fn allows(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        let AllowedNamespaces { names, selector } = &self.spec.allowed_namespaces;
        let named = names.iter().flatten().any(|name| name == namespace);
        let selected = selector.clone().and_then(|selector| Selector::try_from(selector).ok());
        named || selected.is_some_and(|selector| selector.matches(labels))
    }

    fn status(&self) -> Option<&ConnectionStatus> {
        self.status.as_ref()
    }

    fn set_status(&mut self, status: ConnectionStatus) {
        self.status = Some(status);
    }
}

/// What pipes notice of a connection. Its status changes far more often than this.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    generation: Option<i64>,
    held: bool,
    terminating: bool,
    ready: Option<(String, String)>,
}

impl Facet {
    /// What pipes notice of it now.
    pub fn of<K: Connection>(connection: &K) -> Self {
        let ready = connection.status().and_then(status::ready);
        Self {
            generation: connection.meta().generation,
            held: has_finalizer(connection, CONNECTION_FINALIZER),
            terminating: connection.meta().deletion_timestamp.is_some(),
            ready: ready.map(|condition| (condition.status.clone(), condition.reason.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    /// Whether a connection of the cluster that allows these serves the namespace `data` with the label `team=data`.
    fn allows(allowed: &Value) -> bool {
        let reference = json!({"secretKeyRef": {"namespace": "platform", "name": "key", "key": "secret"}});
        let connection: ClusterCloudConnection = serde_json::from_value(json!({
            "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClusterCloudConnection", "metadata": {"name": "shared"},
            "spec": {"organizationId": "11111111-1111-4111-8111-111111111111", "allowedNamespaces": allowed,
                "credentials": {"keyId": {"value": "id"}, "keySecret": reference}},
        }))
        .unwrap();
        connection.allows("data", &BTreeMap::from([("team".to_owned(), "data".to_owned())]))
    }

    #[test]
    fn a_namespace_is_allowed_by_its_name_or_its_labels_and_nobody_by_default() {
        let expression = |operator: &str| json!({"selector": {"matchExpressions": [{"key": "team", "operator": operator, "values": ["data"]}]}});
        for allowed in [
            json!({"names": ["data"]}),
            json!({"selector": {"matchLabels": {"team": "data"}}}),
            json!({"selector": {}}),
            expression("In"),
        ] {
            assert!(allows(&allowed), "{allowed}");
        }
        for refused in [
            json!({}),
            json!({"names": []}),
            json!({"names": ["dat", "data2", "*"]}),
            json!({"selector": {"matchLabels": {"team": "other"}}}),
            expression("NotIn"),
            // Not an operator: an unreadable selector selects nobody.
            expression("Like"),
        ] {
            assert!(!allows(&refused), "{refused}");
        }
    }
}
