//! Every mutant, with the tests that reach it, until one of them fails.
//!
//! Not here: which tests those are (see `tests`).

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::Result;
use crate::build::{PLAN, SCENARIOS, Viable};
use crate::list::Mutant;
use crate::tests::{End, Test, command, reaching, run, side_by_side};

/// How many tests that noticed others of the same file are asked first.
const FAVOURED: usize = 6;

/// Where the fate of each mutant is noted as soon as it is known; the last word counts.
const NOTES: &str = "fates.txt";

/// What came of each mutant when it was last tried here, by its name.
pub(crate) fn before(folder: &Path) -> BTreeMap<String, Fate> {
    let text = fs::read_to_string(folder.join(NOTES)).unwrap_or_default();
    let lines = text.lines().filter_map(|line| line.split_once('\t'));
    lines.filter_map(|(word, name)| Some((name.to_owned(), Fate::of(word)?))).collect()
}

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

    fn word(self) -> String {
        match self {
            Self::Killed(layer) => format!("killed {layer}"),
            Self::TimedOut(layer) => format!("late {layer}"),
            Self::Survived => "survived".to_owned(),
            Self::Unreached => "unreached".to_owned(),
        }
    }

    fn of(word: &str) -> Option<Self> {
        let all = [
            Self::Killed(PLAN),
            Self::Killed(SCENARIOS),
            Self::TimedOut(PLAN),
            Self::TimedOut(SCENARIOS),
            Self::Survived,
            Self::Unreached,
        ];
        all.into_iter().find(|fate| fate.word() == word)
    }
}

/// Tries each of them.
pub(crate) fn sweep<'a>(folder: &Path, tests: &[Test], chosen: &[Viable<'a>]) -> Result<Vec<Trial<'a>>> {
    let (next, trials) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let mut notes = OpenOptions::new().create(true).append(true).open(folder.join(NOTES))?;
    // A run that was cut off may have left half a line.
    writeln!(notes)?;
    let killers = Mutex::new(BTreeMap::new());
    let work = |_| -> Result {
        while let Some(viable) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
            let fate = fate(tests, viable, &killers)?;
            let Ok(mut trials) = trials.lock() else { break };
            trials.push(Trial { mutant: viable.mutant, fate });
            (&notes).write_all(format!("{}\t{}\n", fate.word(), viable.mutant.name).as_bytes())?;
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

/// The tests that noticed a mutant of a file, the last one last: likely to notice the next one too.
type Killers<'t> = Mutex<BTreeMap<String, Vec<(&'t Path, String)>>>;

fn fate<'t>(tests: &'t [Test], viable: &Viable, killers: &Killers<'t>) -> Result<Fate> {
    let mut groups = reaching(tests, viable.place);
    let favoured =
        killers.lock().ok().and_then(|killers| killers.get(&viable.mutant.file).cloned()).unwrap_or_default();
    let reached = |killer: &(&Path, String)| {
        groups.iter().flatten().copied().find(|test| test.program.path == killer.0 && test.name == killer.1)
    };
    let first: Vec<&Test> = favoured.iter().rev().filter_map(reached).take(FAVOURED).collect();
    groups.splice(0..0, first.into_iter().map(|test| vec![test]));
    groups.sort_by_key(|group| group.first().is_some_and(|test| test.program.layer != PLAN));
    let mut fate = if groups.is_empty() { Fate::Unreached } else { Fate::Survived };
    for group in groups {
        let Some(first) = group.first() else { continue };
        let names: Vec<String> = group.iter().map(|test| test.name.clone()).collect();
        let time: Duration = group.iter().map(|test| test.time).sum();
        let mut command = command(first.program, &names);
        command.env("CLICKPIPES_MUTANT", viable.mutant.id.to_string());
        match run(command, Duration::from_secs(10) + 5 * time)? {
            End::Passed => continue,
            End::Failed(test) => {
                fate = Fate::Killed(first.program.layer);
                if let (Some(test), Ok(mut killers)) = (test, killers.lock()) {
                    let killer = (first.program.path.as_path(), test);
                    let known = killers.entry(viable.mutant.file.clone()).or_default();
                    known.retain(|other| *other != killer);
                    known.push(killer);
                }
            }
            End::TimedOut => fate = Fate::TimedOut(first.program.layer),
        }
        break;
    }
    Ok(fate)
}
