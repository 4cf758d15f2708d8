//! Builds the copy with all mutants inside, leaving out those that do not compile.
//!
//! An error inside the text of a mutant is that mutant's; it is left out and the rest is compiled again, until nothing is wrong. An error
//! anywhere else is ours. Not here: the texts (see `rewrite`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;
use crate::copy::{Copy, SOURCES, texts};
use crate::list::Mutant;
use crate::place::places;
use crate::rewrite::{Rewritten, rewrite};

/// What every place asks: see there. It becomes a module of the package.
const MUTATED: &str = include_str!("mutated.rs");
/// The file whose end names that module.
const LIBRARY: &str = "crates/plan/src/lib.rs";

/// Fast to run, with every check of a debug build.
const PROFILE: [&str; 5] = [
    "--config=profile.dev.opt-level=1",
    "--config=profile.dev.debug=false",
    "--config=profile.dev.incremental=false",
    "--config=profile.dev.package.clickpipes-plan.opt-level=1",
    "--locked",
];

/// What holds tests, built at once so that both layers use the same libraries; the names of the programs follow.
const SELECTION: [&str; 9] = [
    "test",
    "--no-run",
    "--package",
    "clickpipes-plan",
    "--package",
    "clickpipes-simulation",
    "--lib",
    "--test",
    SCENARIOS,
];

/// The first layer: the tests of the plan.
pub(crate) const PLAN: &str = "plan";
/// The second: stories of the whole controller.
pub(crate) const SCENARIOS: &str = "scenarios";

/// A program that holds tests.
#[derive(Debug)]
pub(crate) struct Program {
    /// The layer that it belongs to.
    pub(crate) layer: &'static str,
    /// Where it is.
    pub(crate) path: PathBuf,
    /// Where it expects to be run.
    pub(crate) folder: PathBuf,
}

/// A mutant that compiles, and the number of its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Viable<'a> {
    /// The mutant.
    pub(crate) mutant: &'a Mutant,
    /// Where it stands.
    pub(crate) place: usize,
}

/// What is built.
pub(crate) struct Built<'a> {
    /// Every test program.
    pub(crate) programs: Vec<Program>,
    /// Every mutant inside them; others do not compile.
    pub(crate) viable: Vec<Viable<'a>>,
}

/// Builds every test program.
pub(crate) fn build<'a>(root: &Path, copy: &Copy, mutants: &'a [Mutant]) -> Result<Built<'a>> {
    let mut originals = texts(root, SOURCES)?;
    for text in originals.values_mut() {
        *text = switchable(text);
    }
    if let Some(library) = originals.get_mut(LIBRARY) {
        library.push_str("\n/// Which mutant is at work.\n#[doc(hidden)]\npub mod mutated;\n");
    }
    copy.write(&format!("{SOURCES}/mutated.rs"), MUTATED)?;
    let memory = Memory::of(copy, &originals, mutants);
    let mut unviable = memory.read();
    let viable = loop {
        let (written, viable) = write(copy, &originals, mutants, &unviable)?;
        let wrong = check(copy, &written)?;
        if wrong.is_empty() {
            break viable;
        }
        println!("    {} do not compile", wrong.len());
        unviable.extend(wrong);
    };
    memory.write(&unviable)?;
    Ok(Built { programs: compile(copy)?, viable })
}

/// A constant function cannot look at the environment; here none has to be constant.
fn switchable(text: &str) -> String {
    text.replace("const fn", "      fn")
}

/// Which mutants of just these sources do not compile, as an earlier run has found out.
struct Memory {
    path: PathBuf,
    key: String,
}

impl Memory {
    fn of(copy: &Copy, originals: &BTreeMap<String, String>, mutants: &[Mutant]) -> Self {
        let mut hasher = DefaultHasher::new();
        (originals, mutants.iter().map(|mutant| &mutant.name).collect::<Vec<_>>()).hash(&mut hasher);
        Self { path: copy.target.with_file_name("unviable.txt"), key: format!("{:016x}", hasher.finish()) }
    }

    fn read(&self) -> BTreeSet<usize> {
        let text = fs::read_to_string(&self.path).unwrap_or_default();
        let ids = text.strip_prefix(&self.key).into_iter().flat_map(str::split_whitespace);
        ids.filter_map(|id| id.parse().ok()).collect()
    }

    fn write(&self, unviable: &BTreeSet<usize>) -> Result {
        let ids: Vec<String> = unviable.iter().map(usize::to_string).collect();
        fs::write(&self.path, format!("{}\n{}\n", self.key, ids.join(" ")))?;
        Ok(())
    }
}

