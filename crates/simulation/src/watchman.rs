//! What must hold at every moment, checked after every event of the service and of the cluster.
//!
//! The numbers are those of the test programme. It reads what everybody could read: objects, requests, the service's own books. It shares
//! no code with the plan. Not here: what must hold in the end (`converged`), secrets ([`crate::journal`]).

mod objects;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sim::{FaultKind, Garble, Pipe, Recorded, RouteKind, Simulator};

use crate::store::Named;

/// Between the last look at an object and the arrival of the call that rests on it.
const ON_ITS_WAY_MS: u64 = 5_000;

/// Which assumptions hold, and with them which promises.
#[derive(Clone, Copy, Debug)]
pub struct Promises {
    /// No create takes effect, or shows, later than the create window.
    pub window_holds: bool,
    /// One operator uses the key.
    pub one_operator: bool,
}

/// What is known so far.
#[derive(Debug)]
pub struct Watchman {
    promises: Promises,
    objects: BTreeMap<Named, Known>,
    /// Pipe ids that stood in a status: the licence to write to them.
    recorded: BTreeMap<String, Named>,
    /// By token: the attempts that were on record.
    attempts: BTreeMap<String, BTreeMap<String, i64>>,
    /// By token: the creates that were sent.
    posts: BTreeMap<String, i64>,
    /// By pipe: the resyncs that were sent.
    resyncs: BTreeMap<String, usize>,
    /// Tokens and ids whose object is gone, and took its pipe with it.
    gone: BTreeSet<String>,
    foreign: BTreeMap<String, Value>,
    /// Somebody else's pipes that were taken, and so are ours to change.
    taken: BTreeSet<String>,
    seen: usize,
    /// The last list that could be understood.
    whole_list: Option<u64>,
    /// By token: the last create whose outcome nobody could know.
    doubtful: BTreeMap<String, u64>,
    /// When the last process that stood still goes on.
    thaw_ms: u64,
    /// What must not have happened and did.
    pub violations: Vec<String>,
}

/// One object.
#[derive(Debug, Default)]
struct Known {
    uid: String,
    observed: i64,
    token: Option<String>,
    pipe: Option<String>,
    resync_requests: BTreeSet<String>,
    /// Since when nothing may be written for it, by its own word.
    withheld_since: Option<u64>,
}

impl Watchman {
    /// Nothing has happened yet.
    pub fn new(promises: Promises) -> Self {
        Self {
            promises,
            objects: BTreeMap::new(),
            recorded: BTreeMap::new(),
            attempts: BTreeMap::new(),
            posts: BTreeMap::new(),
            resyncs: BTreeMap::new(),
            gone: BTreeSet::new(),
            foreign: BTreeMap::new(),
            taken: BTreeSet::new(),
            seen: 0,
            whole_list: None,
            doubtful: BTreeMap::new(),
            thaw_ms: 0,
            violations: Vec::new(),
        }
    }

    /// Changes which assumptions hold.
    pub fn promise(&mut self, promises: Promises) {
        self.promises = promises;
    }

    /// A process stands still until then.
    pub fn frozen(&mut self, until_ms: u64) {
        self.thaw_ms = self.thaw_ms.max(until_ms);
    }

    /// Somebody else did something to a pipe: that is how it is to stay.
    pub fn foreign(&mut self, cloud: &Simulator, id: &str) {
        if let Some(pipe) = cloud.pipe(id).filter(|pipe| pipe.foreign && !self.taken.contains(id)) {
            self.foreign.insert(id.to_owned(), books(pipe, cloud.now_ms()));
        }
    }

    /// Looks at the service, after anything happened there.
    ///
    /// Invariants: 7.
    pub fn cloud(&mut self, cloud: &Simulator) {
        let new: Vec<&Recorded> = cloud.requests().skip(self.seen).collect();
        self.seen += new.len();
        for request in new {
            self.request(cloud, request);
        }
        self.pipes(cloud);
        let most = cloud.stats().most_in_ten_seconds.values().copied().max().unwrap_or_default();
        if self.promises.one_operator && most > 10 {
            self.violations.push(format!("invariant 7: {most} requests in 10 seconds"));
        }
    }

