//! What the users of the cluster do: they create, edit, stop, pause, rotate, approve, delete and create again.
//!
//! Not here: what other people do to the pipes ([`super::others`]).

use serde_json::{Value, json};

use super::Run;
use super::script::words;
use crate::scenario::example::example;
use crate::store::Named;
use crate::world::{documents, put};

/// One example of each source.
pub(super) const SOURCES: [&str; 8] = ["kafka", "kinesis", "s3", "pubsub", "postgres", "mysql", "mongodb", "bigquery"];
/// The databases that are followed after their first load: their mappings can change, and their tables can be loaded again.
const REPLICATED: [&str; 3] = ["postgres", "mysql", "mongodb"];

impl Run {
    /// The first objects.
    pub(super) fn begin(&mut self) {
        self.apply_example("connection", None);
        self.script.add("apply connection", &[]);
        if self.storm.is_day() {
            return self.morning();
        }
        for _ in 0..self.random.u32(1..6) {
            self.event(Self::create_any);
        }
    }

    /// One thing that a user does.
    pub(super) fn somebody_edits(&mut self) {
        let pipes = self.named("ClickPipe");
        let Some(pipe) = self.random.choice(&pipes).cloned() else { return self.create_any() };
        let source = source_of(&self.object(&pipe));
        let number = self.next();
        match self.random.u32(0..24) {
            0 | 1 => self.create_any(),
            2 => self.delete(&pipe),
            3 if REPLICATED.contains(&source.as_str()) => self.map_tables(&pipe, &source),
            3 | 4 if !is_database(&source) => {
                self.set(&pipe, "spec.scaling.replicas", json!(1 + number % 3));
            }
            5 if source == "kafka" => {
                self.set(&pipe, "spec.settings", json!({"streaming_max_insert_wait_ms": 1000 + number}));
            }
            6 => self.set(&pipe, "spec.name", json!(format!("Name {number}"))),
            7 => self.set(&pipe, "spec.state", json!("Stopped")),
            8 | 9 => self.set(&pipe, "spec.state", json!("Running")),
            10 => self.set(&pipe, "spec.paused", json!(number.is_multiple_of(2))),
            11 => self.annotate(&pipe, "paused", (number.is_multiple_of(2)).then(|| "true".to_owned())),
            12 => self.pause_namespace(number.is_multiple_of(3)),
            13 => self.rotate(&pipe, number),
            14 if source == "kafka" => {
                self.set(
                    &pipe,
                    "spec.source.kafka.topics",
                    json!(["my_topic", "other"][usize::from(number.is_multiple_of(3))]),
                );
            }
            15 => {
                self.set(
                    &pipe,
                    "spec.replacementPolicy",
                    json!(["Never", "OnApproval"][usize::from(number.is_multiple_of(2))]),
                );
            }
            16 => self.approve(&pipe),
            17 if REPLICATED.contains(&source.as_str()) => {
                self.set(&pipe, "spec.resyncRequest", json!(format!("request-{number}")));
            }
            18 => self.annotate(&pipe, "reconcile-requested-at", Some(number.to_string())),
            19 if self.storm.window_holds => self.confirm(&pipe),
            20 => {
                let (path, values) = [
                    ("spec.deletionPolicy", ["Delete", "Retain"]),
                    ("spec.driftPolicy", ["Correct", "Warn"]),
                    ("spec.onExternalDelete", ["Stall", "Recreate"]),
                ][self.random.usize(0..3)];
                let value = values[self.random.usize(0..2)];
                self.set(&pipe, path, json!(value));
            }
            21 => self.secret_goes(&pipe),
            22 => self.observe(&pipe),
            23 => self.adopt(&pipe),
            _ => self.annotate(&pipe, "touched", Some(number.to_string())),
        }
    }

    /// What is in the way of convergence and is not the operator's to repair: missing Secrets, a pause of the namespace.
    pub(super) fn restore(&mut self) {
        self.pause_namespace(false);
        for pipe in self.named("ClickPipe") {
            let source = source_of(&self.object(&pipe));
            self.apply_example(&source, Some("Secret"));
        }
        self.apply_example("connection", None);
    }

    fn create_any(&mut self) {
        let (source, number) = (*self.random.choice(&SOURCES).unwrap_or(&"kafka"), self.random.u32(0..3));
        self.create(source, number);
    }

