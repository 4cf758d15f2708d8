//! The size of one pipe, and the size that all database pipes of a service share.

use serde_json::{Map, Value};

use crate::agenda::Event;
use crate::call::Call;
use crate::endpoint::Outcome;
use crate::interference::Interference;
use crate::refusal::Refusal;
use crate::scaling;
use crate::simulator::Simulator;
use crate::source::Family;
use crate::view;

impl Simulator {
    /// `PATCH /clickpipes/{id}/scaling`
    pub(super) fn set_scaling(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let sent = call.object()?.clone();
        self.check_running(call)?;
        let pipe = self.found(call)?;
        let id = pipe.id.clone();
        if !view::sized(pipe) {
            let text = format!("Scaling is not supported for {} ClickPipes", pipe.source.title());
            return Err(Refusal::bad_request(text));
        }
        scaling::check(&sent)?;
        self.remember(&id);
        let unknown_until = self.now_ms.saturating_add(self.config.at_speed(how.scaling_unknown_ms));
        if let Some(pipe) = self.pipes.get_mut(&id) {
            scaling::merge(&mut pipe.scaling, &sent);
            pipe.scaling_unknown_until_ms = unknown_until;
        }
        self.touch(&id);
        Ok(self.outcome(self.show_written(&id, how)))
    }

    /// `GET /clickpipesCdcScaling`
    pub(super) fn get_shared_scaling(&mut self, call: &Call) -> Result<Outcome, Refusal> {
        self.check_running(call)?;
        let (_, scaling) = self.shared(call)?;
        Ok(self.outcome(Value::Object(scaling)))
    }

    /// `PATCH /clickpipesCdcScaling`: accepted at once, in effect minutes later.
    pub(super) fn set_shared_scaling(&mut self, call: &Call) -> Result<Outcome, Refusal> {
        let sent = call.object()?.clone();
        self.check_running(call)?;
        let (id, now) = self.shared(call)?;
        scaling::check_shared(&sent)?;
        let service = self.services.get_mut(&id);
        let mut wanted =
            service.as_ref().and_then(|service| service.scaling_to_come.clone()).unwrap_or_else(|| now.clone());
        scaling::merge(&mut wanted, &sent);
        scaling::check_ratio(&wanted)?;
        wanted.retain(|name, _| now.contains_key(name));
        if let Some(service) = service {
            service.scaling_to_come = Some(wanted.clone());
        }
        let at_ms = self.now_ms.saturating_add(self.time.cdc_scaling_ms);
        self.agenda.put(at_ms, Event::ScalingDue(id));
        Ok(self.outcome(Value::Object(wanted)))
    }

    /// The service with a shared size, and that size: none before the first database pipe, none after the last. The
    /// older path names no service; then it is the first one that has a shared size.
    fn shared(&self, call: &Call) -> Result<(String, Map<String, Value>), Refusal> {
        let organization = call.route.organization.as_deref();
        let chosen = self.services.values().filter(|service| match &call.route.service {
            Some(id) => service.id == *id,
            None => Some(service.organization.as_str()) == organization,
        });
        let mut with_size = chosen.filter_map(|service| {
            let used = self
                .pipes
                .values()
                .any(|pipe| pipe.service == service.id && pipe.family() == Family::Database && pipe.alive(self.now_ms));
            let scaling = service.shared_scaling.clone().filter(|_| used)?;
            Some((service.id.clone(), scaling))
        });
        with_size.next().ok_or_else(|| Refusal::not_found("Not Found"))
    }
}
