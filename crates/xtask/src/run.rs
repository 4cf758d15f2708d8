//! Runs a program in front of the person's eyes, and says so.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// How every command of this crate ends.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// One run of a program.
pub(crate) struct Run {
    command: Command,
    line: String,
}

impl Run {
    /// cargo, in the workspace, with these arguments.
    pub(crate) fn cargo(arguments: &[&str]) -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.args(arguments).current_dir(testbed::workspace_root());
        Self { command, line: format!("cargo {}", arguments.join(" ")) }
    }

    /// The same with an environment variable.
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.command.env(name, value.as_ref());
        self
    }

    /// Runs it to its end.
    pub(crate) fn go(mut self) -> Result {
        println!("\n==> {}", self.line);
        let begun = Instant::now();
        let status = self.command.status().map_err(|error| format!("failed to start {}: {error}", self.line))?;
        println!("==> {} s", begun.elapsed().as_secs());
        if status.success() { Ok(()) } else { Err(format!("{} failed: {status}", self.line).into()) }
    }
}
