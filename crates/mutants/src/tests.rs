//! What each test reaches, and how long it takes: each is run once by itself, with no mutant at work.
//!
//! Not here: trying a mutant (see `sweep`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::build::{PLAN, Program};
use crate::copy::Copy;

/// A test that takes longer than this by itself is not asked: what only it would notice is told by a faster one, or not at all.
const SLOW: Duration = Duration::from_secs(20);
/// A test that takes longer than this by itself runs in a process by itself.
const LONG: Duration = Duration::from_millis(500);
/// What a process may take of memory, in KiB: a mutant can collect without end.
const MEMORY: &str = "4000000";

/// One test.
#[derive(Debug)]
pub(crate) struct Test<'a> {
    /// Where it is.
    pub(crate) program: &'a Program,
    /// Its name in there.
    pub(crate) name: String,
    /// How long it takes.
    pub(crate) time: Duration,
    /// The numbers of the places it comes by.
    pub(crate) reaches: BTreeSet<usize>,
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// Every test passed.
    Passed,
    /// This one failed, or the process died.
    Failed(Option<String>),
    /// It was stopped.
    TimedOut,
}

/// Runs every test by itself.
pub(crate) fn learn<'a>(copy: &Copy, programs: &'a [Program]) -> Result<Vec<Test<'a>>> {
    let mut names = Vec::new();
    for program in programs {
        let output = Command::new(&program.path).args(["--list", "--format", "terse"]).output()?;
        let said = String::from_utf8(output.stdout)?;
        names
            .extend(said.lines().filter_map(|line| line.strip_suffix(": test")).map(|name| (program, name.to_owned())));
    }
    let (left, tests) = (Mutex::new(names), Mutex::new(Vec::new()));
    let next = || left.lock().ok()?.pop();
    let work = |worker: usize| -> Result {
        while let Some((program, name)) = next() {
            let trace = copy.target.join(format!("reached-{worker}"));
            let _ = fs::remove_file(&trace);
            let begun = Instant::now();
            let mut command = command(program, std::slice::from_ref(&name));
            command.env("CLICKPIPES_REACHED", &trace);
            if run(command, Duration::from_mins(10))? != End::Passed {
                return Err(format!("{name} of {} fails with no mutant at work", program.path.display()).into());
            }
            let numbers = fs::read_to_string(&trace).unwrap_or_default();
            let reaches = numbers.lines().filter_map(|line| line.parse().ok()).collect();
            let test = Test { program, name, time: begun.elapsed(), reaches };
            if test.time > SLOW {
                println!("    left out, {} s: {}", test.time.as_secs(), test.name);
            } else if let Ok(mut tests) = tests.lock() {
                tests.push(test);
            }
        }
        Ok(())
    };
    side_by_side(&work)?;
    let mut learned = tests.into_inner().map_err(|_| "a worker panicked")?;
    learned.sort_by_key(|test: &Test| (test.program.layer != PLAN, test.time));
    Ok(learned)
}

/// Does the same on every core; each has a number.
pub(crate) fn side_by_side(work: &(dyn Fn(usize) -> Result + Sync)) -> Result {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..cores).map(|worker| scope.spawn(move || work(worker))).collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| "a worker panicked")?)
    })
}

/// A process that runs these tests and no others.
pub(crate) fn command(program: &Program, tests: &[String]) -> Command {
    let mut command = Command::new("sh");
    command
        .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
        .arg(&program.path)
        .args(["--exact", "--test-threads", "1"])
        .args(tests)
        .env("CARGO_MANIFEST_DIR", &program.folder)
        .env("RUST_BACKTRACE", "0")
        .env("PROPTEST_RNG_SEED", "1")
        .current_dir(&program.folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// Runs it until a test fails, to its end, or to the end of its time.
pub(crate) fn run(mut command: Command, limit: Duration) -> Result<End> {
    let until = Instant::now() + limit;
    let mut child = command.spawn()?;
    let said = child.stdout.take();
    let failed = Mutex::new(None);
    let first = || failed.lock().ok().and_then(|failed: MutexGuard<Option<String>>| failed.clone());
    thread::scope(|scope| {
        scope.spawn(|| {
            let lines =
                said.into_iter().flat_map(|said| BufReader::new(said).lines()).map_while(std::result::Result::ok);
            for line in lines {
                let name = line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED"));
                if let (Some(name), Ok(mut failed)) = (name, failed.lock()) {
                    failed.get_or_insert(name.trim().to_owned());
                }
            }
        });
        let mut pause = Duration::from_millis(2);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(if status.success() { End::Passed } else { End::Failed(first()) });
            }
            let (failed, late) = (first(), Instant::now() > until);
            if failed.is_some() || late {
                child.kill()?;
                child.wait()?;
                return Ok(if failed.is_some() { End::Failed(failed) } else { End::TimedOut });
            }
            thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    })
}

/// The tests that come by this place, a few at a time: first those of the quickest programs, and what takes long by itself.
pub(crate) fn reaching<'t, 'a>(tests: &'t [Test<'a>], place: usize) -> Vec<Vec<&'t Test<'a>>> {
    let mut groups: BTreeMap<(bool, &Path, usize), Vec<&Test>> = BTreeMap::new();
    for (number, test) in tests.iter().enumerate().filter(|(_, test)| test.reaches.contains(&place)) {
        let alone = if test.time > LONG { number + 1 } else { 0 };
        groups.entry((test.program.layer != PLAN, &test.program.path, alone)).or_default().push(test);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    let time = |group: &[&Test]| group.iter().map(|test| test.time).sum::<Duration>();
    groups.sort_by_key(|((later, ..), group)| (*later, time(group)));
    groups.into_iter().map(|(_, group)| group).collect()
}
