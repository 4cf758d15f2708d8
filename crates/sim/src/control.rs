//! Everything that can be done behind the API's back, as Rust methods: faults, services, keys and the recording.
//!
//! The same over HTTP is in `simulator/backstage`; pipes are in `control/pipes`.

mod pipes;

use serde_json::{Map, Value, json};

use crate::config::{KeyConfig, ServiceConfig, ServiceState};
use crate::course::Course;
use crate::fault::Fault;
use crate::recording::{Recorded, Stats};
use crate::service::Service;
use crate::simulator::Simulator;

pub use pipes::PipeEdit;

/// Why something could not be done behind the API's back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denied {
    /// There is no such thing.
    Unknown(&'static str),
    /// The request makes no sense, and why.
    Wrong(String),
}

impl Simulator {
    /// Injects a fault and gives its id.
    pub fn inject(&mut self, fault: Fault) -> String {
        self.faults.inject(fault)
    }

    /// Takes a fault away; whether it was there.
    pub fn clear_fault(&mut self, id: &str) -> bool {
        self.faults.clear(id)
    }

    /// Takes all faults away.
    pub fn clear_faults(&mut self) {
        self.faults.clear_all();
    }

    /// All faults as JSON, used-up ones included, each with its `id` and its `hits`.
    pub fn faults(&self) -> Value {
        self.faults.to_json()
    }

    /// Every request since the recording was last cleared, oldest first; the last 200,000 are kept.
    pub fn requests(&self) -> impl Iterator<Item = &Recorded> {
        self.recording.requests()
    }

    /// Counts over the same requests.
    pub fn stats(&self) -> &Stats {
        self.recording.stats()
    }

    /// Forgets recorded requests and counts.
    pub fn clear_requests(&mut self) {
        self.recording.clear();
    }

    /// All services as JSON.
    pub fn services(&self) -> Vec<Value> {
        self.services.values().map(admin_view).collect()
    }

    /// The state of a service.
    pub fn service_state(&self, id: &str) -> Option<ServiceState> {
        self.services.get(id).map(Service::state)
    }

    /// Adds a service, or puts a new one in the place of the one with that id.
    pub fn add_service(&mut self, config: &ServiceConfig) -> Result<Value, Denied> {
        if !crate::random::is_uuid(&config.id) {
            return Err(Denied::Wrong("id is not a UUID".to_owned()));
        }
        let first = self.config.organizations.first().cloned().unwrap_or_default();
        let service = Service::new(config, &first);
        if !self.config.organizations.contains(&service.organization) {
            self.config.organizations.push(service.organization.clone());
        }
        let shown = admin_view(&service);
        self.services.insert(config.id.clone(), service);
        Ok(shown)
    }

    /// Changes a service's `state` at once, its `provider`, `name` or `tables_with_rows`.
    pub fn edit_service(&mut self, id: &str, changes: &Map<String, Value>) -> Result<Value, Denied> {
        let service = self.services.get(id).ok_or(Denied::Unknown("service"))?;
        let mut config = json!({"id": id, "organization": service.organization, "name": service.name,
            "state": service.state(), "provider": service.provider, "tables_with_rows": service.tables_with_rows});
        overlay(&mut config, changes)?;
        let config: ServiceConfig = serde_json::from_value(config).map_err(|error| Denied::Wrong(error.to_string()))?;
        let service = self.services.get_mut(id).ok_or(Denied::Unknown("service"))?;
        if changes.contains_key("state") {
            service.course = Course::resting(config.state);
        }
        service.provider = config.provider;
        service.name = config.name.unwrap_or_default();
        service.tables_with_rows = config.tables_with_rows;
        Ok(admin_view(service))
    }

    /// Puts a service into a state at once; whether there is such a service.
    pub fn set_service(&mut self, id: &str, state: ServiceState) -> bool {
        let service = self.services.get_mut(id);
        service.is_some_and(|service| {
            service.course = Course::resting(state);
            true
        })
    }

    /// Removes a service; its pipes are no longer reachable.
    pub fn remove_service(&mut self, id: &str) -> Result<Value, Denied> {
        self.services.remove(id).map(|service| admin_view(&service)).ok_or(Denied::Unknown("service"))
    }

    /// Adds an API key or changes the one with that id. With the first key, unknown keys cease to be accepted.
    pub fn set_key(&mut self, key: KeyConfig) -> Value {
        if let Some(organization) = &key.organization
            && !self.config.organizations.contains(organization)
        {
            self.config.organizations.push(organization.clone());
        }
        let id = key.id.clone();
        self.keys.insert(id.clone(), key);
        json!({"id": id})
    }

    /// Removes an API key.
    pub fn remove_key(&mut self, id: &str) -> Result<Value, Denied> {
        self.keys.remove(id).map(|key| json!({"id": key.id})).ok_or(Denied::Unknown("key"))
    }

    /// The keys without their secrets.
    pub fn key_ids(&self) -> Vec<Value> {
        let one = |key: &KeyConfig| json!({"id": key.id, "organization": key.organization, "disabled": key.disabled});
        self.keys.values().map(one).collect()
    }

    /// The timings, toggles and switches as JSON.
    pub fn behaviour(&self) -> Value {
        json!({"timings": self.config.timings, "toggles": self.config.toggles, "switches": self.config.switches,
            "speed": self.config.speed, "strict": self.config.strict})
    }

    /// Changes timings, toggles, switches, speed or strictness; what is under way keeps its dates.
    pub fn change_behaviour(&mut self, changes: &Map<String, Value>) -> Result<Value, Denied> {
        let mut behaviour = self.behaviour();
        overlay(&mut behaviour, changes)?;
        let wrong = |error: serde_json::Error| Denied::Wrong(error.to_string());
        let member = |name: &str| behaviour.get(name).cloned().unwrap_or_default();
        let timings = serde_json::from_value(member("timings")).map_err(wrong)?;
        let toggles = serde_json::from_value(member("toggles")).map_err(wrong)?;
        let switches = serde_json::from_value(member("switches")).map_err(wrong)?;
        let speed = serde_json::from_value(member("speed")).map_err(wrong)?;
        let strict = serde_json::from_value(member("strict")).map_err(wrong)?;
        let config = &mut self.config;
        (config.timings, config.toggles, config.switches) = (timings, toggles, switches);
        (config.speed, config.strict) = (speed, strict);
        self.time = config.timings.at_speed(config.speed);
        Ok(self.behaviour())
    }
}

/// Lays changes over a JSON object, one level deep; a member that is not there already is a mistake.
fn overlay(object: &mut Value, changes: &Map<String, Value>) -> Result<(), Denied> {
    for (name, change) in changes {
        let Some(member) = object.get_mut(name) else {
            return Err(Denied::Wrong(format!("there is no member \"{name}\"")));
        };
        match (member, change) {
            (Value::Object(inner), Value::Object(more)) => inner.extend(more.clone()),
            (member, change) => *member = change.clone(),
        }
    }
    Ok(())
}

/// A service as the admin API shows it.
fn admin_view(service: &Service) -> Value {
    json!({"id": service.id, "organization": service.organization, "name": service.name, "state": service.state(),
        "provider": service.provider, "tables_with_rows": service.tables_with_rows,
        "cdc_scaling": service.shared_scaling, "cdc_scaling_to_come": service.scaling_to_come})
}
