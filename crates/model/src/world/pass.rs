//! A process makes a pass over the object: it begins, asks the plan, and comes to the next effect or to the end.
//!
//! Not here: what an effect does ([`super::effect`]).

use crate::action::Fate;
use crate::lab::{Act, MindNumber};
use crate::state::{Pass, Process, Scar, State};
use crate::world::World;

/// Looks in a row after which a pass does not come to rest by itself.
const LOOKS: usize = 10;

impl World {
    pub(super) fn begin(&self, state: &mut State, at: usize) -> Option<()> {
        let object = state.object?;
        let process = state.processes.get_mut(at)?;
        let local = self.lab.begin(object, process.mind, false);
        process.said = 0;
        self.proceed(state, at, Pass { local, act: Act::Rest, live: false, current: true, waited: false })?;
        // On the word of a cache only looks are made, so nothing can come between them that matters.
        let mut looks = 0;
        while let Some(pass) = state.processes.get(at)?.pass.clone().filter(|pass| !pass.live && pass.act.is_look()) {
            looks += 1;
            if looks > LOOKS {
                state.scar = Some(Scar::Restless);
                break;
            }
            self.call(state, at, &pass, Fate::Done)?;
        }
        Some(())
    }

    /// Asks the plan and leaves the process about to do what it says.
    pub(super) fn proceed(&self, state: &mut State, at: usize, mut pass: Pass) -> Option<()> {
        let mut decision = self.lab.decide(&pass.local);
        // Before the first effect the object is read live, and everything is decided anew.
        if !pass.live && !decision.act.is_look() && !matches!(decision.act, Act::Rest | Act::Report(_)) {
            if self.variant().stale {
                pass.act = Act::Refresh;
                let process = state.processes.get_mut(at)?;
                *process = Process { mind: pass.local.mind, said: 0, pass: Some(pass) };
                return Some(());
            }
            let Some(live) = self.refreshed(state, &pass) else { return end(state, at, pass.local.mind, 0) };
            pass = live;
            decision = self.lab.decide(&pass.local);
        }
        pass.act = decision.act;
        if pass.act == Act::Rest {
            return end(state, at, pass.local.mind, decision.said);
        }
        if pass.act == Act::Other {
            state.scar = Some(Scar::Unmodelled);
        }
        // A compare-and-swap that cannot succeed any more ends the pass.
        if pass.act.is_swap() && !pass.current && !self.forces(&pass) {
            return end(state, at, pass.local.mind, 0);
        }
        let process = state.processes.get_mut(at)?;
        *process = Process { mind: pass.local.mind, said: decision.said, pass: Some(pass) };
        Some(())
    }

    /// The pass on the object as it is read live, if that is still the same one.
    pub(super) fn refreshed(&self, state: &State, pass: &Pass) -> Option<Pass> {
        let object = state.object.filter(|object| object.uid == pass.local.object.uid)?;
        let mind = if pass.waited { self.lab.delay(pass.local.mind) } else { pass.local.mind };
        let local = self.lab.begin(object, mind, true);
        Some(Pass { local, act: Act::Rest, live: true, current: true, waited: false })
    }

    /// Whether a mutant writes although somebody else has written since.
    pub(super) fn forces(&self, pass: &Pass) -> bool {
        let records_pipe = |record| self.lab.record(record).pipe.is_some();
        self.lab.variant.mutant == Some(crate::Mutant::IdWithoutSwap)
            && matches!(pass.act, Act::Remember { record, .. } if records_pipe(record))
            && !records_pipe(pass.local.object.record)
    }
}

/// A pass ends.
#[expect(clippy::unnecessary_wraps, reason = "ends a chain of steps that may not apply")]
pub(super) fn end(state: &mut State, at: usize, mind: MindNumber, said: u8) -> Option<()> {
    if let Some(process) = state.processes.get_mut(at) {
        *process = Process { mind, said, pass: None };
    }
    Some(())
}
