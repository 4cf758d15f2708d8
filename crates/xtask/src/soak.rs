//! `cargo xtask soak`: the long form of what `cargo xtask test` runs in short.
//!
//! A part that fails ends nothing: a long run tells in the morning all that it found. Not here: what is run; each part is a command of its own.

use std::fmt::Write;
use std::time::{Duration, Instant};

use crate::run::{Result, Run};
use crate::simulate::simulate;
use crate::{fuzz, tally, test};

/// Storms in one go; between two the clock is looked at.
const STORMS: u64 = 1_000;
/// The seeds end here, however much time is left.
const SEEDS: u64 = 100_000;
/// Seconds that each fuzz target gets.
const FUZZ: u64 = 600;

/// Fuzzing, every run of the simulation, a day of a hundred objects, the whole model, then storms until the time is over, each with a
/// seed of its own; at the end, what became of each part and how often each fault struck.
pub(crate) fn soak(hours: f64) -> Result {
    let until = Instant::now() + Duration::try_from_secs_f64(hours * 3600.0)?;
    let mut soak = Soak::default();
    soak.part(&format!("fuzzing, {FUZZ} s for each of {} targets", fuzz::TARGETS.len()), || fuzz::fuzz(None, FUZZ));
    for (name, arguments) in test::runs() {
        soak.simulate(name, arguments)?;
    }
    soak.simulate("day-of-a-hundred", vec!["day".to_owned()])?;
    soak.part("the whole model", || Run::cargo(&["run", "--package", "clickpipes-model", "--", "--long"]).go());
    let mut next = test::STORMS;
    while next < SEEDS && (next == test::STORMS || Instant::now() < until) {
        let [from, count] = [next, STORMS].map(|number| number.to_string());
        let arguments = ["storm", "--from", &from, "--count", &count].map(str::to_owned);
        soak.simulate(&format!("storms-from-{from}"), arguments.to_vec())?;
        next += STORMS;
    }
    soak.end()
}

/// What has been run.
#[derive(Default)]
struct Soak {
    told: String,
    failed: usize,
    counted: Vec<String>,
}

impl Soak {
    /// Runs a part, and remembers what became of it.
    fn part(&mut self, what: &str, run: impl FnOnce() -> Result) {
        let begun = Instant::now();
        let became = match run() {
            Ok(()) => "ok".to_owned(),
            Err(error) => {
                self.failed += 1;
                format!("FAILED: {error}")
            }
        };
        // Writing to a text cannot fail.
        let _ = writeln!(self.told, "{:>6} s  {what}: {became}", begun.elapsed().as_secs());
    }

    /// Runs a part that counts what struck.
    fn simulate(&mut self, name: &str, arguments: Vec<String>) -> Result {
        let report = ["--report".to_owned(), tally::file(name)?];
        self.part(name, || simulate(&[arguments, report.to_vec()].concat()));
        self.counted.push(name.to_owned());
        Ok(())
    }

    fn end(self) -> Result {
        tally::print(&self.counted.iter().map(String::as_str).collect::<Vec<_>>())?;
        println!("\n{}", self.told);
        if self.failed == 0 { Ok(()) } else { Err(format!("{} parts failed, see above", self.failed).into()) }
    }
}