    /// Applies the example of a source as one of many.
    pub(super) fn create(&mut self, source: &str, number: u32) {
        let name = format!("{source}-{number}");
        self.world.shared.say(&format!("people: create {name}"));
        let mut changes = Vec::new();
        if self.storm.is_day() {
            changes.push(("spec.onExternalDelete", json!("Recreate")));
        }
        // Two pipes must not write into one table.
        if !is_database(source) {
            changes.push(("spec.destination.table", json!(format!("table_{source}_{number}"))));
        }
        let told: Vec<String> = changes.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        self.script.add(format!("apply {source} as {name}"), &told);
        changes.push(("metadata.name", json!(name)));
        let objects = example(source).and_then(|text| documents(&text)).map(|mut objects| {
            if let Some(pipe) = objects.last_mut() {
                for (path, value) in changes {
                    drop(put(pipe, path, Some(value)));
                }
            }
            objects
        });
        self.done(objects.and_then(|objects| self.world.apply_all(&objects)).map(drop));
    }

    pub(super) fn delete(&mut self, pipe: &Named) {
        self.world.shared.say(&format!("people: delete {}", pipe.name));
        self.script.add(format!("delete {}", words(pipe)), &[]);
        self.done(self.world.delete(pipe));
    }

    fn map_tables(&mut self, pipe: &Named, source: &str) {
        let number = self.next() % 4;
        let path = format!("spec.source.{source}.tableMappings");
        let more = match source {
            "mongodb" => {
                json!({"sourceDatabaseName": "mydb", "sourceCollection": format!("more{number}"), "targetTable": format!("more{number}")})
            }
            _ => {
                json!({"sourceSchemaName": "public", "sourceTable": format!("more{number}"), "targetTable": format!("more{number}")})
            }
        };
        let mut mappings =
            self.object(pipe)["spec"]["source"][source]["tableMappings"].as_array().cloned().unwrap_or_default();
        match mappings.iter().position(|mapping| mapping["targetTable"] == more["targetTable"]) {
            Some(place) => drop(mappings.remove(place)),
            None => mappings.push(more),
        }
        self.set(pipe, &path, Value::Array(mappings));
    }

    pub(super) fn rotate(&mut self, pipe: &Named, number: u64) {
        let source = source_of(&self.object(pipe));
        let Some((key, value)) = (match source.as_str() {
            "kafka" | "postgres" | "mysql" | "mongodb" => Some(("password", format!("canary-{number}"))),
            "kinesis" | "s3" => Some(("secretKey", format!("canary-{number}"))),
            _ => None,
        }) else {
            return;
        };
        self.world.shared.say(&format!("people: rotate the secret of {source}"));
        self.script.add(format!("secret {source}-credentials {key}={value}"), &[]);
        let named = Named::new("Secret", Some("data"), &format!("{source}-credentials"));
        let edited = self
            .world
            .object(&named)
            .map(|_| self.world.edit(&named, &format!("stringData.{key}"), Some(json!(value))));
        self.done(edited.unwrap_or(Ok(())));
    }

    fn secret_goes(&mut self, pipe: &Named) {
        let source = source_of(&self.object(pipe));
        let named = Named::new("Secret", Some("data"), &format!("{source}-credentials"));
        if self.random.bool() {
            self.apply_example(&source, Some("Secret"));
        } else if self.world.object(&named).is_some() {
            self.world.shared.say(&format!("people: delete the secret of {source}"));
            self.script.add(format!("delete {}", words(&named)), &[]);
            self.done(self.world.delete(&named));
        }
    }

    /// From now on the object only observes its pipe, or is told to manage it again.
    fn observe(&mut self, pipe: &Named) {
        let id = self.object(pipe)["status"]["pipe"]["id"].as_str().map(str::to_owned);
        let policy = "spec.managementPolicy".to_owned();
        match id {
            Some(id) if self.random.bool() => {
                let adopt = json!({"id": id, "mode": "Match"});
                let told = json!({"id": format!("$pipe({})", pipe.name), "mode": "Match"});
                self.set_all(
                    pipe,
                    &[(policy, json!("ObserveOnly"), None), ("spec.adopt".to_owned(), adopt, Some(told))],
                );
            }
            _ => self.set_all(pipe, &[(policy, json!("Full"), None)]),
        }
    }

