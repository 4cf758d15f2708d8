//! What can happen next.
//!
//! Not here: when, and what it does ([`crate::world`]).

use std::fmt;

use crate::object::PipeNumber;

/// What can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// A process begins a pass. At once, or after longer than every timer but the window.
    Begin(usize),
    /// A process carries out its act, and takes in what came of it.
    Go(usize, Fate),
    /// A process ends and starts anew.
    Crash(usize),
    /// A POST whose sender has given up is carried out.
    Commit(usize),
    /// It never will be.
    Drop(usize),
    /// LIST shows a pipe.
    Show(PipeNumber),
    /// LIST does not show a pipe any more that is gone.
    Hide(PipeNumber),
    /// The window passes.
    Window,
    /// Somebody changes the object.
    User(Edit),
    /// Somebody changes something in the console.
    Console(Deed),
}

/// What becomes of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is carried out and answered.
    Done,
    /// It is carried out and the answer is lost.
    Lost,
    /// It is not carried out, and there is no answer that says so.
    Failed,
    /// It is refused.
    Refused,
    /// It is carried out, and the answer takes longer than 5 seconds.
    Slow,
}

/// A change of the object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Edit {
    /// `kubectl delete`.
    Delete,
    /// It is applied again after it went.
    Remake,
    /// `state` is turned over.
    Turn,
    /// A fixed field is turned over.
    Recipe,
    /// `deletionPolicy: Retain`.
    Retain,
    /// The annotation `confirm-not-created`, by somebody who knows that nothing was made.
    Confirm,
    /// The annotation `approve-plan` with the hash of today's plan.
    Approve,
}

/// A change in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Deed {
    /// A pipe is deleted.
    Delete(PipeNumber),
    /// A pipe is stopped.
    Stop(PipeNumber),
    /// A pipe that the operator reports, since its object is gone, is deleted.
    Tidy(PipeNumber),
    /// A stopped pipe is made whose name carries our token; it has the object's fixed fields, or others.
    Forge {
        /// Whether it has the object's fixed fields.
        fits: bool,
    },
}

impl fmt::Display for Fate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Done => "",
            Self::Lost => ", and the answer is lost",
            Self::Failed => ", which is not carried out, and no answer says so",
            Self::Refused => ", which is refused",
            Self::Slow => ", and the answer comes late",
        })
    }
}
