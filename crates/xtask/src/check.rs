//! `cargo xtask check`: everything that can be said about the code without running it.

use crate::run::{Result, Run};

/// Format, lints, documentation, generated files, crate boundaries; stops at the first failure.
pub(crate) fn check() -> Result {
    Run::cargo(&["fmt", "--all", "--check"]).go()?;
    Run::cargo(&["fmt", "--check", "--manifest-path", "tests/fuzz/Cargo.toml"]).go()?;
    Run::cargo(&["clippy", "--quiet", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"])
        .go()?;
    Run::cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--all-features", "--document-private-items"])
        .env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links")
        .go()?;
    println!("\n==> generated files");
    crate::generate::generate(&testbed::workspace_root(), true)?;
    Run::cargo(&["test", "--quiet", "--package", "xtask"]).go()
}
