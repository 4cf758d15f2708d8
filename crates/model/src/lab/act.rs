//! What the plan wants to be done, as numbers.
//!
//! Not here: asking it ([`super::Lab`]).

use cloud::{Call, Command};
use crd::condition::Reason;
use plan::verdict::Kind;
use plan::{Look, Plan, Step};

use crate::object::{PipeNumber, RecordNumber};
use crate::specimen::{Specimen, number_of};

/// What the plan wants to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Act {
    Hold,
    Release,
    Note(PipeNumber),
    /// Writes the record; `intent` is the one that is followed by a POST. `unwritten` is only for mutants: it is not written at all.
    Remember {
        record: RecordNumber,
        intent: bool,
        unwritten: bool,
    },
    List,
    Get(PipeNumber),
    Post {
        recipe: u8,
        paused: bool,
    },
    Start(PipeNumber),
    Stop(PipeNumber),
    Delete(PipeNumber),
    /// Reads the object live before the first effect.
    Refresh,
    /// No step is left, and what people see has changed.
    Report(RecordNumber),
    /// No step is left.
    Rest,
    /// An attempt that is not looked at any more, see `attempts` of the variant.
    Edge,
    /// A step that this model does not know; never reached.
    Other,
}

impl Act {
    /// Whether it is a compare-and-swap of the object.
    pub(crate) fn is_swap(self) -> bool {
        matches!(self, Self::Hold | Self::Release | Self::Note(_) | Self::Report(_))
            || matches!(self, Self::Edge | Self::Remember { unwritten: false, .. })
    }

    pub(crate) fn is_look(self) -> bool {
        matches!(self, Self::List | Self::Get(_))
    }
}

/// What the plan says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decision {
    pub(crate) act: Act,
    /// Why nothing more will be done; 0 when that is not so.
    pub(crate) said: u8,
}

/// Why nothing more will be done, by number.
pub(super) fn said(reason: Reason, plan: &Plan) -> u8 {
    // What is only reported shows in Ready.
    let reason = match &plan.verdict.ready {
        Some(ready) if plan.verdict.kind == Kind::Reported => ready.reason,
        _ => reason,
    };
    number_of(reason)
}

/// A step as an act.
pub(super) fn act(step: &Step) -> Act {
    let number = |id: &cloud::PipeId| Specimen::number(id.as_str());
    match step {
        Step::Hold => Act::Hold,
        Step::Release => Act::Release,
        Step::Note { last_pipe } => Act::Note(Specimen::number(last_pipe)),
        Step::Look(Look::Pipes { .. }) => Act::List,
        Step::Look(Look::Pipe { pipe, .. }) => Act::Get(number(pipe)),
        Step::Remember { .. } | Step::Look(Look::Service { .. }) => Act::Other,
        Step::Call { call, .. } => match call {
            Call::CreatePipe { body, .. } => {
                Act::Post { recipe: Specimen::recipe(&body.redacted()), paused: body.get("startPaused").is_some() }
            }
            Call::SetState { pipe, command: Command::Start, .. } => Act::Start(number(pipe)),
            Call::SetState { pipe, command: Command::Stop, .. } => Act::Stop(number(pipe)),
            Call::DeletePipe { pipe, .. } => Act::Delete(number(pipe)),
            _ => Act::Other,
        },
    }
}
