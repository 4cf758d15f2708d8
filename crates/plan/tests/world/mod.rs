//! One object, the real plan, and the simulator, in virtual time. Nothing of Kubernetes: the status is a value.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(
    unreachable_pub,
    clippy::struct_excessive_bools,
    reason = "the fields are the situation, told by their names"
)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use clickpipes_plan::document::{Unread, Values, references, wanted};
use clickpipes_plan::fingerprint::Key;
use clickpipes_plan::known::Seen;
use clickpipes_plan::{
    Account, Desired, Known, Learned, Look, Memory, Neighbours, Object, PausedBy, Plan, Problem, Step, learn, plan,
    sending, status, unwritten,
};
use cloud::reply::Answer as Heard;
use cloud::{Call, Failure, OrganizationId, Reply, Secret, ServiceId, Tick};
use crd::condition::Reason;
use crd::status::record::PipeRecord;
use crd::{ClickPipeSpec, ClickPipeStatus};
use jiff::Timestamp;
use sim::{Answer, Config, DEFAULT_ORGANIZATION, DEFAULT_SERVICE, RouteKind, Simulator};

pub const NONCES: &str = "nonce";

#[derive(Clone)]
pub struct World {
    pub sim: Simulator,
    pub now: u64,
    pub spec: ClickPipeSpec,
    pub object: Object,
    pub exists: bool,
    pub held: bool,
    pub last_pipe: Option<String>,
    pub status: ClickPipeStatus,
    pub memory: Memory,
    pub seen: Option<Seen>,
    pub secrets: BTreeMap<(String, String), String>,
    pub paused: bool,
    pub paused_by: PausedBy,
    pub wake: bool,
    pub cluster: String,
    pub organization: String,
    pub terminating: bool,
    pub problem: Option<Problem>,
    pub claimed_by: Option<String>,
    pub budget_wait: Option<Duration>,
    /// Ids of the pipes that other objects have on record.
    pub others: Vec<String>,
    pub nonces: u64,
    pub status_writes: u64,
    /// Every status that was written, the oldest first.
    pub written: Vec<ClickPipeStatus>,
    /// Why a Secret that is not there cannot be read.
    pub unread: Reason,
    pub trace: Vec<String>,
    /// The answer to the next write of the record is lost; whether it was written.
    pub loses_write: Option<bool>,
    /// Effects so far: writes to Kubernetes and calls.
    pub effects: u64,
    /// The process dies right after this effect, before it can take notice of the answer.
    pub dies_after: Option<u64>,
}

impl World {
    pub fn new(spec: &str) -> Self {
        Self::with(serde_saphyr::from_str(spec).expect("a spec"), Config::default())
    }

    /// An object with this spec before a simulator that behaves so.
    pub fn with(spec: ClickPipeSpec, config: Config) -> Self {
        let sim = Simulator::new(Config { rate_limit: None, ..config });
        let object = Object {
            namespace: "data".into(),
            name: "orders".into(),
            uid: "uid-1".into(),
            generation: 1,
            ..Object::default()
        };
        let mut world = Self {
            sim,
            now: 1_000,
            spec,
            object,
            exists: true,
            held: false,
            last_pipe: None,
            status: ClickPipeStatus::default(),
            memory: Memory::default(),
            seen: None,
            secrets: BTreeMap::new(),
            paused: false,
            paused_by: PausedBy::Spec,
            wake: false,
            cluster: "cluster".into(),
            organization: DEFAULT_ORGANIZATION.into(),
            terminating: false,
            problem: None,
            claimed_by: None,
            budget_wait: None,
            others: Vec::new(),
            nonces: 0,
            status_writes: 0,
            written: Vec::new(),
            unread: Reason::SecretNotFound,
            trace: Vec::new(),
            loses_write: None,
            effects: 0,
            dies_after: None,
        };
        world.restart();
        world
    }

    /// The process ends and starts anew: only the status is left.
    pub fn restart(&mut self) {
        self.memory = Memory { first_seen: Tick(self.now), ..Memory::default() };
        self.seen = None;
    }

    pub fn edit(&mut self, change: impl FnOnce(&mut ClickPipeSpec)) {
        change(&mut self.spec);
        self.object.generation += 1;
    }