/// Writes every file with its mutants; gives the mutants that have a place.
fn write<'a, 'm>(
    copy: &Copy,
    originals: &'a BTreeMap<String, String>,
    mutants: &'m [Mutant],
    without: &BTreeSet<usize>,
) -> Result<(BTreeMap<&'a str, Rewritten>, Vec<Viable<'m>>)> {
    let (mut written, mut viable, mut next) = (BTreeMap::new(), Vec::new(), 0);
    for (file, text) in originals {
        let of_file: Vec<&Mutant> =
            mutants.iter().filter(|mutant| mutant.file == *file && !without.contains(&mutant.id)).collect();
        let places = places(text, &of_file, next)?;
        next += places.len();
        let rewritten = rewrite(text, &places);
        copy.write(file, &rewritten.text)?;
        written.insert(file.as_str(), rewritten);
        for place in &places {
            viable.extend(place.mutants.iter().map(|(mutant, _)| Viable { mutant, place: place.number }));
        }
    }
    viable.sort_by_key(|viable| viable.mutant.id);
    Ok((written, viable))
}

/// The mutants that do not compile.
fn check(copy: &Copy, written: &BTreeMap<&str, Rewritten>) -> Result<BTreeSet<usize>> {
    let messages = cargo(copy, &["check", "--package", "clickpipes-plan", "--lib"])?;
    let mut wrong = BTreeSet::new();
    for message in messages.iter().filter(|message| message["message"]["level"] == "error") {
        let message = &message["message"];
        let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        let owners = |primary: bool| -> BTreeSet<usize> {
            let spans = spans.iter().filter(|span| span["is_primary"] == primary);
            spans.filter_map(|span| owner(written, span)).collect()
        };
        // Where two texts do not agree, the compiler may point at the one that is right.
        let ids = if owners(true).is_empty() { owners(false) } else { owners(true) };
        if ids.is_empty() && !spans.is_empty() {
            let said = message["rendered"].as_str().unwrap_or_default();
            let hint = "(a function that returns `impl Trait` has one type only: let it return one that has a name)";
            return Err(format!("the copy does not compile, and no mutant is the cause {hint}:\n{said}").into());
        }
        wrong.extend(ids);
    }
    Ok(wrong)
}

/// The mutant in whose text an error stands.
fn owner(written: &BTreeMap<&str, Rewritten>, span: &Value) -> Option<usize> {
    let mut at = span;
    while at["expansion"]["span"].is_object() {
        at = &at["expansion"]["span"];
    }
    let file = at["file_name"].as_str()?;
    let offset = usize::try_from(at["byte_start"].as_u64()?).ok()?;
    written.get(file)?.at(offset)
}

/// Builds the test programs.
fn compile(copy: &Copy) -> Result<Vec<Program>> {
    let names = programs(&copy.root.join("crates/plan/tests"))?;
    let names: Vec<&str> = names.iter().flat_map(|name| ["--test", name]).collect();
    let messages = cargo(copy, &[&SELECTION, names.as_slice()].concat())?;
    if let Some(error) = messages.iter().find(|message| message["message"]["level"] == "error") {
        return Err(error["message"]["rendered"].as_str().unwrap_or("the tests do not compile").into());
    }
    let tests = messages.iter().filter(|message| message["profile"]["test"] == true);
    let programs = tests.filter_map(|message| {
        let path = PathBuf::from(message["executable"].as_str()?);
        let folder = PathBuf::from(message["manifest_path"].as_str()?).parent()?.to_owned();
        Some(Program { layer: layer(&folder, message["target"]["name"].as_str()?)?, path, folder })
    });
    let programs: Vec<Program> = programs.collect();
    if programs.is_empty() { Err("there are no tests".into()) } else { Ok(programs) }
}

/// The names of the test programs in a folder, as cargo finds them.
fn programs(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") || path.join("main.rs").is_file() {
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
    }
    names.sort();
    Ok(names)
}

/// The layer of a test program: the tests of the plan, or the stories of the whole controller; others are not asked.
fn layer(folder: &Path, target: &str) -> Option<&'static str> {
    match (folder.file_name()?.to_str()?, target) {
        ("plan", _) => Some(PLAN),
        ("simulation", "scenarios") => Some(SCENARIOS),
        _ => None,
    }
}

/// Runs cargo in the copy; gives what it says about each package.
fn cargo(copy: &Copy, arguments: &[&str]) -> Result<Vec<Value>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(arguments)
        .args(PROFILE)
        .arg("--message-format=json")
        .env("CARGO_TARGET_DIR", &copy.target)
        .env_remove("RUSTFLAGS")
        .current_dir(&copy.root)
        .output()?;
    let lines = String::from_utf8(output.stdout)?;
    let messages: Vec<Value> = lines.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let explained = messages.iter().any(|message| message["message"]["level"] == "error");
    if output.status.success() || explained {
        Ok(messages)
    } else {
        Err(format!("cargo {} failed: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }
}
