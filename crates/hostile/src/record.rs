//! Any JSON as a stored `ClickPipe`: read or refused without a panic, and nothing is written upon a record that is not understood.
//!
//! Not here: answers.

use cloud::Tick;
use crd::ClickPipe;
use plan::token;

use crate::{promise, stand};

/// Now; the process has just started.
const NOW: Tick = Tick(100_000);
/// Two pipes of other people.
const FOREIGN: [&str; 2] = ["44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"];

/// Reads the object as the watch does, and decides upon it with several views of the service.
pub fn run(data: &[u8]) {
    let Ok(object) = serde_json::from_slice::<ClickPipe>(data) else { return };
    let desired = stand::desired(&object);
    let blind = stand::known(&object, NOW);
    let _ = promise::decide(&desired, &blind);
    let token = blind.record.create.as_ref().map_or_else(|| desired.token(), |create| create.token.clone());
    let [other, twin] = FOREIGN;
    let other = stand::shown(&desired, other, "somebody else's []", "Stopped");
    let twin = stand::shown(&desired, twin, &token::name_with(desired.name(), &token), "Stopped");
    let recorded = blind.record.pipe.as_ref();
    for state in ["Running", "Stopped", "Paused", "Failed", "Hibernating", ""] {
        let own = recorded.and_then(|pipe| stand::shown(&desired, &pipe.id, desired.name(), state));
        let own = own.filter(|_| !state.is_empty());
        for strangers in [false, true] {
            let others = [&other, &twin].into_iter().filter(|_| strangers).filter_map(Clone::clone);
            let mut known = blind.clone();
            known.see(stand::seen(NOW, own.clone().into_iter().chain(others)));
            let _ = promise::decide(&desired, &known);
        }
    }
}
