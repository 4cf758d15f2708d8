//! A step: a value that says everything needed to carry it out. And the plan: the steps that are left and the verdict.

use cloud::{Call, PipeId, ServiceId, Tick};
use crd::ClickPipeStatus;
use serde_json::Value;

use crate::diff::Difference;
use crate::verdict::Verdict;

/// What to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Put our finalizer on the object.
    Hold,
    /// Write the record, by compare-and-swap. With `reserve`, the permit for the call that follows is taken first, since waiting for it
    /// after the write would let the intent grow old.
    Remember {
        /// The status with the new record; conditions are filled in when it is written.
        record: Box<ClickPipeStatus>,
        /// Whether the permit for a create is taken first.
        reserve: bool,
    },
    /// Write the annotation `last-pipe`.
    Note {
        /// The annotation's value.
        last_pipe: String,
    },
    /// Read from the service.
    Look(Look),
    /// One API call that writes.
    Call {
        /// The call.
        call: Call,
        /// Whether a person waits for it: an edit or a delete.
        urgent: bool,
        /// What is applied once the service has accepted it.
        applies: Applies,
    },
    /// Take our finalizer off the object.
    Release,
}

/// What an accepted call applies, for the record: values without secrets, and the fingerprints of secrets, by path.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applies {
    /// Redacted values by path.
    pub values: Vec<(Vec<String>, Value)>,
    /// Fingerprints by path.
    pub fingerprints: Vec<(String, String)>,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Look {
    /// A LIST of the service that began at this moment or later.
    Pipes {
        /// Which service.
        service: ServiceId,
        /// The earliest beginning.
        since: Tick,
    },
    /// One pipe by id.
    Pipe {
        /// Its service.
        service: ServiceId,
        /// Which one.
        pipe: PipeId,
    },
    /// Whether there is such a service.
    Service {
        /// Which one.
        service: ServiceId,
    },
}

/// The steps that are left, and what they add up to.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// All steps that can be foreseen; only the first is to be trusted.
    pub steps: Vec<Step>,
    /// What people see, and when to look again.
    pub verdict: Verdict,
    /// How the pipe differs from what is wanted.
    pub differences: Vec<Difference>,
}

impl Plan {
    /// One step, towards something.
    #[must_use]
    pub fn next(step: Step, verdict: Verdict) -> Self {
        Self { steps: vec![step], verdict, differences: Vec::new() }
    }

    /// Nothing to do now.
    #[must_use]
    pub fn rest(verdict: Verdict) -> Self {
        Self { steps: Vec::new(), verdict, differences: Vec::new() }
    }

    /// The same plan with the differences that led to it.
    #[must_use]
    pub fn because(self, differences: Vec<Difference>) -> Self {
        Self { differences, ..self }
    }

    /// The next step.
    #[must_use]
    pub fn first(&self) -> Option<&Step> {
        self.steps.first()
    }
}
