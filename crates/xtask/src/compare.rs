//! `cargo xtask compare`: the operator beside the official Terraform provider's client, under the same faults.
//!
//! Not here: the runs and the figures; they are a test of the crate `comparison`.

use crate::run::{Result, Run};

/// Runs both and prints the table of docs/comparison.md.
pub(crate) fn compare() -> Result {
    Run::cargo(&["test", "--package", "clickpipes-comparison", "--test", "side_by_side", "--", "--nocapture"]).go()
}
