//! Our one definition of a pipe's fields, held against the official OpenAPI document of the Cloud API.
//!
//! Every property that a writing call of the ClickPipes endpoints takes is either covered by a field of ours, listed as not managed with
//! a reason, or a problem that names it; and every field of ours is offered by the call that its facts name. The ledger is published as
//! `docs/coverage.md`. Not here: the fields and their facts (crate `crd`), and anything that runs in the operator: this crate is for tests
//! and for generated documentation.

#![expect(clippy::indexing_slicing, reason = "a JSON value indexed by a name gives null, it does not panic")]

mod agreement;
pub mod coverage;
pub mod document;
pub mod exceptions;
pub mod ledger;
pub mod operation;
pub mod ours;
pub mod shape;
pub mod strict;

pub use document::Document;
pub use ledger::Ledger;
pub use ours::Ours;
