//! The cluster in memory as one process reaches it: [`controller::cluster::Cluster`] over [`crate::store::Store`].
//!
//! Every call takes a moment on its way there and back; every write is an effect before and after which the process may crash, and may fail as
//! the weather says. Not here: what a write does ([`crate::store`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use controller::cluster::{Cluster, Entries, Error};
use controller::kind::{Guarded, Kind};
use crd::ClickPipe;
use crd::pipe::ConnectionKind;
use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::choke::Side;
use crate::process::Process;
use crate::scenario::show::summary;
use crate::shared::{KubeAnswer, Shared};
use crate::store::{Named, Refused, Store};
use crate::struck::Fault;

/// The cluster as one process reaches it.
#[derive(Clone)]
pub struct Memory {
    shared: Arc<Shared>,
    process: Arc<Process>,
}

/// What goes wrong with one call.
enum Mishap {
    Before(Error),
    After(Error),
}

impl Memory {
    /// The cluster as this process reaches it.
    pub fn new(shared: Arc<Shared>, process: Arc<Process>) -> Self {
        Self { shared, process }
    }

    async fn travel(&self) {
        let way = self.shared.weather.lock().kube_ms;
        tokio::time::sleep(self.shared.some_of(way)).await;
        self.process.alive().await;
    }

    fn mishap(&self) -> Option<Mishap> {
        let often = self.shared.weather.lock().kube_fails;
        if !self.shared.happens(often) {
            return None;
        }
        let answers = [KubeAnswer::Conflict, KubeAnswer::Busy, KubeAnswer::TimedOut, KubeAnswer::TimedOutAfter];
        Some(mishap(answers[self.shared.random.lock().usize(0..4)]))
    }

    async fn read<T>(&self, look: impl FnOnce(&Store) -> Result<T, Error>) -> Result<T, Error> {
        self.process.alive().await;
        self.travel().await;
        let result = match self.mishap() {
            Some(Mishap::Before(error) | Mishap::After(error)) if !matches!(error, Error::Conflict) => Err(error),
            _ => look(&self.shared.store.lock()),
        };
        self.travel().await;
        result
    }

    async fn write<T>(
        &self,
        effect: String,
        change: impl FnOnce(&mut Store) -> Result<T, Refused>,
    ) -> Result<T, Error> {
        self.process.alive().await;
        self.travel().await;
        let crash = self.shared.effect(&self.process, &effect);
        if crash == Some(Side::Before) {
            self.process.kill();
        }
        self.process.alive().await;
        let answer = self.shared.kube_answer.lock().take();
        let mishap = answer.map(mishap).or_else(|| self.mishap());
        if mishap.is_some() {
            self.shared.struck.by(Fault::KUBE);
        }
        let result = match mishap {
            Some(Mishap::Before(error)) => Err(error),
            Some(Mishap::After(error)) => self.shared.in_store(change).map_err(sort).and(Err(error)),
            None => self.shared.in_store(change).map_err(sort),
        };
        let outcome = result.as_ref().err().map(|error| format!(": {error}")).unwrap_or_default();
        self.shared.say(&format!("{} {effect}{outcome}", self.process.name));
        if crash == Some(Side::After) {
            self.process.kill();
        }
        self.process.alive().await;
        self.travel().await;
        result
    }
}

fn mishap(answer: KubeAnswer) -> Mishap {
    match answer {
        KubeAnswer::Conflict => Mishap::Before(Error::Conflict),
        KubeAnswer::Busy => {
            Mishap::Before(Error::Other("the server is currently unable to handle the request (503)".into()))
        }
        KubeAnswer::TimedOut => Mishap::Before(Error::TimedOut),
        KubeAnswer::TimedOutAfter => Mishap::After(Error::TimedOut),
    }
}

impl Cluster for Memory {
    async fn get<K: Kind>(&self, namespace: Option<&str>, name: &str) -> Result<K, Error> {
        let named = Named::new(K::NAME.as_str(), namespace, name);
        self.read(|store| typed(&*store.get(&named).map_err(sort)?)).await
    }

    async fn replace_status<K: Kind>(&self, object: &K) -> Result<K, Error> {
        let (named, version) = (name_of(object), version(object));
        let status = serde_json::to_value(object).map_err(undecodable)?["status"].clone();
        let change = |store: &mut Store| store.replace_status(&named, &version, status);
        let written = self.write(format!("status {}", named.name), change).await?;
        let status = &written["status"];
        let (create, pipe) = (&status["create"], &status["pipe"]["id"]);
        let (summary, attempt, phase) = (summary(&written), &create["attempt"], &create["phase"]);
        self.shared.say(&format!("  {}: {summary}; create {attempt} {phase}; pipe {pipe}", named.name));
        typed(&written)
    }

