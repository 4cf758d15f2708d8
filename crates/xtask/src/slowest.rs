//! Runs `cargo test` and tells which tests took longest.
//!
//! Cargo hands each test program to [`run`], which asks the test harness for times and takes them down in a file. The harness gives times only
//! where unstable options are allowed, so they are allowed to the test programs, and to nothing that builds. Not here: which tests run.

use std::fs::{File, read_to_string};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use testbed::ScratchFolder;

use crate::run::{Result, Run};

/// The file that times are taken down in.
const TIMES: &str = "XTASK_TEST_TIMES";

/// How many tests are told.
const TOLD: usize = 10;

/// Runs `cargo test` and takes down times. It keeps a copy of this program, which cargo may replace while it builds everything.
pub(crate) struct Timer {
    scratch: ScratchFolder,
    program: PathBuf,
}

impl Timer {
    /// To be made before anything is built.
    pub(crate) fn new() -> Result<Self> {
        let scratch = ScratchFolder::new()?;
        let program = scratch.path().join("xtask");
        std::fs::copy(std::env::current_exe()?, &program)?;
        Ok(Self { scratch, program })
    }

    /// Runs cargo with these arguments, then tells the slowest tests, also when some failed.
    pub(crate) fn timed(&self, arguments: &[&str]) -> Result {
        let times = self.scratch.path().join("times");
        let runner = format!("CARGO_TARGET_{}_RUNNER", host()?.to_uppercase().replace(['-', '.'], "_"));
        let command = format!("{} time-tests", self.program.display());
        let result = Run::cargo(arguments).env(&runner, command).env(TIMES, &times).go();
        tell(&times);
        result
    }
}

/// Runs one test program with these arguments.
pub(crate) fn run(program: &[String]) -> Result {
    let (name, arguments) = program.split_first().ok_or("no program to run")?;
    let mut command = Command::new(name);
    command.args(arguments);
    let Some(times) = std::env::var_os(TIMES) else { return finish(command.status()?) };
    if !has_times(name) {
        let begun = Instant::now();
        let status = command.status()?;
        let mut file = File::options().create(true).append(true).open(times)?;
        writeln!(file, "{} {} (all of it)", begun.elapsed().as_secs_f64(), shown(name))?;
        return finish(status);
    }
    command.args(["-Zunstable-options", "--report-time"]).env("RUSTC_BOOTSTRAP", "1").stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut file = File::options().create(true).append(true).open(times)?;
    let shown = shown(name);
    for line in BufReader::new(child.stdout.take().ok_or("no output")?).lines() {
        let line = line?;
        println!("{line}");
        if let Some((test, seconds)) = time(&line) {
            writeln!(file, "{seconds} {shown} {test}")?;
        }
    }
    finish(child.wait()?)
}

fn finish(status: std::process::ExitStatus) -> Result {
    std::process::exit(status.code().unwrap_or(1));
}

/// Whether the program can tell the time of each test: it says so in its help. Programs with a harness of their own may not.
fn has_times(program: &str) -> bool {
    let output = Command::new(program).arg("--help").output();
    output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--report-time"))
}

/// The name of a test program, without the number that cargo adds.
fn shown(program: &str) -> &str {
    let stem = Path::new(program).file_stem().and_then(|stem| stem.to_str()).unwrap_or(program);
    stem.rsplit_once('-').map_or(stem, |(stem, _)| stem)
}

/// The name and seconds in a line such as `test name ... ok <0.012s>`.
fn time(line: &str) -> Option<(&str, f64)> {
    let (name, rest) = line.strip_prefix("test ")?.split_once(" ... ")?;
    let seconds = rest.rsplit_once('<')?.1.strip_suffix("s>")?;
    Some((name, seconds.parse().ok()?))
}

fn tell(times: &Path) {
    let text = read_to_string(times).unwrap_or_default();
    let mut found: Vec<(f64, &str)> = text
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter_map(|(seconds, test)| Some((seconds.parse().ok()?, test)))
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    println!("\n==> the slowest of {} tests", found.len());
    for (seconds, test) in found.iter().take(TOLD) {
        println!("{seconds:>8.1} s  {test}");
    }
}

/// The target that the tests are built for.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8(output.stdout)?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc does not tell its host")?;
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_from_the_line_of_a_test() {
        assert_eq!(time("test life::a_pipe ... ok <1.250s>"), Some(("life::a_pipe", 1.25)));
        assert_eq!(time("test life::a_pipe ... FAILED <0.003s>"), Some(("life::a_pipe", 0.003)));
        assert_eq!(time("test result: ok. 3 passed"), None);
    }
}
