//! Every order in which things can go wrong, driven through the real plan.
//!
//! Two processes of the operator, either of which may be frozen between any two of its steps or crash; one object under compare-and-swap with
//! its user's edits; a service that carries out a lost POST late and is late to show it. The decisions are those of the crate `plan`; only the
//! world around them is pretended. The search visits every state.
//!
//! Not here: the real controller and the simulator (the seeded simulation drives those).

mod action;
mod bounds;
mod choice;
mod intern;
mod lab;
mod mind;
mod mutant;
mod mutants;
mod object;
pub mod page;
mod print;
mod property;
mod record;
mod scenario;
mod search;
mod specimen;
mod state;
mod story;
mod table;
mod variant;
mod world;

pub use action::{Action, Deed, Edit, Fate};
pub use bounds::bounds;
pub use mutant::Mutant;
pub use mutants::mutants;
pub use property::NAMES;
pub use scenario::{commands, scenarios};
pub use search::{Found, search};
pub use state::State;
pub use story::tell;
pub use table::variants;
pub use variant::{Budget, Variant, Verdicts};
pub use world::World;
