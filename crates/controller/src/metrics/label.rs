//! The closed sets of label values. Not here: the metrics that carry them.

use std::fmt::{self, Write as _};

use cloud::Call;
use prometheus_client::encoding::{EncodeLabelValue, LabelValueEncoder};

use crate::kind::KindName;

/// Declares an enum whose values are written as the given words.
macro_rules! label {
    ($(#[$doc:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$what])* $variant,)* }

        impl EncodeLabelValue for $name {
            fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
                encoder.write_str(match self { $(Self::$variant => $word,)* })
            }
        }
    };
}

label! {
    /// How a pass over an object ended.
    Work {
        /// As planned; waiting is an end, too.
        Done = "done",
        /// Kubernetes did not play along; it is repeated.
        Error = "error",
        /// A defect of the operator; it is repeated.
        Panic = "panic",
        /// The object cannot be read.
        Undecodable = "undecodable",
    }
}

label! {
    /// What a request changes.
    WriteVerb {
        /// A new pipe.
        Create = "create",
        /// A pipe's fields.
        Update = "update",
        /// A pipe's settings.
        Settings = "settings",
        /// A pipe's compute.
        Scale = "scale",
        /// A pipe runs.
        Start = "start",
        /// A pipe stops.
        Stop = "stop",
        /// A pipe loads everything again.
        Resync = "resync",
        /// A pipe goes.
        Delete = "delete",
        /// A service wakes.
        Wake = "wake",
    }
}

impl WriteVerb {
    /// What a call changes; none for a call that only reads.
    pub const fn of(call: &Call) -> Option<Self> {
        Some(match call {
            Call::ListServices | Call::GetService { .. } | Call::ListPipes { .. } | Call::GetPipe { .. } => {
                return None;
            }
            Call::WakeService { .. } => Self::Wake,
            Call::CreatePipe { .. } => Self::Create,
            Call::PatchPipe { .. } => Self::Update,
            Call::PutSettings { .. } => Self::Settings,
            Call::PatchScaling { .. } => Self::Scale,
            Call::SetState { command: cloud::Command::Start, .. } => Self::Start,
            Call::SetState { command: cloud::Command::Stop, .. } => Self::Stop,
            Call::SetState { command: cloud::Command::Resync, .. } => Self::Resync,
            Call::DeletePipe { .. } => Self::Delete,
        })
    }
}

label! {
    /// What is known after a request that changes something.
    WriteOutcome {
        /// The service did it.
        Accepted = "accepted",
        /// The service refused.
        Refused = "refused",
        /// Too many requests.
        Throttled = "throttled",
        /// It never left.
        NotSent = "not_sent",
        /// It may have happened.
        Unknown = "unknown",
    }
}

impl WriteOutcome {
    /// What a result tells.
    pub const fn of(result: &Result<cloud::Reply, cloud::Failure>) -> Self {
        match result {
            Ok(_) => Self::Accepted,
            Err(failure) => match failure.outcome {
                cloud::Outcome::NotSent => Self::NotSent,
                cloud::Outcome::Refused(_) => Self::Refused,
                cloud::Outcome::Throttled { .. } => Self::Throttled,
                cloud::Outcome::Unknown => Self::Unknown,
            },
        }
    }
}

label! {
    /// What became of a create whose answer was lost.
    CreateOutcome {
        /// The pipe was found and taken.
        Recovered = "recovered",
        /// Nothing was made; it was created again.
        Retried = "retried",
        /// A person must say.
        Stalled = "stalled",
    }
}

label! {
    /// What was done about a difference.
    DriftAction {
        /// It was put right.
        Corrected = "corrected",
        /// It was reported.
        Reported = "reported",
    }
}

impl EncodeLabelValue for KindName {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        encoder.write_str(self.as_str())
    }
}
