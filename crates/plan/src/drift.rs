//! What people see of differences that are left alone, beside what the pipe's state says.
//!
//! Not here: which are left alone ([`crate::conflict`] and the drift policy).

use cloud::Pipe;
use crd::condition::{Reason, Truth};

use crate::desired::Desired;
use crate::diff::Difference;
use crate::known::Known;
use crate::verdict::{Kind, Saying, Verdict};
use crate::{conflict, run_state};

/// What the pipe's state means, and which differences are left alone and why. Ready stays as observed.
pub(crate) fn reported(desired: &Desired, known: &Known, pipe: &Pipe, left: &[Difference]) -> Verdict {
    let verdict = run_state::verdict(desired, known, pipe);
    if !matches!(verdict.kind, Kind::Settled | Kind::Reported) {
        return verdict;
    }
    let mut paths: Vec<String> = left.iter().map(Difference::spec_path).collect();
    let mut contested = left.iter().any(|difference| conflict::is_contested(desired, known, &difference.path));
    if run_state::is_drift(desired, known, pipe) {
        paths.push(format!("spec.{}", conflict::STATE));
        contested |= conflict::is_run_state_contested(desired, known);
    }
    if paths.is_empty() {
        return verdict;
    }
    let paths = paths.join(", ");
    let (kind, reason, message) = if contested {
        let message = format!(
            "somebody keeps changing {paths}: nothing is written any more; find who it is, then ask for a reconcile or change the spec"
        );
        (Kind::Blocked, Reason::ManagementConflict, message)
    } else {
        let message = format!("{paths} differ and are left alone, because driftPolicy is Warn");
        (Kind::Reported, Reason::DriftNotCorrected, message)
    };
    Verdict { kind, synced: Saying::new(Truth::False, reason, message), ..verdict }
}