    async fn add_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> Result<K, Error> {
        if finalizers(object).iter().any(|present| present == finalizer) {
            return Ok(object.clone());
        }
        let named = name_of(object);
        let all: Vec<String> = finalizers(object).into_iter().chain([finalizer.to_owned()]).collect();
        let change = |store: &mut Store| {
            store.change_metadata(&named, &version(object), |metadata| metadata["finalizers"] = json!(all))
        };
        typed(&*self.write(format!("hold {}", named.name), change).await?)
    }

    async fn remove_finalizer<K: Kind>(&self, object: &K, finalizer: &str) -> Result<(), Error> {
        if !finalizers(object).iter().any(|present| present == finalizer) {
            return Ok(());
        }
        let named = name_of(object);
        let rest: Vec<String> = finalizers(object).into_iter().filter(|present| present != finalizer).collect();
        let change = |store: &mut Store| {
            store.change_metadata(&named, &version(object), |metadata| metadata["finalizers"] = json!(rest))
        };
        self.write(format!("release {}", named.name), change).await.map(|_| ())
    }

    async fn annotate<K: Kind>(&self, object: &K, name: &str, value: &str) -> Result<K, Error> {
        if object.meta().annotations.as_ref().and_then(|all| all.get(name)).is_some_and(|present| present == value) {
            return Ok(object.clone());
        }
        let named = name_of(object);
        let change = |store: &mut Store| {
            store.change_metadata(&named, &version(object), |metadata| metadata["annotations"][name] = json!(value))
        };
        typed(&*self.write(format!("annotate {}", named.name), change).await?)
    }

    async fn read_secret(&self, namespace: &str, name: &str) -> Result<Entries, Error> {
        self.read(|store| entries(store, &Named::new("Secret", Some(namespace), name))).await
    }

    async fn create_secret(&self, namespace: &str, name: &str, values: BTreeMap<String, Vec<u8>>) -> Result<(), Error> {
        let values = values.into_iter().map(|(key, value)| (key, BASE64.encode(&value)));
        let values: BTreeMap<String, String> = values.collect();
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "data": values,
            "metadata": {"name": name, "namespace": namespace}});
        let now = self.shared.wall();
        self.write(format!("create Secret {name}"), |store| store.create(&secret, now)).await
    }

    async fn read_config_map(&self, namespace: &str, name: &str) -> Result<Entries, Error> {
        self.read(|store| entries(store, &Named::new("ConfigMap", Some(namespace), name))).await
    }

    async fn pipes_of(
        &self,
        kind: ConnectionKind,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Vec<Guarded<ClickPipe>>, Error> {
        let uses = |pipe: &Guarded<ClickPipe>| {
            pipe.0.as_ref().map_or(true, |pipe| {
                let reference = &pipe.spec.connection_ref;
                reference.name == name && reference.kind == kind
            })
        };
        self.read(|store| {
            let within = |named: &Named| namespace.is_none() || named.namespace.as_deref() == namespace;
            let pipes = store.all("ClickPipe").filter(|(named, _)| within(named)).map(|(_, pipe)| typed(pipe));
            let pipes: Result<Vec<Guarded<ClickPipe>>, Error> = pipes.collect();
            Ok(pipes?.into_iter().filter(uses).collect())
        })
        .await
    }
}

fn name_of<K: Kind>(object: &K) -> Named {
    let meta = object.meta();
    Named::new(K::NAME.as_str(), meta.namespace.as_deref(), meta.name.as_deref().unwrap_or_default())
}

fn version<K: Kind>(object: &K) -> String {
    object.meta().resource_version.clone().unwrap_or_default()
}

fn finalizers<K: Kind>(object: &K) -> Vec<String> {
    object.meta().finalizers.clone().unwrap_or_default()
}

/// A Secret's values are encoded, and a `ConfigMap`'s binary ones.
fn entries(store: &Store, named: &Named) -> Result<Entries, Error> {
    let object = store.get(named).map_err(sort)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().as_bytes().to_vec();
    let decoded = |value: &Value| BASE64.decode(&text(value)).map_err(|error| Error::Other(Box::new(error)));
    let mut values = BTreeMap::new();
    for (key, value) in object["data"].as_object().into_iter().flatten() {
        let value = if named.kind == "Secret" { decoded(value)? } else { text(value) };
        values.insert(key.clone(), value);
    }
    for (key, value) in object["binaryData"].as_object().into_iter().flatten() {
        values.insert(key.clone(), decoded(value)?);
    }
    let resource_version = object["metadata"]["resourceVersion"].as_str().unwrap_or_default().to_owned();
    Ok(Entries { resource_version, values })
}

fn typed<T: serde::de::DeserializeOwned>(object: &Value) -> Result<T, Error> {
    T::deserialize(object).map_err(undecodable)
}

fn undecodable(error: serde_json::Error) -> Error {
    Error::Other(Box::new(error))
}

fn sort(refused: Refused) -> Error {
    match refused {
        Refused::Conflict | Refused::Exists => Error::Conflict,
        Refused::NotFound => Error::NotFound,
        Refused::Invalid(text) => Error::Other(text.into()),
        Refused::Forbidden(text) => Error::Forbidden(text.into()),
    }
}
