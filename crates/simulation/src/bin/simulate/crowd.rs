//! Many runs, as many at once as there are processors; tells what failed, how long it took, and which faults struck how often.
//!
//! Not here: the runs.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use parking_lot::Mutex;
use simulation::struck::Fault;
use simulation::tally::Tally;

/// One run that is over.
pub(crate) struct Ran {
    /// What went wrong.
    pub(crate) problems: Vec<String>,
    /// Which faults struck.
    pub(crate) struck: BTreeSet<Fault>,
    /// The command that replays it.
    pub(crate) replay: String,
}

/// Where the figures go, beside the terminal.
pub(crate) struct Report {
    /// The layer of the runs.
    pub(crate) layer: &'static str,
    /// The file, if there is to be one.
    pub(crate) file: Option<PathBuf>,
}

/// Runs them all.
pub(crate) fn crowd<T: Sync>(what: &str, report: &Report, all: &[T], run: impl Fn(&T) -> Ran + Sync) -> ExitCode {
    let tally = Mutex::new(Tally::default());
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let (next, failed, begun) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let Ran { problems, struck, replay } = run(one);
                    tally.lock().add(&struck, problems.len());
                    if let Some(first) = problems.first() {
                        failed.fetch_add(1, Ordering::Relaxed);
                        println!("{first}\n  {replay}");
                    }
                }
            });
        }
    });
    let (failed, seconds) = (failed.into_inner(), begun.elapsed().as_secs_f64());
    let tally = tally.into_inner();
    println!("{tally}\n{} {what} in {seconds:.1} s, {failed} failed", all.len());
    if let Some(file) = &report.file
        && let Err(error) = tally.write(file, report.layer, what)
    {
        println!("failed to write {}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
