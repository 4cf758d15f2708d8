//! Facts about the shelf.

use serde_json::json;

use super::*;

const NOW: Tick = Tick(1_000);

fn pipe(number: u8, state: &str) -> Pipe {
    let id = format!("33333333-3333-4333-8333-3333333333{number:02}");
    Pipe::read(json!({"id": id, "name": "orders", "state": state})).unwrap()
}

fn states(snapshot: &Snapshot) -> Vec<&str> {
    snapshot.pipes.values().map(|pipe| pipe.state.as_str()).collect()
}

#[test]
fn a_reply_to_a_write_is_in_the_snapshot_at_once() {
    let mut shelf = Shelf::default();
    let begun = shelf.begin(NOW);
    shelf.finish(begun, vec![pipe(1, "Running")]);
    shelf.wrote(Some(&pipe(1, "Stopping")));
    shelf.wrote(Some(&pipe(2, "Provisioning")));
    let snapshot = shelf.latest().unwrap();
    assert_eq!((snapshot.begun, states(&snapshot)), (NOW, vec!["Stopping", "Provisioning"]));
}

#[test]
fn a_list_begun_before_a_write_was_answered_does_not_replace_the_reply() {
    let mut shelf = Shelf::default();
    let begun = shelf.begin(NOW);
    shelf.wrote(Some(&pipe(1, "Stopping")));
    shelf.wrote(Some(&pipe(2, "Provisioning")));
    let snapshot = shelf.finish(begun, vec![pipe(1, "Running"), pipe(3, "Running")]);
    assert_eq!(states(&snapshot), ["Stopping", "Provisioning", "Running"]);
}

#[test]
fn a_list_begun_after_a_write_was_answered_replaces_the_reply() {
    let mut shelf = Shelf::default();
    let early = shelf.begin(NOW);
    shelf.wrote(Some(&pipe(1, "Stopping")));
    let late = shelf.begin(NOW);
    let snapshot = shelf.finish(late, vec![pipe(1, "Stopped")]);
    assert_eq!(states(&snapshot), ["Stopped"]);
    // The early one comes late and changes nothing.
    let snapshot = shelf.finish(early, vec![pipe(1, "Running")]);
    assert_eq!(states(&snapshot), ["Stopped"]);
}

#[test]
fn a_pipe_that_was_deleted_stays_until_a_list_does_not_show_it() {
    let mut shelf = Shelf::default();
    let begun = shelf.begin(NOW);
    shelf.finish(begun, vec![pipe(1, "Running")]);
    shelf.wrote(None);
    assert_eq!(shelf.latest().unwrap().pipes.len(), 1);
    let begun = shelf.begin(NOW);
    assert_eq!(shelf.finish(begun, Vec::new()).pipes.len(), 0);
}

#[test]
fn a_snapshot_begun_in_the_same_millisecond_but_before_a_write_is_not_fresh() {
    let mut shelf = Shelf::default();
    let begun = shelf.begin(NOW);
    shelf.finish(begun, Vec::new());
    assert!(shelf.fresh(NOW).is_some());
    shelf.wrote(None);
    assert!(shelf.fresh(NOW).is_none());
    assert!(shelf.fresh(Tick(NOW.0 - 1)).is_some());
}

#[test]
fn a_snapshot_that_somebody_holds_does_not_change() {
    let mut shelf = Shelf::default();
    let begun = shelf.begin(NOW);
    let held = shelf.finish(begun, vec![pipe(1, "Running")]);
    shelf.wrote(Some(&pipe(1, "Stopping")));
    assert_eq!(states(&held), ["Running"]);
}

#[test]
fn answers_are_remembered_only_while_a_list_is_on_the_wire() {
    let mut shelf = Shelf::default();
    shelf.wrote(Some(&pipe(1, "Running")));
    assert!(shelf.answers.is_empty());
    let first = shelf.begin(NOW);
    shelf.begin(NOW);
    shelf.wrote(Some(&pipe(1, "Running")));
    shelf.finish(first, Vec::new());
    assert_eq!(shelf.answers.len(), 1);
    shelf.end();
    assert!(shelf.answers.is_empty());
}
