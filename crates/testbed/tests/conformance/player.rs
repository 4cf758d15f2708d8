//! Plays steps on one cluster and says what came of them, in words that both clusters share.
//!
//! Not here: the clusters ([`crate::memory`], [`crate::server`]).

use std::collections::BTreeMap;

use controller::cluster::{Cluster, Error};
use controller::kind::Kind;
use crd::{ClickPipe, CloudConnection, ClusterCloudConnection};
use serde_json::{Value, json};
use simulation::store::Named;

use crate::normal::Normal;
use crate::sequence::{Call, Deed, End, Step};

/// A cluster, as users and the operator reach it.
pub(crate) trait Side {
    /// As the operator reaches it.
    type Cluster: Cluster;

    fn cluster(&self) -> &Self::Cluster;

    /// Does what a user does; the reason if it is refused.
    async fn act(&mut self, named: &Named, deed: &Deed) -> Result<(), String>;

    /// The object as it is stored.
    async fn look(&self, named: &Named) -> Option<Value>;

    /// Waits until a deletion has come this far.
    async fn until(&self, named: &Named, end: End);

    /// What a watch of a kind has shown up to the first event of this object: each event's object, and whether it is gone.
    async fn events(&mut self, last: &Named) -> Vec<(bool, Value)>;
}

/// Plays steps on one cluster.
pub(crate) struct Player<S> {
    pub(crate) side: S,
    normal: Normal,
    held: BTreeMap<Named, Value>,
}

impl<S: Side> Player<S> {
    pub(crate) fn new(side: S) -> Self {
        Self { side, normal: Normal::default(), held: BTreeMap::new() }
    }

    /// Carries out a step: its answer, and the object afterwards.
    pub(crate) async fn play(&mut self, step: &Step) -> Value {
        let (named, answer) = match step {
            Step::User(named, deed) => {
                let answer = self.side.act(named, deed).await;
                (Some(named), answer.map_or_else(|refused| json!({"refused": refused}), |()| json!("done")))
            }
            Step::Operator(named, call) => {
                let answer = match named.kind.as_str() {
                    "ClickPipe" => self.call::<ClickPipe>(named, call).await,
                    "CloudConnection" => self.call::<CloudConnection>(named, call).await,
                    _ => self.call::<ClusterCloudConnection>(named, call).await,
                };
                (Some(named), said(answer))
            }
            Step::ReadEntries(named) => (Some(named), self.entries(named).await),
            Step::CreateSecret(named, values) => {
                let values = values.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                let answer = self.side.cluster().create_secret(space(named), &named.name, values).await;
                (Some(named), said(answer.map(|()| Value::Null)))
            }
            Step::Until(named, end) => {
                self.side.until(named, *end).await;
                (Some(named), Value::Null)
            }
            Step::PipesOf(kind, namespaces, name) => {
                let mut all = Vec::new();
                for namespace in namespaces {
                    all.push(said(self.side.cluster().pipes_of(*kind, Some(namespace), name).await.map(|pipes| {
                        let mut pipes: Vec<Value> = pipes.iter().map(|pipe| self.normal.object(&read(pipe))).collect();
                        pipes.sort_by_key(|pipe| pipe["metadata"]["name"].to_string());
                        json!(pipes)
                    })));
                }
                (None, json!(all))
            }
        };
        let object = match named {
            // The status of a namespace that ends is its controller's.
            Some(named) if matches!((&named.kind[..], step), ("Namespace", Step::User(_, Deed::Delete))) => None,
            Some(named) => self.side.look(named).await.map(|object| self.normal.object(&object)),
            None => None,
        };
        json!({"answer": answer, "object": object})
    }

    /// What watches have shown, up to the first event of this object.
    pub(crate) async fn events(&mut self, last: &Named) -> Vec<Value> {
        let events = self.side.events(last).await;
        events.into_iter().map(|(gone, object)| json!({"gone": gone, "object": self.normal.object(&object)})).collect()
    }

    /// A call of the operator, with the object as it was last answered.
    async fn call<K: Kind>(&mut self, named: &Named, call: &Call) -> Result<Value, Error> {
        let cluster = self.side.cluster().clone();
        let answer = match (call, self.held.get(named)) {
            (Call::Get, _) => cluster.get::<K>(named.namespace.as_deref(), &named.name).await,
            (_, None) => return Ok(json!("nothing was read yet")),
            (Call::ReplaceStatus(status), Some(held)) => {
                let mut object = held.clone();
                object["status"] = status.clone();
                // Nothing but the status is taken. (Nor is metadata, but the server notes in `managedFields` that it was sent.)
                let member = if named.kind == "ClickPipe" { "paused" } else { "wakeIdleServices" };
                object["spec"][member] = json!(true);
                cluster.replace_status(&typed::<K>(&object)).await
            }
            (Call::AddFinalizer(finalizer), Some(held)) => cluster.add_finalizer(&typed::<K>(held), finalizer).await,
            (Call::RemoveFinalizer(finalizer), Some(held)) => {
                cluster.remove_finalizer(&typed::<K>(held), finalizer).await?;
                return Ok(Value::Null);
            }
            (Call::Annotate(name, value), Some(held)) => cluster.annotate(&typed::<K>(held), name, value).await,
        };
        let object = serde_json::to_value(answer?).unwrap();
        self.held.insert(named.clone(), object.clone());
        Ok(self.normal.object(&object))
    }

    async fn entries(&mut self, named: &Named) -> Value {
        let cluster = self.side.cluster();
        let answer = if named.kind == "Secret" {
            cluster.read_secret(space(named), &named.name).await
        } else {
            cluster.read_config_map(space(named), &named.name).await
        };
        said(answer.map(|entries| json!([self.normal.place(&entries.resource_version), entries.values])))
    }
}

fn space(named: &Named) -> &str {
    named.namespace.as_deref().unwrap_or_default()
}

fn typed<K: Kind>(object: &Value) -> K {
    K::deserialize(object).unwrap()
}

fn read(pipe: &controller::kind::Guarded<ClickPipe>) -> Value {
    pipe.0.as_ref().map_or_else(|invalid| json!({"metadata": invalid.metadata}), |pipe| json!(pipe))
}

fn said(answer: Result<Value, Error>) -> Value {
    let refused = match answer {
        Ok(value) => return json!({"ok": value}),
        Err(Error::Conflict) => "Conflict".to_owned(),
        Err(Error::NotFound) => "NotFound".to_owned(),
        Err(Error::Forbidden(_)) => "Forbidden".to_owned(),
        Err(Error::Other(_)) => "Other".to_owned(),
        Err(error @ Error::TimedOut) => panic!("{error}"),
    };
    json!({"refused": refused})
}
