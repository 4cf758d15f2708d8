//! One process that cannot outlive us.
//!
//! Not here: what is said before a program runs, and the guard that makes the promise true (see `recipe`); commands that
//! run to their end (see `command`).

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{Error, Result};
use crate::recipe::Recipe;
use crate::wait::wait_until;

/// A running program. Dropping it kills the program.
///
/// # Guarantees
/// The program ends when this value is dropped, and when our own process ends in any way at all, SIGKILL included.
///
/// # Caveats
/// Children of the program are its own business. None of the programs that we start has any.
#[derive(Debug)]
pub struct Process {
    name: String,
    pid: u32,
    log: PathBuf,
    running: Mutex<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    leash: Option<ChildStdin>,
    ended: Option<ExitStatus>,
}

impl Process {
    /// Starts a program.
    pub fn start(recipe: &Recipe) -> Result<Self> {
        let failed = |source| Error::StartProcess { program: recipe.name().to_owned(), source };
        let mut child = recipe.command()?.spawn().map_err(failed)?;
        let leash = child.stdin.take();
        let pid = child.id();
        let running = Mutex::new(Running { child, leash, ended: None });
        Ok(Self { name: recipe.name().to_owned(), pid, log: recipe.log().to_owned(), running })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// How the program ended, if it has.
    pub fn ended(&self) -> Result<Option<ExitStatus>> {
        let mut running = self.running();
        if running.ended.is_none() {
            running.ended = running.child.try_wait().map_err(self.failed("look after"))?;
            if running.ended.is_some() {
                running.let_go();
            }
        }
        Ok(running.ended)
    }

    /// Waits until the program has ended by itself.
    pub fn wait(&self, within: Duration) -> Result<ExitStatus> {
        wait_until(within, &format!("the end of {}", self.name), || self.ended())
    }

    /// Kills the program (SIGKILL) and waits for its end.
    pub fn kill(&self) -> Result<ExitStatus> {
        if let Some(status) = self.ended()? {
            return Ok(status);
        }
        let mut running = self.running();
        running.child.kill().map_err(self.failed("kill"))?;
        let status = running.child.wait().map_err(self.failed("wait for"))?;
        running.ended = Some(status);
        running.let_go();
        Ok(status)
    }

    /// Asks the program to end (SIGTERM) and waits for it.
    pub fn terminate(&self, within: Duration) -> Result<ExitStatus> {
        self.send(Signal::TERM, "end")?;
        self.wait(within)
    }

    /// Stops the program in its tracks (SIGSTOP) until [`resume`](Self::resume).
    pub fn pause(&self) -> Result<()> {
        self.send(Signal::STOP, "pause")
    }

    /// Lets a paused program go on (SIGCONT).
    pub fn resume(&self) -> Result<()> {
        self.send(Signal::CONT, "resume")
    }

    /// Everything that the program has written to its log so far.
    pub fn log(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Waits for a condition that can only come true while the program runs; its end ends the wait.
    pub fn wait_until<T, E: std::fmt::Display>(
        &self,
        within: Duration,
        what: &str,
        mut look: impl FnMut() -> Result<Option<T>, E>,
    ) -> Result<T> {
        let outcome = wait_until(within, what, || match self.ended() {
            Ok(Some(status)) => Ok(Some(Err(self.ended_early(status)))),
            Ok(None) => look().map(|found| found.map(Ok)).map_err(|error| error.to_string()),
            Err(error) => Ok(Some(Err(error))),
        });
        outcome.map_err(|error| self.with_log(error))?
    }

    fn ended_early(&self, status: ExitStatus) -> Error {
        Error::EndedEarly { program: self.name.clone(), status: status.to_string(), log: last_lines(&self.log()) }
    }

    fn with_log(&self, error: Error) -> Error {
        match error {
            Error::WaitInVain { within, what, last } => {
                let last = format!("{last}; the end of the log of {:?}:\n{}", self.name, last_lines(&self.log()));
                Error::WaitInVain { within, what, last }
            }
            other => other,
        }
    }

    fn send(&self, signal: Signal, action: &'static str) -> Result<()> {
        // Looking first keeps us from signalling an id that has been given to somebody else.
        if self.ended()?.is_some() {
            return Ok(());
        }
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let sent = pid.map_or(Err(rustix::io::Errno::SRCH), |pid| kill_process(pid, signal));
        sent.map_err(|errno| self.failed(action)(errno.into()))
    }

    fn failed(&self, action: &'static str) -> impl Fn(std::io::Error) -> Error {
        move |source| Error::SignalProcess { action, program: self.name.clone(), pid: self.pid, source }
    }

    fn running(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    /// Sends the guard home. It may have gone already, so a closed pipe is no error.
    fn let_go(&mut self) {
        if let Some(mut leash) = self.leash.take() {
            let _ = leash.write_all(b"ended\n");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Nobody is left to tell; and if the kill did not work, the guard tries once more as the pipe closes.
        let _ = self.kill();
    }
}

/// The last lines of a log: enough to see what went wrong, short enough to be read.
pub(crate) fn last_lines(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    let from = lines.len().saturating_sub(30);
    lines.get(from..).unwrap_or_default().join("\n")
}
