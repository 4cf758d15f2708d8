//! How one state becomes another: the description that a search goes through.
//!
//! The order of the two processes makes no difference, so states that differ only in it are one state. Not here: what must hold
//! ([`crate::property`]), the search ([`mod@crate::search`]).

use stateright::{Model, Property};

use crate::action::{Action, Deed, Edit, Fate};
use crate::lab::{Act, Heard, Lab, MindNumber, View};
use crate::object::{Object, PipeNumber};
use crate::property;
use crate::specimen::Specimen;
use crate::state::{Flying, Pass, Pipe, Process, Scar, State};
use crate::variant::Variant;

/// Looks in a row after which a pass does not come to rest by itself.
const LOOKS: usize = 10;

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

    /// Sizes of what is kept, for people who tune the model.
    #[must_use]
    pub fn figures(&self) -> String {
        self.lab.figures()
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
                make(&mut next, post);
            }
            Action::Drop(at) => {
                next.flying.remove(at);
            }
            Action::Show(number) => next.pipe_mut(number)?.listed = true,
            Action::Window => {
                for process in &mut next.processes {
                    process.mind = self.lab.delay(process.mind);
                    if let Some(pass) = &mut process.pass {
                        pass.waited = true;
                    }
                }
            }
            Action::User(edit) => self.edit(&mut next, edit)?,
            Action::Console(deed) => console(&mut next, deed)?,
        }
        Some(next)
    }

    /// A process that has just started.
    fn newborn(&self) -> Process {
        Process { mind: self.lab.fresh(), said: 0, pass: None }
    }

    fn begin(&self, state: &mut State, at: usize) -> Option<()> {
        let object = state.object?;
        let process = state.processes.get_mut(at)?;
        let local = self.lab.begin(object, process.mind, false);
        process.said = 0;
        self.proceed(state, at, Pass { local, act: Act::Rest, live: false, current: true, waited: false })?;
        // On the word of a cache only looks are made, so nothing can come between them that matters.
        let mut looks = 0;
        while let Some(pass) = state.processes.get(at)?.pass.clone().filter(|pass| !pass.live && pass.act.is_look()) {
            looks += 1;
            if looks > LOOKS {
                state.scar = Some(Scar::Restless);
                break;
            }
            self.call(state, at, &pass, Fate::Done)?;
        }
        Some(())
    }

    /// Asks the plan and leaves the process about to do what it says.
    fn proceed(&self, state: &mut State, at: usize, mut pass: Pass) -> Option<()> {
        let mut decision = self.lab.decide(&pass.local);
        // Before the first effect the object is read live, and everything is decided anew.
        if !pass.live && !decision.act.is_look() && !matches!(decision.act, Act::Rest | Act::Report(_)) {
            let Some(object) = state.object.filter(|object| object.uid == pass.local.object.uid) else {
                return end(state, at, pass.local.mind, 0);
            };
            let local = self.lab.begin(object, pass.local.mind, true);
            pass = Pass { local, act: Act::Rest, live: true, current: true, waited: false };
            decision = self.lab.decide(&pass.local);
        }
        pass.act = decision.act;
        if pass.act == Act::Rest {
            return end(state, at, pass.local.mind, decision.said);
        }
        if pass.act == Act::Other {
            state.scar = Some(Scar::Unmodelled);
        }
        // A compare-and-swap that cannot succeed any more ends the pass.
        if pass.act.is_swap() && !pass.current && !self.forces(&pass) {
            return end(state, at, pass.local.mind, 0);
        }
        let process = state.processes.get_mut(at)?;
        *process = Process { mind: pass.local.mind, said: decision.said, pass: Some(pass) };
        Some(())
    }

    /// Whether a mutant writes although somebody else has written since.
    fn forces(&self, pass: &Pass) -> bool {
        let records_pipe = |record| self.lab.record(record).pipe.is_some();
        self.lab.variant.mutant == Some(crate::Mutant::IdWithoutSwap)
            && matches!(pass.act, Act::Remember { record, .. } if records_pipe(record))
            && !records_pipe(pass.local.object.record)
    }

    fn go(&self, state: &mut State, at: usize, fate: Fate) -> Option<()> {
        let pass = state.processes.get(at)?.pass.clone()?;
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

    fn call(&self, state: &mut State, at: usize, pass: &Pass, fate: Fate) -> Option<()> {
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
            Act::List => Heard::Pipes(state.pipes.iter().filter(|pipe| pipe.listed).map(|pipe| pipe.view).collect()),
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
                    state.pipes.retain(|pipe| pipe.view.number != number);
                }
                answer(pipe)
            }
            Act::Remember { record, .. } => Heard::Written(record),
            _ => return None,
        };
        let local = self.lab.learn(&local, &heard, local.object, pass.waited);
        self.proceed(state, at, Pass { local, waited: false, ..*pass })
    }

    /// Whether this is the recorded pipe of an object that nobody deletes or replaces.
    fn needs(&self, object: &Object, number: PipeNumber) -> bool {
        let record = self.lab.record(object.record);
        let own = record.pipe.as_ref().is_some_and(|pipe| pipe.id == Specimen::id(number).as_str());
        own && !object.deleting && record.operation.is_none()
    }

    /// Somebody wrote the object: the swaps of the others cannot succeed any more.
    fn disturb(&self, state: &mut State, writer: Option<usize>) {
        for (at, process) in state.processes.iter_mut().enumerate() {
            let Some(pass) = process.pass.as_mut().filter(|_| Some(at) != writer) else { continue };
            pass.current = false;
            if pass.act.is_swap() && !self.forces(pass) {
                *process = Process { mind: process.mind, said: 0, pass: None };
            }
        }
    }

    fn edit(&self, state: &mut State, edit: Edit) -> Option<()> {
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

/// A pass ends.
#[expect(clippy::unnecessary_wraps, reason = "ends a chain of steps that may not apply")]
fn end(state: &mut State, at: usize, mind: MindNumber, said: u8) -> Option<()> {
    if let Some(process) = state.processes.get_mut(at) {
        *process = Process { mind, said, pass: None };
    }
    Some(())
}

/// A POST is carried out.
fn make(state: &mut State, post: Flying) -> View {
    let view = View { number: state.next_pipe, recipe: post.recipe, token: true, running: !post.paused };
    state.next_pipe += 1;
    state.pipes.push(Pipe { view, listed: false, ours: true, uid: post.uid, ran: view.running, kept: false });
    view
}

fn console(state: &mut State, deed: Deed) -> Option<()> {
    match deed {
        Deed::Delete(number) => {
            state.left.console_deletes -= 1;
            state.pipes.retain(|pipe| pipe.view.number != number);
        }
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
