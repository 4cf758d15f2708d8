//! The points at which a process can crash, or at which anything else can happen: every effect, counted through the whole run.
//!
//! An effect is a write to Kubernetes or a call of the Cloud API. Not here: effects.

use std::collections::BTreeMap;
use std::fmt;

use crate::process::Process;
use crate::shared::Shared;

/// On which side of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It does not happen.
    Before,
    /// It happens and nobody learns of it.
    After,
}

/// What happens right before an effect of a process.
pub type Deed = Box<dyn FnOnce(&Shared, &Process) + Send>;

/// The effects so far, where to crash, and where something else happens.
#[derive(Default)]
pub struct Choke {
    /// What each effect was.
    pub effects: Vec<String>,
    crashes: BTreeMap<usize, Side>,
    deed: Option<(usize, Deed)>,
}

impl Choke {
    /// Crashes at these effects, counted from 0.
    pub fn crashing(crashes: impl IntoIterator<Item = (usize, Side)>) -> Self {
        Self { crashes: crashes.into_iter().collect(), ..Self::default() }
    }

    /// Something happens right before this effect, counted from 0.
    pub fn doing(at: usize, deed: Deed) -> Self {
        Self { deed: Some((at, deed)), ..Self::default() }
    }

    /// Counts an effect; on which side of it the process ends, if it does, and what happens before it.
    pub fn pass(&mut self, effect: &str) -> (Option<Side>, Option<Deed>) {
        let number = self.effects.len();
        self.effects.push(effect.to_owned());
        let deed = self.deed.take_if(|(at, _)| *at == number);
        (self.crashes.get(&number).copied(), deed.map(|(_, deed)| deed))
    }
}

impl fmt::Debug for Choke {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { effects, crashes, deed } = self;
        let deed = deed.as_ref().map(|(at, _)| at);
        f.debug_struct("Choke").field("effects", effects).field("crashes", crashes).field("deed", &deed).finish()
    }
}
