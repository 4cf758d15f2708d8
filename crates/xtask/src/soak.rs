//! `cargo xtask soak`: the long form of what `cargo xtask test` runs in short.
//!
//! Not here: what is run; each part is a command of its own.

use std::time::{Duration, Instant};

use crate::run::{Result, Run};
use crate::{fuzz, simulate, test};

/// Storms in one go; between two the clock is looked at.
const STORMS: u64 = 500;
/// More storms than this are not run, however long it may take.
const MOST: u64 = 100_000;
/// Seconds that each fuzz target gets.
const FUZZ: u64 = 600;

/// Fuzzing, every run of the simulation, a day of a hundred objects, the whole model, then storms until the time is over, each with a
/// seed of its own.
pub(crate) fn soak(hours: f64) -> Result {
    let until = Duration::try_from_secs_f64(hours * 3600.0)?;
    let begun = Instant::now();
    fuzz::fuzz(None, FUZZ)?;
    for (_, arguments) in test::runs() {
        simulate::simulate(&arguments)?;
    }
    simulate::simulate(&["day".to_owned()])?;
    Run::cargo(&["run", "--package", "clickpipes-model", "--", "--long"]).go()?;
    let mut storms = 0;
    while storms < MOST && (storms == 0 || begun.elapsed() < until) {
        let [from, count] = [test::STORMS + storms, STORMS].map(|number| number.to_string());
        simulate::simulate(&["storm", "--from", &from, "--count", &count].map(str::to_owned))?;
        storms += STORMS;
    }
    println!("\n==> {storms} storms, {} fuzz targets for {FUZZ} s each, no violation", fuzz::TARGETS.len());
    Ok(())
}
