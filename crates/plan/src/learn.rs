//! What came of a step, folded into what is known. A failed call is knowledge too.
//!
//! Not here: what follows ([`crate::plan`]).

use cloud::{Call, Command, Failure, Outcome, Pipe, PipeState, Refusal, Reply, Tick};
use crd::ClickPipeStatus;
use crd::condition::Reason;
use crd::status::record::{Applied, CreatePhase, OperationKind, OperationPhase};
use crd::status::{HistoryEntry, LastError};
use serde_json::Value;

use crate::desired::Desired;
use crate::known::{Accepted, CreateOutcome, Known, OwnIntent, Seen};
use crate::planning::made_for;
use crate::setback::{GET, LIST, SERVICE, Setback};
use crate::step::{Applies, Look, Step};
use crate::{conflict, resync, run_state};

/// Entries of the history that are kept.
const HISTORY: usize = 10;

/// When what waits for a woken service is tried again.
const AFTER_WAKING: std::time::Duration = std::time::Duration::from_secs(15);

/// What came of a step that was carried out.
#[derive(Clone, Debug)]
pub enum Learned {
    /// The finalizer is on, the annotation is written, or the finalizer is off.
    Done,
    /// The record was written; this is the status as it stands now, and when writing it began.
    Written(Box<ClickPipeStatus>, Tick),
    /// A LIST.
    Pipes(Seen),
    /// A GET by id: the pipe, or that there is none.
    Pipe(Option<Box<Pipe>>),
    /// Whether there is such a service.
    Service(bool),
    /// The service accepted a call.
    Accepted(Reply),
}

/// Notes that a call is about to be handed to the network: from here on it may have been carried out.
pub fn sending(known: &mut Known, call: &Call) {
    match call {
        Call::CreatePipe { .. } => known.memory.intent.iter_mut().for_each(|own| own.sent = true),
        Call::SetState { command: Command::Resync, .. } => known.memory.resync_unsent = None,
        _ => {}
    }
}

/// Notes that a record could not be written, as far as is known: what it announced is not sent. If it turns out to be on record all the same,
/// nobody has to wait for it.
pub fn unwritten(known: &mut Known, record: &ClickPipeStatus) {
    let announced = record.create.as_ref().filter(|create| {
        create.phase == CreatePhase::Intent
            && known.record.create.as_ref().is_none_or(|before| before.nonce != create.nonce)
    });
    if let Some(create) = announced {
        let message = "the request was not sent: the Kubernetes API did not confirm its record".to_owned();
        let outcome = CreateOutcome::Failed { code: "NotSent".to_owned(), message };
        known.memory.outcome = Some((create.nonce.clone(), outcome));
    }
    unsent_resync(known, record);
}

/// A resync that a record announces anew has not been sent yet.
fn unsent_resync(known: &mut Known, record: &ClickPipeStatus) {
    let announced = record
        .last_resync
        .as_ref()
        .filter(|resync| resync.phase == resync::SENT && Some(*resync) != known.record.last_resync.as_ref());
    if let Some(resync) = announced {
        known.memory.resync_unsent = Some(resync.nonce.clone());
    }
}

/// Folds what came of a step into what is known.
pub fn learn(desired: &Desired, known: &mut Known, step: &Step, result: Result<Learned, Failure>) {
    match (step, result) {
        (Step::Remember { reserve, .. }, Ok(Learned::Written(record, begun))) => {
            written(known, *record, begun, *reserve);
        }
        (Step::Look(Look::Service { .. }), Ok(Learned::Service(found))) => {
            let first = known.memory.service_missing.map_or(known.now, |(first, _)| first);
            known.memory.service_found = Some(found);
            known.memory.service_missing = (!found).then_some((first, known.now));
            healed(known, |setback| setback.call == SERVICE);
        }
        (Step::Look(_), Ok(Learned::Pipes(seen))) => {
            known.see(seen);
            known.memory.service_found = None;
            known.memory.service_missing = None;
            healed(known, |setback| setback.call == LIST);
        }
        (Step::Look(Look::Pipe { pipe, .. }), Ok(Learned::Pipe(found))) => {
            known.memory.looked = Some((pipe.clone(), known.now, found));
            healed(known, |setback| setback.call == GET);
        }
        (Step::Look(look), Err(failure)) => {
            let name = match look {
                Look::Pipes { .. } => {
                    known.memory.service_found = None;
                    LIST
                }
                Look::Service { .. } => SERVICE,
                Look::Pipe { .. } => GET,
            };
            setback(desired, known, name, failure);
        }
        (Step::Call { call, applies, .. }, Ok(Learned::Accepted(reply))) => {
            accepted(desired, known, call, applies, reply);
        }
        (Step::Call { call, applies, .. }, Err(failure)) => failed(desired, known, call, applies, failure),
        (Step::Hold, Ok(_)) => known.held = true,
        (Step::Release, Ok(_)) => known.held = false,
        (Step::Note { last_pipe }, Ok(_)) => known.last_pipe = Some(last_pipe.clone()),
        // The remaining pairs say nothing about the service.
        _ => {}
    }
}

