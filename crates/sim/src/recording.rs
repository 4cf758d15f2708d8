//! Every request that reached the API, for tests to look at afterwards.
//!
//! Admin requests are not recorded. Bodies are kept whole, secrets included: this is for tests only.

use std::collections::{BTreeMap, VecDeque};

use serde::Serialize;
use serde_json::Value;

use crate::fault_kind::FaultKind;
use crate::route::RouteKind;

/// The most requests that are kept; the oldest are forgotten first. Counts go on.
const KEPT: usize = 200_000;

/// One recorded request.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recorded {
    /// Its number, from 1.
    pub seq: u64,
    /// When it arrived.
    pub at_ms: u64,
    /// The HTTP method.
    pub method: String,
    /// The path with its query.
    pub path: String,
    /// The endpoint.
    pub route: RouteKind,
    /// The API key's id; empty when none was sent.
    pub key: String,
    /// The service in the path.
    pub service: Option<String>,
    /// The pipe in the path, or the one that was created.
    pub pipe: Option<String>,
    /// The status answered; 0 when the connection was dropped or nothing was answered.
    pub status: u16,
    /// How long after its arrival it was answered.
    pub answered_after_ms: u64,
    /// The body as JSON; `null` when it was not JSON.
    pub body: Value,
    /// The faults that hit it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultKind>,
}

/// Counts over all requests since the recording was last cleared.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Stats {
    /// All of them.
    pub requests: u64,
    /// By endpoint.
    pub by_route: BTreeMap<RouteKind, u64>,
    /// By HTTP method.
    pub by_method: BTreeMap<String, u64>,
    /// By the status answered; 0 is a dropped or unanswered one.
    pub by_status: BTreeMap<u16, u64>,
    /// For each key, the most requests that arrived in any 10 seconds.
    pub most_in_ten_seconds: BTreeMap<String, usize>,
    /// How many were answered with 429.
    pub throttled: u64,
}

/// The recording.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recording {
    requests: VecDeque<Recorded>,
    recorded: u64,
    stats: Stats,
    windows: BTreeMap<String, VecDeque<u64>>,
}

impl Recording {
    /// The number of the next request.
    pub(crate) fn next_seq(&self) -> u64 {
        self.recorded + 1
    }

    /// Adds a request.
    pub(crate) fn add(&mut self, request: Recorded) {
        self.recorded = request.seq;
        self.count(&request);
        if self.requests.len() >= KEPT {
            self.requests.pop_front();
        }
        self.requests.push_back(request);
    }

    fn count(&mut self, request: &Recorded) {
        let stats = &mut self.stats;
        stats.requests += 1;
        *stats.by_route.entry(request.route).or_default() += 1;
        *stats.by_method.entry(request.method.clone()).or_default() += 1;
        *stats.by_status.entry(request.status).or_default() += 1;
        stats.throttled += u64::from(request.status == 429);
        let window = self.windows.entry(request.key.clone()).or_default();
        while window.front().is_some_and(|at| at.saturating_add(10_000) <= request.at_ms) {
            window.pop_front();
        }
        window.push_back(request.at_ms);
        let most = stats.most_in_ten_seconds.entry(request.key.clone()).or_default();
        *most = (*most).max(window.len());
    }

    /// All that are kept, oldest first.
    pub(crate) fn requests(&self) -> impl Iterator<Item = &Recorded> {
        self.requests.iter()
    }

    /// The counts.
    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    /// Forgets requests and counts; numbers go on.
    pub(crate) fn clear(&mut self) {
        self.requests.clear();
        self.windows.clear();
        self.stats = Stats::default();
    }
}
