//! `POST /clickpipes/schemaDiscovery`: what the messages of a source look like.
//!
//! There is no source behind the simulator, so every one of them has the same three fields.

use serde_json::json;

use crate::call::Call;
use crate::config::ServiceState;
use crate::endpoint::{Outcome, create};
use crate::interference::Interference;
use crate::refusal::Refusal;
use crate::rules;
use crate::schema::{Reading, check, keep};
use crate::service::Service;
use crate::simulator::Simulator;
use crate::source::{Family, Source};

impl Simulator {
    /// Checks the source as a creation would, and makes its fields up.
    pub(super) fn discover_schema(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let (source, document) = create::source_of(call.object()?)?;
        if source.family() == Family::Database {
            let text = format!("Schema discovery is not supported for {} ClickPipes", source.title());
            return Err(Refusal::bad_request(text));
        }
        let reading =
            Reading { partial: false, closed: self.config.strict || source.closed(), strict: self.config.strict };
        check(source.fields(), document, &format!("source.{}", source.arm()), reading)?;
        rules::check(source, &keep(source.fields(), document), &self.surroundings(call.service()))?;
        let state = self.services.get(call.service()).map_or(ServiceState::Running, Service::state);
        if source == Source::ObjectStorage && state != ServiceState::Running {
            return Err(Refusal::service_not_running(state.word()));
        }
        if let Some(text) = &how.source_refuses {
            return Err(Refusal::bad_request(text.clone()));
        }
        let mut outcome = self.outcome(json!({
            "fields": [
                {"name": "id", "type": "UInt64", "optional": false},
                {"name": "message", "type": "String", "optional": true},
                {"name": "timestamp", "type": "DateTime64(3)", "optional": null},
            ],
            "meta": null,
        }));
        outcome.latency_ms = self.time.validate_source_ms;
        Ok(outcome)
    }
}
