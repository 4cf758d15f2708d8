//! A request that was recognised: the endpoint, who calls, and the body as JSON.
//!
//! Recognising is in `route` and `simulator/access`; carrying out is in `endpoint`.

use serde_json::{Map, Value};

use crate::refusal::Refusal;
use crate::route::Route;

/// A call of one endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// The HTTP method.
    pub(crate) method: String,
    /// The endpoint and its identifiers.
    pub(crate) route: Route,
    /// The API key's id.
    pub(crate) key: String,
    /// The body; `None` when it is not JSON, `Null` when there is none.
    pub(crate) body: Option<Value>,
}

impl Call {
    /// The body, which has to be an object.
    pub(crate) fn object(&self) -> Result<&Map<String, Value>, Refusal> {
        match &self.body {
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(Refusal::bad_request("request body is not an object")),
            None => Err(Refusal::bad_request("request body is not valid JSON")),
        }
    }

    /// The service's id as written.
    pub(crate) fn service(&self) -> &str {
        self.route.service.as_deref().unwrap_or_default()
    }

    /// The pipe's id as written.
    pub(crate) fn pipe(&self) -> &str {
        self.route.pipe.as_deref().unwrap_or_default()
    }

    /// A member of the body that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str)
    }
}
