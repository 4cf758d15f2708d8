//! What is said about a program before it runs, and the leash that it runs on.
//!
//! Not here: the running program (see `process`).

use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// Becomes the program, after leaving a guard behind.
///
/// The guard is a second shell that waits for a line on a pipe whose other end only we hold. When we are gone, however
/// that happened, the kernel closes our end, the guard reads the end of the pipe and kills the program. `$$` is the
/// process id of the outer shell, and `exec` keeps it, so there is no moment without a guard. The word `ended` tells
/// the guard that the id is free again and may belong to somebody else.
const LEASH: &str = r#"
exec 3<&0
(read -r word <&3; [ "$word" = ended ] || kill -KILL $$) </dev/null >/dev/null 2>&1 &
stdin=$1
shift
exec "$@" 3<&- <"$stdin"
"#;

/// How to start a program: all that is said before it runs.
#[derive(Debug, Clone)]
pub struct Recipe {
    name: String,
    program: PathBuf,
    args: Vec<String>,
    env: Vec<(String, String)>,
    folder: Option<PathBuf>,
    stdin: PathBuf,
    stdout: PathBuf,
    stderr: PathBuf,
}

impl Recipe {
    /// A program that writes everything it says to the file `log`.
    pub fn new(name: impl Into<String>, program: impl Into<PathBuf>, log: impl Into<PathBuf>) -> Self {
        let log = log.into();
        Self {
            name: name.into(),
            program: program.into(),
            args: Vec::new(),
            env: Vec::new(),
            folder: None,
            stdin: PathBuf::from("/dev/null"),
            stdout: log.clone(),
            stderr: log,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<String>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Adds an environment variable to those that we have ourselves.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets the folder in which the program runs.
    #[must_use]
    pub fn folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Lets the program read this file as its standard input.
    #[must_use]
    pub fn stdin(mut self, file: impl Into<PathBuf>) -> Self {
        self.stdin = file.into();
        self
    }

    /// Sends the standard error to a file of its own.
    #[must_use]
    pub fn stderr(mut self, file: impl Into<PathBuf>) -> Self {
        self.stderr = file.into();
        self
    }

    /// The program and its arguments as one would type them.
    pub fn command_line(&self) -> String {
        std::iter::once(self.name.as_str()).chain(self.args.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
    }

    /// The name that messages use.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The file to which the program writes what went wrong.
    pub(crate) fn log(&self) -> &Path {
        &self.stderr
    }

    /// The command that starts the program on its leash: standard input is the pipe that must stay open.
    pub(crate) fn command(&self) -> Result<Command> {
        let mut command = Command::new("sh");
        command.args(["-c", LEASH, "leash"]).arg(&self.stdin).arg(&self.program).args(&self.args);
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        // Timed tests run with it; a cargo that they start must not build everything anew because of it.
        command.env_remove("RUSTC_BOOTSTRAP");
        // Its own process group: Ctrl-C in a terminal then reaches us alone, and the guards do the rest.
        command.process_group(0).stdin(Stdio::piped());
        command.stdout(append(&self.stdout)?).stderr(append(&self.stderr)?);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        Ok(command)
    }
}

fn append(path: &Path) -> Result<File> {
    File::options().create(true).append(true).open(path).map_err(Error::file("open", path))
}
