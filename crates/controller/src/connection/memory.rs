//! What this process remembers about connections, by uid. It survives no restart and may only save calls, or let deletes go on.
//!
//! Not here: what follows from it.

use std::collections::BTreeMap;
use std::time::Duration;

use client::AccountKey;
use cloud::{Service, ServiceId, Tick};
use parking_lot::Mutex;

use super::check::Standing;

/// How long after a check a doubt may ask for another one.
const DOUBT_AFTER: Duration = Duration::from_mins(10);

/// What is remembered about every connection.
#[derive(Debug, Default)]
pub struct Memories(Mutex<BTreeMap<String, Memory>>);

/// What is remembered about one connection.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// The last check of the key.
    pub checked: Option<Checked>,
    /// The last key that worked, for deletes after its Secret went.
    pub working: Option<AccountKey>,
    /// The services of the organization, as last seen.
    pub services: BTreeMap<ServiceId, Service>,
    /// How many checks failed in a row.
    pub failures: u32,
}

/// One check of the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// What was checked: spec and versions of the Secrets.
    pub inputs: String,
    /// What came of it.
    pub standing: Standing,
    /// When.
    pub at: Tick,
}

impl Memories {
    /// What is remembered about this connection.
    pub fn get(&self, uid: &str) -> Memory {
        self.0.lock().get(uid).cloned().unwrap_or_default()
    }

    /// Starts a memory with this check; a memory that there is stays as it is.
    pub fn start(&self, uid: &str, checked: impl FnOnce() -> Option<Checked>) {
        let fresh = || Memory { checked: checked(), ..Memory::default() };
        self.0.lock().entry(uid.to_owned()).or_insert_with(fresh);
    }

    /// Changes what is remembered.
    pub fn change(&self, uid: &str, change: impl FnOnce(&mut Memory)) {
        change(self.0.lock().entry(uid.to_owned()).or_default());
    }

    /// The connection is gone.
    pub fn forget(&self, uid: &str) {
        self.0.lock().remove(uid);
    }

    /// A call with a key that was thought to work was refused; true when it is to be checked again.
    pub fn doubt(&self, uid: &str, now: Tick) -> bool {
        let mut memories = self.0.lock();
        let Some(memory) = memories.get_mut(uid) else { return false };
        let old = memory.checked.as_ref().is_some_and(|checked| now - checked.at >= DOUBT_AFTER);
        if old {
            memory.checked = None;
        }
        old
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_refusals_ask_for_one_check_in_ten_minutes() {
        let memories = Memories::default();
        let checked = Checked { inputs: "1".to_owned(), standing: Standing::Valid, at: Tick(0) };
        memories.change("a", |memory| memory.checked = Some(checked));
        assert!(!memories.doubt("a", Tick(599_000)));
        assert!(memories.doubt("a", Tick(600_000)));
        assert!(!memories.doubt("a", Tick(600_001)));
    }
}
