//! What people and the weather do in a story. Nothing here takes time.
//!
//! Not here: waiting, expecting, showing.

use serde_json::{Map, Value, json};
use sim::{KeyConfig, PipeEdit, PipeState, ServiceState};

use super::{Stage, name_of};
use crate::scenario::command::{Command, Deed};
use crate::store::Named;
use crate::world::{KEY, documents, put};

/// An organization in which we have nothing.
const ELSEWHERE: &str = "99999999-9999-4999-8999-999999999999";

type Done = Result<(), String>;

impl Stage<'_> {
    /// Carries out a command that takes no time.
    pub(super) fn act(&mut self, command: &Command) -> Done {
        match command {
            Command::Apply(manifests, changes) => {
                let mut objects = documents(manifests)?;
                if let Some(last) = objects.last_mut() {
                    for (path, value) in changes {
                        put(last, path, value.clone())?;
                    }
                }
                self.world.apply_all(&objects).map(drop)
            }
            Command::Edit(named, changes) => self.world.edit_all(named, changes),
            Command::Delete(named) => self.world.delete(named),
            Command::Secret(name, key, value) => self.secret(name, key, value),
            Command::Somebody(deed) => self.somebody(deed),
            Command::Service(state) => self.service(state.as_deref()),
            Command::Key(works) => {
                self.key(*works, None);
                Ok(())
            }
            Command::ForeignKey => {
                self.key(true, Some(ELSEWHERE.to_owned()));
                Ok(())
            }
            Command::Behaviour(changes) => {
                let changes = object(changes)?;
                let result = self.world.shared.in_cloud(|cloud| cloud.change_behaviour(&changes));
                result.map(drop).map_err(|denied| format!("{denied:?}"))
            }
            Command::Fault(fault) => {
                let fault = sim::Fault::from_json(fault)?;
                self.world.shared.in_cloud(|cloud| cloud.inject(fault));
                Ok(())
            }
            Command::FaultsEnd => {
                self.world.shared.in_cloud(sim::Simulator::clear_faults);
                Ok(())
            }
            Command::Network(up) => {
                self.world.shared.weather.lock().cloud_unreachable = !up;
                Ok(())
            }
            Command::Operators(count) => {
                self.world.start(*count);
                Ok(())
            }
            other => Err(format!("{other:?} takes time")),
        }
    }

    fn key(&self, works: bool, organization: Option<String>) {
        let (id, secret) = (KEY.0.to_owned(), KEY.1.to_owned());
        let key = KeyConfig { id, secret, organization, disabled: !works };
        self.world.shared.in_cloud(|cloud| cloud.set_key(key));
    }

    fn secret(&mut self, name: &str, key: &str, value: &str) -> Done {
        let named = Named::new("Secret", Some("data"), name);
        if self.world.object(&named).is_some() {
            let key = key.replace('/', "~1").replace('.', "~2");
            return self.world.edit(&named, &format!("stringData.{key}"), Some(json!(value)));
        }
        let data = json!({key: value});
        let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data});
        self.world.apply_all(&[secret]).map(drop)
    }

    fn service(&mut self, state: Option<&str>) -> Done {
        let service = sim::DEFAULT_SERVICE;
        self.world.shared.in_cloud(|cloud| match state {
            None => cloud.remove_service(service).map(drop).map_err(|denied| format!("{denied:?}")),
            Some(state) => {
                let state: ServiceState = serde_json::from_value(json!(state)).map_err(|error| error.to_string())?;
                if cloud.set_service(service, state) { Ok(()) } else { Err("there is no service".to_owned()) }
            }
        })
    }

    fn somebody(&mut self, deed: &Deed) -> Done {
        match deed {
            Deed::Makes(label, body) => {
                let body = object(body)?;
                let made = self
                    .world
                    .shared
                    .in_cloud(|cloud| cloud.make_pipe(&body))
                    .map_err(|denied| format!("{denied:?}"))?;
                let id = name_of(&made["id"]);
                self.labels.insert(label.clone(), id.clone());
                self.stays(&id);
                Ok(())
            }
            Deed::Puts(named, state) => {
                let state = PipeState::named(state).ok_or_else(|| format!("{state} is not a state"))?;
                self.edit(named, PipeEdit { state: Some(state), ..PipeEdit::default() })
            }
            Deed::Edits(named, edit) => {
                let edit: PipeEdit = serde_json::from_value(edit.clone()).map_err(|error| error.to_string())?;
                self.edit(named, edit)
            }
            Deed::Deletes(named) => {
                let id = self.pipe_of(named)?;
                let removed = self.world.shared.in_cloud(|cloud| cloud.remove_pipe(&id));
                removed.map(drop).map_err(|denied| format!("{denied:?}"))
            }
        }
    }

    fn edit(&mut self, named: &Named, edit: PipeEdit) -> Done {
        let id = self.pipe_of(named)?;
        let edited = self.world.shared.cloud.lock().edit_pipe(&id, edit);
        self.stays(&id);
        edited.map(drop).map_err(|denied| format!("{denied:?}"))
    }

    /// The pipe of an object, or the one with this label.
    fn pipe_of(&self, named: &Named) -> Result<String, String> {
        let label = self.labels.get(&named.name).cloned();
        let recorded =
            self.world.object(named).and_then(|object| Some(object["status"]["pipe"]["id"].as_str()?.to_owned()));
        recorded.or(label).ok_or_else(|| format!("{} has no pipe", named.name))
    }

    /// Somebody else's pipe is to stay as it is, unless it was taken.
    fn stays(&self, id: &str) {
        let cloud = self.world.shared.cloud.lock();
        self.world.shared.watchman.lock().foreign(&cloud, id);
    }
}

fn object(value: &Value) -> Result<Map<String, Value>, String> {
    value.as_object().cloned().ok_or_else(|| "not an object".to_owned())
}
