//! What the simulator does, as facts: requests and times in, answers out. No socket and no clock.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod admin;
mod answers;
mod bodies;
mod edits;
mod events;
mod faults;
mod oddities;
mod promises;
mod rules;
mod sizes;
mod states;
mod tables;
mod world;
