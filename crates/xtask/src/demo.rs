//! `cargo xtask demo`.

use crate::run::Result;

/// The demo.
pub fn demo(_keep: bool) -> Result {
    Ok(())
}
