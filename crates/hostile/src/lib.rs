//! What must hold whatever the service answers and whatever stands in a status: the bodies of the fuzz targets.
//!
//! Each target is a plain function that takes bytes and panics when a promise is broken. The committed corpus (`tests/fuzz/corpus`) goes through
//! them in every test run; `cargo xtask fuzz` lets libFuzzer look for more. For development only. Not here: the libFuzzer programs
//! (`tests/fuzz`), decisions, what the service does.
#![expect(
    clippy::expect_used,
    clippy::missing_panics_doc,
    reason = "a broken promise is a panic here: that is what a fuzzer looks for"
)]

pub mod answer;
pub mod life;
pub mod mutate;
pub mod observed;
pub mod promise;
pub mod record;
pub mod stand;

/// A target: its name, which is also the name of its program and of the folder of its corpus, and its body.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: [Target; 4] =
    [("answer", answer::run), ("record", record::run), ("observed", observed::run), ("life", life::run)];
