//! What other people do in the console: to pipes of objects, and to pipes that are none of our business.
//!
//! Not here: the users of the cluster ([`super::people`]).

use serde_json::{Map, Value, json};
use sim::{PipeEdit, PipeState, ServiceState};

use super::Run;
use crate::struck::Fault;

impl Run {
    /// One thing that somebody else does.
    pub(super) fn somebody_else(&mut self) {
        match self.random.u32(0..12) {
            0 => self.foreign_pipe(),
            1 | 2 => self.service(),
            3 => self.edit(PipeEdit { name: Some("Renamed".to_owned()), ..PipeEdit::default() }),
            4 => {
                let scaling = Map::from_iter([("replicas".to_owned(), json!(self.random.u32(1..5)))]);
                self.edit(PipeEdit { scaling, ..PipeEdit::default() });
            }
            5 => self.remove(),
            6 => self.put(PipeState::Failed),
            7 => self.put(PipeState::Degraded),
            8 => self.put(PipeState::InternalError),
            9 | 10 => self.put(PipeState::Running),
            _ => self.put(PipeState::Stopped),
        }
    }

    /// A live pipe of an object, if there is one.
    fn a_pipe(&mut self) -> Option<String> {
        let cloud = self.world.shared.cloud.lock();
        let live: Vec<String> = cloud
            .pipes()
            .filter(|pipe| pipe.gone_at_ms.is_none() && !pipe.foreign)
            .map(|pipe| pipe.id.clone())
            .collect();
        drop(cloud);
        self.random.choice(&live).cloned()
    }

    fn edit(&mut self, edit: PipeEdit) {
        let Some(id) = self.a_pipe() else { return };
        self.world.shared.say(&format!("others: edit {id}: {edit:?}"));
        let mut told = Map::new();
        told.extend(edit.name.as_ref().map(|name| ("name".to_owned(), json!(name))));
        if !edit.scaling.is_empty() {
            told.insert("scaling".to_owned(), Value::Object(edit.scaling.clone()));
        }
        self.somebody("edits", &id, "", &[Value::Object(told).to_string()]);
        self.world.shared.struck.by(Fault::CONSOLE);
        self.world.shared.in_cloud(|cloud| drop(cloud.edit_pipe(&id, edit)));
    }

    /// Tells what somebody did to the pipe of an object.
    fn somebody(&mut self, does: &str, id: &str, how: &str, block: &[String]) {
        let owner = self.named("ClickPipe").into_iter().find(|named| self.object(named)["status"]["pipe"]["id"] == id);
        match owner {
            Some(owner) => self.script.add(format!("somebody {does} {}{how}", owner.name), block),
            None => self.script.add(format!("# somebody {does} a pipe that no object has on record{how}"), &[]),
        }
    }

    fn put(&mut self, state: PipeState) {
        let Some(id) = self.a_pipe() else { return };
        let cloud = self.world.shared.cloud.lock();
        let database = cloud.pipe(&id).is_some_and(|pipe| pipe.family() == sim::Family::Database);
        drop(cloud);
        let state = if database && state == PipeState::Stopped { PipeState::Paused } else { state };
        self.edit_of(&id, state);
    }

    fn edit_of(&mut self, id: &str, state: PipeState) {
        self.world.shared.say(&format!("others: {id} is {state:?}"));
        self.somebody("puts", id, &format!(" into {state:?}"), &[]);
        self.world.shared.struck.by(Fault::CONSOLE);
        let edit = PipeEdit { state: Some(state), ..PipeEdit::default() };
        self.world.shared.in_cloud(|cloud| drop(cloud.edit_pipe(id, edit)));
    }

    fn remove(&mut self) {
        let Some(id) = self.a_pipe() else { return };
        self.world.shared.say(&format!("others: delete {id}"));
        self.somebody("deletes", &id, "", &[]);
        self.world.shared.struck.by(Fault::CONSOLE);
        self.world.shared.in_cloud(|cloud| drop(cloud.remove_pipe(&id)));
    }

    fn service(&mut self) {
        let states = [ServiceState::Running, ServiceState::Idle, ServiceState::Stopped, ServiceState::Running];
        let state = *self.random.choice(&states).unwrap_or(&ServiceState::Running);
        self.world.shared.say(&format!("others: the service is {state:?}"));
        self.script.add(format!("service {}", format!("{state:?}").to_lowercase()), &[]);
        self.world.shared.in_cloud(|cloud| cloud.set_service(sim::DEFAULT_SERVICE, state));
    }

    /// Somebody's pipe, with the name of one of ours, and perhaps even with its token.
    fn foreign_pipe(&mut self) {
        let cloud = self.world.shared.cloud.lock();
        let names: Vec<String> = cloud.pipes().filter(|pipe| !pipe.foreign).map(|pipe| pipe.name.clone()).collect();
        drop(cloud);
        let name = self.random.choice(&names).cloned().unwrap_or_else(|| "Theirs".to_owned());
        // A forged token stands in the way of an object that is made again, until a person decides.
        let name = if self.storm.is_day() { name.split(" [").next().unwrap_or_default().to_owned() } else { name };
        let body = theirs(&name);
        self.world.shared.say(&format!("others: make {name}"));
        let label = self.next();
        self.script.add(format!("somebody makes theirs-{label}"), &[Value::Object(body.clone()).to_string()]);
        self.world.shared.struck.by(if name.ends_with(']') { Fault::FORGED } else { Fault::NAMESAKE });
        let made = self.world.shared.in_cloud(|cloud| cloud.make_pipe(&body));
        match made {
            Ok(made) => {
                let cloud = self.world.shared.cloud.lock();
                self.world.shared.watchman.lock().foreign(&cloud, made["id"].as_str().unwrap_or_default());
            }
            Err(denied) => self.problems.push(format!("a foreign pipe was not made: {denied:?}")),
        }
    }
}

/// A pipe that no object of ours could have made.
fn theirs(name: &str) -> Map<String, Value> {
    let body = json!({
        "name": name, "state": "Running",
        "source": {"kafka": {"type": "confluent", "format": "JSONEachRow", "brokers": "theirs.example.com:9092", "topics": "theirs",
            "authentication": "PLAIN", "consumerGroup": "theirs", "credentials": {"username": "them", "password": "canary-theirs"}}},
        "destination": {"database": "default", "table": "theirs", "managedTable": true, "tableDefinition": {"engine": {"type": "MergeTree"}},
            "columns": [{"name": "id", "type": "UInt64"}]},
    });
    body.as_object().cloned().unwrap_or_default()
}
