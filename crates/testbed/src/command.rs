//! A program that runs to its end: kubectl, helm, cargo.
//!
//! Not here: programs that keep running (see `process`).

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::error::{Error, Result};
use crate::process::Process;
use crate::recipe::Recipe;

/// A command with a limit on its time.
#[derive(Debug, Clone)]
pub struct Command {
    recipe: Recipe,
    stdout: PathBuf,
    stderr: PathBuf,
    within: Duration,
}

/// What a command wrote and whether it was successful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The command line.
    pub command: String,
    /// Whether it ended with exit status 0.
    pub success: bool,
    /// How it ended, in words.
    pub status: String,
    /// What it wrote to its standard output.
    pub stdout: String,
    /// What it wrote to its standard error.
    pub stderr: String,
}

impl Command {
    /// A command whose output is collected in files of the folder `scratch`.
    pub fn new(name: &str, program: &Path, scratch: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let file = |kind: &str| scratch.join(format!("{name}-{number}.{kind}"));
        let (stdout, stderr) = (file("stdout"), file("stderr"));
        let recipe = Recipe::new(name, program, &stdout).stderr(&stderr);
        Self { recipe, stdout, stderr, within: Duration::from_mins(1) }
    }

    /// Changes how the program is started.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(Recipe) -> Recipe) -> Self {
        self.recipe = change(self.recipe);
        self
    }

    /// Sets the time after which the command is killed; a minute if nothing is said.
    #[must_use]
    pub fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Runs the command to its end.
    pub fn run(self) -> Result<Output> {
        let ended = Process::start(&self.recipe).and_then(|process| process.wait(self.within));
        let (stdout, stderr) = (take(&self.stdout), take(&self.stderr));
        let command = self.recipe.command_line();
        let status = ended?;
        Ok(Output { command, success: status.success(), status: status.to_string(), stdout, stderr })
    }
}

/// Reads a file that is not needed afterwards. A file that was never made is as good as an empty one.
fn take(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    let _ = std::fs::remove_file(path);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Output {
    /// The standard output of a successful command; a failed one becomes an error that shows all it wrote.
    pub fn text(self) -> Result<String> {
        let Self { command, success, status, stdout, stderr } = self;
        if success { Ok(stdout) } else { Err(Error::RunCommand { command, status, stdout, stderr }) }
    }

    /// The standard output of a successful command, read as JSON (`kubectl get -o json`).
    pub fn json(self) -> Result<serde_json::Value> {
        let what = format!("the output of `{}`", self.command);
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|source| Error::ReadJson { what, text, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::ScratchFolder;

    fn shell(scratch: &ScratchFolder, script: &str) -> Command {
        Command::new("shell", Path::new("/bin/sh"), scratch.path()).with(|recipe| recipe.args(["-c", script]))
    }

    #[test]
    fn both_outputs_and_the_status_are_kept_apart() {
        let scratch = ScratchFolder::new().unwrap();
        let output = shell(&scratch, "echo out; echo err >&2; exit 3").run().unwrap();
        assert_eq!((output.stdout.as_str(), output.stderr.as_str(), output.success), ("out\n", "err\n", false));
        assert!(output.text().unwrap_err().to_string().contains("err"));
    }

    #[test]
    fn a_command_that_takes_too_long_is_killed() {
        let scratch = ScratchFolder::new().unwrap();
        let error = shell(&scratch, "exec sleep 60").within(Duration::from_millis(50)).run().unwrap_err();
        assert!(matches!(error, Error::WaitInVain { .. }), "{error}");
    }

    #[test]
    fn a_file_can_be_the_standard_input() {
        let scratch = ScratchFolder::new().unwrap();
        let file = scratch.write("in", "hello").unwrap();
        let output = shell(&scratch, "cat").with(|recipe| recipe.stdin(file)).run().unwrap();
        assert_eq!(output.text().unwrap(), "hello");
    }
}
