//! Every rule of the definitions on the real API server: what is said to be good is accepted, what breaks a rule is refused with the words
//! of that rule, and the cure that they name is accepted.
//!
//! The cases are those of the crate `crd`; a few calls of kubectl send them all. Not here: rules that the operator checks (`conditions`).

use serde_json::Value;
use testbed::{Output, SimulatorOptions, World};

use crate::cases::{Case, Cases, list};

const FOLDER: &str = "crates/crd/tests/resources/rules";

/// Faults: F16.
#[test]
fn the_api_server_keeps_every_rule() {
    let world = World::start(SimulatorOptions::default()).unwrap();
    let files = Cases::read(FOLDER);
    let cases: Vec<Case> =
        ["refused", "schema"].iter().flat_map(|name| files.iter().flat_map(|file| file.list(name))).collect();
    assert!(cases.len() > 120, "{} cases", cases.len());
    let (edits, creations): (Vec<&Case>, Vec<&Case>) = cases.iter().partition(|case| case.was.is_some());

    let good = files.iter().flat_map(Cases::good).collect::<Vec<_>>();
    accepted(&world, "create", &good);
    accepted(&world, "create", &all(&creations, |case| &case.cured));
    refused(&world, "create", &creations);

    let before: Vec<Value> = edits.iter().filter_map(|case| case.was.clone()).collect();
    kubectl(&world, &["create"], &before).text().unwrap();
    accepted(&world, "replace", &all(&edits, |case| &case.cured));
    refused(&world, "replace", &edits);
}

fn all(cases: &[&Case], which: impl Fn(&Case) -> &Value) -> Vec<Value> {
    cases.iter().map(|case| which(case).clone()).collect()
}

fn accepted(world: &World, verb: &str, objects: &[Value]) {
    let output = kubectl(world, &[verb, "--dry-run=server"], objects);
    assert_eq!(output.stderr, "", "refused");
    assert_eq!(output.stdout.lines().count(), objects.len());
}

fn refused(world: &World, verb: &str, cases: &[&Case]) {
    // kubectl itself would stop at the first object that lacks a field.
    let output = kubectl(world, &[verb, "--dry-run=server", "--validate=false"], &all(cases, |case| &case.refused));
    assert_eq!(output.stdout, "", "something was accepted");
    // One refusal may have several lines.
    let refusals: Vec<&str> = output.stderr.split("Error from server").collect();
    assert_eq!(refusals.len(), cases.len() + 1, "one refusal for each case");
    let mut silent = Vec::new();
    for Case { name, says, .. } in cases {
        let refusal = refusals.iter().find(|refusal| refusal.contains(&format!("\"{name}\" is invalid")));
        if !refusal.is_some_and(|refusal| refusal.contains(says.as_str())) {
            silent.push(format!("{name}: {says:?} is not in {refusal:?}"));
        }
    }
    assert!(silent.is_empty(), "{}", silent.join("\n"));
    assert!(!output.stderr.contains("reader:se"), "a refusal repeats a password: {}", output.stderr);
}

fn kubectl(world: &World, arguments: &[&str], objects: &[Value]) -> Output {
    let all = [arguments, &["--namespace", world.namespace(), "-f", "-"]].concat();
    world.control_plane().kubectl_stdin(&all, &list(objects)).unwrap()
}
