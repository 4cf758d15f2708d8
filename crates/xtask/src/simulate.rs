//! `cargo xtask simulate`: storms, a day, sweeps of one crash and of pairs, and every answer, of the crate `simulation`; or one of them again.
//! All in a build that is fast and keeps every check.
//!
//! Not here: what they are.

use crate::run::{Result, Run};

/// Runs the simulation with these arguments.
pub(crate) fn simulate(arguments: &[String]) -> Result {
    let program = ["run", "--quiet", "--profile", "storm", "-p", "clickpipes-simulation", "--bin", "simulate", "--"];
    let arguments: Vec<&str> = program.into_iter().chain(arguments.iter().map(String::as_str)).collect();
    Run::cargo(&arguments).go()
}
