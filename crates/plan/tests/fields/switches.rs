//! The ways in which the simulator can answer otherwise than it was sent, by name.
//!
//! Not here: what they do.

use std::collections::BTreeSet;

use sim::Switch;

/// Every one. The list is held against the simulator's own source by a test.
const NAMES: [&str; 16] = [
    "fill-defaults",
    "empty-strings",
    "null-for-absent",
    "consumer-group",
    "engine-parentheses",
    "shuffle-arrays",
    "scaling-quantities",
    "scaling-zeros",
    "settings-text",
    "settings-null",
    "settings-defaults",
    "database-table",
    "omit-azure",
    "bucket-url",
    "omit-registry-type",
    "show-uri-credentials",
];

/// Each of them.
pub(crate) fn each() -> Vec<Switch> {
    NAMES.iter().map(|name| Switch::named(name).unwrap()).collect()
}

/// All of them together, but for those that contradict each other: settings that are null show no text.
pub(crate) fn all() -> BTreeSet<Switch> {
    each().into_iter().filter(|switch| *switch != Switch::SettingsNull && *switch != Switch::ScalingZeros).collect()
}

#[test]
fn no_switch_is_forgotten() {
    let source = include_str!("../../../sim/src/switch.rs");
    let (_, variants) = source.split_once("pub enum Switch {").unwrap();
    let (variants, _) = variants.split_once("\n}").unwrap();
    let count = variants.lines().filter(|line| line.trim().ends_with(',')).count();
    assert_eq!(count, NAMES.len(), "{variants}");
}
