//! A run in which everything goes wrong that can, decided by one seed: people, other people, the service, the network, Kubernetes, crashes.
//!
//! First safety: while all of it happens, nothing that must not happen does. Then liveness: the trouble ends, and everything has to come to
//! rest as it was asked for, and stay at rest. Not here: what must not happen ([`crate::watchman`]).
//!
//! Faults: F1, F2, F4, F5, F6, F7, F8, F9, F10, F11, F12, F13, F15, F16, F17, F18, F19, F22, F23, F24, F25, F26, F27, F30.

mod day;
mod faults;
mod others;
mod people;
mod rest;
mod script;
pub mod shrink;

use std::collections::BTreeSet;
use std::time::Duration;

use sim::{DEFAULT_SERVICE, KeyConfig, ServiceState};

use self::script::Script;
use crate::choke::{Choke, Side};
use crate::shared::Weather;
use crate::struck::{self, Fault};
use crate::watchman::Promises;
use crate::world::{KEY, Options, World, in_virtual_time};

/// How long trouble lasts.
const TROUBLE: Duration = Duration::from_mins(40);

/// What decides a run.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// The seed.
    pub seed: u64,
    /// Whether lists may lie for longer than the create window; then a second pipe may be made, but never started.
    pub window_holds: bool,
    /// How many operators, without a lease.
    pub replicas: usize,
    /// How many objects there are for a whole day; none for a short storm over a few.
    pub objects: u32,
}

/// How a run ended.
#[derive(Debug)]
pub struct End {
    /// What went wrong.
    pub problems: Vec<String>,
    /// Everything in detail.
    pub trace: Vec<String>,
    /// How many requests reached the service.
    pub requests: u64,
    /// How often an operator began.
    pub lives: usize,
    /// Which faults struck.
    pub struck: BTreeSet<Fault>,
    /// How many events were decided.
    pub events: usize,
    /// What happened, as a story.
    pub script: Script,
}

impl Storm {
    /// What this seed decides: one in four breaks the assumptions about time, one in three has two operators.
    pub fn of(seed: u64) -> Self {
        let mut random = fastrand::Rng::with_seed(seed ^ 0x5eed);
        let window_holds = random.u32(0..4) > 0;
        Self { seed, window_holds, replicas: if random.u32(0..3) == 0 { 2 } else { 1 }, objects: 0 }
    }

    /// Lets it happen.
    pub fn rage(self) -> End {
        self.rage_without(&BTreeSet::new())
    }

    /// Lets it happen, but for these events.
    pub fn rage_without(self, skipped: &BTreeSet<usize>) -> End {
        in_virtual_time(async {
            let mut random = fastrand::Rng::with_seed(self.seed);
            // The first events are crashes.
            let crashes: Vec<(usize, Side)> = (0..random.usize(0..4))
                .map(|_| (random.usize(5..150), if random.bool() { Side::Before } else { Side::After }))
                .collect();
            let events = crashes.len();
            let kept = crashes.into_iter().enumerate().filter(|(event, _)| !skipped.contains(event));
            let choke = Choke::crashing(kept.map(|(_, crash)| crash).collect::<Vec<_>>());
            let world = World::new(Options { seed: self.seed, replicas: self.replicas, choke, ..Options::default() });
            let promises = Promises { window_holds: self.window_holds, one_operator: self.replicas == 1 };
            world.shared.watchman.lock().promise(promises);
            let (skipped, script) = (skipped.clone(), Script::default());
            let mut run = Run { storm: self, world, random, problems: Vec::new(), stream: 0, events, skipped, script };
            run.trouble().await;
            run.calm();
            run.rest().await;
            run.end()
        })
    }
}

/// A run under way.
struct Run {
    storm: Storm,
    world: World,
    random: fastrand::Rng,
    problems: Vec<String>,
    /// Numbers for names and values that are to differ.
    stream: u64,
    /// How many events were decided.
    events: usize,
    /// Those that do not happen.
    skipped: BTreeSet<usize>,
    script: Script,
}

