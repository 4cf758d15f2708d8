//! What one LIST showed of a service.
//!
//! Not here: how it stays fresh ([`crate::shelf`]), who makes it ([`crate::listing`]).

use std::collections::BTreeMap;
use std::sync::Arc;

use cloud::{Pipe, PipeId, Tick};

/// Every pipe of a service, as a LIST showed them, and each later write's reply.
///
/// Guarantees: a pipe that existed at `begun` and still does is in it, unless the service itself was late to show it. A pipe is never older than our
/// last reply about it. A pipe that we deleted stays until a LIST does not show it.
///
/// Pipes are shared between snapshots, so holding an old one costs little.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// When the LIST was put on the wire; everything that was done before it is in it.
    pub begun: Tick,
    /// The pipes.
    pub pipes: Arc<BTreeMap<PipeId, Arc<Pipe>>>,
}

impl Snapshot {
    /// A snapshot of these pipes.
    pub fn new(begun: Tick, pipes: impl IntoIterator<Item = Pipe>) -> Self {
        Self { begun, pipes: Arc::new(pipes.into_iter().map(|pipe| (pipe.id.clone(), Arc::new(pipe))).collect()) }
    }

    /// The pipe with this id.
    pub fn get(&self, id: &PipeId) -> Option<&Pipe> {
        self.pipes.get(id).map(Arc::as_ref)
    }
}
