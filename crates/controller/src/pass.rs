//! One pass over an object: the object, what is wanted of it and what is known, as they stand now.
//!
//! Not here: the loop over its steps ([`crate::reconcile`]).

use client::{Permit, clock};
use cloud::{Failure, Tick};
use crd::ClickPipe;
use crd::status::record::CreatePhase;
use kube::ResourceExt;
use plan::{Desired, Known, Learned, Plan, Step, is_same_ground};

use crate::cluster::{self, Cluster};
use crate::context::Context;
use crate::gather::{Surroundings, gather};
use crate::neighbours::neighbours;
use crate::reconcile::Error;
use crate::slots::Slot;
use crate::tenure::Phase;
use crate::{desire, recall};

/// One pass over an object.
pub struct Pass<'a, C> {
    /// Everything that it may use.
    pub context: &'a Context<C>,
    /// The object, as it was read or last written.
    pub object: ClickPipe,
    /// Whether the object was read live: nothing is written on the word of a cache.
    pub is_live: bool,
    /// What it refers to.
    pub found: Surroundings,
    /// What is wanted of it.
    pub desired: Desired,
    /// What is known of it.
    pub known: Known,
    /// The permit for the write that follows.
    pub permit: Option<Permit>,
    /// Its slot among the passes at work.
    pub slot: Slot,
    /// Whether this pass has written a record or made a call that writes.
    pub has_begun: bool,
    /// What the last step leaves to be done.
    pub owed: Owed,
    /// The beginning of the LIST by which the neighbours were counted.
    pub counted: Option<Tick>,
}

/// What the last step leaves to be done, whatever happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// Nothing.
    Nothing,
    /// A call was announced in the record: it is made, or taken back there.
    Call,
    /// A call was answered: the answer is written down.
    Record,
}

impl<'a, C: Cluster> Pass<'a, C> {
    /// Begins a pass over an object from the cache, or read live. Boxed, since it is large and handed on.
    pub async fn begin(
        object: ClickPipe,
        is_live: bool,
        slot: Slot,
        context: &'a Context<C>,
    ) -> Result<Box<Self>, Error> {
        let found = gather(&object, context).await?;
        let desired = desire::desire(&object, &found, context);
        let known = recall::recall(&object, &desired, &found, context);
        let owed = if is_owed(&known) { Owed::Record } else { Owed::Nothing };
        Ok(Box::new(Self {
            context,
            object,
            is_live,
            found,
            desired,
            known,
            permit: None,
            slot,
            has_begun: false,
            owed,
            counted: None,
        }))
    }

    /// The same pass, on the object as it is now and whatever it refers to. What this pass has learned and not written down yet stays known, unless
    /// somebody else has moved the record.
    pub async fn anew(self: Box<Self>) -> Result<Box<Self>, Error> {
        let Self { context, object, permit, slot, has_begun, owed, known, .. } = *self;
        let known = Box::new(known);
        let before = object.status.clone().unwrap_or_default();
        let mut now = Self::begin(live(&object, context).await?, true, slot, context).await?;
        if is_same_ground(&before, &now.known.record) {
            now.known.record = known.record.clone();
        }
        now.known.memory.retired_in_this_pass.clone_from(&known.memory.retired_in_this_pass);
        if owed != Owed::Nothing {
            now.owed = owed;
        }
        (now.permit, now.has_begun) = (permit, has_begun);
        Ok(now)
    }

    /// Whether this step may be taken, or without one the report be written. A pass that has begun is finished when the process is to end, so that
    /// no pipe stays half changed. Once another process may be at work, an answer is still written down, and so is that an announced call was
    /// not made: the account withholds it.
    pub fn may(&self, step: Option<&Step>) -> bool {
        allows(self.context.tenure.phase(), self.has_begun, self.owed, step)
    }

    /// Waits for something that costs nothing to give up, unless the process ends meanwhile.
    pub async fn wait<T>(&mut self, future: impl Future<Output = T>) -> Result<T, Error> {
        let phase = if self.has_begun { Phase::Over } else { Phase::Ending };
        let waits = self.context.tenure.unless(phase, future);
        self.slot.lend(waits).await.ok_or(Error::Ending)
    }

    /// What to do next, as of now.
    pub fn plan(&mut self) -> Plan {
        self.known.now = clock::now();
        self.known.wall = recall::whole_second(self.context.now());
        self.known.fresh_nonce = (self.context.nonce)();
        let counted = self.known.seen.as_ref().map(|seen| seen.begun);
        if self.counted != counted {
            self.known.neighbours = neighbours(&self.object, &self.desired, &self.known, self.context);
            self.counted = counted;
        }
        plan::plan(&self.desired, &self.known)
    }

