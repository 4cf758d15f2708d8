//! The object as the API server holds it: what its user wrote and what the operator wrote on it.
//!
//! Not here: what the plan makes of it ([`crate::lab`]).

/// The number of a pipe; a later pipe has a greater one.
pub(crate) type PipeNumber = u8;
/// The number of a record, see [`crate::lab::Lab`].
pub(crate) type RecordNumber = u32;

/// One `ClickPipe`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(clippy::struct_excessive_bools, reason = "each is one switch of the object")]
pub(crate) struct Object {
    /// Which incarnation of the name it is.
    pub(crate) uid: u8,
    pub(crate) generation: u8,
    pub(crate) deleting: bool,
    /// Our finalizer is on it.
    pub(crate) held: bool,
    /// `deletionPolicy: Retain`.
    pub(crate) retain: bool,
    /// `state: Stopped`.
    pub(crate) stopped: bool,
    /// Which of two values the fixed fields have.
    pub(crate) recipe: u8,
    /// `adopt.id`.
    pub(crate) adopt: Option<PipeNumber>,
    /// The attempt that the annotation `confirm-not-created` names.
    pub(crate) confirmed: u8,
    /// The hash in the annotation `approve-plan`.
    pub(crate) approved: Option<u64>,
    /// The annotation `last-pipe`.
    pub(crate) last_pipe: Option<PipeNumber>,
    /// The status.
    pub(crate) record: RecordNumber,
}

impl Object {
    /// An object that was just applied.
    pub(crate) fn new(uid: u8, empty: RecordNumber) -> Self {
        Self {
            uid,
            generation: 1,
            deleting: false,
            held: false,
            retain: false,
            stopped: false,
            recipe: 0,
            adopt: None,
            confirmed: 0,
            approved: None,
            last_pipe: None,
            record: empty,
        }
    }
}
