//! `GET` and `PUT /clickpipes/{id}/settings`, for all but database pipes.

use serde_json::Value;

use crate::call::Call;
use crate::endpoint::Outcome;
use crate::interference::Interference;
use crate::refusal::Refusal;
use crate::settings;
use crate::simulator::Simulator;
use crate::view;

impl Simulator {
    /// The settings that were set.
    pub(super) fn get_settings(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        self.check_running(call)?;
        let id = self.with_settings(call)?;
        Ok(self.outcome(self.shown_settings(&id, how)))
    }

    /// Merges settings: what is not named keeps its value (CTL PR 707).
    pub(super) fn put_settings(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let sent = call.object()?.clone();
        self.check_running(call)?;
        let id = self.with_settings(call)?;
        if sent.is_empty() {
            return Err(Refusal::bad_request("request body: at least one setting must be provided"));
        }
        let source = self.found(call)?.source;
        settings::check(source, &sent, true, self.config.strict)?;
        self.remember(&id);
        if let Some(pipe) = self.pipes.get_mut(&id) {
            settings::merge(&mut pipe.settings, &sent);
        }
        self.touch(&id);
        Ok(self.outcome(self.shown_settings(&id, how)))
    }

    /// The pipe, unless it is of a family without settings, whose 404 reads as if it were gone (CTL#643).
    fn with_settings(&self, call: &Call) -> Result<String, Refusal> {
        let pipe = self.found(call)?;
        if view::sized(pipe) {
            return Ok(pipe.id.clone());
        }
        Err(Refusal::not_found(format!("ingestion for pipe \"{}\" not found", pipe.id)))
    }

    fn shown_settings(&self, id: &str, how: &Interference) -> Value {
        let Some(pipe) = self.pipes.get(id) else {
            return Value::Null;
        };
        let shown = pipe.before.as_deref().filter(|_| how.stale_answer).unwrap_or(pipe);
        view::settings(shown, self.now_ms, &self.switches(pipe, how))
    }
}
