//! The ClickHouse services themselves, and the context of their pipes.

use serde_json::{Value, json};

use crate::agenda::Event;
use crate::call::Call;
use crate::config::ServiceState;
use crate::course::Course;
use crate::endpoint::Outcome;
use crate::refusal::Refusal;
use crate::service::Service;
use crate::simulator::Simulator;
use crate::stamp;

impl Simulator {
    /// `GET /services`
    pub(super) fn list_services(&self, call: &Call) -> Outcome {
        let organization = call.route.organization.as_deref();
        let theirs = self.services.values().filter(|service| Some(service.organization.as_str()) == organization);
        let shown = theirs.map(|service| self.show_service(service));
        self.outcome(Value::Array(shown.collect()))
    }

    /// `GET /services/{id}`
    pub(super) fn get_service(&self, call: &Call) -> Result<Outcome, Refusal> {
        let service = self.services.get(call.service()).ok_or_else(|| Refusal::not_found("Not Found"))?;
        Ok(self.outcome(self.show_service(service)))
    }

    /// `PATCH /services/{id}/state`: `awake` wakes only an idle service, `start` starts only a stopped one.
    pub(super) fn set_service_state(&mut self, call: &Call) -> Result<Outcome, Refusal> {
        let command = match call.object()?.get("command") {
            None => return Err(Refusal::missing("command")),
            Some(Value::String(word)) if ["start", "stop", "awake"].contains(&word.as_str()) => word,
            Some(other) => return Err(Refusal::member("command", other)),
        };
        let service = self.services.get(call.service()).ok_or_else(|| Refusal::not_found("Not Found"))?;
        if let Some(course) = service.commanded(command, self.now_ms, &self.time) {
            self.set_service_course(call.service(), course);
        }
        self.get_service(call)
    }

    /// Sends a service along a course.
    pub(crate) fn set_service_course(&mut self, id: &str, course: Course<ServiceState>) {
        if let Some(due_ms) = course.due_ms() {
            self.agenda.put(due_ms, Event::ServiceDue(id.to_owned()));
        }
        if let Some(service) = self.services.get_mut(id) {
            service.course = course;
        }
    }

    /// `GET /clickpipes/context`
    pub(super) fn get_context(&self, call: &Call) -> Result<Outcome, Refusal> {
        let service = self.services.get(call.service()).ok_or_else(|| Refusal::not_found("Not Found"))?;
        let google = service.provider == "gcp";
        let short: String = service.id.chars().take(8).collect();
        let principal = google.then(|| format!("clickpipes-{short}@clickhouse-cloud.iam.gserviceaccount.com"));
        let identity = json!({"supported": google, "ready": google.then_some(true), "principal": principal});
        Ok(self.outcome(json!({"gcpWorkloadIdentity": identity})))
    }

    fn show_service(&self, service: &Service) -> Value {
        service.shown(&stamp::iso(self.config.epoch_unix_ms.saturating_mul(1000)))
    }
}
