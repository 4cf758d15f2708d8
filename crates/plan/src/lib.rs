//! What to do next: from what is wanted and what is known, a pure function decides the next step.
//!
//! ```text
//! plan(desired, known) -> Plan      all remaining steps, for people; the machine trusts only the first
//! learn(known, step, result)        folds what came of a step into what is known; a failed call is knowledge too
//! status(desired, known, plan)      what people see
//! ```
//!
//! Three rules hold in every plan: hold before anything; write down what was learned before the next call; never create before the intent
//! is saved. Not here: carrying out a step, reading anything, clocks and randomness. Time and nonces come in as values.

mod approval;
pub mod body;
pub mod compare;
pub mod conflict;
mod create;
mod delete;
pub mod desired;
pub mod diff;
pub mod document;
mod drift;
pub mod fingerprint;
pub mod inverse;
pub mod known;
mod learn;
mod manage;
pub mod neighbours;
mod planning;
mod replace;
mod resync;
mod rules;
mod run_state;
pub mod setback;
mod status;
pub mod step;
pub mod token;
mod twins;
mod update;
mod vanish;
pub mod verdict;
mod withheld;

pub use desired::{Account, Desired, Object, PausedBy, Problem, Wanted};
pub use known::{Known, Memory, is_same_ground};
pub use learn::{Learned, learn, sending, unwritten};
pub use neighbours::Neighbours;
pub use planning::plan;
pub use status::status;
pub use step::{Look, Plan, Step};
pub use twins::{candidates, namesakes};
pub use verdict::Verdict;
