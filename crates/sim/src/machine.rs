//! How pipes move: which course a command, an edit or a creation sets.
//!
//! Pure: a pipe, the time and the durations in, a course out. Checking who may ask is in the endpoints.

use crate::course::{Course, Leg};
use crate::pipe::Pipe;
use crate::refusal::{Checked, Refusal};
use crate::source::{Family, Source};
use crate::state::PipeState as S;
use crate::timings::Timings;

/// What a PATCH did to the tables of a database pipe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tables {
    /// Tables were added, which are loaded at once.
    pub(crate) added: bool,
    /// Tables were removed.
    pub(crate) removed: bool,
}

const fn leg(state: S, lasts_ms: u64) -> Leg<S> {
    Leg { state, lasts_ms }
}

/// The course of a new pipe.
pub(crate) fn created(pipe: &Pipe, now_ms: u64, ends_in: Option<S>, time: &Timings) -> Course<S> {
    if pipe.start_paused {
        return Course::resting(S::Stopped);
    }
    let mut legs = vec![leg(S::Provisioning, time.provisioning_ms)];
    if pipe.family() == Family::Database {
        legs.push(leg(S::Setup, time.setup_ms));
    }
    load(pipe, time, &mut legs);
    Course::starting(now_ms, &legs, ends_in.unwrap_or_else(|| end(pipe)))
}

/// Loading, for the pipes that load.
fn load(pipe: &Pipe, time: &Timings, legs: &mut Vec<Leg<S>>) {
    match pipe.family() {
        Family::Database if pipe.replication_mode() != "cdc_only" => legs.push(leg(S::Snapshot, time.snapshot_ms)),
        Family::ObjectStorage if pipe.one_shot() => legs.push(leg(S::Running, time.one_shot_ms)),
        Family::Database | Family::ObjectStorage | Family::Streaming => {}
    }
}

/// Where a pipe ends up that is left alone. One whose stored user or password is the word `undefined` cannot log in (TF#528), unless it
/// logs in by other means than a password.
fn end(pipe: &Pipe) -> S {
    let undefined = |name: &str| {
        let credentials = pipe.document.get("credentials");
        credentials.and_then(|credentials| credentials.get(name)).is_some_and(|value| value == "undefined")
    };
    let broken = undefined("username") || pipe.by_password() && undefined("password");
    match (broken, pipe.one_shot()) {
        (true, _) => S::Failed,
        (false, true) => S::Completed,
        (false, false) => S::Running,
    }
}

/// `start`. Only what stands still can be started.
///
/// A paused pipe that is about to resume by itself is left to it: the edit that it resumes with may add tables.
pub(crate) fn start(pipe: &Pipe, now_ms: u64, ends_in: Option<S>, time: &Timings) -> Result<Course<S>, Refusal> {
    match pipe.state() {
        S::Paused if pipe.course.moving() => return Ok(pipe.course.clone()),
        S::Stopped | S::Paused | S::Failed => {}
        S::Completed => return Err(Refusal::bad_request("ClickPipe is completed and cannot be started")),
        _ => {
            let prefix: String = pipe.id.chars().take(8).collect();
            return Err(Refusal::bad_request(format!("{prefix} ClickPipe is already running")));
        }
    }
    let last = ends_in.unwrap_or_else(|| end(pipe));
    if pipe.family() == Family::Database && pipe.state() == S::Paused {
        return Ok(Course::starting(now_ms, &[leg(S::Paused, time.resume_ms)], last));
    }
    let mut legs = vec![leg(S::Provisioning, time.restart_ms)];
    load(pipe, time, &mut legs);
    Ok(Course::starting(now_ms, &legs, last))
}

/// What `stop` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It is accepted and changes nothing.
    Nothing,
    /// It is done once the pipe runs.
    Later,
    /// It is done now.
    Now(Course<S>),
}

/// `stop`. A database pipe that loads, or resumes by itself, is paused only afterwards.
pub(crate) fn stop(pipe: &Pipe, now_ms: u64, time: &Timings, while_loading: bool) -> Result<Stop, Refusal> {
    let database = pipe.family() == Family::Database;
    match pipe.state() {
        S::Completed => Err(Refusal::bad_request("ClickPipe is completed and cannot be stopped")),
        S::Paused if pipe.course.moving() => Ok(Stop::Later),
        S::Stopped | S::Stopping | S::Paused | S::Pausing => Ok(Stop::Nothing),
        S::Provisioning | S::Setup | S::Snapshot | S::Modifying | S::Resync if database && while_loading => {
            Ok(Stop::Later)
        }
        S::Provisioning | S::Setup | S::Snapshot | S::Modifying | S::Resync if database => {
            Err(Refusal::bad_request("ClickPipe can be paused only when it is running"))
        }
        _ => Ok(Stop::Now(stopping(pipe.source, now_ms, time))),
    }
}

/// The course from Running to standing still.
pub(crate) fn stopping(source: Source, now_ms: u64, time: &Timings) -> Course<S> {
    let (going, gone) = match source.family() {
        Family::Database => (S::Pausing, S::Paused),
        Family::Streaming | Family::ObjectStorage => (S::Stopping, S::Stopped),
    };
    Course::starting(now_ms, &[leg(going, time.stop_ms)], gone)
}

/// `resync`, for databases that replicate.
pub(crate) fn resync(pipe: &Pipe, now_ms: u64, ends_in: Option<S>, time: &Timings) -> Result<Course<S>, Refusal> {
    if !matches!(pipe.source, Source::Postgres | Source::Mysql | Source::Mongodb) {
        let text = format!("resync is not supported for {} ClickPipes", pipe.source.title());
        return Err(Refusal::bad_request(text));
    }
    let legs = [leg(S::Setup, time.setup_ms), leg(S::Snapshot, time.snapshot_ms), leg(S::Resync, time.resync_ms)];
    Ok(Course::starting(now_ms, &legs, ends_in.unwrap_or_else(|| end(pipe))))
}

/// Whether a database pipe may be edited now.
pub(crate) fn check_editable(pipe: &Pipe, needs_pause: bool) -> Checked {
    if pipe.state() == S::Completed {
        return Err(Refusal::bad_request("ClickPipe is completed and cannot be edited"));
    }
    let still = matches!(pipe.state(), S::Paused | S::Failed | S::InternalError);
    if pipe.family() != Family::Database || still || !needs_pause {
        return Ok(());
    }
    let text = format!("{} ClickPipe must be paused to edit", pipe.source.title());
    Err(Refusal::bad_request(text))
}

/// The course after an accepted edit: a paused database pipe resumes by itself after `resumes_in_ms`.
pub(crate) fn edited(pipe: &Pipe, tables: Tables, resumes_in_ms: u64, now_ms: u64, time: &Timings) -> Course<S> {
    let mut legs = vec![leg(pipe.state(), resumes_in_ms)];
    if tables.removed {
        legs.push(leg(S::Modifying, time.modify_ms));
    }
    if tables.added {
        legs.push(leg(S::Setup, time.setup_ms));
        legs.push(leg(S::Snapshot, time.snapshot_ms));
    }
    Course::starting(now_ms, &legs, end(pipe))
}
