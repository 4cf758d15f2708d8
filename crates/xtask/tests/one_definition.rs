//! A field of a source exists in one place: its line in the source's file. No second hand-written place names it.
//!
//! The rule families in `crates/plan/src/rules` are the listed exception; the simulator, tests and examples are written on their own.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crd::facts::tree::{Field, Kind, document};

/// Words that are fields of a source and mean something else elsewhere, too.
const COMMON: [&str; 23] = [
    "username",
    "password",
    "type",
    "format",
    "name",
    "value",
    "path",
    "url",
    "uri",
    "host",
    "port",
    "database",
    "region",
    "topic",
    "filter",
    "timestamp",
    "settings",
    "credentials",
    "authentication",
    "columns",
    "enabled",
    "offset",
    "strategy",
];

/// Where source fields may be named.
const ALLOWED: [&str; 2] = ["crates/crd/src/source", "crates/plan/src/rules"];
/// Crates that must not know any.
const SEARCHED: [&str; 6] = [
    "crates/crd/src",
    "crates/plan/src",
    "crates/cloud/src",
    "crates/client/src",
    "crates/controller/src",
    "crates/xtask/src",
];

#[test]
fn no_second_place_names_a_field_of_a_source() {
    let names = names();
    assert!(names.contains("consumerGroup") && names.contains("sortingKeys") && names.len() > 60, "{names:?}");
    let mut found = Vec::new();
    for folder in SEARCHED {
        for file in sources(&root().join(folder)) {
            let shown = file.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            if ALLOWED.iter().any(|allowed| shown.starts_with(allowed))
                || shown.contains("tests")
                || shown.contains("demo")
            {
                continue;
            }
            let text = code(&std::fs::read_to_string(&file).unwrap());
            found.extend(names.iter().filter(|name| is_named(&text, name)).map(|name| format!("{shown} names {name}")));
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_search_finds_a_name() {
    assert!(is_named("let x = \"consumerGroup\";", "consumerGroup"));
    assert!(is_named("spec.consumer_group.clone()", "consumerGroup"));
    assert!(!is_named("// consumerGroups are many", "consumerGroup"));
}

/// The API's names of all members of all sources.
fn names() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(source) = document().member("source") {
        let Kind::Object(arms) = &source.kind else { panic!("source is an object") };
        for arm in arms.values() {
            collect(arm, &mut found);
        }
    }
    found.retain(|name| !COMMON.contains(&name.as_str()));
    found
}

fn collect(field: &Field, found: &mut BTreeSet<String>) {
    match &field.kind {
        Kind::Object(members) => {
            for (name, member) in members {
                found.insert(name.clone());
                collect(member, found);
            }
        }
        Kind::List(item) => collect(item, found),
        Kind::Scalar | Kind::Credential(_) => {}
    }
}

/// Whether a text has the name in quotes, or reaches for it as a member.
fn is_named(text: &str, name: &str) -> bool {
    let snake: String = name
        .chars()
        .flat_map(|c| if c.is_ascii_uppercase() { vec!['_', c.to_ascii_lowercase()] } else { vec![c] })
        .collect();
    let member = format!(".{snake}");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    text.contains(&format!("\"{name}\"")) || text.match_indices(&member).any(|(at, _)| ends(&text[at + member.len()..]))
}

/// A file without comments and without its test module.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}
