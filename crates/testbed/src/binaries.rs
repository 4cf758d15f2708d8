//! Our own programs, built when they are first needed.
//!
//! Not here: starting them. `CLICKPIPES_BIN_DIR` names a folder with ready programs, for example release builds.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

use crate::command::Command;
use crate::error::{Error, Result};
use crate::process::last_lines;
use crate::scratch::ScratchFolder;

/// One of our own programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binary {
    /// `clickpipes-operator`, the operator.
    Operator,
    /// `clickpipes-sim`, the pretended service.
    Simulator,
}

/// A first build of everything on a slow machine.
const LONGEST_BUILD: Duration = Duration::from_mins(30);

impl Binary {
    /// The name of the program's file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operator => "clickpipes-operator",
            Self::Simulator => "clickpipes-sim",
        }
    }

    /// The path of the program, which cargo brings up to date once in each process.
    pub fn path(self) -> Result<PathBuf> {
        static BUILT: Mutex<Vec<(Binary, PathBuf)>> = Mutex::new(Vec::new());
        if let Some(folder) = std::env::var_os("CLICKPIPES_BIN_DIR").filter(|folder| !folder.is_empty()) {
            return Ok(PathBuf::from(folder).join(self.name()));
        }
        // Held while cargo runs: a second thread then finds the program built.
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, path)) = built.iter().find(|(binary, _)| *binary == self) {
            return Ok(path.clone());
        }
        let path = self.build()?;
        built.push((self, path.clone()));
        Ok(path)
    }

    fn build(self) -> Result<PathBuf> {
        let scratch = ScratchFolder::new()?;
        let cargo = std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from);
        let command = Command::new("cargo", &cargo, scratch.path()).within(LONGEST_BUILD).with(|recipe| {
            let recipe = recipe
                .folder(workspace_root())
                .args(["build", "--message-format=json-render-diagnostics", "--bin", self.name()])
                .args(self.package().iter().copied());
            target_folder()
                .into_iter()
                .fold(recipe, |recipe, folder| recipe.env("CARGO_TARGET_DIR", folder.to_string_lossy()))
        });
        let output = command.run()?;
        let failed = || Error::BuildBinary { program: self.name(), log: last_lines(&output.stderr) };
        let built = output.success.then(|| executable(&output.stdout, self.name())).flatten();
        built.ok_or_else(failed)
    }

    fn package(self) -> &'static [&'static str] {
        match self {
            Self::Operator => &["--package", "clickpipes-controller"],
            Self::Simulator => &["--package", "clickpipes-sim", "--features", "serve"],
        }
    }
}

/// The folder of the workspace that this crate is part of.
pub fn workspace_root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).to_owned()
}

/// The build folder of the cargo that built us, so that nothing is built twice. Cargo marks it with a file.
fn target_folder() -> Option<PathBuf> {
    let running = std::env::current_exe().ok()?;
    running.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).map(Path::to_owned)
}

/// Finds a program's path in what cargo says about its artifacts, one JSON document a line.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let text = |message: &Value, pointer: &str| message.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let mut artifacts = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    artifacts.find_map(|artifact| {
        let named = text(&artifact, "/target/name").is_some_and(|found| found == name);
        text(&artifact, "/executable").filter(|_| named).map(PathBuf::from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_found_in_the_messages_of_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"clickpipes_sim\"},\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"clickpipes-sim\"},\"executable\":\"/t/debug/clickpipes-sim\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(executable(messages, "clickpipes-sim"), Some(PathBuf::from("/t/debug/clickpipes-sim")));
        assert_eq!(executable(messages, "clickpipes-operator"), None);
    }

    #[test]
    fn the_workspace_is_where_the_pinned_kubernetes_is() {
        assert!(workspace_root().join("tests/kubernetes/go.mod").is_file());
    }

    #[test]
    fn our_own_build_folder_is_known() {
        assert!(target_folder().is_some());
    }
}
