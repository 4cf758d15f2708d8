//! The arrows between the crates, and how long a file may be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate may use of ours. A crate that is not here has no rule and fails the test.
const ARROWS: [(&str, &[&str]); 15] = [
    ("clickpipes-crd", &[]),
    ("clickpipes-cloud", &[]),
    ("clickpipes-plan", &["clickpipes-crd", "clickpipes-cloud"]),
    ("clickpipes-client", &["clickpipes-cloud"]),
    ("clickpipes-sim", &[]),
    ("clickpipes-controller", &["clickpipes-crd", "clickpipes-cloud", "clickpipes-plan", "clickpipes-client"]),
    ("clickpipes-specimens", &["clickpipes-crd", "clickpipes-cloud", "clickpipes-plan"]),
    ("clickpipes-comparison", &["clickpipes-sim"]),
    ("clickpipes-hostile", &["clickpipes-crd", "clickpipes-cloud", "clickpipes-plan"]),
    ("clickpipes-model", &["clickpipes-crd", "clickpipes-cloud", "clickpipes-plan"]),
    ("clickpipes-mutants", &[]),
    ("clickpipes-testbed", &[]),
    (
        "clickpipes-simulation",
        &[
            "clickpipes-crd",
            "clickpipes-cloud",
            "clickpipes-plan",
            "clickpipes-client",
            "clickpipes-sim",
            "clickpipes-controller",
        ],
    ),
    ("clickpipes-contract", &["clickpipes-crd"]),
    ("xtask", &["clickpipes-contract", "clickpipes-crd", "clickpipes-testbed"]),
];

/// Crates that are values only, and what they must not reach.
const PURE: [&str; 4] = ["clickpipes-crd", "clickpipes-cloud", "clickpipes-plan", "clickpipes-sim"];
const IMPURE: [&str; 8] = ["tokio", "reqwest", "hyper", "kube-client", "kube-runtime", "rand", "getrandom", "uuid"];

/// Most files are far below; a file near this holds two ideas.
const LINES: usize = 400;

#[test]
fn every_crate_uses_only_what_its_arrows_allow() {
    for member in members() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member) else {
            panic!("{member} has no rule: add its arrows here and to ARCHITECTURE.md");
        };
        let used: BTreeSet<String> =
            tree(&member).into_iter().filter(|name| *name != member && members().contains(name)).collect();
        for name in &used {
            assert!(allowed.contains(&name.as_str()), "{member} must not use {name}");
        }
    }
}

#[test]
fn pure_crates_reach_no_clock_no_network_and_no_chance() {
    for member in PURE {
        let used = tree(member);
        for name in IMPURE {
            assert!(!used.contains(name), "{member} must not reach {name}");
        }
    }
}

#[test]
fn nothing_that_people_install_holds_the_vendors_client() {
    for member in ["clickpipes-controller", "clickpipes-sim", "xtask"] {
        assert!(!tree(member).contains("clickhouse-cloud-api"), "{member}");
    }
}

#[test]
fn no_file_holds_two_ideas() {
    let mut long: Vec<String> = Vec::new();
    for file in sources(&root().join("crates")) {
        let lines = std::fs::read_to_string(&file).unwrap().lines().count();
        if lines > LINES {
            long.push(format!("{}: {lines}", file.display()));
        }
    }
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn every_file_says_what_it_is_for() {
    for file in sources(&root().join("crates")) {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("//!"), "{} has no module documentation", file.display());
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn members() -> BTreeSet<String> {
    let names = std::fs::read_dir(root().join("crates")).unwrap().map(|entry| {
        let manifest = std::fs::read_to_string(entry.unwrap().path().join("Cargo.toml")).unwrap();
        let name = manifest.lines().find_map(|line| line.strip_prefix("name = ")).unwrap();
        name.trim_matches('"').to_owned()
    });
    names.collect()
}

/// Every package that a crate reaches in its normal dependencies, with default features.
fn tree(member: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments =
        ["tree", "--package", member, "--edges", "normal", "--prefix", "none", "--format", "{p}", "--locked"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
