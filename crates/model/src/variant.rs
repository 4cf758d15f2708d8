//! One kind of world: which object, what may go wrong how often, and what must hold.
//!
//! Not here: the list of them ([`crate::table`]).

use crd::condition::Reason;

use crate::mutant::Mutant;

/// One kind of world.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the world")]
pub struct Variant {
    /// Its short name.
    pub name: &'static str,
    /// What is particular about it.
    pub about: &'static str,
    /// A database source: pipes begin to run as soon as they are made.
    pub database: bool,
    /// `createRetry: Manual`.
    pub asks: bool,
    /// The person who confirms that nothing was created does not wait until nothing can be any more.
    pub hasty: bool,
    /// `driftPolicy: Warn`.
    pub warn: bool,
    /// `onExternalDelete: Recreate`.
    pub recreate: bool,
    /// `replacementPolicy: OnApproval`.
    pub replace: bool,
    /// `adopt.id` names a pipe of somebody else that exists from the beginning.
    pub adopt: bool,
    /// Processes of the operator that are active at the same time.
    pub processes: usize,
    /// A process may be frozen between its looks and the live read of the object: its cache was stale, and its looks are old.
    pub stale: bool,
    /// LIST goes on showing a pipe that is gone, though not for as long as the window.
    pub ghosts: bool,
    /// A1: no POST is carried out later than the window after its intent was first seen.
    pub a1: bool,
    /// A2: LIST shows a pipe within the window.
    pub a2: bool,
    /// Attempts that are looked at; a state in which another would begin is where the search ends, and not a trap. None: all there are.
    pub attempts: Option<u8>,
    /// Somebody reads the report of pipes that have our token and no object, and deletes them.
    pub report: bool,
    /// What may go wrong, and how often.
    pub budget: Budget,
    /// Outcomes in which the operator may rest although the object is not as wanted: a person has to decide.
    pub rests: &'static [Reason],
    /// What is taken away of the protocol.
    pub mutant: Option<Mutant>,
    /// What must come out.
    pub expect: Verdicts,
    /// Whether it takes long.
    pub long: bool,
}

impl Variant {
    /// Whether what the protocol rests on may fail: A1, A2, or that nobody forges a pipe that fits a create under way.
    #[must_use]
    pub fn is_doubted(&self) -> bool {
        !self.a1 || !self.a2 || (self.budget.lookalikes > 0 && self.budget.lost_posts > 0)
    }

    /// The same, for the long run only.
    #[must_use]
    pub fn long(self) -> Self {
        Self { long: true, ..self }
    }
}

/// How often something may still happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Budget {
    /// A process ends and starts anew.
    pub crashes: u8,
    /// The answer to a write of the object or to a call other than POST is lost, or comes late.
    pub faults: u8,
    /// The answer to a POST is lost.
    pub lost_posts: u8,
    /// A POST is refused.
    pub refusals: u8,
    /// The object is deleted.
    pub deletes: u8,
    /// It is applied again.
    pub remakes: u8,
    /// `state` is turned over.
    pub turns: u8,
    /// A fixed field is turned over.
    pub recipes: u8,
    /// `deletionPolicy` is set to Retain.
    pub retains: u8,
    /// A plan is approved.
    pub approvals: u8,
    /// A pipe is deleted in the console.
    pub console_deletes: u8,
    /// A pipe is stopped in the console.
    pub console_stops: u8,
    /// A pipe with our token and other fixed fields is forged.
    pub forgeries: u8,
    /// A pipe with our token and the same fixed fields is forged.
    pub lookalikes: u8,
}

/// Which properties hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one property")]
pub struct Verdicts {
    /// I1: at most one living pipe of ours.
    pub one: bool,
    /// I2: at most one living pipe of ours has ever run.
    pub one_runs: bool,
    /// I3: nothing of ours is left once the object is gone.
    pub nothing_left: bool,
    /// I4: no write to a pipe that is none of ours.
    pub no_trespass: bool,
    /// From every state the goal can be reached without anybody's help.
    pub no_trap: bool,
}

impl Verdicts {
    /// Everything holds.
    pub const ALL: Self = Self { one: true, one_runs: true, nothing_left: true, no_trespass: true, no_trap: true };
}