impl Run {
    /// Everything at once, until it is enough or something is broken.
    async fn trouble(&mut self) {
        *self.world.shared.weather.lock() = Weather {
            kube_ms: self.random.u64(1..60),
            lag_ms: *self.random.choice(&[2, 200, 3_000, 60_000]).unwrap_or(&2),
            lost_watch: *self.random.choice(&[0, 0, 30]).unwrap_or(&0),
            kube_fails: *self.random.choice(&[0, 0, 10, 50]).unwrap_or(&0),
            steady: false,
            cloud_unreachable: false,
        };
        if self.storm.replicas > 1 {
            self.script.add(format!("operators {}", self.storm.replicas), &[]);
        }
        self.begin();
        let eagerness = self.random.u64(10..90);
        let mut passed = Duration::ZERO;
        let lasts = if self.storm.is_day() { day::LASTS } else { TROUBLE };
        while passed < lasts && self.is_sound() {
            self.event(Self::anything);
            let pause = Duration::from_millis(self.random.u64(0..eagerness * 2_000));
            self.script.wait(u64::try_from(pause.as_millis()).unwrap_or_default());
            self.world.advance(pause).await;
            passed += pause;
        }
    }

    /// One event, which draws from a stream of its own, and may be left out.
    fn event(&mut self, happens: impl FnOnce(&mut Self)) {
        let own = self.random.fork();
        let number = self.events;
        self.events += 1;
        self.stream = 10 * number as u64;
        if !self.skipped.contains(&number) {
            let all = std::mem::replace(&mut self.random, own);
            happens(self);
            self.random = all;
        }
    }

    fn anything(&mut self) {
        match self.random.u32(0..100) {
            0..45 if self.storm.is_day() => self.somebody_works(),
            0..45 => self.somebody_edits(),
            45..60 => self.somebody_else(),
            60..85 => self.something_fails(),
            85..93 => self.kill(),
            _ => self.freeze(),
        }
    }

    fn kill(&mut self) {
        let replica = self.random.usize(0..self.storm.replicas);
        self.world.shared.say(&format!("storm: kill operator {replica}"));
        self.script.add("restart", &[]);
        self.world.kill(replica);
    }

    fn freeze(&mut self) {
        let (replica, ms) = (self.random.usize(0..self.storm.replicas), self.random.u64(1_000..300_000));
        self.world.shared.say(&format!("storm: freeze operator {replica} for {ms} ms"));
        self.script.add(format!("# operator {replica} stands still for {ms} ms"), &[]);
        self.world.freeze(replica, Duration::from_millis(ms));
    }

    /// Nothing goes wrong from now on, and nobody does anything.
    fn calm(&mut self) {
        self.world.shared.say("storm: calm");
        *self.world.shared.weather.lock() = Weather::default();
        let (id, secret) = (KEY.0.to_owned(), KEY.1.to_owned());
        self.world.shared.in_cloud(|cloud| {
            cloud.clear_faults();
            cloud.set_service(DEFAULT_SERVICE, ServiceState::Running);
            cloud.set_key(KeyConfig { id, secret, organization: None, disabled: false })
        });
        self.restore();
    }

    fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.world.shared.journal.lock().violations().is_empty()
    }

    fn end(mut self) -> End {
        let journal = self.world.shared.journal.lock();
        self.problems.extend(journal.violations().iter().cloned());
        let trace = journal.lines().to_vec();
        let lives = trace.iter().filter(|line| line.ends_with(" ended")).count() + self.storm.replicas;
        drop(journal);
        let requests = self.world.shared.cloud.lock().stats().requests;
        End {
            problems: self.problems,
            trace,
            requests,
            lives,
            struck: struck::of(&self.world.shared),
            events: self.events,
            script: self.script,
        }
    }
}
