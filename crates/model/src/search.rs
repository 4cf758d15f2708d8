//! The exhaustive search: every state, every property, and from every state whether the goal can still be reached.
//!
//! The last is backward reachability over the explored graph, along what happens without anybody's help: people, crashes and lost answers do
//! not get an object out of a trap. Not here: what a state is ([`crate::state`]).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use stateright::{Model, Property};

use crate::action::{Action, Deed, Fate};
use crate::print::{FastMap, print};
use crate::property::NAMES;
use crate::state::State;
use crate::variant::{Variant, Verdicts};
use crate::world::World;

/// What a search found.
#[derive(Clone, Debug)]
pub struct Found {
    /// States that can be reached.
    pub states: usize,
    /// Whether every state was visited.
    pub complete: bool,
    /// What held.
    pub verdicts: Verdicts,
    /// States from which the goal cannot be reached.
    pub traps: usize,
    /// States that are as wanted.
    pub goals: usize,
    /// States where the search ends, since another attempt would begin.
    pub exits: usize,
    /// How many actions the longest shortest way has.
    pub depth: usize,
    /// How long it took.
    pub took: Duration,
    /// A shortest way to a state where a property does not hold, by the property's name.
    pub ways: Vec<(&'static str, Vec<Action>)>,
}

impl Found {
    /// Whether it came out as it must: every variant that is no mutant is visited in full, and so is a mutant that nobody misses.
    #[must_use]
    pub fn is_as_expected(&self, world: &World) -> bool {
        let Variant { expect, mutant, .. } = world.variant();
        let visited = self.complete || (mutant.is_some() && *expect != Verdicts::ALL);
        self.verdicts == *expect && visited && self.goals > 0
    }
}

struct Space {
    numbers: FastMap<u64, u32>,
    parents: Vec<(u32, Option<Action>)>,
    depths: Vec<u16>,
    goals: Vec<bool>,
    exits: usize,
    edges: Vec<(u32, u32)>,
}

/// Visits every state, or stops at `limit`. A mutant is done for as soon as everything is broken that it must break; whether there are traps
/// is only known when every state was visited.
pub fn search(world: &World, limit: usize) -> Found {
    let begun = Instant::now();
    let properties = world.properties();
    let mut space = Space {
        numbers: FastMap::default(),
        parents: Vec::new(),
        depths: Vec::new(),
        goals: Vec::new(),
        exits: 0,
        edges: Vec::new(),
    };
    let mut queue: VecDeque<(u32, State)> = VecDeque::new();
    let mut broken: Vec<Option<u32>> = vec![None; properties.len()];
    for state in world.init_states() {
        let (number, _) = space.visit(world, &state, 0, None);
        queue.push_back((number, state));
    }
    let mut actions = Vec::new();
    while let Some((number, state)) = queue.pop_front() {
        for (at, Property { condition, .. }) in properties.iter().enumerate() {
            if let Some(slot) = broken.get_mut(at).filter(|slot| slot.is_none())
                && !condition(world, &state)
            {
                *slot = Some(number);
            }
        }
        let caught = world.variant().mutant.is_some() && is_caught(world.variant().expect, &broken);
        if space.parents.len() >= limit || caught {
            break;
        }
        actions.clear();
        world.actions(&state, &mut actions);
        for action in actions.drain(..) {
            let Some(next) = world.next_state(&state, action) else { continue };
            let (to, new) = space.visit(world, &next, number, Some(action));
            if is_progress(action) {
                space.edges.push((to, number));
            }
            if new {
                queue.push_back((to, next));
            }
        }
    }
    let complete = queue.is_empty();
    let trapped = if complete { space.trapped() } else { Vec::new() };
    let mut ways: Vec<(&'static str, Vec<Action>)> = Vec::new();
    for (name, number) in NAMES.iter().zip(broken.iter().copied().chain([trapped.first().copied()])) {
        ways.extend(number.map(|number| (*name, space.way(number))));
    }
    let held = |name: &str| !ways.iter().any(|(broken, _)| *broken == name);
    let [one, one_runs, nothing_left, no_trespass, no_trap] = NAMES.map(held);
    Found {
        states: space.parents.len(),
        complete,
        verdicts: Verdicts { one, one_runs, nothing_left, no_trespass, no_trap },
        traps: trapped.len(),
        goals: space.goals.iter().filter(|goal| **goal).count() - space.exits,
        exits: space.exits,
        depth: space.depths.iter().copied().max().unwrap_or(0).into(),
        took: begun.elapsed(),
        ways,
    }
}

/// Whether everything is broken that must be.
fn is_caught(expect: Verdicts, broken: &[Option<u32>]) -> bool {
    let Verdicts { one, one_runs, nothing_left, no_trespass, no_trap } = expect;
    no_trap
        && expect != Verdicts::ALL
        && [one, one_runs, nothing_left, no_trespass]
            .iter()
            .zip(broken)
            .all(|(holds, broken)| *holds || broken.is_some())
}

/// Whether it happens without anybody's help: not by people, and not by bad luck.
fn is_progress(action: Action) -> bool {
    match action {
        Action::Begin(_) | Action::Commit(_) | Action::Drop(_) | Action::Show(_) | Action::Hide(_) | Action::Window => {
            true
        }
        Action::Go(_, fate) => fate == Fate::Done,
        Action::User(edit) => edit == crate::action::Edit::Confirm,
        Action::Console(deed) => matches!(deed, Deed::Tidy(_)),
        Action::Crash(_) => false,
    }
}

impl Space {
    fn visit(&mut self, world: &World, state: &State, parent: u32, by: Option<Action>) -> (u32, bool) {
        let print = print(state);
        if let Some(number) = self.numbers.get(&print) {
            return (*number, false);
        }
        let number = u32::try_from(self.parents.len()).unwrap_or(u32::MAX);
        self.numbers.insert(print, number);
        self.parents.push((parent, by));
        let depth = by.map_or(0, |_| self.depths.get(parent as usize).map_or(0, |depth| depth + 1));
        self.depths.push(depth);
        let exit = state.is_exit();
        self.exits += usize::from(exit);
        self.goals.push(exit || world.is_goal(state));
        (number, true)
    }

    /// The states from which no goal can be reached, in the order in which they were found.
    fn trapped(&mut self) -> Vec<u32> {
        self.edges.sort_unstable();
        let mut free = self.goals.clone();
        let mut queue: Vec<u32> = (0_u32..).zip(&free).filter(|(_, goal)| **goal).map(|(number, _)| number).collect();
        while let Some(number) = queue.pop() {
            let from = self.edges.partition_point(|(to, _)| *to < number);
            for (_, before) in self.edges.iter().skip(from).take_while(|(to, _)| *to == number) {
                if let Some(slot) = free.get_mut(*before as usize).filter(|slot| !**slot) {
                    *slot = true;
                    queue.push(*before);
                }
            }
        }
        (0_u32..).zip(&free).filter(|(_, free)| !**free).map(|(number, _)| number).collect()
    }

    fn way(&self, mut number: u32) -> Vec<Action> {
        let mut way = Vec::new();
        while let Some((parent, Some(action))) = self.parents.get(number as usize) {
            way.push(*action);
            number = *parent;
        }
        way.reverse();
        way
    }
}
