//! How long one call occupies its place in the service's window.

use std::time::Duration;

use cloud::Tick;

use super::Limit;

/// A call that is not answered counts as seen by the service after this long.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// What has become of a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Not sent yet.
    Granted,
    /// Sent, no answer yet.
    Sent(Tick),
    /// Sent, and answered then.
    Answered { sent: Tick, answered: Tick },
    /// Perhaps used by a process before this one; free then.
    Inherited(Tick),
}

impl Use {
    pub(super) const fn send(&mut self, now: Tick) {
        if matches!(self, Self::Granted) {
            *self = Self::Sent(now);
        }
    }

    pub(super) const fn answer(&mut self, now: Tick) {
        if let Self::Sent(sent) = *self {
            *self = Self::Answered { sent, answered: now };
        }
    }

    pub(super) const fn sent(&self) -> Option<Tick> {
        match self {
            Self::Granted | Self::Inherited(_) => None,
            Self::Sent(sent) | Self::Answered { sent, answered: _ } => Some(*sent),
        }
    }

    /// Another limit rules from now on. A process before this one sent nothing any more, so all of it leaves a window that begins now.
    pub(super) fn set_limit(&mut self, limit: Limit, now: Tick) {
        if let Self::Inherited(free) = self {
            *free = (*free).min(now + SEEN_WITHIN + limit.window());
        }
    }

    /// When it has left the service's window for certain; `None` before it was sent.
    ///
    /// That is one span after the latest moment at which the service can have seen it, and a little more because ticks are rounded and
    /// clocks drift; and never earlier than one of our own, longer, windows after it was sent.
    pub(super) fn free_at(&self, limit: Limit) -> Option<Tick> {
        let (sent, seen) = match *self {
            Self::Granted => return None,
            Self::Inherited(free) => return Some(free),
            Self::Sent(sent) => (sent, sent + SEEN_WITHIN),
            Self::Answered { sent, answered } => (sent, answered.min(sent + SEEN_WITHIN)),
        };
        let margin = limit.per / 400 + Duration::from_millis(2);
        Some((sent + limit.window()).max(seen + limit.per + margin))
    }
}
