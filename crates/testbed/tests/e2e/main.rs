//! The whole thing, end to end: the real API server, kubectl, the operator under the chart's rights, the simulator.
//!
//! One file for each subject. Not here: decisions (crate `plan` tests them in virtual time); here it is the wiring that counts.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed; a JSON value indexed by a name gives null"
)]

mod canaries;
mod cases;
mod conditions;
mod crash;
mod definitions;
mod examples;
mod namespaces;
mod processes;
mod rotation;
mod rules;
mod scenarios;
mod secrets;
mod services;
mod trouble;
mod uninstall;
mod words;
