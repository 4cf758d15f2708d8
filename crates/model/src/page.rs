//! The page `docs/model.md`: every variant, its bounds, what came out and how many states that took.
//!
//! Verdicts are those that the tests demand; only the figures come from a search. A page is held against other figures with room for a
//! quarter, so that it is rewritten when it is wrong and not with every line of the plan. Not here: the searches.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::bounds::bounds;
use crate::mutants::mutants;
use crate::search::Found;
use crate::table::variants;
use crate::variant::{Variant, Verdicts};

/// What stands around the tables.
const TEXT: &str = include_str!("page.md");

/// What a search of one variant found, in figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// States that were visited.
    pub states: usize,
    /// States from which the goal cannot be reached; only known when every state was visited.
    pub traps: Option<usize>,
}

impl From<&Found> for Figures {
    fn from(found: &Found) -> Self {
        let traps = found.complete.then_some(found.traps);
        Self { states: found.states, traps }
    }
}

/// Figures by the name of the variant.
pub type Rows = BTreeMap<String, Figures>;

/// Where the page is.
#[must_use]
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/model.md")
}

/// The page with these figures.
#[must_use]
pub fn page(rows: &Rows) -> String {
    let (doubted, held): (Vec<Variant>, Vec<Variant>) = variants().into_iter().partition(Variant::is_doubted);
    let long = variants().into_iter().chain(mutants()).filter(|variant| variant.long).map(|variant| variant.name);
    let short = rows.iter().filter(|(name, _)| !long.clone().any(|long| long == name.as_str()));
    let all: usize = short.map(|(_, figures)| figures.states).sum();
    TEXT.replace("{held}", &table(&held, rows))
        .replace("{doubted}", &table(&doubted, rows))
        .replace("{mutants}", &table(&mutants(), rows))
        .replace("{variants}", &variants().len().to_string())
        .replace("{mutant count}", &mutants().len().to_string())
        .replace("{long}", &long.clone().collect::<Vec<_>>().join(", "))
        .replace("{million}", &format!("{}.{}", all / 1_000_000, all % 1_000_000 / 100_000))
}

fn table(variants: &[Variant], rows: &Rows) -> String {
    let mut text = String::from("| | world | bounds | states | I1 | I2 | I3 | I4 | traps |\n");
    text += "| --- | --- | --- | ---: | --- | --- | --- | --- | ---: |\n";
    for variant in variants {
        let Verdicts { one, one_runs, nothing_left, no_trespass, no_trap: _ } = variant.expect;
        let stops = variant.mutant.is_some() && rows.get(variant.name).is_some_and(|figures| figures.traps.is_none());
        let word = |holds: bool| match (holds, stops) {
            (false, _) => "**broken**",
            (true, false) => "holds",
            (true, true) => "",
        };
        let figures = rows.get(variant.name);
        let (states, traps) = figures.map_or_else(Default::default, |figures| {
            (spaced(figures.states), figures.traps.map(spaced).unwrap_or_default())
        });
        let [one, one_runs, nothing_left, no_trespass] = [one, one_runs, nothing_left, no_trespass].map(word);
        let (name, about, bounds) = (variant.name, variant.about, bounds(variant));
        let _ = writeln!(
            text,
            "| {name} | {about} | {bounds} | {states} | {one} | {one_runs} | {nothing_left} | {no_trespass} | {traps} |"
        );
    }
    text.trim_end().to_owned()
}

/// The figures on a page.
#[must_use]
pub fn rows(page: &str) -> Rows {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let row = |line: &str| match cells(line).as_slice() {
        [_, name, _, _, states, _, _, _, _, traps, _] => {
            let states = number(states)?;
            Some((name.clone(), Figures { states, traps: number(traps) }))
        }
        _ => None,
    };
    page.lines().filter(|line| line.starts_with("| ")).filter_map(row).collect()
}

/// What a page says otherwise than these figures, by more than a quarter.
#[must_use]
pub fn drift(page: &Rows, name: &str, figures: Figures) -> Option<String> {
    let near = |one: usize, other: usize| one.abs_diff(other) * 4 <= one.max(other);
    let Some(said) = page.get(name) else { return Some(format!("{name} is not on the page")) };
    let traps = match (said.traps, figures.traps) {
        (Some(said), Some(found)) => near(said, found),
        (said, found) => said == found,
    };
    (!near(said.states, figures.states) || !traps).then(|| {
        format!("{name}: the page says {:?} states and {:?} traps, it is {figures:?}", said.states, said.traps)
    })
}

fn number(cell: &str) -> Option<usize> {
    cell.replace(',', "").parse().ok()
}

fn spaced(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
