//! The admin API under `/_sim`: the same operations as the Rust methods, over HTTP.
//!
//! It needs no key, counts against no limit and is not recorded. The operations themselves are in `control`.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::config::{KeyConfig, ServiceConfig};
use crate::control::{Denied, PipeEdit};
use crate::fault::Fault;
use crate::request::Reply;
use crate::simulator::Simulator;

type Answered = Result<Value, Denied>;

impl Simulator {
    /// Answers an admin request; `path` is what follows `/_sim`.
    pub(super) fn backstage(&mut self, method: &str, path: &str, body: &[u8]) -> Reply {
        match self.admin(method, path, body) {
            Ok(value) => Reply::json(200, &value),
            Err(Denied::Unknown(what)) => Reply::json(404, &json!({"error": format!("no such {what}")})),
            Err(Denied::Wrong(why)) => Reply::json(400, &json!({"error": why})),
        }
    }

    fn admin(&mut self, method: &str, path: &str, body: &[u8]) -> Answered {
        let path = path.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match (method, parts.as_slice()) {
            ("GET", ["health"]) => Ok(json!({"ok": true, "now_ms": self.now_ms()})),
            ("GET", ["requests"]) => Ok(json!(self.requests().collect::<Vec<_>>())),
            ("DELETE", ["requests"]) => {
                self.clear_requests();
                Ok(json!({}))
            }
            ("GET", ["stats"]) => Ok(json!(self.stats())),
            ("GET", ["config"]) => Ok(self.behaviour()),
            ("PATCH", ["config"]) => self.change_behaviour(&object(body)?),
            ("GET", ["services"]) => Ok(Value::Array(self.services())),
            ("POST", ["services"]) => self.add_service(&read::<ServiceConfig>(body)?),
            ("PATCH", ["services", id]) => self.edit_service(id, &object(body)?),
            ("DELETE", ["services", id]) => self.remove_service(id),
            ("GET", ["keys"]) => Ok(json!(self.key_ids())),
            ("POST", ["keys"]) => Ok(self.set_key(read::<KeyConfig>(body)?)),
            ("DELETE", ["keys", id]) => self.remove_key(id),
            ("GET", ["pipes"]) => Ok(Value::Array(self.pipes().map(|pipe| pipe.everything(self.now_ms)).collect())),
            ("POST", ["pipes"]) => self.make_pipe(&object(body)?),
            ("GET", ["pipes", id]) => self.pipe_by_id(id).map(|pipe| pipe.everything(self.now_ms)),
            ("PATCH", ["pipes", id]) => self.edit_pipe(id, read::<PipeEdit>(body)?),
            ("DELETE", ["pipes", id]) => self.remove_pipe(id),
            ("GET", ["faults"]) => Ok(self.faults()),
            ("POST", ["faults"]) => {
                let fault = Fault::from_json(&Value::Object(object(body)?)).map_err(Denied::Wrong)?;
                Ok(json!({"id": self.inject(fault)}))
            }
            ("DELETE", ["faults"]) => {
                self.clear_faults();
                Ok(json!({}))
            }
            ("DELETE", ["faults", id]) if self.clear_fault(id) => Ok(json!({})),
            ("DELETE", ["faults", _]) => Err(Denied::Unknown("fault")),
            _ => Err(Denied::Unknown("admin endpoint")),
        }
    }
}

fn object(body: &[u8]) -> Result<Map<String, Value>, Denied> {
    read(body)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Denied> {
    serde_json::from_slice(body).map_err(|error| Denied::Wrong(error.to_string()))
}
