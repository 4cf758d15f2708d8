//! How many requests went out, by call and by what came back: a hook for metrics.
//!
//! The label sets are closed, so this cannot grow. Not here: latencies; exporting it (crate `controller`).

use std::collections::BTreeMap;

use cloud::Call;

/// What came back, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnswerClass {
    /// 2xx.
    Success,
    /// 3xx; never followed.
    Redirect,
    /// 4xx, 429 aside.
    Refused,
    /// 429.
    Throttled,
    /// 5xx.
    ServerError,
    /// Any other status.
    Other,
    /// The answer was lost: a time-out, a closed connection.
    Lost,
    /// The request never left.
    NotSent,
}

impl AnswerClass {
    /// The class of an HTTP status.
    pub const fn of(status: u16) -> Self {
        match status {
            200..=299 => Self::Success,
            300..=399 => Self::Redirect,
            429 => Self::Throttled,
            400..=499 => Self::Refused,
            500..=599 => Self::ServerError,
            _ => Self::Other,
        }
    }

    /// The class as a metric's label.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Success => "2xx",
            Self::Redirect => "3xx",
            Self::Refused => "4xx",
            Self::Throttled => "429",
            Self::ServerError => "5xx",
            Self::Other => "other",
            Self::Lost => "lost",
            Self::NotSent => "not_sent",
        }
    }
}

/// Requests by the name of the call and what came back, since the process started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// How many, by call name and class.
    pub requests: BTreeMap<(&'static str, AnswerClass), u64>,
}

impl Stats {
    pub(crate) fn count(&mut self, call: &Call, class: AnswerClass) {
        *self.requests.entry((call.name(), class)).or_default() += 1;
    }
}
