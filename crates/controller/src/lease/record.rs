//! What a Lease says, and what is written into one.
//!
//! Only the holder's name, the duration and the version mean something here; the times are for people. Not here: what follows
//! ([`super::candidacy`]).

use std::time::Duration;

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use kube::core::ObjectMeta;

use super::terms::Terms;

/// What a Lease says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Changes with every write.
    pub version: String,
    /// Who holds it, if anybody does.
    pub holder: Option<String>,
    /// How long it keeps others away after a change, if it says so.
    pub duration: Option<Duration>,
}

impl Record {
    /// What this Lease says.
    pub fn of(lease: &Lease) -> Self {
        let spec = lease.spec.as_ref();
        let holder = spec.and_then(|spec| spec.holder_identity.clone()).filter(|holder| !holder.is_empty());
        let seconds = spec.and_then(|spec| spec.lease_duration_seconds).and_then(|seconds| u64::try_from(seconds).ok());
        let version = lease.metadata.resource_version.clone().unwrap_or_default();
        Self { version, holder, duration: seconds.map(Duration::from_secs) }
    }
}

/// A Lease that nobody has made yet, held by this process.
pub(super) fn new(name: &str, identity: &str, terms: &Terms, now: Timestamp) -> Lease {
    let metadata = ObjectMeta { name: Some(name.to_owned()), ..ObjectMeta::default() };
    held(&Lease { metadata, spec: None }, identity, terms, now)
}

/// The Lease, taken or renewed by this process; it can replace only the version that was handed in.
pub(super) fn held(lease: &Lease, identity: &str, terms: &Terms, now: Timestamp) -> Lease {
    let before = lease.spec.clone().unwrap_or_default();
    let kept = before.holder_identity.as_deref() == Some(identity);
    let transitions = before.lease_transitions.unwrap_or_default();
    let first = lease.spec.is_none();
    let spec = LeaseSpec {
        acquire_time: before.acquire_time.clone().filter(|_| kept).or(Some(MicroTime(now))),
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(terms.duration.as_secs()).ok(),
        lease_transitions: Some(if kept || first { transitions } else { transitions.saturating_add(1) }),
        renew_time: Some(MicroTime(now)),
        ..before
    };
    Lease { metadata: lease.metadata.clone(), spec: Some(spec) }
}

/// The Lease, held by nobody.
pub(super) fn released(lease: &Lease, now: Timestamp) -> Lease {
    let before = lease.spec.clone().unwrap_or_default();
    let spec = LeaseSpec { holder_identity: None, renew_time: Some(MicroTime(now)), ..before };
    Lease { metadata: lease.metadata.clone(), spec: Some(spec) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMS: Terms = Terms {
        duration: Duration::from_secs(30),
        renew_deadline: Duration::from_secs(20),
        retry_period: Duration::from_secs(5),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn spec(lease: &Lease) -> &LeaseSpec {
        lease.spec.as_ref().unwrap()
    }

    #[test]
    fn taking_counts_a_transition_and_renewing_does_not() {
        let first = new("operator", "a", &TERMS, at(1));
        assert_eq!(spec(&first).lease_transitions, Some(0));
        let renewed = held(&first, "a", &TERMS, at(2));
        assert_eq!(
            (spec(&renewed).lease_transitions, &spec(&renewed).acquire_time),
            (Some(0), &Some(MicroTime(at(1))))
        );
        let taken = held(&renewed, "b", &TERMS, at(3));
        assert_eq!((spec(&taken).lease_transitions, &spec(&taken).acquire_time), (Some(1), &Some(MicroTime(at(3)))));
        assert_eq!(Record::of(&taken).holder.as_deref(), Some("b"));
        assert_eq!(Record::of(&taken).duration, Some(TERMS.duration));
    }

    #[test]
    fn a_released_lease_has_no_holder_and_keeps_its_version() {
        let mut lease = new("operator", "a", &TERMS, at(1));
        lease.metadata.resource_version = Some("7".to_owned());
        let released = released(&lease, at(2));
        assert_eq!(
            Record::of(&released),
            Record { version: "7".to_owned(), holder: None, duration: Some(TERMS.duration) }
        );
    }

    #[test]
    fn an_empty_name_holds_nothing() {
        let lease = new("operator", "", &TERMS, at(1));
        assert_eq!(Record::of(&lease).holder, None);
    }
}
