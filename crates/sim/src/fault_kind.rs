//! The kinds of faults with their parameters.
//!
//! What each one does to a request is in `interference`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::route::RouteKind;
use crate::state::PipeState;
use crate::switch::Switch;

/// What goes wrong. Durations are divided by the speed like all others.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", content = "parameters", rename_all = "kebab-case", deny_unknown_fields)]
pub enum FaultKind {
    /// 504 with an HTML page, as the gateway gives up. The write is committed later, or never when `commit_after_ms` is
    /// absent (TF#526).
    GatewayTimeout {
        /// When the write is committed, counted from the request.
        #[serde(default)]
        commit_after_ms: Option<u64>,
        /// When the gateway gives up.
        #[serde(default = "thirty_seconds")]
        answer_after_ms: u64,
    },
    /// 500 `Internal error`. The write is committed later, or never when `commit_after_ms` is absent (CTL PR 307).
    ServerError {
        /// When the write is committed, counted from the request.
        #[serde(default)]
        commit_after_ms: Option<u64>,
        /// When the answer comes.
        #[serde(default)]
        answer_after_ms: u64,
    },
    /// The connection stays open and silent.
    NeverAnswered {
        /// When the write is committed, counted from the request.
        #[serde(default)]
        commit_after_ms: Option<u64>,
    },
    /// The connection is closed and nothing was done.
    ResetBeforeCommit {
        /// When it is closed.
        #[serde(default)]
        after_ms: u64,
    },
    /// The connection is closed after the write was done.
    ResetAfterCommit {
        /// When it is closed.
        #[serde(default)]
        after_ms: u64,
    },
    /// The request is carried out and answered with an HTML page.
    HtmlBody {
        /// The status beside the page.
        #[serde(default = "ok")]
        status: u16,
    },
    /// The request is carried out, and the answer's body ends in the middle.
    TruncatedJson {},
    /// The request is carried out, and the answer's body is spoilt.
    Garbled {
        /// In which way.
        how: Garble,
    },
    /// 429, whatever the log of the key says.
    TooManyRequests {
        /// The value of `X-RateLimit-Reset`; `null` leaves the header out, any other text is sent as it is.
        #[serde(default = "a_moment")]
        reset: Option<String>,
    },
    /// 424, whatever the state of the service is.
    FailedDependency {
        /// The state named in the text.
        #[serde(default = "idle")]
        state: String,
    },
    /// 401.
    Unauthorized {},
    /// 403.
    Forbidden {},
    /// Any answer at all; nothing is done.
    Status {
        /// The status.
        status: u16,
        /// The body: text as it is, anything else as JSON.
        #[serde(default)]
        body: Value,
        /// Headers.
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    /// The answer comes later than usual; the write is done in the usual time.
    SlowAnswer {
        /// How much later.
        ms: u64,
    },
    /// The answer comes as usual; the write is done later.
    LateCommit {
        /// When it is done, counted from the request.
        ms: u64,
    },
    /// A new pipe is not found by id at first.
    NotFoundAfterCreate {
        /// How many reads find nothing.
        #[serde(default)]
        reads: u64,
        /// For how long reads find nothing.
        #[serde(default)]
        ms: u64,
    },
    /// The list is old: it shows the pipes that there were a while ago (with today's content).
    ListLag {
        /// How old.
        ms: u64,
    },
    /// The list ends early.
    ListTruncated {
        /// How many pipes it shows.
        #[serde(default)]
        keep: usize,
    },
    /// The list is empty.
    ListEmpty {},
    /// The envelope of the list has no `result`.
    ListWithoutResult {},
    /// The answer to a write shows the pipe as it was before.
    StaleAnswer {},
    /// Reads show the pipe as it was before its last change.
    StaleRead {
        /// For how long after the change.
        ms: u64,
    },
    /// Answers differ from what was sent.
    Normalise {
        /// In which ways.
        switches: BTreeSet<Switch>,
    },
    /// Scaling reads zero after a creation or a change of scaling (TF#513).
    ScalingUnknown {
        /// For how long.
        ms: u64,
    },
    /// An edited database pipe resumes later than usual.
    AutoResumeDelay {
        /// After how long.
        ms: u64,
    },
    /// An edited database pipe does not resume by itself.
    NoAutoResume {},
    /// A deleted pipe stays visible for longer.
    DeleteLinger {
        /// For how long.
        ms: u64,
    },
    /// The source cannot be reached or refuses the login: 400 with this text, after `BAD_REQUEST: `.
    SourceRefuses {
        /// The text.
        #[serde(default = "unreachable")]
        text: String,
        /// Part of the source's address; every source when absent.
        #[serde(default)]
        host: Option<String>,
    },
    /// After so many edits of a MongoDB pipe without credentials, each further one is answered with 500; one with
    /// credentials repairs it (TF PR 618).
    MongoSticky {
        /// After how many.
        #[serde(default = "six")]
        after: u64,
    },
    /// Answers show a state that nobody has heard of.
    UnknownState {
        /// Which.
        #[serde(default = "hibernating")]
        state: String,
    },
    /// A pipe that is created or started ends up in another state than Running.
    PipeFails {
        /// In which.
        #[serde(default = "failed")]
        state: PipeState,
    },
}

/// In which way a body is spoilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Garble {
    /// No body.
    Empty,
    /// The JSON value `null`.
    Null,
    /// Bytes that are not UTF-8.
    BadUtf8,
    /// A megabyte of padding inside valid JSON.
    Huge,
    /// Numbers where texts belong.
    WrongTypes,
    /// Members nobody has heard of, everywhere.
    ExtraMembers,
    /// An envelope without `result`.
    WithoutResult,
}

