//! The points at which a process can crash: before and after every effect, counted through the whole run.
//!
//! An effect is a write to Kubernetes or a call of the Cloud API. Not here: effects.

use std::collections::BTreeMap;

/// On which side of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It does not happen.
    Before,
    /// It happens and nobody learns of it.
    After,
}

/// The effects so far, and where to crash.
#[derive(Debug, Default)]
pub struct Choke {
    /// What each effect was.
    pub effects: Vec<String>,
    crashes: BTreeMap<usize, Side>,
}

impl Choke {
    /// Crashes at these effects, counted from 0.
    pub fn crashing(crashes: impl IntoIterator<Item = (usize, Side)>) -> Self {
        Self { effects: Vec::new(), crashes: crashes.into_iter().collect() }
    }

    /// Counts an effect; on which side of it the process ends, if it does.
    pub fn pass(&mut self, effect: &str) -> Option<Side> {
        let number = self.effects.len();
        self.effects.push(effect.to_owned());
        self.crashes.get(&number).copied()
    }
}
