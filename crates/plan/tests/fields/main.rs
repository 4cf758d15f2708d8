//! Every field of every source: edited, rotated, written differently, answered differently, read back. The cases come from the crate
//! `specimens`; the real plan and the simulator play them in virtual time.
//!
//! Not here: situations that are not about fields (`life`, `policies`, `protocol`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

#[path = "../world/mod.rs"]
#[expect(dead_code, reason = "what the tests of situations need beside it")]
mod world;

mod convergence;
mod edits;
mod equivalence;
mod inverse;
mod life;
mod normalisation;
mod rotation;
mod switches;
