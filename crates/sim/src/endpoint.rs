//! What the endpoints do, one file each.
//!
//! Here is what they share: finding the pipe, and refusing while the service is not running.

mod create;
mod delete;
mod discovery;
mod list;
mod patch;
mod scaling;
mod service;
mod settings;
mod state;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::Call;
use crate::config::ServiceState;
use crate::interference::{Interference, Sight};
use crate::pipe::Pipe;
use crate::refusal::{Checked, Refusal};
use crate::route::RouteKind as R;
use crate::simulator::Simulator;
use crate::switch::Switch;
use crate::view;

/// What an endpoint answers when it does not refuse.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Outcome {
    /// The envelope's `result`.
    pub(crate) result: Option<Value>,
    /// How long the call takes.
    pub(crate) latency_ms: u64,
    /// The pipe that was made.
    pub(crate) made: Option<String>,
}

impl Simulator {
    /// Carries a call out at this moment.
    pub(crate) fn execute(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        self.check_path(call)?;
        match call.route.kind {
            R::ListServices => Ok(self.list_services(call)),
            R::GetService => self.get_service(call),
            R::SetServiceState => self.set_service_state(call),
            R::ListPipes => self.list_pipes(call, how),
            R::CreatePipe => self.create_pipe(call, how),
            R::GetPipe => self.get_pipe(call, how),
            R::PatchPipe => self.patch_pipe(call, how),
            R::DeletePipe => self.delete_pipe(call, how),
            R::GetSettings => self.get_settings(call, how),
            R::PutSettings => self.put_settings(call, how),
            R::SetScaling => self.set_scaling(call, how),
            R::SetState => self.set_state(call, how),
            R::GetCdcScaling => self.get_shared_scaling(call),
            R::SetCdcScaling => self.set_shared_scaling(call),
            R::GetContext => self.get_context(call),
            R::DiscoverSchema => self.discover_schema(call, how),
            R::Unknown => Err(Refusal::not_found("Not Found")),
        }
    }

    /// An outcome that takes the usual time.
    pub(crate) fn outcome(&self, result: Value) -> Outcome {
        Outcome { result: Some(result), latency_ms: self.time.answer_ms, made: None }
    }

    /// The pipe that a write is about: committed, of this service, and not gone.
    pub(crate) fn found(&self, call: &Call) -> Result<&Pipe, Refusal> {
        let pipe = self.pipes.get(call.pipe());
        let pipe = pipe.filter(|pipe| pipe.service == call.service() && pipe.alive(self.now_ms));
        pipe.ok_or_else(|| Refusal::not_found("Not Found"))
    }

    /// 424, for the calls that need a running service.
    pub(crate) fn check_running(&self, call: &Call) -> Checked {
        if !self.config.toggles.gated.contains(&call.route.kind) {
            return Ok(());
        }
        match self.services.get(call.service()).map(crate::service::Service::state) {
            None | Some(ServiceState::Running) => Ok(()),
            Some(state) => Err(Refusal::service_not_running(state.word())),
        }
    }

    /// The answer of a write that was not carried out yet: the pipe as it is.
    pub(crate) fn unchanged(&self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        match &call.route.pipe {
            Some(_) => Ok(self.outcome(self.show(self.found(call)?, how))),
            None => Ok(self.outcome(Value::Null)),
        }
    }

    /// The pipe after a write, or before it when a fault says so.
    pub(crate) fn show_written(&self, id: &str, how: &Interference) -> Value {
        let pipe = self.pipes.get(id);
        let before = pipe.and_then(|pipe| pipe.before.as_deref()).filter(|_| how.stale_answer);
        before.or(pipe).map_or(Value::Null, |pipe| self.show(pipe, how))
    }

    /// A pipe as an answer shows it, under the switches and faults of the call.
    pub(crate) fn show(&self, pipe: &Pipe, how: &Interference) -> Value {
        let mut shown = pipe;
        let mut state = None;
        for sight in how.sights_of(&pipe.name) {
            match sight {
                Sight::Stale(ms) => {
                    let until = pipe.changed_at_ms.saturating_add(self.config.at_speed(*ms));
                    if self.now_ms < until {
                        shown = pipe.before.as_deref().unwrap_or(pipe);
                    }
                }
                Sight::State(word) => state = Some(word),
                Sight::Switches(_) | Sight::Lag(_) => {}
            }
        }
        let mut value = view::pipe(shown, self.now_ms, &self.switches(pipe, how));
        if let (Some(word), Some(members)) = (state, value.as_object_mut()) {
            members.insert("state".to_owned(), Value::String(word.clone()));
        }
        value
    }

    /// The switches that are on for a pipe.
    pub(crate) fn switches(&self, pipe: &Pipe, how: &Interference) -> BTreeSet<Switch> {
        let mut on = self.config.switches.clone();
        for sight in how.sights_of(&pipe.name) {
            if let Sight::Switches(more) = sight {
                on.extend(more);
            }
        }
        on
    }
}
