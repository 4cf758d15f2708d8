//! Who owns a pipe: an id belongs to one object, whatever others have on record or wish for.
//!
//! Whoever has it on record keeps it; of several, the older object, then the smaller uid. A record that was restored from another object or
//! cluster claims nothing. Not here: what the loser does (crate `plan`).

use crd::ClickPipe;
use kube::ResourceExt;

use crate::context::Context;
use crate::dependencies::Needed;
use crate::kind::{Guarded, Key};

/// The pipe that an object claims: the one on its record, else the one that it was told to take.
pub fn claim(pipe: &ClickPipe) -> Option<String> {
    recorded(pipe).or_else(|| wished(pipe))
}

fn recorded(pipe: &ClickPipe) -> Option<String> {
    let record = pipe.status.as_ref()?.pipe.as_ref()?;
    (Some(&record.uid) == pipe.uid().as_ref()).then(|| record.id.to_ascii_lowercase())
}

fn wished(pipe: &ClickPipe) -> Option<String> {
    let wanted = pipe.spec.adopt.as_ref()?.id.to_ascii_lowercase();
    let retired = pipe.status.as_ref().is_some_and(|status| status.retired.contains(&wanted));
    let has = pipe.status.as_ref().is_some_and(|status| status.pipe.is_some());
    (!retired && !has).then_some(wanted)
}

/// The other object that owns the pipe which this one claims: `namespace/name`.
pub fn claimed_by<C>(pipe: &ClickPipe, context: &Context<C>) -> Option<String> {
    let id = claim(pipe)?;
    // Smaller is stronger.
    let rank = |one: &ClickPipe| {
        let has = recorded(one).as_ref() == Some(&id);
        (!has, one.creation_timestamp().map(|time| time.0), one.uid())
    };
    let mut strongest = None;
    for other in others(&id, pipe, context) {
        let Ok(other) = &other.0 else { continue };
        if claim(other).as_ref() == Some(&id) && rank(other) < rank(pipe) {
            let name = format!("{}/{}", other.namespace().unwrap_or_default(), other.name_any());
            strongest = strongest.max(Some((std::cmp::Reverse(rank(other)), name)));
        }
    }
    strongest.map(|(_, name)| name)
}

/// Whether another object has this pipe on record.
pub fn is_recorded_elsewhere<C>(id: &str, pipe: &ClickPipe, context: &Context<C>) -> bool {
    others(id, pipe, context)
        .iter()
        .any(|other| other.0.as_ref().is_ok_and(|other| recorded(other).is_some_and(|recorded| recorded == id)))
}

fn others<C>(id: &str, pipe: &ClickPipe, context: &Context<C>) -> Vec<std::sync::Arc<Guarded<ClickPipe>>> {
    let own = Key::of(pipe);
    let keys = context.dependencies.of(&Needed::Pipe(id.to_owned()));
    keys.iter().filter(|key| **key != own).filter_map(|key| context.pipes.get(&key.reference())).collect()
}