fn written(known: &mut Known, record: ClickPipeStatus, begun: Tick, intent: bool) {
    let new: Vec<String> = record.retired.iter().filter(|id| !known.record.retired.contains(id)).cloned().collect();
    known.memory.retired_in_this_pass.extend(new);
    if let (true, Some(create)) = (intent, &record.create) {
        known.memory.intent = Some(OwnIntent { nonce: create.nonce.clone(), written: begun, sent: false });
        known.memory.nonce_seen = Some((create.nonce.clone(), begun));
    }
    unsent_resync(known, &record);
    if record.create.as_ref().is_none_or(|create| create.phase != CreatePhase::Intent) {
        known.memory.outcome = None;
        known.memory.intent = None;
    }
    known.memory.turn_to(&record);
    known.memory.recorded_in_this_pass |= known.record.pipe.is_none() && record.pipe.is_some();
    known.record = record;
}

fn accepted(desired: &Desired, known: &mut Known, call: &Call, applies: &Applies, reply: Reply) {
    if matches!(call, Call::WakeService { .. }) {
        return woken(desired, known, call);
    }
    known.memory.last_write = Some(known.now);
    let made_for = made_for(desired, known);
    // What was refused of something else stays refused: starting a pipe says nothing about the change that was refused before.
    healed(known, |setback| {
        setback.call == call.name() || setback.failure.is(&Refusal::MustBePaused) || setback.made_for != made_for
    });
    remember(desired, known, call, "Accepted");
    match (call, reply) {
        (Call::CreatePipe { .. }, Reply::Pipe(pipe)) => {
            if let Some(create) = &known.record.create {
                known.memory.outcome = Some((create.nonce.clone(), CreateOutcome::Created(pipe)));
            }
        }
        (Call::SetState { command: Command::Resync, .. }, _) => resynced(known, resync::ACCEPTED),
        (Call::SetState { command, .. }, _) => commanded(desired, known, *command),
        (Call::PatchPipe { .. } | Call::PutSettings { .. } | Call::PatchScaling { .. }, _) => {
            let times = known
                .memory
                .accepted
                .as_ref()
                .filter(|accepted| accepted.call == *call)
                .map_or(0, |accepted| accepted.times)
                + 1;
            known.memory.accepted = Some(Accepted { call: call.clone(), times, at: known.now });
            conflict::note(known, desired.object.generation, applies);
            apply(known, applies);
            // A failed pipe that was changed is started once more; until it runs, nothing is in sync.
            if known.pipe().is_some_and(|pipe| pipe.state == PipeState::Failed) {
                known.record.last_synced_generation = None;
            }
            if let Some(operation) = known.record.operation.as_mut().filter(|ours| ours.kind == OperationKind::Update) {
                operation.phase = OperationPhase::Resuming;
            }
            // A change resumes a paused database pipe; what was commanded before says nothing any more.
            known.memory.commanded = None;
        }
        (Call::DeletePipe { pipe, .. }, _) => {
            known.memory.deleted.insert(pipe.clone(), known.now);
        }
        _ => {}
    }
}

/// The service needs a while; what waits for it is tried soon and, if it is too early, later again.
fn woken(desired: &Desired, known: &mut Known, call: &Call) {
    known.memory.woken = Some(known.now);
    known.memory.wake_refused = None;
    for setback in known.memory.unseen.iter_mut().chain(&mut known.memory.setback) {
        setback.retry_at = known.now + AFTER_WAKING;
    }
    remember(desired, known, call, "Accepted");
}

/// What waits for the service goes on waiting: its own setback stays.
fn not_woken(desired: &Desired, known: &mut Known, call: &Call, failure: &Failure) {
    known.memory.woken = Some(known.now);
    known.memory.wake_refused = Some(failure.to_string());
    remember(desired, known, call, outcome_word(failure));
}

fn commanded(desired: &Desired, known: &mut Known, command: Command) {
    let state = match command {
        Command::Start => "Running",
        Command::Stop | Command::Resync => "Stopped",
    };
    if known.pipe().is_some_and(|pipe| run_state::is_drift(desired, known, pipe)) {
        conflict::corrected(known, desired.object.generation, vec![conflict::STATE.to_owned()], Value::from(state));
    }
    known.memory.commanded = Some((command, known.now));
    if let (Command::Start, Some(create)) = (command, known.record.create.as_mut())
        && create.phase == CreatePhase::Resolved
    {
        create.phase = CreatePhase::Started;
    }
}

