//! The provider's one request function: what it repeats, and how long it waits.
//!
//! Published: every method is repeated on network errors, on 429 and on every 5xx. 429 waits for the header and a second more; 5xx waits 4, 8,
//! 16 seconds; a network error 0.5 to 1.5 seconds; all of it lasts 61 seconds at most and one request 5 minutes. So a POST whose answer is
//! a 504 after 30 seconds goes out twice, and four times when the 5xx comes fast. Not here: what the requests are for.

use serde_json::Value;
use sim::{Answer, DEFAULT_ORGANIZATION, DEFAULT_SERVICE, Reply, Request, Simulator};

/// All tries of one request together.
const IN_ALL: u64 = 61_000;
/// One try.
const PATIENCE: u64 = 300_000;
/// Waits after a 5xx.
const BACK_OFF: [u64; 3] = [4_000, 8_000, 16_000];
/// The middle of the waits after a network error.
const NETWORK: u64 = 1_000;

/// Why there is no good answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The service refused, or all tries failed.
    Failed,
    /// The process died.
    Died,
}

/// The network as the provider reaches it, and its clock.
#[derive(Debug)]
pub struct Wire {
    /// The service.
    pub service: Simulator,
    /// Now.
    pub now_ms: u64,
    /// The process dies right after the service got this request, counted from 1.
    pub dies_after: Option<u64>,
    /// Requests so far.
    pub sent: u64,
    /// The most pipes that ingested at the same time.
    pub most_at_once: usize,
}

impl Wire {
    /// A network to this service.
    #[must_use]
    pub fn new(service: Simulator) -> Self {
        Self { service, now_ms: 1_000, dies_after: None, sent: 0, most_at_once: 0 }
    }

    /// Lets time pass.
    pub fn pass(&mut self, ms: u64) {
        let end = self.now_ms + ms;
        while self.now_ms < end {
            self.now_ms = end.min(self.now_ms + crate::count::EVERY);
            self.service.advance(self.now_ms);
            self.most_at_once = self.most_at_once.max(crate::count::ingesting(&self.service, self.now_ms));
        }
    }

    /// Sends a request about the pipes of the service, again and again as the provider does; gives `result`.
    ///
    /// # Errors
    /// The service refused, all tries failed, or the process died.
    pub fn request(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, End> {
        let path = format!("/v1/organizations/{DEFAULT_ORGANIZATION}/services/{DEFAULT_SERVICE}/clickpipes/{path}");
        let mut request = Request::new(method, &path).key("key-id", "canary-api-key");
        if let Some(body) = body {
            request = request.json(body);
        }
        let (begun, mut waits) = (self.now_ms, BACK_OFF.iter());
        loop {
            let wait = match self.exchange(&request)? {
                Some(reply) if reply.status == 200 => {
                    return Ok(reply.value().get("result").cloned().unwrap_or_default());
                }
                Some(reply) if reply.status == 429 => reset(&reply),
                Some(reply) if reply.status >= 500 => *waits.next().ok_or(End::Failed)?,
                Some(_) => return Err(End::Failed),
                None => NETWORK,
            };
            if self.now_ms - begun + wait > IN_ALL {
                return Err(End::Failed);
            }
            self.pass(wait);
        }
    }

    /// One try: an answer, or none.
    fn exchange(&mut self, request: &Request) -> Result<Option<Reply>, End> {
        let exchange = self.service.handle(self.now_ms, request);
        self.sent += 1;
        if self.dies_after == Some(self.sent) {
            return Err(End::Died);
        }
        let lost = exchange.delay_ms >= PATIENCE || exchange.answer == Answer::Never;
        self.pass(if lost { PATIENCE } else { exchange.delay_ms });
        Ok(exchange.reply().filter(|_| !lost).cloned())
    }
}

/// The header and a second more; a second without it.
fn reset(reply: &Reply) -> u64 {
    let seconds = reply.header("x-ratelimit-reset").and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    let seconds = std::time::Duration::try_from_secs_f64(seconds).unwrap_or_default();
    u64::try_from(seconds.as_millis()).unwrap_or(IN_ALL).saturating_add(1_000)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sim::{Config, Fault, FaultKind, RouteKind};

    use super::*;

    fn posts(fault: FaultKind) -> u64 {
        let mut wire = Wire::new(Simulator::new(Config { rate_limit: None, ..Config::default() }));
        wire.service.inject(Fault::new(fault).on(RouteKind::CreatePipe));
        assert_eq!(wire.request("POST", "", Some(&json!({"name": "x"}))), Err(End::Failed));
        wire.sent
    }

    #[test]
    fn a_post_goes_out_as_often_as_is_published() {
        assert_eq!(posts(FaultKind::GatewayTimeout { commit_after_ms: None, answer_after_ms: 30_000 }), 2);
        assert_eq!(posts(FaultKind::ServerError { commit_after_ms: None, answer_after_ms: 100 }), 4);
        assert_eq!(posts(FaultKind::ServerError { commit_after_ms: None, answer_after_ms: 180_000 }), 1);
    }
}