    /// Takes in what came of a step.
    pub fn learn(&mut self, step: &Step, result: Result<Learned, Failure>) {
        self.known.now = clock::now();
        self.owed = match step {
            Step::Remember { .. } => Owed::Call,
            Step::Call { .. } => Owed::Record,
            Step::Hold | Step::Note { .. } | Step::Look(_) | Step::Release => Owed::Nothing,
        };
        self.has_begun |= self.owed != Owed::Nothing;
        plan::learn(&self.desired, &mut self.known, step, result);
        self.keep();
    }

    /// Keeps what this process remembers for the next pass.
    pub fn keep(&self) {
        self.context.memory.lock().insert(self.desired.object.uid.clone(), self.known.memory.clone());
    }
}

/// The object as it is now; another object of the same name is not it.
pub async fn live<C: Cluster>(object: &ClickPipe, context: &Context<C>) -> Result<ClickPipe, Error> {
    let live: ClickPipe =
        context.cluster.get(object.namespace().as_deref(), &object.name_any()).await.map_err(Error::Read)?;
    if live.uid() == object.uid() { Ok(live) } else { Err(Error::Read(cluster::Error::NotFound)) }
}

/// Whether what came of the create on record is known here and not there.
fn is_owed(known: &Known) -> bool {
    let outcome = known.memory.outcome.as_ref().map(|(nonce, _)| nonce.as_str());
    known.record.create.as_ref().is_some_and(|create| is_open(create.phase, &create.nonce, outcome))
}

/// Whether a create on record is still without the outcome that is known of it. Another process may have found its pipe by itself.
fn is_open(phase: CreatePhase, nonce: &str, outcome: Option<&str>) -> bool {
    phase == CreatePhase::Intent && outcome == Some(nonce)
}

fn allows(phase: Phase, has_begun: bool, owed: Owed, step: Option<&Step>) -> bool {
    match phase {
        Phase::Waiting => false,
        Phase::Working => true,
        Phase::Ending => has_begun || owed != Owed::Nothing || step.is_none(),
        Phase::Over => match owed {
            Owed::Nothing => false,
            Owed::Call => matches!(step, Some(Step::Call { .. })),
            Owed::Record => matches!(step, Some(Step::Remember { reserve: false, .. })),
        },
    }
}

#[cfg(test)]
mod tests {
    use cloud::{Call, ServiceId};

    use super::*;

    fn call() -> Step {
        let service = ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap();
        Step::Call { call: Call::WakeService { service }, urgent: true, applies: plan::step::Applies::default() }
    }

    fn remember(reserve: bool) -> Step {
        Step::Remember { record: Box::default(), reserve }
    }

    #[test]
    fn a_process_that_ends_begins_nothing_and_finishes_what_it_has_begun() {
        let allowed = |begun, owed, step: &Step| allows(Phase::Ending, begun, owed, Some(step));
        for step in [Step::Hold, remember(true), call()] {
            assert!(!allowed(false, Owed::Nothing, &step), "{step:?}");
            assert!(allowed(true, Owed::Nothing, &step), "{step:?}");
        }
        assert!(allowed(false, Owed::Record, &remember(false)), "an answer of an earlier pass");
        assert!(allows(Phase::Ending, false, Owed::Nothing, None), "how things stand may still be shown");
    }

    #[test]
    fn once_another_process_may_be_at_work_only_what_is_owed_to_the_record_is_done() {
        let allowed = |owed, step: &Step| allows(Phase::Over, true, owed, Some(step));
        for step in [Step::Hold, Step::Release, remember(true), call()] {
            assert!(!allowed(Owed::Nothing, &step) && !allowed(Owed::Record, &step), "{step:?}");
        }
        assert!(allowed(Owed::Record, &remember(false)), "an answer is written down");
        assert!(allowed(Owed::Call, &call()), "an announced call is withheld, and that is written down");
        assert!(!allows(Phase::Over, true, Owed::Nothing, None), "nothing is shown any more");
    }

    #[test]
    fn what_another_process_has_found_out_by_itself_is_not_owed() {
        for (phase, nonce, owed) in [
            (CreatePhase::Intent, Some("n"), true),
            (CreatePhase::Intent, Some("another"), false),
            (CreatePhase::Intent, None, false),
            (CreatePhase::Resolved, Some("n"), false),
            (CreatePhase::Started, Some("n"), false),
            (CreatePhase::Failed, Some("n"), false),
        ] {
            assert_eq!(is_open(phase, "n", nonce), owed, "{phase:?} {nonce:?}");
        }
    }

    #[test]
    fn who_waits_does_nothing() {
        assert!(!allows(Phase::Waiting, true, Owed::Record, Some(&remember(false))));
        assert!(allows(Phase::Working, false, Owed::Nothing, Some(&Step::Hold)));
    }
}
