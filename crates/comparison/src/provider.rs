//! `terraform apply` of one pipe: what the provider's `Create` does, in order, and when it keeps what it made.
//!
//! Published: the scaling call, the stop call and the read-back each return early on an error, before the state is set. Their order is
//! assumed; the counts do not depend on it, because nothing is kept before the last of them. Not here: repeating requests ([`crate::request`]).

use serde_json::{Value, json};
use sim::Simulator;

use crate::request::{End, Wire};
use crate::subject::Subject;

/// How long it waits for the pipe.
const WAIT: u64 = 120_000;
/// The first pause between two looks, and the longest; each is half as long again as the one before.
const PAUSE: (u64, u64) = (500, 24_000);

/// The provider with its state.
#[derive(Debug)]
pub struct Provider {
    /// The network and the clock.
    pub wire: Wire,
    /// The pipe that the state names.
    pub state: Option<String>,
}

impl Provider {
    /// A provider that has nothing in its state.
    #[must_use]
    pub fn new(service: Simulator) -> Self {
        Self { wire: Wire::new(service), state: None }
    }

    /// `terraform apply`.
    ///
    /// # Errors
    /// It failed or died; what it made is not in the state.
    pub fn apply(&mut self, subject: &Subject) -> Result<(), End> {
        if let Some(id) = &self.state {
            return self.wire.request("GET", id, None).map(drop);
        }
        let made = self.wire.request("POST", "", Some(&subject.body))?;
        let id = made.get("id").and_then(Value::as_str).ok_or(End::Failed)?.to_owned();
        if let Some(scaling) = &subject.scaling {
            self.wire.request("PATCH", &format!("{id}/scaling"), Some(scaling))?;
        }
        self.wait(&id)?;
        if subject.stopped {
            self.wire.request("PATCH", &format!("{id}/state"), Some(&json!({"command": "stop"})))?;
        }
        self.wire.request("GET", &id, None)?;
        self.state = Some(id);
        Ok(())
    }

    /// Waits until the pipe runs or has failed, for two minutes.
    fn wait(&mut self, id: &str) -> Result<(), End> {
        let (begun, mut pause) = (self.wire.now_ms, PAUSE.0);
        while self.wire.now_ms - begun < WAIT {
            match self.wire.request("GET", id, None) {
                Ok(pipe) if is_there(&pipe) => return Ok(()),
                Ok(_) | Err(End::Failed) => {}
                Err(End::Died) => return Err(End::Died),
            }
            self.wire.pass(pause);
            pause = (pause + pause / 2).min(PAUSE.1);
        }
        Ok(())
    }
}

fn is_there(pipe: &Value) -> bool {
    matches!(pipe.get("state").and_then(Value::as_str), Some("Running" | "Failed" | "Snapshot"))
}
