//! `cargo xtask test`: every test there is. Nothing is skipped: what a test needs is built first.

use testbed::Tools;

use crate::run::{Result, Run};
use crate::simulate::simulate;
use crate::slowest::Timer;
use crate::{check, fuzz, tally};

/// The crates whose tests start real programs.
const REAL: [&str; 1] = ["clickpipes-testbed"];

/// Runs of the simulation: where each is counted, and what it is.
pub(crate) const RUNS: [(&str, &[&str]); 5] = [
    ("answers", &["answers"]),
    ("sweep", &["sweep"]),
    ("pairs", &["sweep", "--pairs"]),
    ("storms", &["storm", "--count", "2000"]),
    ("day", &["day", "--objects", "24"]),
];

/// Seconds that each fuzz target gets.
const FUZZ: u64 = 5;

/// Runs the checks and the tests; `quick` leaves out those that start etcd, kube-apiserver and the operator, and fuzzing.
pub(crate) fn test(quick: bool) -> Result {
    let timer = Timer::new()?;
    check::check()?;
    if quick {
        let without: Vec<&str> = REAL.iter().flat_map(|package| ["--exclude", package]).collect();
        return timer.timed(&[&["test", "--workspace", "--all-features"], without.as_slice()].concat());
    }
    let tools = Tools::prepare(|line| println!("{line}"))?;
    tools.helm(|line| println!("{line}"))?;
    tools.controller_manager(|line| println!("{line}"))?;
    Run::cargo(&["build", "--workspace", "--all-features", "--bins"]).go()?;
    timer.timed(&["test", "--workspace", "--all-features"])?;
    for (name, arguments) in RUNS {
        let report = ["--report".to_owned(), tally::file(name)?];
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).chain(report).collect();
        simulate(&arguments)?;
    }
    fuzz::fuzz(None, FUZZ)?;
    tally::print(&RUNS.map(|(name, _)| name))
}
