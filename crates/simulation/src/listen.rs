//! Reads the operator's log and looks for secrets in it.
//!
//! Not here: what is logged.

use std::io;
use std::sync::Arc;

use tracing_subscriber::fmt::MakeWriter;

use crate::shared::Shared;

/// A log that is only searched.
#[derive(Clone)]
pub struct Listen(Arc<Shared>);

impl Listen {
    /// Listens to everything that is logged in this thread from now on, as long as the guard lives.
    pub fn to_all(shared: &Arc<Shared>) -> tracing::subscriber::DefaultGuard {
        let log = tracing_subscriber::fmt().json().with_writer(Self(Arc::clone(shared)));
        tracing::subscriber::set_default(log.with_max_level(tracing::Level::DEBUG).finish())
    }
}

impl io::Write for Listen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.journal.lock().search("the log", &String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Listen {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
