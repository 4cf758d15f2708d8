//! Plain HTTP on 127.0.0.1, with JSON in and out.
//!
//! Not here: TLS, redirects and retries. What a test asks is asked once.

use std::time::Duration;

use data_encoding::BASE64;
use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

use crate::error::{Error, Result};

/// A client of one server.
#[derive(Debug, Clone)]
pub struct Http {
    agent: Agent,
    base: String,
    authorization: Option<String>,
}

/// What the server answered, whatever the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The method that was asked with.
    pub method: &'static str,
    /// The address that was asked.
    pub url: String,
    /// The status code.
    pub status: u16,
    /// The body as text.
    pub body: String,
}

impl Http {
    /// A client for a server such as `http://127.0.0.1:8080`. Each request has ten seconds.
    pub fn new(base: &str) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(10)));
        Self { agent: config.build().new_agent(), base: base.trim_end_matches('/').to_owned(), authorization: None }
    }

    /// The same client with a user name and a password (HTTP Basic).
    #[must_use]
    pub fn with_key(mut self, id: &str, secret: &str) -> Self {
        self.authorization = Some(format!("Basic {}", BASE64.encode(format!("{id}:{secret}").as_bytes())));
        self
    }

    /// Sends a GET.
    pub fn get(&self, path: &str) -> Result<Answer> {
        self.send("GET", path, None)
    }

    /// Sends a request, with a JSON body if there is one.
    pub fn send(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let url = format!("{}{path}", self.base);
        let failed = |source| Error::Request { method, url: url.clone(), source: Box::new(source) };
        let mut request = Request::builder().method(method).uri(&url);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let answer = match body {
            Some(body) => request
                .header("Content-Type", "application/json")
                .body(body.to_string())
                .map_err(ureq::Error::from)
                .and_then(|request| self.agent.run(request)),
            None => request.body(()).map_err(ureq::Error::from).and_then(|request| self.agent.run(request)),
        };
        let mut answer = answer.map_err(failed)?;
        let status = answer.status().as_u16();
        let body =
            answer.body_mut().with_config().limit(256 << 20).lossy_utf8(true).read_to_string().map_err(failed)?;
        Ok(Answer { method, url, status, body })
    }
}

impl Answer {
    /// The answer itself if its status is 2xx, and an error that shows it otherwise.
    pub fn expect_success(self) -> Result<Self> {
        if (200..300).contains(&self.status) {
            return Ok(self);
        }
        let Self { method, url, status, body } = self;
        Err(Error::Answered { method, url, status, body })
    }

    /// The body as JSON; an empty body is null.
    pub fn json(self) -> Result<Value> {
        let Self { method, url, body: text, .. } = self;
        if text.trim().is_empty() {
            return Ok(Value::Null);
        }
        let what = format!("the answer to {method} {url}");
        serde_json::from_str(&text).map_err(|source| Error::ReadJson { what, text, source })
    }
}
