//! The real API server, as users and the operator reach it.
//!
//! Users' `apply` is kubectl's own; their other deeds are the requests that kubectl makes of them. Not here: starting the server.

use std::collections::BTreeMap;
use std::time::Duration;

use controller::clients::Clients;
use controller::cluster::kube::Kube;
use futures::StreamExt;
use kube::api::{Api, ApiResource, DeleteParams, ListParams, Patch, PatchParams, PostParams, WatchParams};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{DynamicObject, GroupVersionKind, WatchEvent};
use kube::runtime::wait::await_condition;
use kube::{Client, Config};
use serde_json::{Value, json};
use simulation::store::Named;
use simulation::world::put;
use testbed::ControlPlane;

use crate::player::Side;
use crate::sequence::{Deed, End, KINDS};

/// How long built-in controllers may take.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Server<'a> {
    plane: &'a ControlPlane,
    client: Client,
    cluster: Kube,
    /// The version of each kind's list before the first step.
    since: BTreeMap<&'static str, String>,
    /// The namespaces and cluster-scoped objects of this sequence begin with it.
    prefix: String,
}

impl<'a> Server<'a> {
    pub(crate) async fn connect(plane: &'a ControlPlane, prefix: &str) -> Self {
        let kubeconfig = Kubeconfig::read_from(plane.kubeconfig()).unwrap();
        let reading = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
        let mut writing = reading.clone();
        writing.default_retry = false;
        let client = Client::try_from(reading).unwrap();
        let write = Client::try_from(writing).unwrap();
        let cluster = Kube::new(Clients { read: client.clone(), write });
        let mut since = BTreeMap::new();
        for kind in KINDS {
            let api: Api<DynamicObject> = Api::all_with(client.clone(), &resource(kind));
            let list = api.list(&ListParams::default().limit(1)).await.unwrap();
            since.insert(kind, list.metadata.resource_version.unwrap());
        }
        Self { plane, client, cluster, since, prefix: prefix.to_owned() }
    }

    fn api(&self, named: &Named) -> Api<DynamicObject> {
        match &named.namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource(&named.kind)),
            None => Api::all_with(self.client.clone(), &resource(&named.kind)),
        }
    }

    fn is_of_this_sequence(&self, object: &DynamicObject) -> bool {
        let name = object.metadata.namespace.as_ref().or(object.metadata.name.as_ref());
        name.is_some_and(|name| name.starts_with(&self.prefix))
    }
}

impl Side for Server<'_> {
    type Cluster = Kube;

    fn cluster(&self) -> &Kube {
        &self.cluster
    }

    async fn act(&mut self, named: &Named, deed: &Deed) -> Result<(), String> {
        let api = self.api(named);
        let done = match deed {
            Deed::Create(object) => {
                let object = serde_json::from_value(object.clone()).unwrap();
                api.create(&PostParams::default(), &object).await.map(drop)
            }
            Deed::Apply(object) => return kubectl_apply(self.plane, object),
            Deed::Delete => api.delete(&named.name, &DeleteParams::background()).await.map(drop),
            Deed::Edit(changes) => {
                let mut patch = json!({});
                for (path, value) in changes {
                    put(&mut patch, path, Some(value.clone().unwrap_or(Value::Null))).unwrap();
                }
                api.patch(&named.name, &PatchParams::default(), &Patch::Merge(patch)).await.map(drop)
            }
        };
        done.map_err(|error| match error {
            kube::Error::Api(status) => status.reason,
            other => panic!("{other}"),
        })
    }

    async fn look(&self, named: &Named) -> Option<Value> {
        self.api(named).get_opt(&named.name).await.unwrap().map(|object| json!(object))
    }

    async fn until(&self, named: &Named, end: End) {
        let api = self.api(named);
        let far = |object: Option<&DynamicObject>| match end {
            End::Begun => object.is_some_and(|object| object.metadata.deletion_timestamp.is_some()),
            End::Done => object.is_none(),
        };
        let waited = tokio::time::timeout(PATIENCE, await_condition(api, &named.name, far)).await;
        waited.unwrap_or_else(|_| panic!("{named:?}: not {end:?} in time")).unwrap();
    }

    async fn events(&mut self, last: &Named) -> Vec<(bool, Value)> {
        let api: Api<DynamicObject> = Api::all_with(self.client.clone(), &resource(&last.kind));
        let since = self.since.get(last.kind.as_str()).unwrap();
        let mut watch = api.watch(&WatchParams::default().timeout(60), since).await.unwrap().boxed();
        let mut events = Vec::new();
        while let Some(event) = watch.next().await {
            let (gone, object) = match event.unwrap() {
                WatchEvent::Added(object) | WatchEvent::Modified(object) => (false, object),
                WatchEvent::Deleted(object) => (true, object),
                WatchEvent::Bookmark(_) => continue,
                WatchEvent::Error(status) => panic!("{status:?}"),
            };
            if self.is_of_this_sequence(&object) {
                let is_last = object.metadata.name.as_deref() == Some(last.name.as_str())
                    && object.metadata.namespace == last.namespace;
                events.push((gone, json!(object)));
                if is_last {
                    return events;
                }
            }
        }
        panic!("the watch of {} ended before its last event", last.kind);
    }
}

fn resource(kind: &str) -> ApiResource {
    let (group, version) = match kind {
        "Secret" | "ConfigMap" | "Namespace" => ("", "v1"),
        _ => ("cloud.clickhouse.com", "v1alpha1"),
    };
    ApiResource::from_gvk(&GroupVersionKind::gvk(group, version, kind))
}

fn kubectl_apply(plane: &ControlPlane, object: &Value) -> Result<(), String> {
    let output = plane.kubectl_stdin(&["apply", "-f", "-"], &object.to_string()).unwrap();
    if output.success {
        return Ok(());
    }
    let reasons = ["NotFound", "AlreadyExists", "Conflict", "Forbidden", "Invalid"];
    let known = reasons.into_iter().find(|reason| output.stderr.contains(&format!("({reason})")));
    let invalid = output.stderr.contains("is invalid").then_some("Invalid");
    Err(known.or(invalid).unwrap_or_else(|| panic!("{output:?}")).to_owned())
}
