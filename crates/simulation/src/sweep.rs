//! Crash sweeps: a story is played again and again, each time with a crash at another point, until every point was tried.
//!
//! A point is one side of one effect: before it happens, or after it happened and before anybody learned of it. Not here: the stories, and
//! what must hold in any case (`finally`, and [`crate::watchman`]).
//!
//! Faults: F1, F2, F3.

use std::fmt;
use std::str::FromStr;

use crate::choke::{Choke, Side};
use crate::scenario::Scenario;
use crate::scenario::stage::{End, play};

/// One crash: at which effect, on which side of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The effect, counted from 0.
    pub at: usize,
    /// The side.
    pub side: Side,
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let side = if self.side == Side::Before { "before" } else { "after" };
        write!(f, "{}:{side}", self.at)
    }
}

impl FromStr for Crash {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (at, side) = text.split_once(':').ok_or("expected for example 7:after")?;
        let side = match side {
            "before" => Side::Before,
            "after" => Side::After,
            _ => return Err(format!("{side} is neither before nor after")),
        };
        Ok(Self { at: at.parse().map_err(|_| format!("{at} is not a number"))?, side })
    }
}

/// Plays a story with crashes.
pub fn crash(story: &Scenario, crashes: &[Crash]) -> End {
    play(story, Some(Choke::crashing(crashes.iter().map(|crash| (crash.at, crash.side)))))
}

/// Every single crash of a story.
pub fn singles(story: &Scenario) -> Vec<Vec<Crash>> {
    let effects = crash(story, &[]).effects.len();
    sides(0..effects).map(|crash| vec![crash]).collect()
}

/// Every pair of crashes of a story: the first anywhere, the second anywhere in what then happens.
pub fn pairs(story: &Scenario) -> Vec<Vec<Crash>> {
    let effects = crash(story, &[]).effects.len();
    let second = |first: Crash| {
        let effects = crash(story, &[first]).effects.len();
        sides(first.at + 1..effects).map(move |second| vec![first, second])
    };
    sides(0..effects).flat_map(second).collect()
}

fn sides(effects: std::ops::Range<usize>) -> impl Iterator<Item = Crash> {
    effects.flat_map(|at| [Side::Before, Side::After].map(|side| Crash { at, side }))
}
