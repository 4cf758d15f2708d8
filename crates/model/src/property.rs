//! What must hold in every state, and what must stay possible.
//!
//! Not here: the search that holds it against every state ([`mod@crate::search`]).

use crd::status::record::CreatePhase;
use stateright::Property;

use crate::specimen::{Specimen, number_of};
use crate::state::{Scar, State};
use crate::world::World;

/// The names of the properties, in the order of [`crate::Verdicts`]; the last is about the space as a whole.
pub const NAMES: [&str; 5] = ["I1 one pipe", "I2 one that runs", "I3 nothing left", "I4 no harm", "no trap"];

/// Invariants: 3, 13.
pub(crate) fn all() -> Vec<Property<World>> {
    vec![
        Property::always("I1 one pipe", |_, state| one(state)),
        Property::always("I2 one that runs", |_, state| one_runs(state)),
        Property::always("I3 nothing left", |_, state| nothing_left(state)),
        Property::always("I4 no harm", |_, state: &State| state.scar.is_none()),
    ]
}

/// I1: at most one living pipe of ours.
///
/// Invariants: 1.
fn one(state: &State) -> bool {
    state.ours().count() <= 1
}

/// I2: at most one living pipe of ours runs or has ever run.
///
/// Invariants: 1', 2'.
fn one_runs(state: &State) -> bool {
    state.ours().filter(|pipe| pipe.ran).count() <= 1
}

/// I3: once an object is gone, nothing of it is left, unless it was to be kept.
///
/// Invariants: 2.
fn nothing_left(state: &State) -> bool {
    let here = state.object.map(|object| object.uid);
    state.ours().all(|pipe| pipe.kept || Some(pipe.uid) == here)
}

impl World {
    /// Whether everything is as wanted, or a person has to decide.
    ///
    /// Invariants: 6, 11.
    pub(crate) fn is_goal(&self, state: &State) -> bool {
        if state.scar == Some(Scar::Unmodelled) {
            return false;
        }
        let Some(object) = &state.object else {
            return state.flying.is_empty() && nothing_left(state);
        };
        if object.deleting {
            return false;
        }
        let rests = |said: u8| self.variant().rests.iter().any(|reason| number_of(*reason) == said);
        if state.processes.iter().any(|process| process.pass.is_none() && rests(process.said)) {
            return true;
        }
        let record = self.lab.record(object.record);
        let Some(pipe) = record.pipe.as_ref().and_then(|pipe| state.pipe(Specimen::number(&pipe.id))) else {
            return false;
        };
        let open = record.create.as_ref().is_some_and(|create| create.phase == CreatePhase::Intent);
        pipe.view.running != object.stopped
            && pipe.view.recipe == object.recipe
            && pipe.listed
            && !open
            && record.operation.is_none()
            && record.last_synced_generation == Some(i64::from(object.generation))
            && state.ours().count() <= 1
    }
}
