//! Everything that can happen in a state.
//!
//! Not here: what it does ([`crate::world`]).

use crate::action::{Action, Deed, Edit, Fate};
use crate::lab::Act;
use crate::state::{Pass, State};
use crate::variant::Budget;
use crate::world::World;

pub(crate) fn actions(world: &World, state: &State, actions: &mut Vec<Action>) {
    for (at, process) in state.processes.iter().enumerate() {
        match &process.pass {
            None if state.object.is_some() => actions.push(Action::Begin(at)),
            None => {}
            Some(pass) => fates(pass, &state.left, &mut |fate| actions.push(Action::Go(at, fate))),
        }
        if state.left.crashes > 0 && !(process.pass.is_none() && process.mind == world.lab.fresh()) {
            actions.push(Action::Crash(at));
        }
    }
    for at in 0..state.flying.len() {
        actions.extend([Action::Commit(at), Action::Drop(at)]);
    }
    actions.extend(state.pipes.iter().filter(|pipe| !pipe.listed).map(|pipe| Action::Show(pipe.view.number)));
    actions.extend(state.ghosts.iter().map(|ghost| Action::Hide(ghost.number)));
    if window(world, state) {
        actions.push(Action::Window);
    }
    user(world, state, actions);
    console(world, state, actions);
}

fn fates(pass: &Pass, left: &Budget, add: &mut dyn FnMut(Fate)) {
    if pass.act == Act::Edge {
        return;
    }
    add(Fate::Done);
    match pass.act {
        Act::Post { .. } => {
            if left.lost_posts > 0 {
                add(Fate::Lost);
            }
            if left.refusals > 0 {
                add(Fate::Refused);
            }
        }
        Act::Remember { intent: true, unwritten: false, .. } if left.faults > 0 => {
            add(Fate::Lost);
            add(Fate::Slow);
        }
        Act::Remember { unwritten: false, .. } if left.faults > 0 => add(Fate::Lost),
        Act::Start(_) | Act::Stop(_) | Act::Delete(_) if left.faults > 0 => {
            add(Fate::Lost);
            add(Fate::Failed);
        }
        _ => {}
    }
}

/// The window passes, unless A1 or A2 says that something happens before that.
fn window(world: &World, state: &State) -> bool {
    let variant = world.variant();
    let a1 = !may_post(state);
    let a2 = state.pipes.iter().all(|pipe| pipe.listed) && state.ghosts.is_empty();
    (a1 || !variant.a1) && (a2 || !variant.a2)
}

/// Whether a POST is out, or about to be sent.
fn may_post(state: &State) -> bool {
    let posting = |pass: &Pass| matches!(pass.act, Act::Post { .. });
    !state.flying.is_empty() || state.processes.iter().filter_map(|process| process.pass.as_ref()).any(posting)
}

fn user(world: &World, state: &State, actions: &mut Vec<Action>) {
    let left = &state.left;
    let mut add = |edit| actions.push(Action::User(edit));
    let Some(object) = &state.object else {
        if left.remakes > 0 {
            add(Edit::Remake);
        }
        return;
    };
    if left.retains > 0 && !object.retain {
        add(Edit::Retain);
    }
    if object.deleting {
        return;
    }
    if left.deletes > 0 {
        add(Edit::Delete);
    }
    if left.turns > 0 {
        add(Edit::Turn);
    }
    if left.recipes > 0 {
        add(Edit::Recipe);
    }
    // Somebody looked, and nothing was made. Who is hasty does not ask whether something still may be.
    let open = world.attempt(object).filter(|attempt| *attempt != object.confirmed);
    let sure = world.variant().hasty || !may_post(state);
    if world.variant().asks && open.is_some() && sure && state.ours().next().is_none() {
        add(Edit::Confirm);
    }
    let pending = world.pending(object).filter(|hash| Some(*hash) != object.approved);
    if left.approvals > 0 && pending.is_some() {
        add(Edit::Approve);
    }
}

fn console(world: &World, state: &State, actions: &mut Vec<Action>) {
    let left = &state.left;
    let mut add = |deed| actions.push(Action::Console(deed));
    for pipe in &state.pipes {
        if left.console_deletes > 0 {
            add(Deed::Delete(pipe.view.number));
        }
        if left.console_stops > 0 && pipe.view.running {
            add(Deed::Stop(pipe.view.number));
        }
    }
    if world.variant().report && state.object.is_none() {
        let without = state.ours().filter(|pipe| pipe.listed && !pipe.kept);
        without.for_each(|pipe| add(Deed::Tidy(pipe.view.number)));
    }
    if left.forgeries > 0 {
        add(Deed::Forge { fits: false });
    }
    if left.lookalikes > 0 {
        add(Deed::Forge { fits: true });
    }
}
