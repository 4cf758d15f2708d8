//! The simulator: one value that is the whole service, driven by requests and by time.
//!
//! No socket, no clock and no randomness is here. What each endpoint does is in `endpoint`, who may call is in
//! `simulator/access`, and how an answer is put together in `simulator/answering`.

mod access;
mod answering;
mod backstage;
mod happening;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::agenda::Agenda;
use crate::call::Call;
use crate::config::{Config, KeyConfig};
use crate::fault::{Faults, Target};
use crate::fault_kind::FaultKind;
use crate::interference::Interference;
use crate::limit::SlidingLog;
use crate::pipe::Pipe;
use crate::random::Random;
use crate::recording::{Recorded, Recording};
use crate::request::{Answer, Exchange, Request};
use crate::route::{Route, RouteKind};
use crate::service::Service;
use crate::timings::Timings;

/// The simulated service.
///
/// # Guarantees
/// - [`handle`](Self::handle) never panics, whatever the bytes.
/// - The same configuration and the same calls at the same times give the same answers, bit for bit.
/// - Commit, answer and visibility are separate: what a request changes, when it is answered and when reads show it
///   are three points of time.
///
/// # Assumptions
/// Time does not run backwards; an earlier time than before counts as the same time.
#[derive(Debug, Clone)]
pub struct Simulator {
    pub(crate) config: Config,
    /// The durations at the configured speed.
    pub(crate) time: Timings,
    pub(crate) now_ms: u64,
    pub(crate) random: Random,
    pub(crate) ticks: u64,
    pub(crate) services: BTreeMap<String, Service>,
    pub(crate) keys: BTreeMap<String, KeyConfig>,
    pub(crate) pipes: BTreeMap<String, Pipe>,
    pub(crate) agenda: Agenda,
    pub(crate) faults: Faults,
    /// What hit the request at hand.
    hits: Vec<FaultKind>,
    pub(crate) recording: Recording,
    pub(crate) limits: BTreeMap<String, SlidingLog>,
}

impl Simulator {
    /// A simulator at time 0.
    pub fn new(config: Config) -> Self {
        let first = config.organizations.first().cloned().unwrap_or_default();
        let services = config.services.iter().map(|service| (service.id.clone(), Service::new(service, &first)));
        let keys = config.keys.iter().map(|key| (key.id.clone(), key.clone()));
        Self {
            time: config.timings.at_speed(config.speed),
            now_ms: 0,
            random: Random::new(config.seed),
            ticks: 0,
            services: services.collect(),
            keys: keys.collect(),
            pipes: BTreeMap::new(),
            agenda: Agenda::default(),
            faults: Faults::default(),
            hits: Vec::new(),
            recording: Recording::default(),
            limits: BTreeMap::new(),
            config,
        }
    }

    /// The latest time that the simulator was told.
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Deals with one request that arrives at `now_ms`. Everything that was due before happens first.
    pub fn handle(&mut self, now_ms: u64, request: &Request) -> Exchange {
        self.advance(now_ms);
        if let Some(path) = request.path.strip_prefix("/_sim") {
            let reply = self.backstage(&request.method, path, &request.body);
            return Exchange { seq: 0, answer: Answer::Reply(reply), delay_ms: 0 };
        }
        let call = self.recognise(request);
        let (answer, delay_ms, made) = self.deal_with(&call, request);
        self.record(&call, request, answer, delay_ms, made)
    }

    fn recognise(&self, request: &Request) -> Call {
        let body = if request.body.iter().all(u8::is_ascii_whitespace) {
            Some(Value::Null)
        } else {
            serde_json::from_slice(&request.body).ok()
        };
        Call {
            method: request.method.clone(),
            route: Route::parse(&request.method, &request.path, self.config.strict),
            key: access::key_id(request),
            body,
        }
    }

    /// The faults that hit this call, added up.
    fn interference(&mut self, call: &Call) -> Interference {
        let known = self.pipes.get(call.pipe()).map(|pipe| pipe.name.clone());
        let created = call.text("name").filter(|_| call.route.kind == RouteKind::CreatePipe);
        let source = self.address_text(call);
        let target = Target {
            method: &call.method,
            route: call.route.kind,
            pipe: created.or(known.as_deref()),
            service: call.route.service.as_deref(),
            key: &call.key,
            source: &source,
        };
        let hits = self.faults.hit(&target);
        self.hits = hits.iter().map(|fault| fault.kind.clone()).collect();
        Interference::of(hits)
    }

    fn record(
        &mut self,
        call: &Call,
        request: &Request,
        answer: Answer,
        delay_ms: u64,
        made: Option<String>,
    ) -> Exchange {
        let exchange = Exchange { seq: self.recording.next_seq(), answer, delay_ms };
        self.recording.add(Recorded {
            seq: exchange.seq,
            at_ms: self.now_ms,
            method: request.method.clone(),
            path: request.path.clone(),
            route: call.route.kind,
            key: call.key.clone(),
            service: call.route.service.clone(),
            pipe: made.or_else(|| call.route.pipe.clone()),
            status: exchange.status(),
            answered_after_ms: delay_ms,
            body: call.body.clone().unwrap_or(Value::Null),
            faults: std::mem::take(&mut self.hits),
        });
        exchange
    }
}
