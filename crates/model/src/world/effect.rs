//! What an act does to the object and to the service, and what the process hears of it.
//!
//! Not here: which act comes next ([`super::pass`]).

use crate::action::Fate;
use crate::lab::{Act, Heard, View};
use crate::object::{Object, PipeNumber, RecordNumber};
use crate::specimen::Specimen;
use crate::state::{Flying, Pass, Pipe, Process, Scar, State};
use crate::world::World;
use crate::world::pass::end;

impl World {
    pub(super) fn go(&self, state: &mut State, at: usize, fate: Fate) -> Option<()> {
        let pass = state.processes.get(at)?.pass.clone()?;
        if pass.act == Act::Refresh {
            return match self.refreshed(state, &pass) {
                Some(live) => self.proceed(state, at, live),
                None => end(state, at, pass.local.mind, 0),
            };
        }
        if fate == Fate::Refused {
            state.left.refusals -= 1;
        } else if fate != Fate::Done {
            match pass.act {
                Act::Post { .. } => state.left.lost_posts -= 1,
                _ => state.left.faults -= 1,
            }
        }
        if pass.act.is_swap() { self.swap(state, at, &pass, fate) } else { self.call(state, at, &pass, fate) }
    }

    fn swap(&self, state: &mut State, at: usize, pass: &Pass, fate: Fate) -> Option<()> {
        let local = &pass.local;
        let mut object = if self.forces(pass) { state.object? } else { local.object };
        let mut heard = Heard::Done;
        match pass.act {
            Act::Hold => object.held = true,
            Act::Note(number) => object.last_pipe = Some(number),
            Act::Remember { record, .. } | Act::Report(record) => {
                if self.takes(state, pass, record) {
                    state.scar = Some(Scar::Trespass);
                }
                object.record = record;
                heard = if fate == Fate::Slow { Heard::WrittenSlowly(record) } else { Heard::Written(record) };
            }
            Act::Release => {
                state.object = None;
                for pipe in state.pipes.iter_mut().filter(|pipe| object.retain && pipe.uid == object.uid) {
                    pipe.kept = true;
                }
            }
            _ => return None,
        }
        if pass.act != Act::Release {
            state.object = Some(object);
        }
        self.disturb(state, Some(at));
        if fate == Fate::Lost || matches!(pass.act, Act::Report(_) | Act::Release) {
            let Process { mut mind, said, .. } = *state.processes.get(at)?;
            if let (Fate::Lost, Act::Remember { record, .. }) = (fate, pass.act) {
                mind = self.lab.unwritten(local, mind, record);
            }
            return end(state, at, mind, if fate == Fate::Lost { 0 } else { said });
        }
        let local = self.lab.learn(local, &heard, object, pass.waited);
        self.proceed(state, at, Pass { local, live: true, current: true, waited: false, ..*pass })
    }

    pub(super) fn call(&self, state: &mut State, at: usize, pass: &Pass, fate: Fate) -> Option<()> {
        let local = pass.local;
        let carried_out = matches!(fate, Fate::Done | Fate::Lost);
        let about = |number: PipeNumber, state: &mut State| {
            let pipe = state.pipe(number).copied();
            if pipe.is_some_and(|pipe| !pipe.ours && !self.lab.licenses(&local, pipe.view)) {
                state.scar = Some(Scar::Trespass);
            }
            pipe
        };
        let answer = |pipe: Option<Pipe>| match (fate, pipe) {
            (Fate::Done, Some(_)) => Heard::Accepted(None),
            (Fate::Done, None) => Heard::Missing,
            _ => Heard::Unknown,
        };
        let heard = match pass.act {
            Act::List => {
                let listed = state.pipes.iter().filter(|pipe| pipe.listed).map(|pipe| pipe.view);
                Heard::Pipes(listed.chain(state.ghosts.iter().copied()).collect())
            }
            Act::Get(number) => Heard::Pipe(state.pipe(number).map(|pipe| pipe.view)),
            Act::Post { recipe, paused } => {
                let post = Flying { recipe, paused, uid: local.object.uid };
                match fate {
                    Fate::Done => Heard::Accepted(Some(make(state, post))),
                    Fate::Refused => Heard::Rejected,
                    Fate::Lost | Fate::Failed | Fate::Slow => {
                        state.flying.push(post);
                        state.flying.sort_unstable();
                        Heard::Unknown
                    }
                }
            }
            Act::Start(number) | Act::Stop(number) => {
                let pipe = about(number, state);
                if let Some(pipe) = state.pipe_mut(number).filter(|_| carried_out) {
                    pipe.view.running = matches!(pass.act, Act::Start(_));
                    pipe.ran |= pipe.view.running;
                }
                answer(pipe)
            }
            Act::Delete(number) => {
                let pipe = about(number, state);
                if state.object.is_some_and(|object| self.needs(&object, number)) {
                    state.scar = Some(Scar::Harm);
                }
                if carried_out {
                    state.remove(number, self.variant().ghosts);
                }
                answer(pipe)
            }
            Act::Remember { record, .. } => Heard::Written(record),
            _ => return None,
        };
        let local = self.lab.learn(&local, &heard, local.object, pass.waited);
        self.proceed(state, at, Pass { local, waited: false, ..*pass })
    }

    /// Whether a pipe of somebody else comes on record without anybody's word, and without an intent that it fits.
    fn takes(&self, state: &State, pass: &Pass, record: RecordNumber) -> bool {
        let recorded = |record| self.lab.record(record).pipe.as_ref().map(|pipe| Specimen::number(&pipe.id));
        let before = recorded(pass.local.object.record);
        let new = recorded(record).filter(|number| Some(*number) != before && Some(*number) != pass.local.object.adopt);
        let pipe = new.and_then(|number| state.pipe(number));
        pipe.is_some_and(|pipe| !pipe.ours && !self.lab.licenses(&pass.local, pipe.view))
    }

    /// Whether this is the recorded pipe of an object that nobody deletes or replaces.
    fn needs(&self, object: &Object, number: PipeNumber) -> bool {
        let record = self.lab.record(object.record);
        let own = record.pipe.as_ref().is_some_and(|pipe| pipe.id == Specimen::id(number).as_str());
        own && !object.deleting && record.operation.is_none()
    }

    /// Somebody wrote the object: the swaps of the others cannot succeed any more.
    pub(super) fn disturb(&self, state: &mut State, writer: Option<usize>) {
        for (at, process) in state.processes.iter_mut().enumerate() {
            let Some(pass) = process.pass.as_mut().filter(|_| Some(at) != writer) else { continue };
            pass.current = false;
            if pass.act.is_swap() && !self.forces(pass) {
                *process = Process { mind: process.mind, said: 0, pass: None };
            }
        }
    }
}

/// A POST is carried out.
pub(super) fn make(state: &mut State, post: Flying) -> View {
    let view = View { number: state.next_pipe, recipe: post.recipe, token: true, running: !post.paused };
    state.next_pipe += 1;
    state.pipes.push(Pipe { view, listed: false, ours: true, uid: post.uid, ran: view.running, kept: false });
    view
}