impl FaultKind {
    /// Whether it makes sense for an endpoint when no endpoint was named.
    pub(crate) fn concerns(&self, route: RouteKind) -> bool {
        use RouteKind as R;
        match self {
            Self::NotFoundAfterCreate { .. } => route == R::CreatePipe,
            Self::ListLag { .. } | Self::ListTruncated { .. } | Self::ListEmpty {} | Self::ListWithoutResult {} => {
                route == R::ListPipes
            }
            Self::StaleAnswer {} => matches!(route, R::PatchPipe | R::SetState | R::SetScaling | R::PutSettings),
            Self::StaleRead { .. } | Self::UnknownState { .. } => matches!(route, R::GetPipe | R::ListPipes),
            Self::ScalingUnknown { .. } => matches!(route, R::CreatePipe | R::SetScaling),
            Self::AutoResumeDelay { .. } | Self::NoAutoResume {} | Self::MongoSticky { .. } => route == R::PatchPipe,
            Self::DeleteLinger { .. } => route == R::DeletePipe,
            Self::SourceRefuses { .. } => matches!(route, R::CreatePipe | R::PatchPipe | R::DiscoverSchema),
            Self::PipeFails { .. } => matches!(route, R::CreatePipe | R::SetState),
            Self::GatewayTimeout { .. }
            | Self::ServerError { .. }
            | Self::NeverAnswered { .. }
            | Self::ResetBeforeCommit { .. }
            | Self::ResetAfterCommit { .. }
            | Self::HtmlBody { .. }
            | Self::TruncatedJson {}
            | Self::Garbled { .. }
            | Self::TooManyRequests { .. }
            | Self::FailedDependency { .. }
            | Self::Unauthorized {}
            | Self::Forbidden {}
            | Self::Status { .. }
            | Self::SlowAnswer { .. }
            | Self::LateCommit { .. }
            | Self::Normalise { .. } => true,
        }
    }

    /// Whether it is for a request that makes the service connect to this source; empty when it connects to none.
    pub(crate) fn concerns_source(&self, source: &str) -> bool {
        match self {
            Self::SourceRefuses { host, .. } => {
                !source.is_empty() && host.as_deref().is_none_or(|host| source.contains(host))
            }
            _ => true,
        }
    }
}

fn thirty_seconds() -> u64 {
    30_000
}

fn ok() -> u16 {
    200
}

fn six() -> u64 {
    6
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the member's own type")]
fn a_moment() -> Option<String> {
    Some("2.5".to_owned())
}

fn idle() -> String {
    "idle".to_owned()
}

fn hibernating() -> String {
    "Hibernating".to_owned()
}

fn failed() -> PipeState {
    PipeState::Failed
}

fn unreachable() -> String {
    "failed to establish connection: dial tcp: lookup source: no such host".to_owned()
}