    pub fn desired(&self) -> Desired {
        let key = Key::new(Secret::new("test key".into()));
        let values: Values = references(&self.spec)
            .into_iter()
            .map(|reference| {
                let value = self.secrets.get(&(reference.name.clone(), reference.key.clone()));
                let missing = Unread {
                    reason: self.unread,
                    message: format!("there is no Secret \"{}\": create it", reference.name),
                };
                let read = value.map(|text| Secret::new(text.clone())).ok_or(missing);
                (reference, read)
            })
            .collect();
        Desired {
            object: self.object.clone(),
            spec: self.spec.clone(),
            account: self.problem.clone().map_or(Ok(()), Err).map(|()| Account {
                organization: OrganizationId::parse(&self.organization).unwrap(),
                service: ServiceId::parse(DEFAULT_SERVICE).unwrap(),
                poll_interval: Duration::from_mins(5),
                wake_idle_services: self.wake,
                terminating: self.terminating,
            }),
            wanted: wanted(&self.spec, &values, &key),
            paused: self.paused.then_some(self.paused_by),
            cluster_id: self.cluster.clone(),
            create_window: Duration::from_mins(15),
            claimed_by: self.claimed_by.clone(),
            inputs: format!("{:?}", self.secrets),
        }
    }

    /// One pass: steps until none is left. Gives the plan that was left.
    pub fn pass(&mut self) -> Plan {
        let desired = self.desired();
        let mut known = self.known();
        for _ in 0..40 {
            known.neighbours = self.neighbours(&known);
            let plan = plan(&desired, &known);
            let Some(step) = plan.first().cloned() else {
                let next = status(&desired, &known, &plan);
                if next != self.status {
                    self.status_writes += 1;
                    self.status = next;
                    self.written.push(self.status.clone());
                }
                self.memory = known.memory;
                self.seen = known.seen;
                return plan;
            };
            self.trace.push(short(&step));
            if let (Step::Remember { record, .. }, Some(committed)) = (&step, self.loses_write) {
                self.loses_write = None;
                if committed {
                    let _ = self.act(&desired, &mut known, &plan, &step);
                }
                unwritten(&mut known, record);
                self.memory = known.memory;
                self.seen = known.seen;
                return plan;
            }
            let result = self.act(&desired, &mut known, &plan, &step);
            self.effects += u64::from(!matches!(step, Step::Look(_)));
            if self.dies_after.take_if(|at| *at <= self.effects).is_some() {
                self.trace.push("dies".to_owned());
                self.restart();
                return plan;
            }
            if !self.exists {
                self.memory = known.memory;
                return plan;
            }
            known.now = Tick(self.now);
            learn(&desired, &mut known, &step, result);
        }
        panic!("the plan does not come to rest: {:#?}", self.trace.iter().rev().take(8).collect::<Vec<_>>());
    }

    pub fn known(&mut self) -> Known {
        self.nonces += 1;
        let mut memory = self.memory.clone();
        memory.notice(&self.status, self.object.requested_at.as_deref(), Tick(self.now));
        let mut known = Known {
            record: self.status.clone(),
            held: self.held,
            last_pipe: self.last_pipe.clone(),
            memory,
            seen: None,
            now: Tick(self.now),
            wall: Timestamp::from_millisecond(1_767_225_600_000 + i64::try_from(self.now).unwrap()).unwrap(),
            fresh_nonce: format!("{NONCES}-{}", self.nonces),
            holder: "test".into(),
            budget_wait: self.budget_wait,
            neighbours: Neighbours::default(),
        };
        if let Some(seen) = self.seen.clone() {
            known.see(seen);
        }
        known
    }

    /// What the other objects say, counted by the last LIST.
    fn neighbours(&self, known: &Known) -> Neighbours {
        let listed =
            |id: &str| known.seen.as_ref().is_some_and(|seen| seen.pipes.keys().any(|pipe| pipe.as_str() == id));
        let mut neighbours = Neighbours { claimed: self.others.iter().cloned().collect(), ..Neighbours::default() };
        neighbours.count(&known.record, self.object.deleting, listed);
        for id in &self.others {
            let pipe = PipeRecord { id: id.clone(), state: Some("Running".into()), ..PipeRecord::default() };
            neighbours.count(&ClickPipeStatus { pipe: Some(pipe), ..ClickPipeStatus::default() }, false, listed);
        }
        neighbours
    }

