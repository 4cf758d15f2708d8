//! The faults of the test programme by their numbers, and which ones struck in a run.
//!
//! Whoever makes something go wrong says so, when it happens; what the service does wrong is read from its own recording. Not here: counting
//! over many runs ([`crate::tally`]).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sim::{FaultKind, Recorded, RouteKind};

use crate::choke::Side;
use crate::shared::Shared;
use crate::store::{Named, Store};

/// How many faults the programme has.
const LAST: u8 = 36;

/// The number of a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault(u8);

impl Fault {
    /// A crash after an effect.
    pub const CRASH_AFTER: Self = Self(1);
    /// A crash before an effect.
    pub const CRASH_BEFORE: Self = Self(2);
    /// Two crashes.
    pub const CRASH_TWICE: Self = Self(3);
    /// A cache that is behind, or that missed an event.
    pub const STALE_CACHE: Self = Self(9);
    /// Two replicas without a lease.
    pub const TWO_REPLICAS: Self = Self(10);
    /// A process that stands still for a while.
    pub const FROZEN: Self = Self(11);
    /// Somebody else's pipe with the name of ours.
    pub const NAMESAKE: Self = Self(12);
    /// Somebody else's pipe with our token.
    pub const FORGED: Self = Self(13);
    /// Somebody changes a pipe in the console.
    pub const CONSOLE: Self = Self(26);
    /// Kubernetes fails a write.
    pub const KUBE: Self = Self(30);
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_prefix('F').and_then(|digits| digits.parse().ok());
        let number = number.filter(|number| (1..=LAST).contains(number));
        number.map(Self).ok_or_else(|| format!("{text:?} is no fault: expected F1 to F{LAST}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F{}", self.0)
    }
}

/// Which faults struck so far, other than by the service; one bit each.
#[derive(Debug, Default)]
pub struct Struck(AtomicU64);

impl Struck {
    /// It struck.
    pub fn by(&self, fault: Fault) {
        self.0.fetch_or(1 << fault.0, Ordering::Relaxed);
    }

    /// A crash point was reached; the second one in a run is a fault of its own.
    pub fn crash(&self, side: Option<Side>) {
        let Some(side) = side else { return };
        let crashes = [Fault::CRASH_AFTER, Fault::CRASH_BEFORE];
        if crashes.iter().any(|crash| self.has(*crash)) {
            self.by(Fault::CRASH_TWICE);
        }
        self.by(if side == Side::After { Fault::CRASH_AFTER } else { Fault::CRASH_BEFORE });
    }

    /// A process is killed: while a pipe is paused for a change, that is a fault of its own.
    pub fn kill(&self, store: &Store) {
        let is_paused = |pipe: &Value| pipe["status"]["operation"]["kind"] == "Update";
        if store.all("ClickPipe").any(|(_, pipe)| is_paused(pipe)) {
            self.by(Fault(27));
        }
    }

    /// Somebody edits an object.
    pub fn edit(&self, named: &Named, changes: &[(String, Option<Value>)]) {
        match named.kind.as_str() {
            "Secret" => self.by(Fault(17)),
            "ClickPipe" if changes.iter().any(|(path, _)| path.starts_with("spec.")) => self.by(Fault(15)),
            _ => {}
        }
        if changes.iter().any(|(path, _)| path == "spec.source.kafka.topics") {
            self.by(Fault(16));
        }
    }

    /// Somebody deletes an object: while its create is unanswered, that is a fault of its own.
    pub fn delete(&self, store: &Store, named: &Named) {
        match named.kind.as_str() {
            "Secret" => self.by(Fault(17)),
            "Namespace" => self.by(Fault(20)),
            "ClickPipe" => {
                self.by(Fault(18));
                let open = store.get(named).is_ok_and(|pipe| pipe["status"]["create"]["phase"] == "Intent");
                if open {
                    self.by(Fault(19));
                }
            }
            _ => {}
        }
    }

    fn has(&self, fault: Fault) -> bool {
        self.0.load(Ordering::Relaxed) & (1 << fault.0) != 0
    }
}

/// Every fault that struck in a run.
pub fn of(shared: &Shared) -> BTreeSet<Fault> {
    let told = (1..=LAST).map(Fault).filter(|fault| shared.struck.has(*fault));
    let cloud = shared.cloud.lock();
    told.chain(cloud.requests().flat_map(of_request)).collect()
}

/// The faults that a request met.
fn of_request(request: &Recorded) -> Vec<Fault> {
    let mut met: Vec<Fault> = request.faults.iter().flat_map(|kind| of_kind(kind, request)).map(Fault).collect();
    met.extend((request.status == 424).then_some(Fault(23)));
    met
}

/// Which numbers a fault of the simulator has, at this request.
fn of_kind(kind: &FaultKind, request: &Recorded) -> Vec<u8> {
    let (writes, creates) = (request.route.writes(), request.route == RouteKind::CreatePipe);
    let looks = matches!(request.route, RouteKind::ListPipes | RouteKind::GetPipe);
    let resync = request.body["command"] == "resync";
    let lost: &[u8] = match (writes, resync) {
        (true, true) => &[4, 28],
        (true, false) => &[4],
        (false, _) => &[],
    };
    let only = |is: bool, number: u8| if is { vec![number] } else { Vec::new() };
    match kind {
        FaultKind::GatewayTimeout { commit_after_ms, .. } => {
            [only(creates, 5), commit_after_ms.map_or(Vec::new(), |_| lost.to_vec())].concat()
        }
        FaultKind::ServerError { .. } => only(writes, 6),
        FaultKind::ResetAfterCommit { .. } | FaultKind::NeverAnswered { commit_after_ms: Some(_) } => lost.to_vec(),
        FaultKind::HtmlBody { .. } if looks => vec![8],
        FaultKind::ListLag { .. } => vec![7],
        FaultKind::ListTruncated { .. } | FaultKind::ListEmpty {} | FaultKind::ListWithoutResult {} => vec![8],
        FaultKind::TooManyRequests { .. } => vec![22],
        FaultKind::TruncatedJson {} | FaultKind::Garbled { .. } | FaultKind::UnknownState { .. } => vec![24],
        FaultKind::Unauthorized {} | FaultKind::Forbidden {} => vec![25],
        FaultKind::SourceRefuses { .. } => only(request.route == RouteKind::PatchPipe && request.status == 400, 27),
        // Ways of the service that the programme does not number.
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_the_programme_are_numbers() {
        assert_eq!("F36".parse::<Fault>().unwrap().to_string(), "F36");
        for text in ["F0", "F37", "36", "f1", "Fx", ""] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_second_crash_of_a_run_is_a_fault_of_its_own() {
        let struck = Struck::default();
        struck.crash(None);
        assert!(!struck.has(Fault::CRASH_AFTER));
        struck.crash(Some(Side::After));
        assert!(struck.has(Fault::CRASH_AFTER) && !struck.has(Fault::CRASH_TWICE));
        struck.crash(Some(Side::After));
        assert!(struck.has(Fault::CRASH_TWICE));
    }
}
