//! What kstatus says of every status in `tests/status`, by its own code, is what each file expects.
//!
//! Flux, kpt and whoever waits for objects read them so. Not here: how the statuses come about (crate `plan`).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use serde_json::{Value, json};
use testbed::{Command, ScratchFolder, kstatus, workspace_root};

/// Every fixture, by name.
fn fixtures() -> Vec<(String, Value)> {
    let folder = std::fs::read_dir(workspace_root().join("tests/status")).unwrap();
    let files =
        folder.map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "yaml"));
    let mut fixtures: Vec<(String, Value)> = files
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, serde_saphyr::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap())
        })
        .collect();
    fixtures.sort_by(|a, b| a.0.cmp(&b.0));
    fixtures
}

fn ask(objects: &Value) -> Vec<String> {
    let scratch = ScratchFolder::new().unwrap();
    let input = scratch.write("objects.json", &objects.to_string()).unwrap();
    let program = kstatus(|line| eprintln!("{line}")).unwrap();
    let output = Command::new("kstatus", &program, scratch.path()).with(|recipe| recipe.stdin(input)).run().unwrap();
    serde_json::from_value(output.json().unwrap()).unwrap()
}

/// Invariants: 8.
#[test]
fn kstatus_says_of_every_status_what_its_file_expects() {
    let fixtures = fixtures();
    assert!(fixtures.len() > 50, "only {} fixtures", fixtures.len());
    let objects: Vec<Value> = fixtures.iter().map(|(_, fixture)| fixture["object"].clone()).collect();
    let wrong: Vec<String> = fixtures
        .iter()
        .zip(ask(&json!(objects)))
        .filter(|((_, fixture), says)| fixture["kstatus"] != json!(says))
        .map(|((name, fixture), says)| format!("{name}: expected {}, kstatus says {says}", fixture["kstatus"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_older_status_is_in_progress_whatever_it_says() {
    let fixtures = fixtures();
    let (_, running) = fixtures.iter().find(|(name, _)| name == "running").unwrap();
    let mut object = running["object"].clone();
    object["metadata"]["generation"] = json!(99);
    assert_eq!(ask(&json!([running["object"], object])), ["Current", "InProgress"]);
}
