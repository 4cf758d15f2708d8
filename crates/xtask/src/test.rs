//! `cargo xtask test`: every test there is. Nothing is skipped: what a test needs is built first.

use testbed::Tools;

use crate::run::{Result, Run};
use crate::simulate::simulate;
use crate::slowest::Timer;
use crate::{check, fuzz, tally};

/// The crates whose tests start real programs.
const REAL: [&str; 1] = ["clickpipes-testbed"];

/// The seeds of the storms: from 0 up to this one.
pub(crate) const STORMS: u64 = 2_000;

/// Runs of the simulation: where each is counted, and what it is.
pub(crate) fn runs() -> [(&'static str, Vec<String>); 5] {
    let storms = STORMS.to_string();
    let runs: [(&str, &[&str]); 5] = [
        ("answers", &["answers"]),
        ("sweep", &["sweep"]),
        ("pairs", &["sweep", "--pairs"]),
        ("storms", &["storm", "--count", &storms]),
        ("day", &["day", "--objects", "24"]),
    ];
    runs.map(|(name, arguments)| (name, arguments.iter().map(|argument| (*argument).to_owned()).collect()))
}

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
    for (name, arguments) in runs() {
        simulate(&[arguments, vec!["--report".to_owned(), tally::file(name)?]].concat())?;
    }
    fuzz::fuzz(None, FUZZ)?;
    tally::print(&runs().map(|(name, _)| name))
}
