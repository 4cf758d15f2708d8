//! A whole run: a cluster, a service, operators, and what people do to them.
//!
//! Not here: which story is told (`scenario`), what must hold (`watchman`).

use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use controller::config::Config;
use serde::Deserialize;
use serde_json::{Value, json};
use sim::{KeyConfig, Simulator};
use tokio::time::sleep;

use crate::choke::Choke;
use crate::journal::Journal;
use crate::listen::Listen;
use crate::replica::Replica;
use crate::shared::Shared;
use crate::store::{Named, Refused};
use crate::struck::Fault;
use crate::watchman::Promises;

/// The API key of every run: its id and its secret.
pub const KEY: (&str, &str) = ("key-id", "canary-api-key");

/// What a run is made of.
pub struct Options {
    /// Decides everything that is left to chance.
    pub seed: u64,
    /// How many operators, without a lease.
    pub replicas: usize,
    /// The flags of the operators.
    pub flags: Vec<String>,
    /// The service.
    pub cloud: sim::Config,
    /// Where to crash.
    pub choke: Choke,
}

impl Default for Options {
    fn default() -> Self {
        Self { seed: 1, replicas: 1, flags: Vec::new(), cloud: sim::Config::default(), choke: Choke::default() }
    }
}

/// A whole run.
pub struct World {
    /// What all processes share.
    pub shared: Arc<Shared>,
    config: Config,
    replicas: Vec<Replica>,
    _log: tracing::subscriber::DefaultGuard,
}

/// Runs something in virtual time: the clock stands still while anything can happen, and then jumps.
pub fn in_virtual_time<T>(run: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime without I/O needs nothing").block_on(run)
}

impl World {
    /// A world in which nothing has happened.
    pub fn new(options: Options) -> Self {
        let Options { seed, replicas, flags, cloud, choke } = options;
        let flags = ["clickpipes-operator".to_owned()].into_iter().chain(flags);
        let config = Config::try_parse_from(flags).unwrap_or_else(|error| panic!("{error}"));
        let (id, secret) = (KEY.0.to_owned(), KEY.1.to_owned());
        let keys = vec![KeyConfig { id, secret, organization: None, disabled: false }];
        let cloud = Simulator::new(sim::Config { keys, seed, strict: true, ..cloud });
        let shared = Shared::new(seed, cloud, choke);
        let log = Listen::to_all(&shared);
        let mut world = Self { shared, config, replicas: Vec::new(), _log: log };
        world.start(replicas);
        world
    }

    /// Lets so many operators run.
    pub fn start(&mut self, replicas: usize) {
        if replicas > 1 {
            self.shared.struck.by(Fault::TWO_REPLICAS);
            self.shared.watchman.lock().promise(Promises { window_holds: true, one_operator: false });
        }
        self.replicas.truncate(replicas);
        while self.replicas.len() < replicas {
            let name = format!("operator-{}", char::from(b'a' + u8::try_from(self.replicas.len()).unwrap_or_default()));
            self.replicas.push(Replica::start(&self.shared, &name, &self.config));
        }
    }

    /// The operators.
    pub fn replicas(&self) -> &[Replica] {
        &self.replicas
    }

    /// Ends an operator as SIGKILL does; its kubelet starts it again.
    pub fn kill(&self, replica: usize) {
        if let Some(replica) = self.replicas.get(replica) {
            self.shared.struck.kill(&self.shared.store.lock());
            replica.life().process.kill();
        }
    }

    /// Stops an operator for a while; it goes on where it was.
    pub fn freeze(&self, replica: usize, time: Duration) {
        if let Some(replica) = self.replicas.get(replica) {
            self.shared.struck.by(Fault::FROZEN);
            let until = self.shared.now_ms() + u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
            self.shared.watchman.lock().frozen(until);
            replica.life().process.freeze(time);
        }
    }

    /// Lets time pass.
    ///
    /// Invariants: 13.
    pub async fn advance(&self, time: Duration) {
        sleep(time).await;
        let now_ms = self.shared.now_ms();
        self.shared.in_cloud(|_| ());
        for replica in &self.replicas {
            if replica.has_panicked() {
                self.shared.journal.lock().violation(now_ms, "invariant 13: an operator panicked");
            }
        }
    }

    /// An object as it is now.
    pub fn object(&self, named: &Named) -> Option<Arc<Value>> {
        self.shared.store.lock().get(named).ok()
    }