    fn act(&mut self, desired: &Desired, known: &mut Known, plan: &Plan, step: &Step) -> Result<Learned, Failure> {
        match step {
            Step::Hold => self.held = true,
            Step::Release => self.exists = false,
            Step::Note { last_pipe } => self.last_pipe = Some(last_pipe.clone()),
            Step::Remember { record, .. } => {
                let begun = Tick(self.now);
                let with = Known { record: (**record).clone(), ..known.clone() };
                self.status = status(desired, &with, plan);
                self.status_writes += 1;
                self.written.push(self.status.clone());
                return Ok(Learned::Written(Box::new(self.status.clone()), begun));
            }
            Step::Look(Look::Pipes { service, .. }) => {
                let begun = Tick(self.now);
                return match self.call(&Call::ListPipes { service: service.clone() })? {
                    Reply::Pipes(pipes) => Ok(Learned::Pipes(Seen {
                        begun,
                        pipes: Arc::new(pipes.into_iter().map(|pipe| (pipe.id.clone(), Arc::new(pipe))).collect()),
                    })),
                    other => panic!("{other:?}"),
                };
            }
            Step::Look(Look::Pipe { service, pipe }) => {
                return match self.call(&Call::GetPipe { service: service.clone(), pipe: pipe.clone() }) {
                    Ok(Reply::Pipe(pipe)) => Ok(Learned::Pipe(Some(pipe))),
                    Err(failure) if failure.is(&cloud::Refusal::NotFound) => Ok(Learned::Pipe(None)),
                    Err(failure) => Err(failure),
                    Ok(other) => panic!("{other:?}"),
                };
            }
            Step::Look(Look::Service { service }) => {
                return match self.call(&Call::GetService { service: service.clone() }) {
                    Ok(_) => Ok(Learned::Service(true)),
                    Err(failure) if failure.is(&cloud::Refusal::NotFound) => Ok(Learned::Service(false)),
                    Err(failure) => Err(failure),
                };
            }
            Step::Call { call, .. } => {
                sending(known, call);
                return self.call(call).map(Learned::Accepted);
            }
        }
        Ok(Learned::Done)
    }

    /// Sends a call to the simulator; time passes until its answer.
    pub fn call(&mut self, call: &Call) -> Result<Reply, Failure> {
        let organization = OrganizationId::parse(&self.organization).unwrap();
        let request = cloud::request::request(&organization, call);
        let mut sent = sim::Request::new(request.method, &request.path).key("key", "secret");
        if let Some(body) = request.body {
            sent.body = body.expose().as_bytes().to_vec();
        }
        let exchange = self.sim.handle(self.now, &sent);
        self.now += exchange.delay_ms.max(10);
        match exchange.answer {
            Answer::Reply(reply) => {
                let retry_after = reply.header("x-ratelimit-reset").and_then(|text| text.parse().ok());
                cloud::reply::read(call, &Heard { status: reply.status, retry_after, body: &reply.body })
            }
            Answer::Dropped | Answer::Never => Err(Failure::unknown("the connection was closed")),
        }
    }

    /// Reconciles again and again for a while, as a controller would.
    pub fn live(&mut self, for_ms: u64) {
        let end = self.now + for_ms;
        while self.now < end && self.exists {
            let plan = self.pass();
            let again = plan.verdict.again.unwrap_or(Duration::from_mins(5)).as_millis();
            self.now += u64::try_from(again).unwrap().clamp(100, 300_000);
        }
    }

    pub fn condition(&self, r#type: &str) -> String {
        self.status
            .conditions
            .iter()
            .find(|condition| condition.type_ == r#type)
            .map(|condition| format!("{} {}", condition.status, condition.reason))
            .unwrap_or_default()
    }

    pub fn count(&self, route: RouteKind) -> u64 {
        self.sim.stats().by_route.get(&route).copied().unwrap_or_default()
    }

    /// Requests that change something.
    pub fn writes(&self) -> Vec<String> {
        self.sim
            .requests()
            .filter(|request| request.method != "GET")
            .map(|request| format!("{} {}", request.method, request.path.rsplit('/').next().unwrap_or_default()))
            .collect()
    }
}

fn short(step: &Step) -> String {
    match step {
        Step::Call { call, .. } => call.name().to_owned(),
        Step::Look(Look::Pipes { .. }) => "List".to_owned(),
        Step::Look(Look::Pipe { .. }) => "Get".to_owned(),
        Step::Look(Look::Service { .. }) => "GetService".to_owned(),
        Step::Hold => "Hold".to_owned(),
        Step::Release => "Release".to_owned(),
        Step::Note { .. } => "Note".to_owned(),
        Step::Remember { record, reserve } => {
            format!(
                "Remember {} {}",
                record.create.as_ref().map_or(String::new(), |create| format!("{:?}", create.phase)),
                if *reserve { "intent" } else { "" }
            )
        }
    }
}
