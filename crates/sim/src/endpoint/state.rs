//! `PATCH /clickpipes/{id}/state`: start, stop, resync.
//!
//! The answer shows the state at acceptance, so it proves neither a change nor its end (CTL#842).

use serde_json::Value;

use crate::call::Call;
use crate::endpoint::Outcome;
use crate::interference::Interference;
use crate::machine::{self, Stop};
use crate::refusal::Refusal;
use crate::simulator::Simulator;

impl Simulator {
    /// Starts, stops or resyncs a pipe.
    pub(super) fn set_state(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let command = command(call, self.config.strict)?;
        self.check_running(call)?;
        let pipe = self.found(call)?;
        let (id, now_ms, time) = (pipe.id.clone(), self.now_ms, &self.time);
        let answer = self.show(pipe, how);
        let course = match command {
            "start" => Some(machine::start(pipe, now_ms, how.ends_in, time)?),
            "resync" => Some(machine::resync(pipe, now_ms, how.ends_in, time)?),
            _ => match machine::stop(pipe, now_ms, time, self.config.toggles.stop_while_loading)? {
                Stop::Nothing => None,
                Stop::Now(course) => Some(course),
                Stop::Later => {
                    if let Some(pipe) = self.pipes.get_mut(&id) {
                        pipe.stop_wanted = true;
                    }
                    None
                }
            },
        };
        if let Some(course) = course {
            self.remember(&id);
            if let Some(pipe) = self.pipes.get_mut(&id) {
                pipe.ever_started |= command != "stop";
                pipe.stop_wanted = false;
            }
            self.set_course(&id, course);
            self.touch(&id);
        }
        Ok(self.outcome(answer))
    }
}

/// The command. Older documentation calls the member `action`.
fn command(call: &Call, strict: bool) -> Result<&str, Refusal> {
    let body = call.object()?;
    let older = body.get("action").filter(|_| !strict);
    match body.get("command").or(older) {
        None => Err(Refusal::missing("command")),
        Some(Value::String(word)) if ["start", "stop", "resync"].contains(&word.as_str()) => Ok(word),
        Some(other) => Err(Refusal::member("command", other)),
    }
}
