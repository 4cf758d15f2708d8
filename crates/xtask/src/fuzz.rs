//! `cargo xtask fuzz`: libFuzzer looks for an input that breaks a promise, guided by coverage.
//!
//! On the pinned stable toolchain: coverage is LLVM's own pass, which `rustc` takes by name; sanitizers, which need a nightly toolchain, are not
//! needed for code without `unsafe`. New inputs are collected in the target folder; what is worth keeping is copied by a person into
//! `tests/fuzz/corpus`, which is read and never written. Not here: what must hold (crate `hostile`).

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::run::{Result, Run};

/// The targets, each with its program and its corpus.
pub(crate) const TARGETS: [&str; 4] = ["answer", "record", "observed", "life"];

/// Coverage of edges and of what is compared, as libFuzzer reads it.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares --cfg=fuzzing";

/// Limits of one input: bytes, seconds, and megabytes of the whole process.
const LIMITS: [&str; 3] = ["-max_len=16384", "-timeout=20", "-rss_limit_mb=1024"];

/// Fuzzes one target, or each of them, for so many seconds; as many at once as there are processors.
pub(crate) fn fuzz(target: Option<&str>, seconds: u64) -> Result {
    let targets: Vec<&str> = TARGETS.into_iter().filter(|name| target.is_none_or(|target| target == *name)).collect();
    if targets.is_empty() {
        return Err(format!("there is no such target: one of {}", TARGETS.join(", ")).into());
    }
    let programs = build()?;
    let at_once = thread::available_parallelism().map_or(1, Into::into);
    targets.chunks(at_once).try_for_each(|targets| {
        thread::scope(|scope| {
            let programs = &programs;
            let start = |target| scope.spawn(move || run(programs, target, seconds));
            let runs: Vec<_> = targets.iter().copied().map(start).collect();
            runs.into_iter().try_for_each(|run| run.join().unwrap_or_else(|_| Err("fuzzing broke off".into())))
        })
    })
}

/// Builds the programs; gives their folder.
fn build() -> Result<PathBuf> {
    let (root, folder, triple) = (testbed::workspace_root(), folder(), host()?);
    let package = root.join("tests/fuzz");
    // The versions are the workspace's; cargo adds what only the programs need.
    std::fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock"))?;
    let manifest = package.join("Cargo.toml");
    let (manifest, target) = (manifest.to_string_lossy(), folder.to_string_lossy());
    Run::cargo(&["build", "--release", "--manifest-path", &manifest, "--target", &triple, "--target-dir", &target])
        .env("RUSTFLAGS", FLAGS)
        .go()?;
    Ok(folder.join(triple).join("release"))
}

fn run(programs: &Path, target: &str, seconds: u64) -> Result {
    let (found, finds) = (folder().join("corpus").join(target), folder().join("finds"));
    std::fs::create_dir_all(&found)?;
    std::fs::create_dir_all(&finds)?;
    println!("\n==> fuzz {target} for {seconds} s");
    let output = Command::new(programs.join(target))
        .args(LIMITS)
        .args([format!("-max_total_time={seconds}"), format!("-artifact_prefix={}/{target}-", finds.display())])
        .arg("-print_final_stats=1")
        .args([found, testbed::workspace_root().join("tests/fuzz/corpus").join(target)])
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let last: Vec<&str> = said.lines().rev().take(40).collect();
        last.iter().rev().for_each(|line| eprintln!("{line}"));
        let cure = format!("fix it, and put the input into tests/fuzz/corpus/{target}");
        return Err(format!("{target} broke a promise on the input named above: {cure}").into());
    }
    let covered = said.lines().rev().find(|line| line.contains(" cov: "));
    let covered = covered.ok_or_else(|| format!("{target} ran without coverage, so nothing guided it"))?;
    let inputs = said.lines().find(|line| line.starts_with("stat::number_of_executed_units")).unwrap_or_default();
    println!("{target}: {covered}\n{inputs}");
    Ok(())
}

/// A target folder of its own, since everything in it is built with other flags.
fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.unwrap_or_else(|| testbed::workspace_root().join("target")).join("fuzz")
}

/// The platform, which must be named: only then are build scripts and macros built without coverage.
fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc -vV names no host")?;
    Ok(host.to_owned())
}
