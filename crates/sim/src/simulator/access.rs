//! Who may call: the API key, its organization, and its rate limit.
//!
//! Only HTTP Basic is understood. A bearer token is refused, as the service does for every write.

use data_encoding::BASE64;

use crate::call::Call;
use crate::interference::{Instead, Interference};
use crate::limit::seconds;
use crate::random::is_uuid;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::simulator::Simulator;

/// The key's id and secret in a request.
fn credentials(request: &Request) -> Option<(String, String)> {
    let (scheme, value) = request.authorization.as_deref()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64.decode(value.trim().as_bytes()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The key's id in a request; empty when there is none.
pub(super) fn key_id(request: &Request) -> String {
    credentials(request).map(|(id, _)| id).unwrap_or_default()
}

impl Simulator {
    /// Refuses a caller that may not call at all. A simulator without keys knows every key.
    pub(super) fn admit(&mut self, call: &Call, request: &Request) -> Result<(), Instead> {
        let unknown = || Instead::Reply(Interference::unauthorized());
        let (id, secret) = credentials(request).filter(|(id, _)| !id.is_empty()).ok_or_else(unknown)?;
        if !self.keys.is_empty() {
            let key = self.keys.get(&id).filter(|key| key.secret == secret && !key.disabled);
            let key = key.ok_or_else(unknown)?;
            let first = self.config.organizations.first();
            let home = key.organization.as_ref().or(first).cloned();
            let organization = call.route.organization.clone();
            let theirs = organization.as_ref().is_some_and(|theirs| self.config.organizations.contains(theirs));
            self.count(&id)?;
            if theirs && organization != home {
                return Err(Instead::Refusal(Refusal::forbidden(), None));
            }
            return Ok(());
        }
        self.count(&id)
    }

    /// Counts a request of a key against its limit.
    fn count(&mut self, key: &str) -> Result<(), Instead> {
        let Some(limit) = self.config.rate_limit else {
            return Ok(());
        };
        let log = self.limits.entry(key.to_owned()).or_default();
        log.accept(self.now_ms, limit).map_err(|wait_ms| {
            let header = ("x-ratelimit-reset".to_owned(), seconds(wait_ms));
            Instead::Refusal(Interference::throttled(), Some(header))
        })
    }

    /// Refuses a path whose organization, service or pipe cannot be one (CTL#831).
    pub(crate) fn check_path(&self, call: &Call) -> Result<(), Refusal> {
        let invalid = |what: &str, id: &str| Refusal::bad_request(format!("Invalid {what} id string:\"{id}\""));
        let organization = call.route.organization.as_deref();
        let organization = organization.ok_or_else(|| Refusal::not_found("Not Found"))?;
        if !self.config.organizations.iter().any(|known| known == organization) {
            return Err(invalid("organization", organization));
        }
        if let Some(service) = &call.route.service
            && self.services.get(service).is_none_or(|known| known.organization != organization)
        {
            return Err(invalid("service", service));
        }
        match &call.route.pipe {
            Some(pipe) if !is_uuid(pipe) => Err(invalid("ClickPipe", pipe)),
            _ => Ok(()),
        }
    }
}
