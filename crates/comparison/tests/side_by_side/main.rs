//! The same faults in the same simulator: the official Terraform provider's client beside the operator.
//!
//! The table that comes of it is in docs/comparison.md. Not here: the faults and what is counted (the library).
#![expect(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed"
)]

mod ours;
mod theirs;

use std::path::Path;

use comparison::count::{Count, table};
use comparison::faults::{Row, rows};
use comparison::subject::subjects;
use sim::Simulator;

/// Whether a fault hit anything.
fn was_met(service: &Simulator) -> bool {
    service.faults().as_array().unwrap().iter().any(|fault| fault["hits"] != 0)
}

fn counts(row: &Row) -> (Count, Count) {
    let (mut provider, mut operator) = (Count::default(), Count::default());
    for subject in subjects() {
        if row.faults.is_empty() {
            provider += theirs::crashes(&subject);
            operator += ours::crashes(&subject);
        }
        for fault in &row.faults {
            provider += theirs::run(&subject, Some(fault), None).unwrap_or_default();
            operator += ours::run(&subject, Some(fault), None).unwrap_or_default();
        }
    }
    (provider, operator)
}

#[test]
fn without_a_fault_both_make_one_pipe() {
    for subject in subjects() {
        for count in [theirs::run(&subject, None, None), ours::run(&subject, None, None)] {
            let count = count.unwrap();
            assert!(count.is_at_most_once() && count.posts == 1 && count.none == 0, "{}: {count:?}", subject.name);
        }
    }
}

/// Faults: F1, F4, F5, F6.
#[test]
fn the_operator_makes_one_pipe_where_the_provider_makes_several() {
    let found: Vec<(&str, Count, Count)> = std::thread::scope(|scope| {
        let count = |row: Row| {
            scope.spawn(move || {
                let (provider, operator) = counts(&row);
                (row.title, provider, operator)
            })
        };
        let threads: Vec<_> = rows().into_iter().map(count).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let table = table(&found);
    println!("{table}");
    for (title, provider, operator) in &found {
        assert!(operator.is_at_most_once(), "{title}: {operator:?}");
        assert!(provider.duplicates > 0 && provider.lost > 0, "{title}: {provider:?}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/comparison.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("| fault |").unwrap();
    let (_, after) = rest.split_once("\n\n").unwrap();
    let now = format!("{before}{table}\n{after}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &now).unwrap();
    }
    assert!(now == text, "docs/comparison.md says other figures; if these are right: UPDATE_GOLDEN=1\n{table}");
}
