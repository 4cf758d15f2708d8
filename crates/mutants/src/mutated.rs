//! Which mutant is at work in this process, and which places it has reached.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, Mutex};

static ACTIVE: LazyLock<usize> =
    LazyLock::new(|| std::env::var("CLICKPIPES_MUTANT").ok().and_then(|text| text.parse().ok()).unwrap_or(0));

static TRACE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let path = std::env::var_os("CLICKPIPES_REACHED")?;
    OpenOptions::new().create(true).append(true).open(path).ok().map(Mutex::new)
});

static REACHED: [AtomicBool; 10_000] = [const { AtomicBool::new(false) }; 10_000];

/// The mutant at work, asked for at this place.
pub fn at(place: usize) -> usize {
    if let Some(trace) = &*TRACE
        && !REACHED[place].swap(true, Ordering::Relaxed)
    {
        let mut file = trace.lock().unwrap();
        writeln!(file, "{place}").unwrap();
    }
    *ACTIVE
}
