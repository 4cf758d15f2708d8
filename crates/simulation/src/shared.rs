//! What all processes of a run share: the cluster, the service, the clock, chance, and the journal.
//!
//! Not here: any process.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use parking_lot::Mutex;
use sim::Simulator;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::choke::{Choke, Side};
use crate::defaults::Defaults;
use crate::journal::Journal;
use crate::process::Process;
use crate::store::Store;
use crate::struck::Struck;
use crate::watchman::{Promises, Watchman};

/// The moment at which every run begins, for people.
const EPOCH_MS: i64 = 1_767_225_600_000;

/// How slow and how unreliable everything between the parts is.
#[derive(Clone, Debug, PartialEq)]
pub struct Weather {
    /// The longest way of a request to Kubernetes, and back.
    pub kube_ms: u64,
    /// The longest way of a change to a cache.
    pub lag_ms: u64,
    /// How often, of a thousand, a change loses its watch, so that everything is listed again later.
    pub lost_watch: u32,
    /// How often, of a thousand, a call of Kubernetes fails.
    pub kube_fails: u32,
    /// Whether ways take the longest time or a random one.
    pub steady: bool,
    /// Whether no request reaches the Cloud API.
    pub cloud_unreachable: bool,
}

impl Default for Weather {
    /// Fine.
    fn default() -> Self {
        Self { kube_ms: 2, lag_ms: 2, lost_watch: 0, kube_fails: 0, steady: true, cloud_unreachable: false }
    }
}

/// What Kubernetes answers instead of carrying out a write, or after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KubeAnswer {
    /// 409.
    Conflict,
    /// 429 or 503.
    Busy,
    /// 504, and it was not carried out.
    TimedOut,
    /// 504, and it was carried out.
    TimedOutAfter,
}

/// How right the clock of the operators is; the cluster's and the service's always are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// Right.
    #[default]
    Right,
    /// Always wrong by so much.
    Wrong {
        /// How much it is ahead.
        ms: i64,
    },
    /// It jumps to and fro.
    Jumping {
        /// How much it is ahead, and then behind.
        ms: i64,
        /// How long until it jumps again.
        every_ms: u64,
    },
}

impl Clock {
    /// How far it is ahead.
    fn wrong_ms(self, now_ms: u64) -> i64 {
        match self {
            Self::Right => 0,
            Self::Wrong { ms } => ms,
            Self::Jumping { ms, every_ms } if (now_ms / every_ms).is_multiple_of(2) => ms,
            Self::Jumping { ms, .. } => -ms,
        }
    }
}

/// What all processes share.
pub struct Shared {
    start: Instant,
    /// Kubernetes.
    pub store: Mutex<Store>,
    /// The service.
    pub cloud: Mutex<Simulator>,
    /// Crash points.
    pub choke: Mutex<Choke>,
    /// Chance.
    pub random: Mutex<fastrand::Rng>,
    /// How slow and unreliable everything is.
    pub weather: Mutex<Weather>,
    /// What Kubernetes answers to the next write, if it is not what it should.
    pub kube_answer: Mutex<Option<KubeAnswer>>,
    /// The clock of the operators.
    pub clock: Mutex<Clock>,
    /// What happened.
    pub journal: Mutex<Journal>,
    /// What must hold.
    pub watchman: Mutex<Watchman>,
    /// Which faults of the test programme struck.
    pub struck: Struck,
    nonces: Mutex<u64>,
    changed: watch::Sender<usize>,
}

impl Shared {
    /// A run that begins now.
    pub fn new(seed: u64, cloud: Simulator, choke: Choke) -> Arc<Self> {
        Arc::new(Self {
            start: Instant::now(),
            store: Mutex::new(Store::new(Defaults::shared())),
            cloud: Mutex::new(cloud),
            choke: Mutex::new(choke),
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            weather: Mutex::default(),
            kube_answer: Mutex::default(),
            clock: Mutex::default(),
            journal: Mutex::default(),
            watchman: Mutex::new(Watchman::new(Promises { window_holds: true, one_operator: true })),
            struck: Struck::default(),
            nonces: Mutex::default(),
            changed: watch::Sender::new(0),
        })
    }

    /// Milliseconds since the run began.
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Now, for people.
    pub fn wall(&self) -> Timestamp {
        let now = i64::try_from(self.now_ms()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(EPOCH_MS.saturating_add(now)).unwrap_or(Timestamp::MAX)
    }

    /// Now, as the operators' clock shows it.
    pub fn shown(&self) -> Timestamp {
        let wrong = self.clock.lock().wrong_ms(self.now_ms());
        let now = self.wall().as_millisecond().saturating_add(wrong);
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
    }

    /// A nonce that nobody has used.
    pub fn nonce(&self) -> String {
        let mut nonces = self.nonces.lock();
        *nonces += 1;
        format!("nonce-{nonces}")
    }

    /// Writes a line into the journal.
    pub fn say(&self, text: &str) {
        self.journal.lock().line(self.now_ms(), text);
    }

    /// A time of at most so long; the whole of it in steady weather.
    pub fn some_of(&self, ms: u64) -> Duration {
        let steady = self.weather.lock().steady;
        Duration::from_millis(if steady || ms == 0 { ms } else { self.random.lock().u64(0..=ms) })
    }

    /// Whether something happens that happens so often of a thousand.
    pub fn happens(&self, per_thousand: u32) -> bool {
        per_thousand > 0 && self.random.lock().u32(0..1000) < per_thousand
    }

    /// Counts an effect and lets happen what happens before it; on which side of it the process ends, if it does.
    pub fn effect(&self, process: &Process, effect: &str) -> Option<Side> {
        let (crash, deed) = self.choke.lock().pass(effect);
        self.struck.crash(crash);
        if let Some(deed) = deed {
            self.say(&format!("something happens before {effect}"));
            deed(self, process);
        }
        crash
    }

    /// Changes objects and tells the watches.
    pub fn in_store<T>(&self, change: impl FnOnce(&mut Store) -> T) -> T {
        let mut store = self.store.lock();
        let before = store.length();
        let result = change(&mut store);
        let length = store.length();
        let changes = store.since(before).to_vec();
        drop(store);
        for change in changes {
            self.journal.lock().search("an object", &visible(&change.object).to_string());
            self.watchman.lock().object(&change, self.now_ms());
        }
        self.report();
        if length > before {
            self.changed.send_replace(length);
        }
        result
    }

    /// Does something to the service, and looks whether everything holds.
    pub fn in_cloud<T>(&self, change: impl FnOnce(&mut Simulator) -> T) -> T {
        let mut cloud = self.cloud.lock();
        cloud.advance(self.now_ms());
        let result = change(&mut cloud);
        self.watchman.lock().cloud(&cloud);
        drop(cloud);
        self.report();
        result
    }

    fn report(&self) {
        for violation in self.watchman.lock().violations.drain(..) {
            self.journal.lock().violation(self.now_ms(), &violation);
        }
    }

    /// Told at every change of the store.
    pub fn changes(&self) -> watch::Receiver<usize> {
        self.changed.subscribe()
    }
}

/// What people who may not read Secrets see of an object.
pub fn visible(object: &serde_json::Value) -> serde_json::Value {
    let mut object = object.clone();
    if object["kind"] == "Secret"
        && let Some(members) = object.as_object_mut()
    {
        members.remove("data");
        // It keeps what was applied, values and all.
        members["metadata"]["annotations"] = serde_json::Value::Null;
    }
    object
}
