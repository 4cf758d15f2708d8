//! Valid `ClickPipe` specs of every source, what else each of their fields may hold, and other ways to say the same: for tests.
//!
//! Everything is made from the one field tree (`crd::facts::tree`), the installed schema with its rules, and the flavours in `flavours/`, which
//! set every field at least once. A specimen is *valid*: the API server would admit it ([`Admission`]) and the operator's own rules have nothing against it. A new field of a source is found
//! here by itself; it fails a test of this crate until some flavour sets it, or [`exemption`] says why none can.
//!
//! Not here: what follows from a change (the facts say it, the tests of the crate `plan` hold it), the simulator, and running code.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "only tests use this crate; a specimen that cannot be made is a failed test"
)]

mod admission;
mod candidate;
mod change;
mod companion;
mod flavour;
mod leaf;
pub mod path;
mod specimen;
mod strategy;
mod variant;

pub use admission::Admission;
pub use change::{Change, Verb, changes};
pub use companion::exemption;
pub use flavour::flavours;
pub use leaf::{Leaf, leaves};
pub use specimen::{Secrets, Specimen};
pub use strategy::{edits, specimens};
pub use variant::{Variant, variants};
