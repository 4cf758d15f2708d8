//! What people do to the object and in the console.
//!
//! Not here: when they may ([`crate::choice`]).

use crate::action::{Deed, Edit};
use crate::lab::View;
use crate::object::{Object, PipeNumber};
use crate::state::{Pipe, State};
use crate::world::World;

impl World {
    pub(super) fn edit(&self, state: &mut State, edit: Edit) -> Option<()> {
        let empty = self.lab.record_number(&crd::ClickPipeStatus::default());
        let left = &mut state.left;
        match edit {
            Edit::Delete => {
                left.deletes -= 1;
                let object = state.object.as_mut()?;
                object.deleting = true;
                if !object.held {
                    state.object = None;
                }
            }
            Edit::Remake => {
                left.remakes -= 1;
                let uid = state.next_uid;
                state.object = Some(Object { adopt: self.adopts(), ..Object::new(uid, empty) });
                state.next_uid += 1;
            }
            Edit::Turn => {
                left.turns -= 1;
                let object = state.object.as_mut()?;
                object.stopped = !object.stopped;
                object.generation += 1;
            }
            Edit::Recipe => {
                left.recipes -= 1;
                let object = state.object.as_mut()?;
                object.recipe = 1 - object.recipe;
                object.generation += 1;
            }
            Edit::Retain => {
                left.retains -= 1;
                let object = state.object.as_mut()?;
                object.retain = true;
                object.generation += 1;
            }
            Edit::Confirm => {
                let object = state.object.as_mut()?;
                object.confirmed = self.attempt(object)?;
            }
            Edit::Approve => {
                left.approvals -= 1;
                let object = state.object.as_mut()?;
                object.approved = self.pending(object);
            }
        }
        self.disturb(state, None);
        // What was said about the object as it was says nothing about it as it is.
        for process in &mut state.processes {
            process.said = 0;
        }
        Some(())
    }

    /// The pipe of somebody else that the object is told to take.
    pub(crate) fn adopts(&self) -> Option<PipeNumber> {
        self.lab.variant.adopt.then_some(1)
    }

    /// The attempt that is on record and open.
    pub(crate) fn attempt(&self, object: &Object) -> Option<u8> {
        let record = self.lab.record(object.record);
        let create = record.create.as_ref()?;
        let open = create.phase == crd::status::record::CreatePhase::Intent && record.pipe.is_none();
        open.then(|| u8::try_from(create.attempt).unwrap_or(u8::MAX))
    }

    /// The hash of the plan that waits for approval.
    pub(crate) fn pending(&self, object: &Object) -> Option<u64> {
        let record = self.lab.record(object.record);
        u64::from_str_radix(&record.plan.as_ref()?.hash, 16).ok()
    }
}

pub(super) fn console(state: &mut State, deed: Deed, haunts: bool) -> Option<()> {
    match deed {
        Deed::Delete(number) => {
            state.left.console_deletes -= 1;
            state.remove(number, haunts);
        }
        Deed::Tidy(number) => state.remove(number, haunts),
        Deed::Stop(number) => {
            state.left.console_stops -= 1;
            state.pipe_mut(number)?.view.running = false;
        }
        Deed::Forge { fits } => {
            let left = if fits { &mut state.left.lookalikes } else { &mut state.left.forgeries };
            *left -= 1;
            let recipe = state.object.map_or(0, |object| object.recipe);
            let recipe = if fits { recipe } else { 1 - recipe };
            let view = View { number: state.next_pipe, recipe, token: true, running: false };
            state.next_pipe += 1;
            state.pipes.push(Pipe { view, listed: true, ours: false, uid: 0, ran: false, kept: true });
        }
    }
    Some(())
}