    /// Applies manifests, as `kubectl apply` does. A namespace that there is not yet is made.
    pub fn apply(&self, manifests: &str) -> Result<Vec<Named>, String> {
        self.apply_all(&documents(manifests)?)
    }

    /// Applies objects.
    pub fn apply_all(&self, objects: &[Value]) -> Result<Vec<Named>, String> {
        let mut applied = Vec::new();
        for object in objects {
            no_secret_without_canary(object)?;
            let named = Named::of(object);
            let now = self.shared.wall();
            self.shared.in_store(|store| {
                if let Some(namespace) = &named.namespace {
                    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}});
                    match store.create(&namespace, now) {
                        Ok(()) | Err(Refused::Exists) => {}
                        Err(refused) => return Err(format!("{refused:?}")),
                    }
                }
                store.apply(object, now).map_err(|refused| format!("{named:?}: {refused:?}"))
            })?;
            applied.push(named);
        }
        Ok(applied)
    }

    /// Changes an object, as `kubectl edit` does; none removes the member.
    pub fn edit(&self, named: &Named, path: &str, value: Option<Value>) -> Result<(), String> {
        self.edit_all(named, &[(path.to_owned(), value)])
    }

    /// Changes several members of an object at once.
    pub fn edit_all(&self, named: &Named, changes: &[(String, Option<Value>)]) -> Result<(), String> {
        let mut next = Value::clone(&*self.object(named).ok_or_else(|| format!("there is no {}", named.name))?);
        for (path, value) in changes {
            put(&mut next, path, value.clone())?;
        }
        no_secret_without_canary(&next)?;
        self.shared.struck.edit(named, changes);
        self.shared.in_store(|store| store.update(named, next)).map_err(|refused| format!("{refused:?}"))
    }

    /// Deletes an object, as `kubectl delete --wait=false` does.
    pub fn delete(&self, named: &Named) -> Result<(), String> {
        let now = self.shared.wall();
        self.shared.struck.delete(&self.shared.store.lock(), named);
        self.shared.in_store(|store| store.delete(named, now)).map_err(|refused| format!("{refused:?}"))
    }
}

/// Puts a value at a path with dots; none removes what is there. `~1` is a slash and `~2` a dot inside a member.
pub fn put(object: &mut Value, path: &str, value: Option<Value>) -> Result<(), String> {
    let mut members: Vec<String> = path.split('.').map(|member| member.replace("~1", "/").replace("~2", ".")).collect();
    let member = members.pop().unwrap_or_default();
    let parent = make(object, &members).ok_or_else(|| format!("{path} is not a path"))?;
    match (parent, value) {
        (Value::Object(members), Some(value)) => drop(members.insert(member, value)),
        (Value::Object(members), None) => drop(members.remove(&member)),
        (Value::Array(items), value) => {
            let place: usize = member.parse().map_err(|_| format!("{member} is not a place in a list"))?;
            let end = if value.is_some() && place >= items.len() { place } else { place + 1 };
            items.splice(place.min(items.len())..end.min(items.len()), value);
        }
        _ => return Err(format!("{path} is not a path")),
    }
    Ok(())
}

/// The member at a path, made on the way.
fn make<'a>(object: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    let mut place = object;
    for member in path {
        place = match place {
            Value::Array(items) => items.get_mut(member.parse::<usize>().ok()?)?,
            Value::Object(members) => members.entry(member).or_insert_with(|| json!({})),
            _ => return None,
        };
    }
    Some(place)
}

/// The documents of a manifest.
pub fn documents(manifests: &str) -> Result<Vec<Value>, String> {
    let mut found = Vec::new();
    for text in manifests.split("\n---") {
        let document: Value = serde_saphyr::from_str(text).map_err(|error| error.to_string())?;
        if !document.is_null() {
            found.push(Value::deserialize(document).map_err(|error| error.to_string())?);
        }
    }
    Ok(found)
}

/// A secret without a canary could get out unseen.
fn no_secret_without_canary(object: &Value) -> Result<(), String> {
    let values = object["stringData"].as_object().into_iter().flatten();
    let bare = values.filter(|(key, value)| *key != "keyId" && !value.as_str().is_some_and(Journal::is_secret));
    match bare.map(|(key, _)| key).next() {
        Some(key) if object["kind"] == "Secret" => Err(format!("the value of {key:?} of a Secret holds no canary")),
        Some(_) | None => Ok(()),
    }
}
