//! How one state becomes another: the description that a search goes through.
//!
//! The order of the two processes makes no difference, so states that differ only in it are one state. Not here: what must hold
//! ([`crate::property`]), the search ([`mod@crate::search`]).

mod effect;
mod pass;
mod people;

use stateright::{Model, Property};

use crate::action::Action;
use crate::lab::{Lab, View};
use crate::object::Object;
use crate::property;
use crate::state::{Pipe, Process, State};
use crate::variant::Variant;

/// One kind of world, to be searched.
pub struct World {
    pub(crate) lab: Lab,
}

impl World {
    /// A world of this kind.
    #[must_use]
    pub fn new(variant: Variant) -> Self {
        Self { lab: Lab::new(variant) }
    }

    /// Which kind it is.
    pub const fn variant(&self) -> &Variant {
        &self.lab.variant
    }

    /// What follows, with the processes in the order in which they were.
    pub(crate) fn follow(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Begin(at) => self.begin(&mut next, at)?,
            Action::Go(at, fate) => self.go(&mut next, at, fate)?,
            Action::Crash(at) => {
                next.left.crashes -= 1;
                *next.processes.get_mut(at)? = self.newborn();
            }
            Action::Commit(at) => {
                let post = next.flying.remove(at);
                effect::make(&mut next, post);
            }
            Action::Drop(at) => {
                next.flying.remove(at);
            }
            Action::Show(number) => next.pipe_mut(number)?.listed = true,
            Action::Hide(number) => next.ghosts.retain(|ghost| ghost.number != number),
            Action::Window => {
                for process in &mut next.processes {
                    process.mind = self.lab.delay(process.mind);
                    if let Some(pass) = &mut process.pass {
                        pass.waited = true;
                    }
                }
            }
            Action::User(edit) => self.edit(&mut next, edit)?,
            Action::Console(deed) => people::console(&mut next, deed, self.variant().ghosts)?,
        }
        Some(next)
    }

    /// A process that has just started.
    fn newborn(&self) -> Process {
        Process { mind: self.lab.fresh(), said: 0, pass: None }
    }
}

impl Model for World {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let empty = self.lab.record_number(&crd::ClickPipeStatus::default());
        let adopts = self.adopts();
        let view = View { number: 1, recipe: 0, token: false, running: true };
        let pipe = Pipe { view, listed: true, ours: false, uid: 0, ran: true, kept: true };
        vec![State {
            object: Some(Object { adopt: adopts, ..Object::new(1, empty) }),
            next_uid: 2,
            processes: vec![self.newborn(); self.variant().processes],
            pipes: adopts.map(|_| pipe).into_iter().collect(),
            ghosts: Vec::new(),
            flying: Vec::new(),
            next_pipe: 2,
            left: self.variant().budget,
            scar: None,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        crate::choice::actions(self, state, actions);
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = self.follow(state, action)?;
        next.processes.sort_unstable();
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        property::all()
    }
}
