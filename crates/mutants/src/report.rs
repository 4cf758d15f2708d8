//! What came of all mutants: the page `docs/mutants.md`, and whether the command succeeds.
//!
//! Not here: the reasons themselves (`crates/mutants/survivors.txt`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::Result;
use crate::build::{PLAN, SCENARIOS};
use crate::list::Mutant;
use crate::sweep::{Fate, Trial};

/// Less than this of all mutants noticed is a failure, in tenths of a per cent.
const LEAST: usize = 950;

/// What came of a sweep.
pub(crate) struct Report<'a> {
    /// What came of each.
    pub(crate) trials: &'a [Trial<'a>],
    /// How many were not tried: they do not compile.
    pub(crate) unviable: usize,
    /// Why some survive.
    pub(crate) reasons: &'a BTreeMap<String, String>,
}

impl Report<'_> {
    /// The totals in one line.
    pub(crate) fn summary(&self) -> String {
        let noticed = self.count(Fate::is_noticed);
        let tenths = self.tenths();
        let all = self.trials.len();
        format!("{noticed} of {all} mutants noticed: {}.{} %", tenths / 10, tenths % 10)
    }

    /// Writes the page.
    pub(crate) fn write(&self, root: &Path) -> Result {
        fs::write(root.join("docs/mutants.md"), self.page())?;
        Ok(())
    }

    /// Succeeds when enough was noticed, and every survivor has a reason, and nothing else has one.
    pub(crate) fn verdict(&self, mutants: &[Mutant], whole: bool) -> Result {
        let mut problems = Vec::new();
        for trial in self.trials {
            let reason = self.reasons.contains_key(&trial.mutant.name);
            match (trial.fate.is_noticed(), reason) {
                (false, false) => problems.push(format!("survives, and nobody says why: {}", trial.mutant.name)),
                (true, true) => {
                    problems.push(format!("is noticed, and has a reason to survive: {}", trial.mutant.name));
                }
                _ => {}
            }
        }
        let known: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        let gone = self.reasons.keys().filter(|name| !known.contains(name.as_str()));
        problems.extend(gone.map(|name| format!("has a reason to survive, and there is no such mutant: {name}")));
        if whole && self.tenths() < LEAST {
            problems.push(format!("fewer than {}.{} % are noticed", LEAST / 10, LEAST % 10));
        }
        if problems.is_empty() { Ok(()) } else { Err(problems.join("\n       ").into()) }
    }

    fn count(&self, which: impl Fn(Fate) -> bool) -> usize {
        self.trials.iter().filter(|trial| which(trial.fate)).count()
    }

    fn tenths(&self) -> usize {
        self.count(Fate::is_noticed) * 1000 / self.trials.len().max(1)
    }

    fn page(&self) -> String {
        let by = |layer| self.count(|fate| matches!(fate, Fate::Killed(by) | Fate::TimedOut(by) if by == layer));
        let late = self.count(|fate| matches!(fate, Fate::TimedOut(_)));
        let survivors: Vec<&Trial> = self.trials.iter().filter(|trial| !trial.fate.is_noticed()).collect();
        let mut page = format!(
            "# What the tests of the plan notice\n\n\
             Every place of `crates/plan` that decides something is broken, one at a time, and the tests are asked whether they notice. What can be\n\
             broken is the list of [cargo-mutants](https://mutants.rs): another operator, another result of a function, a match arm without its guard\n\
             or left out. Written by `cargo xtask mutants`, which fails below {}.{} %, at a survivor without a reason, and at a reason without a survivor.\n\n\
             | mutants | |\n| --- | ---: |\n\
             | tried | {} |\n\
             | noticed by the tests of `plan` | {} |\n\
             | noticed by the stories in `tests/scenarios`, of those left | {} |\n\
             | of all these: noticed because a test did not end | {late} |\n\
             | not noticed | {} |\n\
             | **noticed** | **{}.{} %** |\n\
             | not tried: they do not compile, or stand in a constant | {} |\n",
            LEAST / 10,
            LEAST % 10,
            self.trials.len(),
            by(PLAN),
            by(SCENARIOS),
            survivors.len(),
            self.tenths() / 10,
            self.tenths() % 10,
            self.unviable,
        );
        page.push_str("\n## Not noticed, and why\n\nKept in `crates/mutants/survivors.txt`.\n");
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for trial in survivors {
            let reason = self.reasons.get(&trial.mutant.name).map_or("no reason is given", String::as_str);
            reasons.entry(reason).or_default().push(&trial.mutant.name);
        }
        for (reason, names) in reasons {
            let _ = write!(page, "\n{reason}:\n\n");
            for name in names {
                let _ = writeln!(page, "- `{name}`");
            }
        }
        page
    }
}
