//! When an object is to be looked at again. What kube makes of it cannot be read back, and a simulation has to.
//!
//! Not here: waiting ([`crate::work`]).

use std::time::Duration;

use kube::runtime::controller::Action;

/// When an object is to be looked at again, if nothing changes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// After this time.
    In(Duration),
    /// Only when something changes.
    OnChange,
}

impl From<Again> for Action {
    fn from(again: Again) -> Self {
        match again {
            Again::In(wait) => Self::requeue(wait),
            Again::OnChange => Self::await_change(),
        }
    }
}
