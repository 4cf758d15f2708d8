//! A whole life with a service that answers anything: plan, act, learn, again and again.
//!
//! The first byte chooses how the object begins. Each further line answers one request: `<status> <body>`; the last line answers all that
//! follow. In a body `$ID`, `$NAME` and `$TOKEN` stand for the object's own. Not here: a service that behaves (the simulator).

use cloud::reply::{Answer, read};
use cloud::{Call, Failure, Outcome, Refusal, Reply, Tick};
use crd::ClickPipe;
use plan::{Desired, Known, Learned, Look, Plan, Step, learn, sending, status};

use crate::answer::PIPE;
use crate::{promise, stand};

/// Steps and rests of one life.
const STEPS: usize = 60;
/// A rest is at most so long; the window of a create is longer.
const REST: u64 = 600_000;

/// Lives it.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let mut object = if choice & 2 == 0 { stand::fresh(choice & 1) } else { stand::settled(choice & 1) };
    if choice & 4 != 0 {
        object.metadata.deletion_timestamp = serde_json::from_str("\"2026-01-01T00:00:00Z\"").ok();
    }
    let lines: Vec<&[u8]> = rest.split(|byte| *byte == b'\n').collect();
    Life::begin(&object, lines).live();
}

struct Life<'a> {
    desired: Desired,
    known: Known,
    lines: Vec<&'a [u8]>,
    heard: usize,
    /// The last POST, and whether it certainly made nothing.
    post: Option<(Tick, bool)>,
}

impl<'a> Life<'a> {
    fn begin(object: &ClickPipe, lines: Vec<&'a [u8]>) -> Self {
        let known = stand::known(object, Tick(1_000));
        Self { desired: stand::desired(object), known, lines, heard: 0, post: None }
    }

    fn live(mut self) {
        for nonce in 0..STEPS {
            self.known.fresh_nonce = format!("nonce-{nonce}");
            let plan = promise::decide(&self.desired, &self.known);
            let Some(step) = plan.first().cloned() else {
                self.rest(&plan);
                continue;
            };
            let result = self.act(&plan, &step);
            self.known.now = Tick(self.known.now.0 + 100);
            learn(&self.desired, &mut self.known, &step, result);
            if step == Step::Release {
                return;
            }
        }
    }

    /// A pass ends: the status is written, time passes, the next pass begins.
    fn rest(&mut self, plan: &Plan) {
        self.known.record = status(&self.desired, &self.known, plan);
        let again = plan.verdict.again.map_or(REST, |again| u64::try_from(again.as_millis()).unwrap_or(REST));
        self.known.now = Tick(self.known.now.0 + again.clamp(100, REST));
        let record = self.known.record.clone();
        self.known.memory.notice(&record, None, self.known.now);
    }

    fn act(&mut self, plan: &Plan, step: &Step) -> Result<Learned, Failure> {
        let begun = self.known.now;
        match step {
            Step::Hold | Step::Release | Step::Note { .. } => Ok(Learned::Done),
            Step::Remember { record, .. } => {
                let with = Known { record: (**record).clone(), ..self.known.clone() };
                Ok(Learned::Written(Box::new(status(&self.desired, &with, plan)), begun))
            }
            Step::Look(Look::Pipes { service, .. }) => match self.ask(&Call::ListPipes { service: service.clone() })? {
                Reply::Pipes(pipes) => {
                    Ok(Learned::Pipes(stand::seen(begun, pipes.into_iter().map(std::sync::Arc::new))))
                }
                other => unreachable!("{other:?}"),
            },
            Step::Look(Look::Pipe { service, pipe }) => {
                match self.ask(&Call::GetPipe { service: service.clone(), pipe: pipe.clone() }) {
                    Ok(Reply::Pipe(pipe)) => Ok(Learned::Pipe(Some(pipe))),
                    Err(failure) if failure.is(&Refusal::NotFound) => Ok(Learned::Pipe(None)),
                    Err(failure) => Err(failure),
                    Ok(other) => unreachable!("{other:?}"),
                }
            }
            Step::Look(Look::Service { service }) => match self.ask(&Call::GetService { service: service.clone() }) {
                Ok(_) => Ok(Learned::Service(true)),
                Err(failure) if failure.is(&Refusal::NotFound) => Ok(Learned::Service(false)),
                Err(failure) => Err(failure),
            },
            Step::Call { call, .. } => {
                sending(&mut self.known, call);
                let result = self.ask(call);
                if let Call::CreatePipe { .. } = call {
                    self.posted(begun, &result);
                }
                result.map(Learned::Accepted)
            }
        }
    }

    /// No POST after one that may still be carried out.
    ///
    /// Invariants: 1.
    fn posted(&mut self, at: Tick, result: &Result<Reply, Failure>) {
        if let Some((before, nothing)) = self.post {
            assert!(nothing || at - before >= self.desired.create_window, "a second POST too early");
        }
        let nothing = matches!(result, Err(failure) if failure.outcome != Outcome::Unknown);
        self.post = Some((at, nothing));
    }

    /// The next line, as the answer to this call.
    fn ask(&mut self, call: &Call) -> Result<Reply, Failure> {
        let line = self.lines.get(self.heard.min(self.lines.len().saturating_sub(1))).copied().unwrap_or_default();
        self.heard += 1;
        let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
        let (status, body) = line.split_at(end);
        let status = std::str::from_utf8(status).ok().and_then(|text| text.parse::<u16>().ok());
        let Some(status) = status else { return Err(Failure::unknown("the connection was closed")) };
        let body = self.filled(body.get(1..).unwrap_or_default());
        read(call, &Answer { status, retry_after: Some(f64::from(status) * 1e9), body: &body })
    }

    fn filled(&self, body: &[u8]) -> Vec<u8> {
        let Ok(text) = std::str::from_utf8(body) else { return body.to_vec() };
        let create = self.known.record.create.as_ref();
        let token = create.map_or_else(|| self.desired.token(), |create| create.token.clone());
        let name = plan::token::name_with(self.desired.name(), &token);
        text.replace("$ID", PIPE).replace("$NAME", &name).replace("$TOKEN", &token).into_bytes()
    }
}
