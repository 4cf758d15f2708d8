//! Every body that we send fits the official document, closed against what it does not name, and the vendor's own request types, which give
//! it back whole.
//!
//! The bodies are made by the real `plan`, the requests by the real `cloud`, from the specimens: flavours of every source, the examples of
//! `deploy/examples`, every edit of every field, and random ones. Not here: whether the facts say what the document says (`ledger.rs`).

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

mod judge;
mod sent;

use cloud::{Call, Command, PipeState};
use crd::facts::Route;
use crd::source::SourceKind;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use specimens::{Specimen, changes, edits, flavours, specimens};

use judge::{faults, find_fault};

#[test]
fn every_flavour_and_example_is_created_and_changed_as_the_document_says() {
    let mut calls = Vec::new();
    for specimen in all() {
        let create = sent::create(&specimen);
        let update = sent::everything_changed(&specimen);
        for call in std::iter::once(create).chain(update) {
            find_fault(&specimen.label, &call);
            calls.push(call.name());
        }
    }
    for name in ["CreatePipe", "PatchPipe", "PutSettings", "PatchScaling"] {
        assert!(calls.contains(&name), "no {name} was judged");
    }
}

#[test]
fn every_edit_of_every_field_is_sent_as_the_document_says() {
    let mut sent = std::collections::BTreeMap::new();
    let mut refused = 0;
    for kind in SourceKind::ALL {
        for change in changes(kind) {
            if !sent::is_valid(&change.before) || !sent::is_valid(&change.after) {
                refused += 1;
                continue;
            }
            for (route, call) in sent::update(&change.before, &change.after) {
                find_fault(&change.name(), &call);
                *sent.entry(route).or_insert(0) += 1;
            }
        }
    }
    assert!(refused * 10 < sent.values().sum::<i32>(), "{refused} edits are refused by the operator: {sent:?}");
    for route in [Route::Patch, Route::Mappings, Route::Settings, Route::Scaling] {
        assert!(sent.get(&route).is_some_and(|count| *count >= 3), "{sent:?}");
    }
}

#[test]
fn random_pipes_are_created_and_changed_as_the_document_says() {
    let judge = |other: &Specimen, first: &Specimen, last: &Specimen| {
        prop_assume!([other, first, last].into_iter().all(sent::is_valid));
        let mut calls = vec![sent::create(other), sent::create(first)];
        calls.extend(sent::everything_changed(other));
        calls.extend(sent::update(first, last).into_iter().map(|(_, call)| call));
        for call in calls {
            prop_assert_eq!(faults(&call), Vec::<String>::new(), "{}: {:?}", other.label, call);
        }
        Ok(())
    };
    for kind in SourceKind::ALL {
        let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
        let judged = runner.run(&(specimens(kind), edits(kind, 6)), |(other, (first, steps))| {
            judge(&other, &first, steps.last().unwrap_or(&first))
        });
        judged.unwrap_or_else(|error| panic!("{kind}: {error}"));
    }
}

/// Random pipes of each kind of source.
const CASES: u32 = 48;

#[test]
fn state_commands_are_those_of_the_document() {
    let commands = [Command::Start, Command::Stop, Command::Resync];
    for command in commands {
        find_fault(command.as_str(), &sent::state(command));
    }
    let document = judge::document();
    let offered =
        &document.value["components"]["schemas"]["ClickPipeStatePatchRequest"]["properties"]["command"]["enum"];
    assert_eq!(*offered, json!(commands.map(Command::as_str)), "a command that nobody has decided about");
}

#[test]
fn every_state_of_the_document_is_known() {
    let states = &judge::document().answer()["properties"]["state"]["enum"];
    let unknown: Vec<&Value> = states
        .as_array()
        .unwrap()
        .iter()
        .filter(|state| matches!(PipeState::read(state.as_str().unwrap()), PipeState::Other(_)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn a_body_that_does_not_fit_is_found() {
    let kafka = &flavours(SourceKind::Kafka)[0];
    let spoilt = |change: Spoil<'_>| {
        let Call::CreatePipe { service, body } = sent::create(kafka) else { panic!("no create") };
        let mut body = body.expose();
        change(&mut body);
        faults(&Call::CreatePipe { service, body: cloud::Document::plain(body) })
    };
    assert_eq!(spoilt(&|_| {}), Vec::<String>::new());
    let cases: [(&str, Spoil<'_>); 7] = [
        ("an unknown member", &|body| body["source"]["kafka"]["topic"] = json!("orders")),
        ("a value that is not offered", &|body| body["source"]["kafka"]["type"] = json!("pulsar")),
        ("a number out of range", &|body| body["scaling"]["replicas"] = json!(41)),
        ("a text for a number", &|body| body["scaling"]["replicas"] = json!("2")),
        ("a member of another way to log in", &|body| {
            body["source"]["kafka"]["credentials"]["connectionString"] = json!("x");
        }),
        ("no name", &|body| drop(body.as_object_mut().unwrap().remove("name"))),
        ("null where a value belongs", &|body| body["destination"]["database"] = Value::Null),
    ];
    for (what, change) in cases {
        assert!(!spoilt(change).is_empty(), "{what}");
    }
}

/// Spoils a body.
type Spoil<'a> = &'a dyn Fn(&mut Value);

fn all() -> Vec<Specimen> {
    SourceKind::ALL.into_iter().flat_map(flavours).chain(sent::examples()).collect()
}
