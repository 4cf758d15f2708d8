//! Breaks each guard of `crates/plan` once, and asks the tests whether they notice: `cargo xtask mutants`.
//!
//! cargo-mutants says what can be broken; to build each mutant by itself would take half a day. So a copy of the workspace is built
//! once, with all mutants inside and a number in the environment that picks one of them. Each test is run once by itself, to learn
//! which places it reaches; then every mutant is tried with the tests that reach it, until one fails.
//!
//! The order of work: [`list`] what can be broken, [`place`] it in the syntax, [`rewrite`] the sources of a [`copy`], [`build`] it,
//! learn what each of the [`tests`] reaches, [`sweep`], and hold the survivors against their [`reasons`] in the [`report`].

#![expect(clippy::indexing_slicing, reason = "a JSON value indexed by a name gives null, it does not panic")]

mod build;
mod copy;
mod list;
mod place;
mod reasons;
mod report;
mod rewrite;
mod sweep;
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;

use crate::build::Viable;
use crate::copy::Copy;
use crate::list::Mutant;
use crate::sweep::{Fate, Trial};

/// How every part ends.
type Result<T = ()> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Breaks each guard of the plan once and asks the tests whether they notice.
#[derive(Parser)]
#[command(name = "cargo xtask mutants", bin_name = "cargo xtask mutants")]
struct Arguments {
    /// Only every n-th mutant, beginning with the k-th: `1/4`.
    #[arg(long, value_parser = shard)]
    shard: Option<(usize, usize)>,
    /// Only those that were not noticed when they were last tried here, or were never tried; of the others, what came of them then counts.
    #[arg(long)]
    again: bool,
    /// Only those whose name contains one of these.
    names: Vec<String>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result {
    let begun = Instant::now();
    let (root, folder) = (root(), folder());
    let mutants = list::list(&root, &folder)?;
    println!("==> {} mutants", mutants.len());
    let copy = Copy::make(&root, &folder)?;
    let built = build::build(&root, &copy, &mutants)?;
    let (inside, seconds) = (built.viable.len(), begun.elapsed().as_secs());
    println!("==> {inside} mutants are built, {seconds} s; the others do not compile");
    let tests = tests::learn(&copy, &built.programs)?;
    println!("==> {} tests know what they reach, {} s", tests.len(), begun.elapsed().as_secs());
    let before = sweep::before(&folder);
    let chosen: Vec<Viable> =
        built.viable.iter().copied().filter(|viable| arguments.wants(viable.mutant, &before)).collect();
    let mut trials = sweep::sweep(&folder, &tests, &chosen)?;
    println!("==> {} tried, {} s", trials.len(), begun.elapsed().as_secs());
    if arguments.again {
        trials.extend(kept(&built.viable, &chosen, &before));
        trials.sort_by_key(|trial| trial.mutant.id);
    }
    let reasons = reasons::read(&root)?;
    let report = report::Report { trials: &trials, unviable: mutants.len() - inside, reasons: &reasons };
    println!("{}", report.summary());
    let whole = trials.len() == inside;
    if whole {
        report.write(&root)?;
    }
    report.verdict(&mutants, whole)
}

/// What came of those that were not tried again.
fn kept<'a>(viable: &[Viable<'a>], chosen: &[Viable], before: &BTreeMap<String, Fate>) -> Vec<Trial<'a>> {
    let tried: BTreeSet<usize> = chosen.iter().map(|viable| viable.mutant.id).collect();
    let others = viable.iter().map(|viable| viable.mutant).filter(|mutant| !tried.contains(&mutant.id));
    others.filter_map(|mutant| Some(Trial { mutant, fate: *before.get(&mutant.name)? })).collect()
}

impl Arguments {
    fn wants(&self, mutant: &Mutant, before: &BTreeMap<String, Fate>) -> bool {
        let sharded = self.shard.is_none_or(|(part, of)| mutant.id % of == part % of);
        let named = self.names.is_empty() || self.names.iter().any(|name| mutant.name.contains(name.as_str()));
        sharded && named && (!self.again || before.get(&mutant.name).is_none_or(|fate| !fate.is_noticed()))
    }
}

fn shard(text: &str) -> std::result::Result<(usize, usize), String> {
    let (part, of) = text.split_once('/').ok_or("it is written k/n")?;
    let (part, of): (usize, usize) =
        (part.parse().map_err(|_| "k is a number")?, of.parse().map_err(|_| "n is a number")?);
    if part == 0 || part > of { Err("k is between 1 and n".to_owned()) } else { Ok((part, of)) }
}

/// The workspace that is tried.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap_or(Path::new(".")).to_owned()
}

/// Where everything is put that is made on the way.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| root().join("target")).join("mutants")
}
