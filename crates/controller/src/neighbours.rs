//! What the other objects of a service say, counted in the cache by the last LIST.
//!
//! Not here: what follows from the numbers ([`plan::Neighbours`]).

use crd::ClickPipe;
use plan::known::Seen;
use plan::{Desired, Known, Neighbours};

use crate::claims;
use crate::context::Context;
use crate::dependencies::Needed;

/// What this object must know of the others.
pub fn neighbours<C>(pipe: &ClickPipe, desired: &Desired, known: &Known, context: &Context<C>) -> Neighbours {
    let mut neighbours = Neighbours::default();
    let Some(seen) = &known.seen else { return neighbours };
    if known.pipe_id().is_some_and(|id| !seen.pipes.contains_key(&id)) {
        count(pipe, seen, context, &mut neighbours);
    }
    neighbours.claimed = plan::namesakes(desired, known, seen)
        .into_iter()
        .filter(|id| claims::is_recorded_elsewhere(id.as_str(), pipe, context))
        .map(ToString::to_string)
        .collect();
    neighbours
}

/// Counts every recorded pipe of the service.
fn count<C>(pipe: &ClickPipe, seen: &Seen, context: &Context<C>, neighbours: &mut Neighbours) {
    let service = Needed::Service(pipe.spec.service_id.to_ascii_lowercase());
    for key in context.dependencies.of(&service) {
        let Some(other) = context.pipes.get(&key.reference::<ClickPipe>()) else { continue };
        let Ok(other) = &other.0 else { continue };
        let Some(status) = &other.status else { continue };
        let listed = |id: &str| cloud::PipeId::parse(id).is_some_and(|id| seen.pipes.contains_key(&id));
        neighbours.count(status, other.metadata.deletion_timestamp.is_some(), listed);
    }
}
