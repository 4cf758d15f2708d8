//! What a process hears of its acts, and the plan's real inputs behind it.
//!
//! Not here: what becomes of it ([`super::Lab`]).

use std::sync::Arc;

use cloud::{Failure, Outcome, Pipe, Refusal, Reply, Tick};
use crd::ClickPipeStatus;
use plan::Learned;
use plan::known::Seen;

use crate::lab::Lab;
use crate::object::{PipeNumber, RecordNumber};

/// What a pipe looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct View {
    pub(crate) number: PipeNumber,
    pub(crate) recipe: u8,
    pub(crate) token: bool,
    pub(crate) running: bool,
}

/// What came of an act.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Heard {
    Done,
    Written(RecordNumber),
    /// Written, and the answer took long.
    WrittenSlowly(RecordNumber),
    Pipes(Vec<View>),
    Pipe(Option<View>),
    Accepted(Option<View>),
    Missing,
    Rejected,
    Unknown,
}

impl Lab {
    pub(super) fn result(&self, heard: Heard, begun: Tick) -> Result<Learned, Failure> {
        let refused = |refusal| Failure { outcome: Outcome::Refused(refusal), ..Failure::not_sent("") };
        match heard {
            Heard::Done => Ok(Learned::Done),
            Heard::Written(record) | Heard::WrittenSlowly(record) => {
                Ok(Learned::Written(Box::new(ClickPipeStatus::clone(&self.record(record))), begun))
            }
            Heard::Pipes(views) => {
                let pipes = views.iter().map(|view| self.pipe(*view)).map(|pipe| (pipe.id.clone(), Arc::new(pipe)));
                Ok(Learned::Pipes(Seen { begun: Tick(begun.0 + 1), pipes: Arc::new(pipes.collect()) }))
            }
            Heard::Pipe(view) => Ok(Learned::Pipe(view.map(|view| Box::new(self.pipe(view))))),
            Heard::Accepted(None) => Ok(Learned::Accepted(Reply::Done)),
            Heard::Accepted(Some(view)) => Ok(Learned::Accepted(Reply::Pipe(Box::new(self.pipe(view))))),
            Heard::Missing => Err(refused(Refusal::NotFound)),
            Heard::Rejected => Err(refused(Refusal::Source)),
            Heard::Unknown => Err(Failure::unknown("")),
        }
    }

    fn pipe(&self, view: View) -> Pipe {
        self.specimen.pipe(view)
    }
}
