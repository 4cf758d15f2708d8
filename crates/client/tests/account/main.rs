//! Budgets, lanes, single flight and snapshots as a user of an account sees them: paused time, a service in memory.
//!
//! Not here: sockets (`sockets.rs`).

mod accounts;
mod budgets;
mod looks;
mod memory;
