//! What becomes of a POST without an answer, and what must come of the whole story.
//!
//! Not here: what happens in between ([`super::scenarios`]).

use crate::action::{Action, Edit, Fate};
use crate::state::State;
use crate::variant::Variant;

/// When the service carries out an unanswered POST at the earliest, in minutes: later than the next passes, earlier than the window.
const LATE: usize = 5;
/// A little longer than the window, in minutes.
pub(super) const WINDOW: usize = 16;

/// When a POST without an answer is carried out: `commit_after_ms`, or nothing if it never is.
pub(super) fn commit(fate: Fate, state: &State, rest: &[Action]) -> String {
    // Those that are still out are carried out in their order, as far as that can be told.
    let before = state.flying.len();
    let ends = |action: &Action| match action {
        Action::Commit(_) => Some(true),
        Action::Drop(_) => Some(false),
        _ => None,
    };
    let end = rest.iter().enumerate().filter_map(|(at, action)| Some((at, ends(action)?))).nth(before);
    let end = if fate == Fate::Lost { end } else { Some((0, true)) };
    match end {
        Some((_, false)) => String::new(),
        Some((at, true)) => {
            let windows = rest.iter().take(at).filter(|action| **action == Action::Window).count();
            format!(" commit_after_ms={}", (LATE + windows * WINDOW) * 60_000)
        }
        None => format!(" commit_after_ms={}", LATE * 60_000),
    }
}

/// What must come of it.
pub(super) fn ending(variant: &Variant, name: &str, end: Option<&State>, way: &[Action]) -> Vec<String> {
    let did = |edit| way.contains(&Action::User(edit));
    let object = end.and_then(|state| state.object);
    let wants = |recipe: u8| if recipe == 1 { "other_topic" } else { "my_topic" };
    match object.filter(|object| !object.deleting) {
        None => vec![format!("finally {name} gone"), format!("finally pipes {}", u8::from(did(Edit::Retain)))],
        Some(_) if did(Edit::Remake) && did(Edit::Retain) => {
            vec![format!("expect {name} Synced False AdoptionRequired"), "finally pipes 1".to_owned()]
        }
        Some(object) => {
            let runs = if object.stopped { "Stopped" } else { "Running" };
            let field = (did(Edit::Recipe) && !variant.database)
                .then(|| format!("finally {name} pipe source.kafka.topics = {}", wants(object.recipe)));
            let end = [format!("finally {name} Ready True {runs}"), "finally pipes 1".to_owned()];
            end.into_iter().chain(field).collect()
        }
    }
}
