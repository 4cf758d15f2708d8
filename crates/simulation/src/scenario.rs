//! Scenarios: stories in `tests/scenarios`, each a text file of commands and, below them, what happened when they were carried out.
//!
//! The language is described in `tests/scenarios/README.md`. Not here: the stories.

pub mod command;
pub mod example;
pub mod expectation;
pub mod look;
pub mod parse;
pub mod placeholder;
pub mod show;
pub mod stage;

use std::path::{Path, PathBuf};

use crate::struck::Fault;

/// What stands between the story and what happened.
const SEPARATOR: &str = "----";

/// One story.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its file.
    pub path: PathBuf,
    /// The promise that it shows: the first line.
    pub promise: String,
    /// Where else it runs.
    pub also_on: Vec<String>,
    /// The numbers of the faults that it injects, and whose outcome it checks.
    pub faults: Vec<Fault>,
    /// Its commands, each with the lines that belong to it.
    pub commands: Vec<Lines>,
    /// What happened when it was last accepted.
    pub golden: String,
    /// Everything above the separator, as it is written.
    pub story: String,
}

/// A command and the indented lines below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The command.
    pub command: String,
    /// What stands indented below it, without the indentation.
    pub block: String,
}

impl Scenario {
    /// Reads a story.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Self::of(path, &text)
    }

    /// Reads the text of a story.
    pub fn of(path: &Path, text: &str) -> Result<Self, String> {
        let separator = format!("\n{SEPARATOR}\n");
        let (story, golden) = text.split_once(separator.as_str()).unwrap_or((text, ""));
        let promise = story.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
        if promise.is_empty() {
            return Err(format!("{}: the first line says which promise it shows: # ...", path.display()));
        }
        let (mut also_on, mut faults) = (Vec::new(), Vec::new());
        let mut commands: Vec<Lines> = Vec::new();
        for line in story.lines() {
            if let Some(place) = line.strip_prefix("also-on: ") {
                also_on.push(place.trim().to_owned());
            } else if let Some(numbers) = line.strip_prefix("faults: ") {
                for number in numbers.split_whitespace() {
                    faults.push(number.parse().map_err(|error| format!("{}: {error}", path.display()))?);
                }
            } else if let Some(inner) = line.strip_prefix("  ") {
                let last = commands.last_mut().ok_or_else(|| format!("{}: nothing above {line:?}", path.display()))?;
                last.block.push_str(inner);
                last.block.push('\n');
            } else if !line.trim().is_empty() && !line.starts_with('#') {
                commands.push(Lines { command: line.trim().to_owned(), block: String::new() });
            }
        }
        Ok(Self {
            path: path.to_owned(),
            promise: promise.to_owned(),
            also_on,
            faults,
            commands,
            golden: golden.to_owned(),
            story: story.trim_end().to_owned(),
        })
    }

    /// Accepts what happened.
    pub fn accept(&self, happened: &str) -> Result<(), String> {
        let text = format!("{}\n{SEPARATOR}\n{happened}", self.story);
        std::fs::write(&self.path, text).map_err(|error| format!("{}: {error}", self.path.display()))
    }

    /// Its name: the file's.
    pub fn name(&self) -> String {
        self.path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }
}

/// The folder of the stories.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/scenarios")
}

/// Every story, by name.
pub fn all() -> Result<Vec<Scenario>, String> {
    let entries = std::fs::read_dir(folder()).map_err(|error| error.to_string())?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.iter().map(|path| Scenario::read(path)).collect()
}
