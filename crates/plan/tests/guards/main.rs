//! Each guard of a decision by itself: what is known is given by hand, and the very next step is looked at.
//!
//! Not here: lives in the simulator (`life`, `protocol`, `policies` and their like). A guard stands here when a life passes by its edge: the
//! last moment at which something is done, the one condition of several that forbids it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

#[path = "../world/mod.rs"]
#[expect(dead_code, reason = "what lives need beside it")]
mod world;

mod changing;
mod creating;
mod deleting;
mod keeping;
mod learning;
mod managing;
mod moments;
mod telling;
mod values;
mod withholding;

use std::sync::Arc;

use clickpipes_plan::known::Seen;
use clickpipes_plan::setback::Setback;
use clickpipes_plan::{Desired, Known, Learned, Look, Plan, Step, learn, plan, status};
use cloud::{Failure, Outcome, Pipe, PipeId, PipeState, Refusal, Tick};
use crd::ClickPipeSpec;
use world::World;

const KAFKA: &str = concat!(include_str!("../world/kafka.yaml"), "settings: {streaming_max_insert_wait_ms: 5000}\n");

const POSTGRES: &str = include_str!("../world/postgres-two-tables.yaml");

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// One moment in the life of an object.
struct Case {
    desired: Desired,
    known: Known,
}

impl Case {
    /// An object that nothing was done for yet.
    fn fresh(spec: &str) -> Self {
        Self::of(&mut world(spec))
    }

    /// An object whose pipe runs as it should, seen just now.
    fn ready(spec: &str) -> Self {
        Self::of(&mut ready(spec))
    }

    fn of(world: &mut World) -> Self {
        let mut case = Self { desired: world.desired(), known: world.known() };
        case.known.now = Tick(case.known.now.0 + 10 * HOUR);
        if case.known.pipe().is_some() {
            case.see(|_| {});
        }
        case
    }

    /// Another generation with this change.
    fn edit(&mut self, change: impl FnOnce(&mut ClickPipeSpec)) {
        let mut world = world(KAFKA);
        world.spec = self.desired.spec.clone();
        change(&mut world.spec);
        let edited = world.desired();
        self.desired.object.generation += 1;
        (self.desired.spec, self.desired.wanted) = (edited.spec, edited.wanted);
    }

    /// Looks now, and finds the recorded pipe so.
    fn see(&mut self, change: impl FnOnce(&mut Pipe)) {
        let mut pipe = self.known.pipe().unwrap().clone();
        change(&mut pipe);
        self.list(&[pipe]);
    }

    /// Looks now, and finds these pipes.
    fn list(&mut self, pipes: &[Pipe]) {
        let pipes = pipes.iter().map(|pipe| (pipe.id.clone(), Arc::new(pipe.clone()))).collect();
        self.known.see(Seen { begun: self.known.now, pipes: Arc::new(pipes) });
    }

    fn put(&mut self, state: PipeState) {
        self.see(|pipe| pipe.state = state);
    }

    fn id(&self) -> PipeId {
        self.known.pipe_id().unwrap()
    }

    fn ago(&self, ms: u64) -> Tick {
        Tick(self.known.now.0 - ms)
    }

    fn wait(&mut self, ms: u64) {
        self.known.now = Tick(self.known.now.0 + ms);
    }

    fn plan(&self) -> Plan {
        plan(&self.desired, &self.known)
    }

    /// The next step in a word; `rest` when there is none.
    fn next(&self) -> String {
        self.plan().first().map_or("rest".to_owned(), |step| match step {
            Step::Call { call, .. } => call.name().to_owned(),
            Step::Look(Look::Pipes { .. }) => "list".to_owned(),
            Step::Look(Look::Pipe { .. }) => "get".to_owned(),
            Step::Look(Look::Service { .. }) => "service".to_owned(),
            Step::Remember { .. } => "remember".to_owned(),
            other => format!("{other:?}"),
        })
    }

    /// The record that is written next.
    fn written(&self) -> crd::ClickPipeStatus {
        match self.plan().first() {
            Some(Step::Remember { record, .. }) => (**record).clone(),
            other => panic!("nothing is written down next: {other:?}"),
        }
    }

    /// What came of the next step.
    fn learn(&mut self, result: Result<Learned, Failure>) {
        let step = self.plan().first().unwrap().clone();
        learn(&self.desired, &mut self.known, &step, result);
    }

    /// The next step is written down as it is meant.
    fn write(&mut self) {
        let record = self.written();
        let begun = self.known.now;
        self.learn(Ok(Learned::Written(Box::new(record), begun)));
    }

    /// The status as it is written when nothing is left to do.
    fn report(&mut self) {
        self.known.record = status(&self.desired, &self.known, &self.plan());
    }

    fn condition(&self, r#type: &str) -> String {
        let status = status(&self.desired, &self.known, &self.plan());
        let found = status.conditions.iter().find(|condition| condition.type_ == r#type);
        found.map(|found| format!("{} {}", found.status, found.reason)).unwrap_or_default()
    }

    /// The last call of this name failed so, just now, and for what is wanted now.
    fn failed(&mut self, call: &'static str, outcome: Outcome) {
        let failure = Failure { outcome, status: None, message: "words of the service".into(), request_id: None };
        let request = self.known.memory.request_seen.as_ref().map_or("", |(request, _)| request);
        let made_for = (self.desired.object.generation, format!("{}|{request}", self.desired.inputs));
        let looks = ["ListPipes", "GetPipe", "GetService"].contains(&call);
        let memory = &mut self.known.memory;
        let slot = if looks { &mut memory.unseen } else { &mut memory.setback };
        *slot = Some(Setback::after(None, call, failure, made_for, self.known.now));
    }
}

fn world(spec: &str) -> World {
    let mut world = World::new(spec);
    world.secrets.insert(("kafka".into(), "password".into()), "hunter2".into());
    world
}

fn ready(spec: &str) -> World {
    let mut world = world(spec);
    world.live(15 * MINUTE);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    world
}

/// An object with its intent on record, not sent yet.
fn intended(spec: &str) -> Case {
    let mut case = Case::fresh(spec);
    case.learn(Ok(Learned::Done));
    case.list(&[]);
    case.write();
    case
}

/// The settings of the Kafka pipe are edited, which is a change in place.
fn edited() -> Case {
    let mut case = Case::ready(KAFKA);
    case.edit(|spec| {
        spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(6000);
    });
    case
}
