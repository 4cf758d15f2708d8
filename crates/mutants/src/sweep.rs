//! Every mutant, with the tests that reach it, until one of them fails.
//!
//! Not here: which tests those are (see `tests`).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::Result;
use crate::build::Viable;
use crate::list::Mutant;
use crate::tests::{End, Test, command, reaching, run, side_by_side};

/// What came of one mutant.
#[derive(Debug)]
pub(crate) struct Trial<'a> {
    /// The mutant.
    pub(crate) mutant: &'a Mutant,
    /// What came of it.
    pub(crate) fate: Fate,
}

/// What can come of a mutant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// A test of this layer failed.
    Killed(&'static str),
    /// A test of this layer did not end.
    TimedOut(&'static str),
    /// Every test that reaches it passed.
    Survived,
    /// No test reaches it.
    Unreached,
}

impl Fate {
    /// Whether the tests noticed.
    pub(crate) fn is_noticed(self) -> bool {
        matches!(self, Self::Killed(_) | Self::TimedOut(_))
    }
}

/// Tries each of them.
pub(crate) fn sweep<'a>(tests: &[Test], chosen: &[Viable<'a>]) -> Result<Vec<Trial<'a>>> {
    let (next, trials) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = |_| -> Result {
        while let Some(viable) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fate = fate(tests, viable)?;
            let Ok(mut trials) = trials.lock() else { break };
            trials.push(Trial { mutant: viable.mutant, fate });
            if !fate.is_noticed() {
                println!(
                    "    {fate:?} {}:{}: {}",
                    viable.mutant.position.0, viable.mutant.position.1, viable.mutant.name
                );
            }
            if trials.len().is_multiple_of(100) {
                println!("==> {} of {}", trials.len(), chosen.len());
            }
        }
        Ok(())
    };
    side_by_side(&work)?;
    let mut trials = trials.into_inner().map_err(|_| "a worker panicked")?;
    trials.sort_by_key(|trial: &Trial| trial.mutant.id);
    Ok(trials)
}

fn fate(tests: &[Test], viable: &Viable) -> Result<Fate> {
    let groups = reaching(tests, viable.place);
    let mut fate = if groups.is_empty() { Fate::Unreached } else { Fate::Survived };
    for group in groups {
        let Some(first) = group.first() else { continue };
        let names: Vec<String> = group.iter().map(|test| test.name.clone()).collect();
        let time: Duration = group.iter().map(|test| test.time).sum();
        let mut command = command(first.program, &names);
        command.env("CLICKPIPES_MUTANT", viable.mutant.id.to_string());
        match run(command, Duration::from_secs(10) + 5 * time)? {
            End::Passed => continue,
            End::Failed => fate = Fate::Killed(first.program.layer),
            End::TimedOut => fate = Fate::TimedOut(first.program.layer),
        }
        break;
    }
    Ok(fate)
}

/// The names of those that survived when they were last tried here.
pub(crate) struct Survived(BTreeSet<String>);

impl Survived {
    /// What an earlier run has left.
    pub(crate) fn read(folder: &Path) -> Self {
        let text = fs::read_to_string(folder.join("survived.txt")).unwrap_or_default();
        Self(text.lines().map(str::to_owned).collect())
    }

    /// Whether this one survived.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.contains(name)
    }

    /// Leaves what is known now for the next run.
    pub(crate) fn write(mut self, folder: &Path, trials: &[Trial]) -> Result {
        for trial in trials {
            if trial.fate.is_noticed() {
                self.0.remove(&trial.mutant.name);
            } else {
                self.0.insert(trial.mutant.name.clone());
            }
        }
        let names: Vec<String> = self.0.into_iter().collect();
        fs::write(folder.join("survived.txt"), names.join("\n"))?;
        Ok(())
    }
}