    /// Invariants: 1, 3, 10, 12.
    fn request(&mut self, cloud: &Simulator, request: &Recorded) {
        if request.route == RouteKind::ListPipes && request.status == 200 && !request.faults.iter().any(spoils) {
            self.whole_list = Some(request.seq);
        }
        if !request.route.writes() || request.route == RouteKind::SetServiceState {
            return;
        }
        if request.route == RouteKind::CreatePipe {
            let token = token(request.body["name"].as_str().unwrap_or_default()).unwrap_or_default().to_owned();
            let posts = self.posts.entry(token.clone()).or_default();
            *posts += 1;
            let attempts: i64 = self.attempts.get(&token).into_iter().flat_map(BTreeMap::values).sum();
            if *posts > attempts {
                self.violations.push(format!("invariant 1: {posts} creates with {attempts} attempts on record"));
            }
            if self.whole_list.is_none() || self.whole_list < self.doubtful.get(&token).copied() {
                self.violations.push("invariant 10: a create without a list that could be understood".to_owned());
            }
            self.doubtful.remove(&token);
            let owner = self.objects.values().find(|known| known.token.as_ref() == Some(&token));
            self.violations.extend(owner.and_then(|known| self.withheld(known, request)));
            if !(400..500).contains(&request.status) {
                self.doubtful.insert(token, request.seq);
            }
            return;
        }
        let Some(id) = &request.pipe else { return };
        let Some(owner) = self.recorded.get(id) else {
            self.violations.push(format!("invariant 3: {} {} without a record of it", request.method, request.path));
            return;
        };
        self.violations.extend(self.objects.get(owner).and_then(|known| self.withheld(known, request)));
        // A refused one did nothing and may be sent again.
        let refused = (400..500).contains(&request.status);
        if request.route == RouteKind::SetState && request.body["command"] == "resync" && !refused {
            let resyncs = self.resyncs.entry(id.clone()).or_default();
            *resyncs += 1;
            let asked = self.objects.get(owner).map_or(0, |known| known.resync_requests.len());
            if *resyncs > asked {
                self.violations.push(format!("invariant 12: {resyncs} resyncs for {asked} requests"));
            }
        }
        if cloud.pipe(id).is_some_and(|pipe| pipe.foreign) {
            self.taken.insert(id.clone());
            self.foreign.remove(id);
        }
    }

    /// How a request writes although its object had said that nothing is to be written. What was on its way is not judged.
    ///
    /// Invariants: 5.
    fn withheld(&self, known: &Known, request: &Recorded) -> Option<String> {
        let since = known.withheld_since?;
        let too_late = request.at_ms > since.max(self.thaw_ms) + ON_ITS_WAY_MS;
        let after = request.at_ms - since;
        too_late
            .then(|| format!("invariant 5: {} {} {after} ms after writes were withheld", request.method, request.path))
    }

    /// Invariants: 1, 1', 2, 2', 3.
    fn pipes(&mut self, cloud: &Simulator) {
        let mut own: BTreeMap<&str, Vec<&Pipe>> = BTreeMap::new();
        for pipe in cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none()) {
            if self.gone.contains(&pipe.id) {
                self.violations.push(format!("invariant 2: pipe {} outlived its object", pipe.id));
            }
            if let Some(token) = token(&pipe.name).filter(|_| !pipe.foreign) {
                own.entry(token).or_default().push(pipe);
            }
        }
        for (token, pipes) in own {
            let started = pipes.iter().filter(|pipe| pipe.ever_started).count();
            if self.promises.window_holds && pipes.len() > 1 {
                self.violations.push(format!("invariant 1: live pipes of one object: {}", names(&pipes)));
            }
            if started > 1 {
                self.violations
                    .push(format!("invariant 1': of one object were started {started} of {}", names(&pipes)));
            }
            if self.gone.contains(token) && (self.promises.window_holds || started > 0) {
                self.violations.push(format!("invariant 2: a pipe {} outlived its object", pipes[0].name));
            }
        }
        for (id, was) in &self.foreign {
            let is = cloud.pipe(id).map(|pipe| books(pipe, cloud.now_ms()));
            if is.as_ref() != Some(was) {
                self.violations.push(format!("invariant 3: somebody else's pipe {id} is not as it was"));
            }
        }
    }
}

/// Whether a fault makes an answer something that nobody can understand.
fn spoils(kind: &FaultKind) -> bool {
    match kind {
        FaultKind::Garbled { how } => !matches!(how, Garble::ExtraMembers | Garble::Huge),
        FaultKind::HtmlBody { .. } | FaultKind::TruncatedJson {} | FaultKind::ListWithoutResult {} => true,
        _ => false,
    }
}

/// What the service's books say of a pipe, but for the time.
fn books(pipe: &Pipe, now_ms: u64) -> Value {
    let mut books = pipe.everything(now_ms);
    if let Some(members) = books.as_object_mut() {
        members.remove("alive");
    }
    books
}

/// Pipes, for people.
fn names(pipes: &[&Pipe]) -> String {
    pipes.iter().map(|pipe| format!("{} {}", pipe.id, pipe.name)).collect::<Vec<_>>().join(", ")
}

/// The token at the end of a name.
fn token(name: &str) -> Option<&str> {
    let (_, token) = name.strip_suffix(']')?.rsplit_once(" [")?;
    Some(token)
}
