//! Many runs, as many at once as there are processors; tells what failed and how long it took.
//!
//! Not here: the runs.

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

/// Runs them all. Each gives its problems and the command that replays it.
pub(crate) fn crowd<T: Sync>(what: &str, all: &[T], run: impl Fn(&T) -> (Vec<String>, String) + Sync) -> ExitCode {
    let threads = thread::available_parallelism().map_or(1, Into::into);
    let (next, failed, begun) = (AtomicUsize::new(0), AtomicUsize::new(0), Instant::now());
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let (problems, replay) = run(one);
                    if let Some(first) = problems.first() {
                        failed.fetch_add(1, Ordering::Relaxed);
                        println!("{first}\n  {replay}");
                    }
                }
            });
        }
    });
    let (failed, seconds) = (failed.into_inner(), begun.elapsed().as_secs_f64());
    println!("{} {what} in {seconds:.1} s, {failed} failed", all.len());
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
