//! The transport that operators use: HTTP over reqwest.
//!
//! What is switched off matters most here: redirects (they would repeat the body, with its secrets, elsewhere), retries (they would create
//! twice), and for calls that must not be repeated the reuse of connections. Proxies come from the usual environment variables.

use std::error::Error;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, RequestBuilder, Response, redirect, retry};

use super::{Outgoing, RawAnswer, Transport, TransportError};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an unused connection is kept; shorter than what gateways keep.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest body that is read; ten thousand pipes need a third of it.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// The HTTP client cannot be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// No HTTP client with these settings, such as a user agent that cannot be a header.
    #[error("cannot build an HTTP client")]
    BuildHttpClient {
        /// What the HTTP library said.
        #[from]
        source: reqwest::Error,
    },
}

/// HTTP over reqwest.
#[derive(Debug)]
pub struct Http {
    /// Keeps connections.
    reusing: Client,
    /// Makes a connection for each request.
    fresh: Client,
}

impl Http {
    /// The HTTP clients, with this user agent.
    pub fn new(user_agent: &str) -> Result<Self, BuildError> {
        let builder = || {
            Client::builder()
                .user_agent(user_agent)
                .redirect(redirect::Policy::none())
                .retry(retry::never())
                .referer(false)
                .connect_timeout(CONNECT_TIMEOUT)
                .pool_idle_timeout(IDLE_TIMEOUT)
        };
        Ok(Self { reusing: builder().build()?, fresh: builder().pool_max_idle_per_host(0).build()? })
    }

    fn prepare(&self, outgoing: &Outgoing) -> Result<RequestBuilder, TransportError> {
        let Outgoing { method, url, key_id, key_secret, body, care } = outgoing;
        let client = if care.fresh_connection { &self.fresh } else { &self.reusing };
        let method = Method::from_bytes(method.as_bytes())
            .map_err(|_| TransportError::NotSent(format!("{method} is not an HTTP method")))?;
        let request = client
            .request(method, url)
            .basic_auth(key_id, Some(key_secret.expose()))
            .header(ACCEPT, "application/json")
            .timeout(care.timeout);
        Ok(match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.expose().to_owned()),
            None => request,
        })
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Result<RawAnswer, TransportError> {
        let response = self.prepare(outgoing)?.send().await.map_err(sort)?;
        let (status, retry_after) = (response.status().as_u16(), retry_after(response.headers()));
        Ok(RawAnswer { status, retry_after, body: body(response).await? })
    }
}

impl Transport for Http {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>> {
        self.exchange(request).boxed()
    }
}

/// Sorts an error by whether the request can have left. Anything that is not certainly before the first byte counts as sent.
fn sort(error: reqwest::Error) -> TransportError {
    let before = error.is_builder() || error.is_connect();
    let text = chain(&error.without_url());
    if before { TransportError::NotSent(text) } else { TransportError::Lost(text) }
}

async fn body(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let lost = |error: reqwest::Error| TransportError::Lost(chain(&error.without_url()));
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(lost)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(TransportError::Lost(format!("the answer is larger than {BODY_LIMIT} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Seconds until the window is over. The service sends a float of seconds in `X-RateLimit-Reset`; gateways send `Retry-After`.
fn retry_after(headers: &HeaderMap) -> Option<f64> {
    let seconds = |value: &reqwest::header::HeaderValue| {
        value.to_str().ok()?.trim().parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
    };
    headers.get("x-ratelimit-reset").and_then(seconds).or_else(|| headers.get(RETRY_AFTER).and_then(seconds))
}

/// The error and everything under it, in one line.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_reset_header_is_a_float_of_seconds() {
        assert_eq!(retry_after(&headers(&[("x-ratelimit-reset", "3.25"), ("retry-after", "9")])), Some(3.25));
        assert_eq!(retry_after(&headers(&[("x-ratelimit-reset", "soon"), ("retry-after", "9")])), Some(9.0));
        assert_eq!(retry_after(&headers(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")])), None);
        assert_eq!(retry_after(&headers(&[("x-ratelimit-reset", "NaN")])), None);
        assert_eq!(retry_after(&headers(&[])), None);
    }

    #[test]
    fn a_user_agent_that_cannot_be_a_header_is_refused() {
        assert!(Http::new("clickpipes-operator/1.0").is_ok());
        assert!(Http::new("two\nlines").is_err());
    }
}
