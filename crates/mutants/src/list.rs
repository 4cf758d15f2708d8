//! What can be broken: the list of cargo-mutants, and a name for each entry that outlives other edits of its file.
//!
//! Not here: where in the syntax an entry stands (see `place`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::Result;

/// The version whose list is used; another one may find other mutants.
const VERSION: &str = "27.1.0";
/// The package that is broken.
const PACKAGE: &str = "clickpipes-plan";

/// One way to break one place.
#[derive(Debug)]
pub(crate) struct Mutant {
    /// Its number, from 1; it stands for this mutant in the environment of a test.
    pub(crate) id: usize,
    /// The file, from the root of the workspace.
    pub(crate) file: String,
    /// What is done, in which function, and which of several alike it is; without line numbers.
    pub(crate) name: String,
    /// Where it stands today: line and column.
    pub(crate) position: (usize, usize),
    /// Where it ends.
    pub(crate) end: (usize, usize),
    /// What is put there.
    pub(crate) replacement: String,
    /// How it is put there.
    pub(crate) kind: Kind,
}

/// What is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    /// A function gives this value and does nothing else.
    #[serde(rename = "FnValue")]
    Function,
    /// Another operator.
    #[serde(rename = "BinaryOperator")]
    Binary,
    /// No operator.
    #[serde(rename = "UnaryOperator")]
    Unary,
    /// The guard of a match arm is always or never true.
    #[serde(rename = "MatchArmGuard")]
    Guard,
    /// A match arm is left out.
    #[serde(rename = "MatchArm")]
    Arm,
    /// A field comes from the base of the struct expression.
    #[serde(rename = "StructField")]
    Field,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    genre: Kind,
    name: String,
    replacement: String,
    span: Span,
}

#[derive(Deserialize)]
struct Span {
    start: Position,
    end: Position,
}

#[derive(Deserialize)]
struct Position {
    line: usize,
    column: usize,
}

/// Every mutant of the package.
pub(crate) fn list(root: &Path, folder: &Path) -> Result<Vec<Mutant>> {
    let output = Command::new(tool(folder)?)
        .args(["mutants", "--list", "--json", "--package", PACKAGE])
        .current_dir(root)
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo-mutants failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let entries: Vec<Entry> = serde_json::from_slice(&output.stdout)?;
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mutants = entries.into_iter().enumerate().map(|(index, entry)| {
        let plain = plain(&entry);
        let count = seen.entry(plain.clone()).or_default();
        *count += 1;
        Mutant {
            id: index + 1,
            name: if *count == 1 { plain } else { format!("{plain} #{count}") },
            file: entry.file,
            position: (entry.span.start.line, entry.span.start.column),
            end: (entry.span.end.line, entry.span.end.column),
            replacement: entry.replacement,
            kind: entry.genre,
        }
    });
    Ok(mutants.collect())
}

/// `crates/plan/src/twins.rs:12:5: replace …` without the folder, the line and the column, in one line.
fn plain(entry: &Entry) -> String {
    let file = entry.file.strip_prefix("crates/plan/src/").unwrap_or(&entry.file);
    let what = entry.name.splitn(4, ':').nth(3).unwrap_or(&entry.name);
    let what: Vec<&str> = what.split_whitespace().collect();
    format!("{file}: {}", what.join(" "))
}

/// cargo-mutants of that version: the person's own, or one that is made here.
fn tool(folder: &Path) -> Result<PathBuf> {
    let own = PathBuf::from("cargo-mutants");
    let made = folder.join("tool/bin/cargo-mutants");
    if let Some(found) = [own, made.clone()].into_iter().find(|program| is_that_version(program)) {
        return Ok(found);
    }
    println!("==> cargo install cargo-mutants {VERSION}");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["install", "--quiet", "--locked", "cargo-mutants", "--version", VERSION, "--root"])
        .arg(folder.join("tool"))
        .status()?;
    if status.success() { Ok(made) } else { Err(format!("cargo install cargo-mutants: {status}").into()) }
}

fn is_that_version(program: &Path) -> bool {
    let output = Command::new(program).args(["mutants", "--version"]).output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == format!("cargo-mutants {VERSION}"))
}