fn resynced(known: &mut Known, phase: &str) {
    if let Some(resync) = known.record.last_resync.as_mut() {
        phase.clone_into(&mut resync.phase);
    }
}

/// Puts what an accepted call applied into the record.
fn apply(known: &mut Known, applies: &Applies) {
    let record = known.record.applied.get_or_insert_with(Applied::default);
    for (path, value) in &applies.values {
        set(&mut record.document, path, value.clone());
    }
    let fingerprints = known.record.secret_fingerprints.get_or_insert_default();
    fingerprints.extend(applies.fingerprints.iter().cloned());
}

fn set(document: &mut Value, path: &[String], value: Value) {
    let Some((name, rest)) = path.split_first() else {
        *document = value;
        return;
    };
    if !document.is_object() {
        *document = Value::Object(serde_json::Map::new());
    }
    if let Some(members) = document.as_object_mut() {
        set(members.entry(name.clone()).or_insert(Value::Null), rest, value);
    }
}

fn failed(desired: &Desired, known: &mut Known, call: &Call, applies: &Applies, failure: Failure) {
    match (call, &failure.outcome) {
        (Call::WakeService { .. }, _) => return not_woken(desired, known, call, &failure),
        // The service does not know the pipe yet: it is not gone.
        (Call::DeletePipe { pipe, .. }, Outcome::Refused(Refusal::NotFound))
            if known.pipe_id().as_ref() == Some(pipe) && known.may_be_late(desired.create_window) => {}
        // Both mean that it is as we want it.
        (Call::SetState { command: Command::Start, .. }, Outcome::Refused(Refusal::AlreadyRunning))
        | (Call::DeletePipe { .. }, Outcome::Refused(Refusal::NotFound)) => {
            return accepted(desired, known, call, applies, Reply::Done);
        }
        (Call::SetState { command: Command::Resync, .. }, outcome) if *outcome != Outcome::Unknown => {
            resynced(known, resync::REFUSED);
        }
        (Call::CreatePipe { .. }, outcome) if *outcome != Outcome::Unknown => {
            let code = Setback::after(None, call.name(), failure.clone(), (0, String::new()), known.now)
                .reason()
                .as_str()
                .to_owned();
            if let Some(create) = &known.record.create {
                let outcome = CreateOutcome::Failed { code, message: failure.message.clone() };
                known.memory.outcome = Some((create.nonce.clone(), outcome));
            }
        }
        _ => {}
    }
    if failure.outcome == Outcome::Unknown {
        // It may have acted: only a later look tells.
        known.memory.last_write = Some(known.now);
    }
    remember(desired, known, call, outcome_word(&failure));
    setback(desired, known, call.name(), failure);
}

fn setback(desired: &Desired, known: &mut Known, call: &'static str, failure: Failure) {
    let earlier = known.memory.slot(call).take();
    let earlier = earlier.as_ref();
    let next = Setback::after(earlier, call, failure, made_for(desired, known), known.now);
    // The first of several alike stands, also through a restart: a status that told each of them would be written at every failing look.
    let class = next.reason().as_str();
    let same_call = earlier.is_none_or(|earlier| earlier.call == call);
    let is_other = known.record.last_error.as_ref().is_none_or(|last| last.class != class);
    if !next.is_blip() && (!same_call || is_other) {
        known.record.last_error = Some(LastError {
            class: class.to_owned(),
            request_id: next.failure.request_id.clone(),
            time: known.wall.to_string(),
        });
    }
    *known.memory.slot(call) = Some(next);
}

/// What is over is told no longer.
fn healed(known: &mut Known, is_over: impl Fn(&Setback) -> bool) {
    let memory = &mut known.memory;
    let over = [&mut memory.unseen, &mut memory.setback].map(|slot| slot.take_if(|setback| is_over(setback)).is_some());
    if over.contains(&true) {
        known.record.last_error = None;
    }
}

fn outcome_word(failure: &Failure) -> &'static str {
    match failure.outcome {
        Outcome::NotSent => "NotSent",
        Outcome::Refused(_) => "Refused",
        Outcome::Throttled { .. } => Reason::RateLimited.as_str(),
        Outcome::Unknown => "Unknown",
    }
}

fn remember(desired: &Desired, known: &mut Known, call: &Call, outcome: &str) {
    let entry = HistoryEntry {
        time: known.wall.to_string(),
        generation: desired.object.generation,
        action: call.name().to_owned(),
        outcome: outcome.to_owned(),
    };
    let history = &mut known.record.history;
    // The same thing again moves its time only, so that retries do not push everything else out.
    match history.last_mut() {
        Some(last)
            if (&last.action, &last.outcome, last.generation) == (&entry.action, &entry.outcome, entry.generation) =>
        {
            *last = entry;
        }
        _ => history.push(entry),
    }
    let surplus = history.len().saturating_sub(HISTORY);
    history.drain(..surplus);
}
