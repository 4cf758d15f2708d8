//! Pipes behind the API's back: somebody else's, edited, or deleted in the console.
//!
//! Creating one here checks nothing that has to do with the service or the source's reachability.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::call::Call;
use crate::control::Denied;
use crate::course::Course;
use crate::interference::Interference;
use crate::pipe::Pipe;
use crate::route::{Route, RouteKind};
use crate::simulator::Simulator;
use crate::state::PipeState;

/// What may be edited behind the API's back. Everything absent is kept.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PipeEdit {
    /// The state, in which it then rests.
    pub state: Option<PipeState>,
    /// The name.
    pub name: Option<String>,
    /// Members of the source, without its arm; `null` removes one.
    pub source: Map<String, Value>,
    /// Members of the destination; `null` removes one.
    pub destination: Map<String, Value>,
    /// Settings; `null` removes one.
    pub settings: Map<String, Value>,
    /// Members of the size; `null` removes one.
    pub scaling: Map<String, Value>,
    /// The column mappings.
    pub field_mappings: Option<Value>,
}

impl Simulator {
    /// All pipes that were ever committed, deleted ones included, in the order of their ids.
    pub fn pipes(&self) -> impl Iterator<Item = &Pipe> {
        self.pipes.values()
    }

    /// One pipe, also a deleted one.
    pub fn pipe(&self, id: &str) -> Option<&Pipe> {
        self.pipes.get(id)
    }

    pub(crate) fn pipe_by_id(&self, id: &str) -> Result<&Pipe, Denied> {
        self.pipe(id).ok_or(Denied::Unknown("pipe"))
    }

    /// Makes somebody else's pipe at once. The body is that of a POST with `service` beside it (the first service when
    /// absent) and optionally `state`, in which it then rests; without one it takes the usual course.
    pub fn make_pipe(&mut self, body: &Map<String, Value>) -> Result<Value, Denied> {
        let mut body = body.clone();
        let state = body.remove("state");
        let wrong = |error: serde_json::Error| Denied::Wrong(error.to_string());
        let state: Option<PipeState> = state.map(serde_json::from_value).transpose().map_err(wrong)?;
        let service = body.remove("service").and_then(|service| service.as_str().map(str::to_owned));
        let service = service.or_else(|| self.services.keys().next().cloned()).ok_or(Denied::Unknown("service"))?;
        let organization = self.services.get(&service).map(|service| service.organization.clone());
        let call = Call {
            method: "POST".to_owned(),
            route: Route {
                kind: RouteKind::CreatePipe,
                organization: Some(organization.ok_or(Denied::Unknown("service"))?),
                service: Some(service),
                pipe: None,
            },
            key: String::new(),
            body: Some(Value::Object(body.clone())),
        };
        let draft = self.draft(&call, &body).map_err(|refusal| Denied::Wrong(refusal.text))?;
        let mut pipe = self.finish(draft, 0, &Interference::default());
        pipe.foreign = true;
        if let Some(state) = state {
            pipe.course = Course::resting(state);
        }
        let id = pipe.id.clone();
        self.commit(pipe);
        Ok(json!({"id": id}))
    }

    /// Edits a pipe as if the console or the platform had done it.
    pub fn edit_pipe(&mut self, id: &str, edit: PipeEdit) -> Result<Value, Denied> {
        let PipeEdit { state, name, source, destination, settings, scaling, field_mappings } = edit;
        self.pipe_by_id(id)?;
        self.remember(id);
        if let Some(state) = state {
            self.set_course(id, Course::resting(state));
        }
        if let Some(pipe) = self.pipes.get_mut(id) {
            pipe.name = name.unwrap_or_else(|| pipe.name.clone());
            pipe.field_mappings = field_mappings.or_else(|| pipe.field_mappings.take());
            lay(&mut pipe.document, source);
            lay(&mut pipe.destination, destination);
            lay(&mut pipe.settings, settings);
            lay(&mut pipe.scaling, scaling);
        }
        self.touch(id);
        self.pipe_by_id(id).map(|pipe| pipe.everything(self.now_ms))
    }

    /// Deletes a pipe as the console does; it is gone at once.
    pub fn remove_pipe(&mut self, id: &str) -> Result<Value, Denied> {
        let now_ms = self.now_ms;
        let pipe = self.pipes.get_mut(id).ok_or(Denied::Unknown("pipe"))?;
        pipe.gone_at_ms = Some(pipe.gone_at_ms.map_or(now_ms, |gone| gone.min(now_ms)));
        Ok(json!({"id": id}))
    }
}

/// Lays members over an object; `null` removes.
fn lay(object: &mut Map<String, Value>, changes: Map<String, Value>) {
    for (name, value) in changes {
        if value.is_null() {
            object.remove(&name);
        } else {
            object.insert(name, value);
        }
    }
}
