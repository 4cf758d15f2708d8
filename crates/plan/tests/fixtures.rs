//! One status for each row of the status contract, as a real life of a pipe writes it: `tests/status/<name>.yaml`.
//!
//! Each file holds the object and what its readers make of it. `UPDATE_GOLDEN=1` accepts what happens. Not here: what kstatus really says
//! (crate `testbed` asks its own code); reasons of connections ([`CONNECTIONS`] tells where they are tested).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test that cannot go on has failed; what its modules share is public"
)]

#[path = "fixtures/argo.rs"]
mod argo;
#[path = "fixtures/blocked.rs"]
mod blocked;
#[path = "fixtures/life.rs"]
mod life;
#[path = "fixtures/references.rs"]
mod references;
#[path = "fixtures/rows.rs"]
mod rows;
#[path = "fixtures/running.rs"]
mod running;
#[path = "fixtures/working.rs"]
mod working;
mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::OnceLock;

use crd::condition::{ConditionType, Reason};
use life::Fixture;
use serde_json::{Value, json};

/// Reasons that only a connection has: `crates/controller/src/connection/check.rs` and `status.rs` produce and test them.
const CONNECTIONS: [Reason; 2] = [Reason::Valid, Reason::Unreachable];

/// What kstatus says, and what Argo CD's health is.
const KSTATUS: [&str; 4] = ["Current", "InProgress", "Failed", "Terminating"];

/// Every fixture and its object; each life is lived once.
fn all() -> &'static [(Fixture, Value)] {
    static LIVED: OnceLock<Vec<(Fixture, Value)>> = OnceLock::new();
    LIVED.get_or_init(|| {
        let groups = [working::all(), running::all(), references::all(), blocked::all()];
        let lived = |fixture: Fixture| {
            let object = (fixture.life)();
            (fixture, object)
        };
        groups.into_iter().flatten().map(lived).collect()
    })
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/status"))
}

/// The text of a fixture's file.
fn text(fixture: &Fixture, object: &Value) -> String {
    let file = json!({"rows": fixture.rows, "kstatus": fixture.kstatus, "argo": fixture.argo, "object": object});
    let about = "# Written by crates/plan/tests/fixtures.rs from a life in the simulator; do not edit.\n";
    format!("{about}{}", serde_saphyr::to_string(&file).unwrap())
}

#[test]
fn every_fixture_is_as_a_life_writes_it() {
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut expected: BTreeSet<String> = BTreeSet::new();
    let mut different = Vec::new();
    for (fixture, object) in all() {
        let (file, happened) = (folder().join(format!("{}.yaml", fixture.name)), text(fixture, object));
        assert!(expected.insert(format!("{}.yaml", fixture.name)), "{} twice", fixture.name);
        if update {
            std::fs::write(&file, &happened).unwrap();
        } else if std::fs::read_to_string(&file).ok().as_ref() != Some(&happened) {
            different.push(format!("{}: happened\n{happened}", file.display()));
        }
    }
    assert!(different.is_empty(), "{}\nIf that is right: UPDATE_GOLDEN=1", different.join("\n"));
    let there: BTreeSet<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "README.md")
        .collect();
    assert_eq!(there, expected, "files without a life, or lives without a file");
}

/// Invariants: 8.
#[test]
fn every_status_keeps_the_rules_of_all() {
    for (fixture, object) in all() {
        let name = fixture.name;
        assert!(KSTATUS.contains(&fixture.kstatus), "{name}");
        assert_eq!(argo::health(object), fixture.argo, "{name}: the rules of Argo CD's health in order");
        let conditions = life::conditions(object);
        let order: Vec<usize> = conditions
            .iter()
            .map(|(r#type, ..)| ConditionType::ALL.iter().position(|known| known.as_str() == r#type).unwrap())
            .collect();
        assert!(order.is_sorted(), "{name}: {conditions:?}");
        let has = |r#type: &str| conditions.iter().any(|(found, ..)| found == r#type);
        assert!(has("Ready") && has("Synced") && has("ReferencesResolved"), "{name}: {conditions:?}");
        assert!(!(has("Reconciling") && has("Stalled")), "{name}: {conditions:?}");
        for (r#type, _, _, message) in &conditions {
            let first = message.lines().next().unwrap_or_default();
            assert!(!first.is_empty() && first.chars().count() <= 200, "{name} {type}: {first}");
        }
        assert!(!object.to_string().contains("hunter2"), "{name}: a secret");
    }
}

#[test]
fn every_row_of_the_contract_has_a_fixture() {
    let mut shown: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for (fixture, object) in all() {
        named.extend(fixture.rows);
        for (r#type, status, reason, _) in life::conditions(object) {
            shown.entry(format!("{type} {status} {reason}")).or_default().push(fixture.name);
        }
    }
    let missing: Vec<&&str> = rows::CONDITIONS.iter().filter(|row| !shown.contains_key(**row)).collect();
    assert!(missing.is_empty(), "conditions without a fixture: {missing:#?}");
    let missing: Vec<&&str> = rows::STATES.iter().filter(|row| !named.contains(**row)).collect();
    assert!(missing.is_empty(), "rows of API state and desired state without a fixture: {missing:#?}");
    let unknown: Vec<&&str> = named.iter().filter(|row| !rows::STATES.contains(row)).collect();
    assert!(unknown.is_empty(), "fixtures name rows that there are not: {unknown:#?}");
}

#[test]
fn every_reason_of_the_vocabulary_has_a_fixture() {
    let mut shown: BTreeSet<String> = BTreeSet::new();
    for (_, object) in all() {
        shown.extend(life::conditions(object).into_iter().map(|(_, _, reason, _)| reason));
    }
    let missing: Vec<Reason> = Reason::ALL
        .iter()
        .copied()
        .filter(|reason| !shown.contains(reason.as_str()) && !CONNECTIONS.contains(reason))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let both: Vec<Reason> = CONNECTIONS.iter().copied().filter(|reason| shown.contains(reason.as_str())).collect();
    assert!(both.is_empty(), "a pipe has it too: {both:?}");
}

#[test]
fn the_page_for_readers_names_every_reason() {
    let page = include_str!("../../../docs/status.md");
    let missing: Vec<Reason> =
        Reason::ALL.iter().copied().filter(|reason| !page.contains(&format!("`{reason}`"))).collect();
    assert!(missing.is_empty(), "docs/status.md lacks {missing:?}");
}
