//! A call as an HTTP request: method, path, body.
//!
//! Always the current form of the API; the outdated forms that old pages show are never sent. Not here: the host, the key, sending it.

use serde_json::json;

use crate::call::Call;
use crate::document::Document;
use crate::id::{OrganizationId, PipeId, ServiceId};
use crate::secret::Secret;

/// An HTTP request without host and credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// GET, POST, PATCH, PUT or DELETE.
    pub method: &'static str,
    /// The path, from `/v1`.
    pub path: String,
    /// The JSON body; it may hold secrets.
    pub body: Option<Secret>,
}

/// The request of a call in an organization.
#[must_use]
pub fn request(organization: &OrganizationId, call: &Call) -> Request {
    let services = format!("/v1/organizations/{organization}/services");
    let pipes = |service: &ServiceId| format!("{services}/{service}/clickpipes");
    let pipe = |service: &ServiceId, pipe: &PipeId| format!("{services}/{service}/clickpipes/{pipe}");
    let plain = |value| Document::plain(value);
    match call {
        Call::ListServices => without_body("GET", services),
        Call::GetService { service } => without_body("GET", format!("{services}/{service}")),
        Call::WakeService { service } => {
            with_body("PATCH", format!("{services}/{service}/state"), &plain(json!({"command": "awake"})))
        }
        Call::ListPipes { service } => without_body("GET", pipes(service)),
        Call::GetPipe { service, pipe: id } => without_body("GET", pipe(service, id)),
        Call::CreatePipe { service, body } => with_body("POST", pipes(service), body),
        Call::PatchPipe { service, pipe: id, body } => with_body("PATCH", pipe(service, id), body),
        Call::PutSettings { service, pipe: id, body } => with_body("PUT", pipe(service, id) + "/settings", body),
        Call::PatchScaling { service, pipe: id, body } => with_body("PATCH", pipe(service, id) + "/scaling", body),
        Call::SetState { service, pipe: id, command } => {
            with_body("PATCH", pipe(service, id) + "/state", &plain(json!({"command": command.as_str()})))
        }
        Call::DeletePipe { service, pipe: id } => without_body("DELETE", pipe(service, id)),
    }
}

fn without_body(method: &'static str, path: String) -> Request {
    Request { method, path, body: None }
}

fn with_body(method: &'static str, path: String, body: &Document) -> Request {
    Request { method, path, body: Some(Secret::new(body.expose().to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::Command;

    #[test]
    fn a_state_command_is_sent_in_its_current_form() {
        let (organization, service, pipe) = (
            OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
            ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap(),
            PipeId::parse("33333333-3333-4333-8333-333333333333").unwrap(),
        );
        let request = request(&organization, &Call::SetState { service, pipe, command: Command::Stop });
        assert_eq!(request.method, "PATCH");
        assert_eq!(
            request.path,
            "/v1/organizations/11111111-1111-4111-8111-111111111111/services/22222222-2222-4222-8222-222222222222/clickpipes/33333333-3333-4333-8333-333333333333/state"
        );
        assert_eq!(request.body.unwrap().expose(), r#"{"command":"stop"}"#);
    }
}