    /// The object is to have some pipe that is there: its own, another object's, or somebody's.
    fn adopt(&mut self, pipe: &Named) {
        let cloud = self.world.shared.cloud.lock();
        let live = cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none()).map(|pipe| pipe.id.clone());
        let live: Vec<String> = live.collect();
        drop(cloud);
        let mode = *self.random.choice(&["Match", "Override"]).unwrap_or(&"Match");
        let Some(id) = self.random.choice(&live).cloned() else { return };
        self.set_all(pipe, &[("spec.adopt".to_owned(), json!({"id": id, "mode": mode}), None)]);
    }

    fn approve(&mut self, pipe: &Named) {
        let hash = self.object(pipe)["status"]["plan"]["hash"].as_str().map(str::to_owned);
        if let Some(hash) = hash {
            self.annotate(pipe, "approve-plan", Some(hash));
        }
    }

    pub(super) fn confirm(&mut self, pipe: &Named) {
        let object = self.object(pipe);
        let asked = object["status"]["conditions"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["reason"] == "ConfirmationRequired"));
        if let Some(nonce) = object["status"]["create"]["nonce"].as_str().filter(|_| asked) {
            self.annotate(pipe, "confirm-not-created", Some(nonce.to_owned()));
        }
    }

    fn pause_namespace(&mut self, paused: bool) {
        let namespace = Named::new("Namespace", None, "data");
        self.annotate(&namespace, "paused", paused.then(|| "true".to_owned()));
    }

    pub(super) fn annotate(&mut self, named: &Named, name: &str, value: Option<String>) {
        let path = format!("metadata.annotations.cloud~2clickhouse~2com~1{name}");
        self.world.shared.say(&format!("people: annotate {} {name}={value:?}", named.name));
        let told = match (name, &value) {
            (_, None) => name.to_owned(),
            ("approve-plan", Some(_)) => format!("{name}=$hash({})", named.name),
            ("confirm-not-created", Some(_)) => format!("{name}=$nonce({})", named.name),
            (_, Some(value)) => format!("{name}={value}"),
        };
        self.script.add(format!("annotate {} {told}", words(named)), &[]);
        self.done(self.world.edit(named, &path, value.map(Value::from)));
    }

    pub(super) fn set(&mut self, named: &Named, path: &str, value: Value) {
        self.set_all(named, &[(path.to_owned(), value, None)]);
    }

    /// Changes several members at once; some are told by other words, since a story does not know the ids of a storm.
    fn set_all(&mut self, named: &Named, changes: &[(String, Value, Option<Value>)]) {
        let told = changes.iter().map(|(path, value, told)| format!("{path} = {}", told.as_ref().unwrap_or(value)));
        let told: Vec<String> = told.collect();
        self.world.shared.say(&format!("people: {} {}", named.name, told.join(", ")));
        self.script.add(format!("edit {}", words(named)), &told);
        let changes: Vec<(String, Option<Value>)> =
            changes.iter().map(|(path, value, _)| (path.clone(), Some(value.clone()))).collect();
        self.done(self.world.edit_all(named, &changes));
    }

    fn apply_example(&mut self, name: &str, only: Option<&str>) {
        let objects = example(name).and_then(|text| documents(&text));
        let wanted = |object: &Value| only.is_none_or(|kind| object["kind"] == kind);
        let objects = objects.map(|objects| objects.into_iter().filter(wanted).collect::<Vec<_>>());
        if only.is_some() {
            for object in objects.as_deref().unwrap_or_default() {
                self.script.add("apply", &[object.to_string()]);
            }
        }
        self.done(objects.and_then(|objects| self.world.apply_all(&objects)).map(drop));
    }

    fn done(&mut self, result: Result<(), String>) {
        if let Err(problem) = result {
            self.problems.push(format!("a user could not do it: {problem}"));
        }
    }

    /// The objects of a kind that are there.
    pub(super) fn named(&self, kind: &str) -> Vec<Named> {
        self.world.shared.store.lock().all(kind).map(|(named, _)| named.clone()).collect()
    }

    /// An object, or null.
    pub(super) fn object(&self, named: &Named) -> Value {
        self.world.object(named).map(|object| Value::clone(&object)).unwrap_or_default()
    }

    pub(super) fn next(&mut self) -> u64 {
        self.stream += 1;
        self.stream
    }
}

/// The example that an object was made from: the beginning of its name.
fn source_of(pipe: &Value) -> String {
    let name = pipe["metadata"]["name"].as_str().unwrap_or_default();
    name.split('-').next().unwrap_or_default().to_owned()
}

/// Whether a source is a database, which has no scaling and writes into a table for each of its own.
fn is_database(source: &str) -> bool {
    REPLICATED.contains(&source) || source == "bigquery"
}
