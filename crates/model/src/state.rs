//! One state of everything: the object, two processes, the service, and what may still go wrong.
//!
//! Not here: how one state becomes another ([`crate::world`]).

use crate::lab::{Act, Local, MindNumber, View};
use crate::object::{Object, PipeNumber};
use crate::variant::Budget;

/// One state of everything.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub(crate) object: Option<Object>,
    /// The incarnation that a re-created object will be.
    pub(crate) next_uid: u8,
    pub(crate) processes: Vec<Process>,
    pub(crate) pipes: Vec<Pipe>,
    /// Pipes that are gone and that LIST still shows.
    pub(crate) ghosts: Vec<View>,
    /// POSTs whose fate is open although their sender has given up.
    pub(crate) flying: Vec<Flying>,
    pub(crate) next_pipe: PipeNumber,
    /// What may still go wrong.
    pub(crate) left: Budget,
    /// What must never happen, and happened.
    pub(crate) scar: Option<Scar>,
}

/// One process of the operator.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Process {
    pub(crate) mind: MindNumber,
    /// Why its last pass ended in nothing more to be done, see [`crate::lab::Decision`].
    pub(crate) said: u8,
    pub(crate) pass: Option<Pass>,
}

/// A pass over the object, about to carry out an act. Any time may go by before it does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Pass {
    pub(crate) local: Local,
    pub(crate) act: Act,
    /// The object was read live, not from a cache.
    pub(crate) live: bool,
    /// Nobody else has written the object since.
    pub(crate) current: bool,
    /// The window passed while it was about to.
    pub(crate) waited: bool,
}

/// A pipe that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is one property of a pipe")]
pub(crate) struct Pipe {
    pub(crate) view: View,
    /// LIST shows it.
    pub(crate) listed: bool,
    /// It was made by a POST of ours.
    pub(crate) ours: bool,
    /// For which incarnation of the object.
    pub(crate) uid: u8,
    /// It has run at some time.
    pub(crate) ran: bool,
    /// Its object went under Retain.
    pub(crate) kept: bool,
}

/// A POST that may still be carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Flying {
    pub(crate) recipe: u8,
    pub(crate) paused: bool,
    pub(crate) uid: u8,
}

/// What must never happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Scar {
    /// A write to a pipe that is none of ours, or such a pipe is put on record.
    Trespass,
    /// The recorded pipe of an object that nobody deletes or replaces is deleted.
    Harm,
    /// A pass that looks again and again and does not come to rest.
    Restless,
    /// A step that the model does not know.
    Unmodelled,
}

impl State {
    /// Whether another attempt would begin that is not looked at any more.
    pub(crate) fn is_exit(&self) -> bool {
        self.processes.iter().any(|process| process.pass.as_ref().is_some_and(|pass| pass.act == Act::Edge))
    }

    pub(crate) fn pipe(&self, number: PipeNumber) -> Option<&Pipe> {
        self.pipes.iter().find(|pipe| pipe.view.number == number)
    }

    /// A pipe goes; LIST may show it for a while all the same.
    pub(crate) fn remove(&mut self, number: PipeNumber, haunts: bool) {
        let shown = self.pipe(number).filter(|pipe| pipe.listed && haunts).map(|pipe| pipe.view);
        self.ghosts.extend(shown);
        self.pipes.retain(|pipe| pipe.view.number != number);
    }

    pub(crate) fn pipe_mut(&mut self, number: PipeNumber) -> Option<&mut Pipe> {
        self.pipes.iter_mut().find(|pipe| pipe.view.number == number)
    }

    /// Pipes that our POSTs made.
    pub(crate) fn ours(&self) -> impl Iterator<Item = &Pipe> {
        self.pipes.iter().filter(|pipe| pipe.ours)
    }
}
