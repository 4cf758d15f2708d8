//! The real cluster: Kubernetes behind a kube client.
//!
//! Reads use a client that repeats calls which the server was too busy for; writes use one that never does, because a compare-and-swap that
//! took effect and lost its answer would then come back as a conflict. Not here: watches.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use crd::ClickPipe;
use crd::pipe::ConnectionKind;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::api::{Api, ListParams, Patch, PatchParams, PostParams};
use kube::core::ObjectMeta;
use kube::{Resource, ResourceExt};
use serde_json::{Value, json};

use crate::clients::Clients;
use crate::cluster::{Cluster, Entries, Error};
use crate::kind::{Guarded, Kind, has_finalizer};

/// How long one call may take, repetitions included.
const PATIENCE: Duration = Duration::from_secs(30);

/// The real cluster.
#[derive(Clone)]
pub struct Kube {
    clients: Clients,
}

impl Kube {
    /// The cluster that these clients reach.
    pub fn new(clients: Clients) -> Self {
        Self { clients }
    }

    fn writing<K: Kind>(&self, object: &K) -> Api<K> {
        K::api(self.clients.write.clone(), object.meta().namespace.as_deref())
    }

    /// Changes metadata of the object that was handed in, and of no newer one: the server compares the `resourceVersion` in the patch.
    async fn patch_metadata<K: Kind>(&self, object: &K, mut metadata: Value) -> Result<K, Error> {
        if let Some(members) = metadata.as_object_mut() {
            members.insert("resourceVersion".to_owned(), Value::String(version(object)?));
        }
        let patch = Patch::Merge(json!({"metadata": metadata}));
        call(self.writing(object).patch(&object.name_any(), &PatchParams::default(), &patch)).await
    }
}

impl Cluster for Kube {
    async fn get<K: Kind>(&self, namespace: Option<&str>, name: &str) -> Result<K, Error> {
        call(K::api(self.clients.read.clone(), namespace).get(name)).await
    }

    async fn replace_status<K: Kind>(&self, object: &K) -> Result<K, Error> {
        version(object)?;
        call(self.writing(object).replace_status(&object.name_any(), &PostParams::default(), object)).await
    }

    async fn add_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> Result<K, Error> {
        if has_finalizer(object, finalizer) {
            return Ok(object.clone());
        }
        let finalizers: Vec<_> = object.finalizers().iter().map(String::as_str).chain([finalizer]).collect();
        self.patch_metadata(object, json!({"finalizers": finalizers})).await
    }

    async fn remove_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> Result<(), Error> {
        if !has_finalizer(object, finalizer) {
            return Ok(());
        }
        let finalizers: Vec<_> = object.finalizers().iter().filter(|present| *present != finalizer).collect();
        self.patch_metadata(object, json!({"finalizers": finalizers})).await.map(|_| ())
    }

    async fn annotate<K: Kind>(&self, object: &K, name: &str, value: &str) -> Result<K, Error> {
        if object.annotations().get(name).is_some_and(|present| present == value) {
            return Ok(object.clone());
        }
        self.patch_metadata(object, json!({"annotations": {name: value}})).await
    }

    async fn read_secret(&self, namespace: &str, name: &str) -> Result<Entries, Error> {
        let api: Api<Secret> = Api::namespaced(self.clients.read.clone(), namespace);
        let Secret { metadata, data, string_data: _, type_: _, immutable: _ } = call(api.get(name)).await?;
        Ok(Entries { resource_version: metadata.resource_version.unwrap_or_default(), values: bytes(data) })
    }

    async fn create_secret(&self, namespace: &str, name: &str, values: BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
        let api: Api<Secret> = Api::namespaced(self.clients.write.clone(), namespace);
        let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
        let data = values.into_iter().map(|(key, value)| (key, ByteString(value))).collect();
        let secret = Secret { metadata, data: Some(data), ..Secret::default() };
        call(api.create(&PostParams::default(), &secret)).await.map(|_| ())
    }

    async fn read_config_map(&self, namespace: &str, name: &str) -> Result<Entries, Error> {
        let api: Api<ConfigMap> = Api::namespaced(self.clients.read.clone(), namespace);
        let ConfigMap { metadata, data, binary_data, immutable: _ } = call(api.get(name)).await?;
        let text = data.into_iter().flatten().map(|(key, value)| (key, value.into_bytes()));
        let values = text.chain(bytes(binary_data)).collect();
        Ok(Entries { resource_version: metadata.resource_version.unwrap_or_default(), values })
    }

    async fn pipes_of(
        &self,
        kind: ConnectionKind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Vec<Guarded<ClickPipe>>, Error> {
        let client = self.clients.read.clone();
        let api: Api<Guarded<ClickPipe>> = match namespace {
            Some(namespace) => Api::namespaced(client, namespace),
            None => Api::all(client),
        };
        let named = ListParams::default().fields(&format!("spec.connectionRef.name={name}"));
        let pipes = call(api.list(&named)).await?;
        Ok(pipes.items.into_iter().filter(|pipe| may_use(pipe, kind)).collect())
    }
}

/// A pipe that cannot be read may use any connection of the name.
fn may_use(pipe: &Guarded<ClickPipe>, kind: ConnectionKind) -> bool {
    pipe.0.as_ref().map_or(true, |pipe| pipe.spec.connection_ref.kind == kind)
}

fn bytes(data: Option<BTreeMap<String, ByteString>>) -> BTreeMap<String, Vec<u8>> {
    data.into_iter().flatten().map(|(key, ByteString(value))| (key, value)).collect()
}

/// Without a version a write would not be a compare-and-swap.
fn version<K: Resource>(object: &K) -> Result<String, Error> {
    let version = object.meta().resource_version.clone().filter(|version| !version.is_empty());
    version.ok_or_else(|| Error::Other("the object has no resourceVersion".into()))
}

async fn call<T>(answer: impl Future<Output = kube::Result<T>>) -> Result<T, Error> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(sort),
        Err(_) => Err(Error::TimedOut),
    }
}

fn sort(error: kube::Error) -> Error {
    match error {
        kube::Error::Api(status) if status.is_conflict() || status.is_already_exists() => Error::Conflict,
        kube::Error::Api(status) if status.is_not_found() => Error::NotFound,
        kube::Error::Api(status) if status.is_forbidden() => Error::Forbidden(status),
        other => Error::Other(Box::new(other)),
    }
}
