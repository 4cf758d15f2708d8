//! The resources as people meet them: the installed definitions, their rules, the facts behind them, and the example manifests.
//!
//! One test binary. Not here: a real API server; the tests that need one are in the crate `testbed`.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod definitions;
mod examples;
mod facts;
mod rules;
mod server;
