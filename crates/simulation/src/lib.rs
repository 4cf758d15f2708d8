//! The real controller over a cluster in memory and the simulator of the Cloud API, in virtual time.
//!
//! Everything that the operator does runs as it is: reconciles, plan, client with its pacer and shared lists. Replaced are only the edges:
//! Kubernetes is [`store::Store`] behind [`memory::Memory`], the network is [`wire::Wire`], the clock is tokio's paused one, and chance comes
//! from one seed. One seed is one run, bit for bit.
//!
//! For development only; no binary that people install contains it. Not here: decisions, and what the service does (crate `sim`).
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a simulation that cannot go on has failed, and says so; a JSON value indexed by a name gives null"
)]

pub mod answers;
pub mod choke;
pub mod defaults;
pub mod feed;
pub mod journal;
pub mod listen;
pub mod memory;
pub mod process;
pub mod queue;
pub mod replica;
pub mod scenario;
pub mod shared;
pub mod store;
pub mod storm;
pub mod struck;
pub mod sweep;
pub mod tally;
pub mod watchman;
pub mod wire;
pub mod world;

/// Every secret value in a simulation contains this word, so that one that gets out is seen.
pub const CANARY: &str = "canary";
