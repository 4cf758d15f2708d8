//! What one process remembers, brought to a normal form so that the state space is finite.
//!
//! Only the order of moments and the class of the time between them matter: none, a moment, longer than every timer, longer than the window.
//! Not here: what is done with it (crate `plan`).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use cloud::{Failure, Pipe, Tick};
use plan::Memory;
use plan::known::{CreateOutcome, Seen};

/// Longer than every timer of the plan but the window.
pub(crate) const SHORT: Duration = Duration::from_hours(8);
/// The window of a create; how long it is makes no difference, only that nothing else is as long.
pub(crate) const LONG: Duration = Duration::from_hours(100_000);

/// The earliest moment of a normal form. Moment 0 means "long ago, and it does not matter when".
const FIRST: Tick = Tick(10 * 100_000 * 3_600_000);

/// What one process remembers of the object, and the last LIST that it has.
#[derive(Clone, Debug)]
pub(crate) struct Mind {
    /// Which object the memory is about.
    pub(crate) uid: u8,
    pub(crate) memory: Memory,
    pub(crate) seen: Option<Seen>,
    pub(crate) now: Tick,
}

impl Mind {
    /// A process that has just started.
    pub(crate) fn fresh() -> Self {
        let memory = Memory { first_seen: FIRST, ..Memory::default() };
        Self { uid: 0, memory, seen: None, now: FIRST }
    }

    /// The process meets an object that it has not seen before.
    pub(crate) fn meet(&mut self, uid: u8) {
        if self.uid != uid {
            self.uid = uid;
            self.memory = Memory { first_seen: self.now, ..Memory::default() };
        }
    }

    /// The text of the normal form, by which two minds are the same.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{} {} {:?}", self.uid, self.now.0, self.memory);
        if let Some(seen) = &self.seen {
            let _ = write!(text, " {}:", seen.begun.0);
            for pipe in seen.pipes.values() {
                let _ = write!(text, " {}", pipe_text(pipe));
            }
        }
        text
    }

    /// Forgets what cannot matter any more and renumbers the moments.
    pub(crate) fn normalise(&mut self) {
        let (now, begun) = (self.now, self.seen.as_ref().map(|seen| seen.begun));
        self.forget(now, begun);
        let mut moments = self.moments();
        let mut order: Vec<Tick> = moments.iter().map(|moment| **moment).collect();
        order.sort_unstable();
        order.dedup();
        let mut new: BTreeMap<Tick, Tick> = BTreeMap::new();
        let mut last: Option<(Tick, Tick)> = None;
        for old in order {
            let to = match last {
                None => FIRST,
                Some((before, to)) => match old - before {
                    gap if gap >= LONG => to + LONG,
                    gap if gap >= SHORT => to + SHORT,
                    _ => Tick(to.0 + 1),
                },
            };
            new.insert(old, to);
            last = Some((old, to));
        }
        for moment in &mut moments {
            if let Some(to) = new.get(*moment) {
                **moment = *to;
            }
        }
    }

    /// Drops what cannot matter any more, and moves each moment to where it makes no other difference than the one that it makes.
    fn forget(&mut self, now: Tick, begun: Option<Tick>) {
        let memory = &mut self.memory;
        // Only people see how old an observation is.
        memory.observed = None;
        memory.corrections.retain(|correction| now - correction.at < SHORT);
        memory.looked.take_if(|(_, at, found)| found.is_some() && begun > Some(*at));
        for slot in [&mut memory.unseen, &mut memory.setback] {
            slot.take_if(|setback| setback.retry_at <= now);
            if let Some(setback) = slot {
                setback.attempts = 1;
                setback.failure = Failure { message: String::new(), request_id: None, ..setback.failure.clone() };
            }
        }
        if let Some((_, CreateOutcome::Failed { message, .. })) = &mut memory.outcome {
            message.clear();
        }
        // A request that was sent is never sent again.
        memory.intent.take_if(|intent| intent.sent);
        memory.commanded.take_if(|(_, at)| now - *at >= SHORT);
        for at in memory.deleted.values_mut() {
            *at = if now - *at >= SHORT { Tick(0) } else { now };
        }
        // A LIST begun from now on is later than our last write, and no earlier one is.
        memory.last_write.take_if(|at| begun >= Some(*at));
        memory.last_write = memory.last_write.map(|_| now);
        if let Some((_, at, Some(_))) = &mut memory.looked {
            *at = now;
        }
        if let Some((_, at)) = memory.commanded.as_mut().filter(|(_, at)| begun < Some(*at)) {
            *at = now;
        }
        if let Some((_, at)) = &mut memory.nonce_seen {
            *at = match begun {
                _ if now - *at < LONG => now,
                Some(begun) if begun - *at < LONG && begun >= *at => begun,
                Some(begun) if begun >= *at => Tick(0),
                _ => *at,
            };
        }
        let first = memory.first_seen;
        memory.first_seen = match begun {
            Some(begun) if begun >= first && (memory.pipe_seen || now - first >= LONG) => Tick(0),
            Some(begun) if begun >= first => begun,
            _ if now - first < LONG => now,
            _ => first,
        };
    }

    /// Every moment that matters. A new one in the memory fails to compile here until it is listed.
    fn moments(&mut self) -> Vec<&mut Tick> {
        let Memory {
            first_seen,
            nonce_seen,
            intent,
            outcome: _,
            last_write,
            pipe: _,
            pipe_seen: _,
            looked,
            service_found: _,
            service_missing,
            commanded,
            resync_unsent: _,
            woken,
            wake_refused: _,
            deleted,
            missing_since,
            observed: _,
            internal_error_since,
            corrections,
            accepted,
            setback,
            unseen,
            request_seen,
            retired_in_this_pass: _,
            recorded_in_this_pass: _,
        } = &mut self.memory;
        let mut moments: Vec<&mut Tick> = vec![&mut self.now, first_seen];
        moments.extend(self.seen.as_mut().map(|seen| &mut seen.begun));
        moments.extend(nonce_seen.as_mut().map(|(_, at)| at));
        moments.extend(intent.as_mut().map(|intent| &mut intent.written));
        moments.extend(looked.as_mut().map(|(_, at, _)| at));
        moments.extend(commanded.as_mut().map(|(_, at)| at));
        moments.extend(deleted.values_mut());
        moments.extend(service_missing.iter_mut().flat_map(|(first, last)| [first, last]));
        moments.extend(accepted.as_mut().map(|accepted| &mut accepted.at));
        moments.extend([setback, unseen].into_iter().flatten().map(|setback| &mut setback.retry_at));
        moments.extend(request_seen.as_mut().map(|(_, at)| at));
        moments.extend(last_write.as_mut());
        moments.extend(woken.as_mut());
        moments.extend(missing_since.as_mut());
        moments.extend(internal_error_since.as_mut());
        moments.extend(corrections.iter_mut().map(|correction| &mut correction.at));
        moments.retain(|moment| moment.0 != 0);
        moments
    }
}

/// A pipe in short; `updated_at` tells its recipe, see [`crate::lab`].
fn pipe_text(pipe: &Pipe) -> String {
    format!("{} {} {}", pipe.id, pipe.state.as_str(), pipe.updated_at)
}
