//! The network to the Cloud API as one process reaches it: [`client::Transport`] over the simulator.
//!
//! The simulator says what is answered and when; waiting for it is here. A call is an effect before and after which the process may crash:
//! after means that the service has the request and nobody hears the answer. Not here: what the service does.

use std::sync::Arc;
use std::time::Duration;

use client::transport::{Outgoing, RawAnswer, Transport, TransportError};
use futures::FutureExt;
use futures::future::BoxFuture;
use sim::{Answer, Exchange, Request};

use crate::choke::Side;
use crate::process::Process;
use crate::shared::Shared;

/// The network as one process reaches it.
pub struct Wire {
    shared: Arc<Shared>,
    process: Arc<Process>,
}

impl Wire {
    /// The network as this process reaches it.
    pub fn new(shared: Arc<Shared>, process: Arc<Process>) -> Self {
        Self { shared, process }
    }

    async fn exchange(&self, outgoing: &Outgoing) -> Result<RawAnswer, TransportError> {
        self.process.alive().await;
        if self.shared.weather.lock().cloud_unreachable {
            return Err(TransportError::NotSent("connection refused".to_owned()));
        }
        let request = request(outgoing);
        let path = short(&request.path);
        let crash = self.shared.effect(&self.process, &format!("{} {path}", request.method));
        if crash == Some(Side::Before) {
            self.process.kill();
        }
        self.process.alive().await;
        let exchange = self.shared.in_cloud(|cloud| cloud.handle(self.shared.now_ms(), &request));
        self.shared.say(&format!("{} {} {path} -> {}", self.process.name, request.method, exchange.status()));
        if crash == Some(Side::After) {
            self.process.kill();
        }
        self.process.alive().await;
        answer(exchange, outgoing.care.timeout).await
    }
}

impl Transport for Wire {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>> {
        self.exchange(request).boxed()
    }
}

fn request(outgoing: &Outgoing) -> Request {
    let Outgoing { method, url, key_id, key_secret, body, care: _ } = outgoing;
    let path = url.splitn(4, '/').nth(3).unwrap_or_default();
    let mut request = Request::new(method, &format!("/{path}")).key(key_id, key_secret.expose());
    if let Some(body) = body {
        request.body = body.expose().as_bytes().to_vec();
    }
    request
}

/// The path without what is the same in every path.
pub fn short(path: &str) -> &str {
    path.split_once("/services/").map_or(path, |(_, rest)| rest.split_once('/').map_or(rest, |(_, rest)| rest))
}

async fn answer(exchange: Exchange, patience: Duration) -> Result<RawAnswer, TransportError> {
    let delay = Duration::from_millis(exchange.delay_ms);
    if matches!(exchange.answer, Answer::Never) || delay >= patience {
        tokio::time::sleep(patience).await;
        return Err(TransportError::Lost("operation timed out".to_owned()));
    }
    tokio::time::sleep(delay).await;
    match exchange.answer {
        Answer::Reply(reply) => Ok(RawAnswer {
            status: reply.status,
            retry_after: reply.header("x-ratelimit-reset").and_then(seconds),
            body: reply.body,
        }),
        Answer::Dropped | Answer::Never => Err(TransportError::Lost("connection closed".to_owned())),
    }
}

fn seconds(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0)
}
