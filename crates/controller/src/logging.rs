//! Log lines: JSON for machines, text for people. Not here: what is logged.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::LogFormat;

/// Writes log lines to standard output from now on.
pub fn start(format: LogFormat, level: &str) -> Result<(), TryInitError> {
    let lines = tracing_subscriber::fmt().with_env_filter(EnvFilter::builder().parse_lossy(level));
    match format {
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).finish().try_init(),
        LogFormat::Pretty => lines.with_ansi(std::io::stdout().is_terminal()).finish().try_init(),
    }
}
