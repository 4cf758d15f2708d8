//! `cargo xtask bench`: what is measured, with counts before times, because machines are shared.

use crate::run::{Result, Run};

/// Runs every measurement and prints its figures.
pub(crate) fn bench() -> Result {
    Run::cargo(&["run", "--quiet", "--release", "--package", "clickpipes-plan", "--example", "decisions"]).go()
}
