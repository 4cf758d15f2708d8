//! The faults of the comparison. Both sides meet the same ones, in the same simulator, for the same time.
//!
//! Not here: crashes, which each side has at its own points (F1); who runs them.

use sim::{Fault, FaultKind, RouteKind};

/// How often `terraform apply` is run at most until one succeeds.
pub const APPLIES: u32 = 3;
/// How long after a failed apply the next one is run.
pub const AGAIN_MS: u64 = 600_000;
/// How long each run lasts: the latest commit, what follows from it, and the sweeps that clear it up.
pub const RUN_MS: u64 = 90 * 60_000;

/// The delays of late commits: up to the gateway's 30 seconds, up to the operator's window of 15 minutes, and beyond it.
pub const DELAYS_S: [u64; 12] = [0, 5, 15, 29, 31, 60, 120, 300, 600, 840, 1_200, 1_800];

/// A row of the table: a fault at some points.
#[derive(Clone, Debug)]
pub struct Row {
    /// What goes wrong.
    pub title: &'static str,
    /// The runs: each meets one of these. Empty for the row whose runs are crashes.
    pub faults: Vec<Fault>,
}

/// All rows.
#[must_use]
pub fn rows() -> Vec<Row> {
    let once = |fault: Fault| fault.once();
    let always = |fault: Fault| fault;
    vec![
        Row { title: "F1 the process dies after a request", faults: Vec::new() },
        Row { title: "F4 the answer to a write is lost", faults: lost() },
        Row { title: "F5 504 to one POST, commit 0 s to 30 min later", faults: late(once) },
        Row { title: "F5 504 to every POST, commit 0 s to 30 min later", faults: late(always) },
        Row { title: "F6 500 after 3 min to one write, with and without commit", faults: slow() },
        Row { title: "F6 500 for a while to another call than the POST", faults: afterwards() },
    ]
}

/// Every call that can follow the POST, and the POST.
const WRITES: [RouteKind; 3] = [RouteKind::CreatePipe, RouteKind::SetScaling, RouteKind::SetState];

fn lost() -> Vec<Fault> {
    let lost = FaultKind::ResetAfterCommit { after_ms: 0 };
    WRITES.iter().map(|route| Fault::new(lost.clone()).on(*route).once()).collect()
}

fn late(times: impl Fn(Fault) -> Fault) -> Vec<Fault> {
    let fault = |delay: &u64| {
        let kind = FaultKind::GatewayTimeout { commit_after_ms: Some(delay * 1_000), answer_after_ms: 30_000 };
        times(Fault::new(kind).on(RouteKind::CreatePipe))
    };
    DELAYS_S.iter().map(fault).collect()
}

fn slow() -> Vec<Fault> {
    let fault = |route: &RouteKind| {
        [Some(1_000), None].map(|commit_after_ms| {
            let kind = FaultKind::ServerError { commit_after_ms, answer_after_ms: 180_000 };
            Fault::new(kind).on(*route).once()
        })
    };
    WRITES.iter().flat_map(fault).collect()
}

/// As many answers as one request of the provider takes with all its repetitions; for the reads that it waits with, so many that the read-back
/// meets them too.
fn afterwards() -> Vec<Fault> {
    let kind = FaultKind::ServerError { commit_after_ms: None, answer_after_ms: 100 };
    let fault = |(route, times)| Fault::new(kind.clone()).on(route).times(times);
    let points =
        [(RouteKind::SetScaling, 4), (RouteKind::SetState, 4), (RouteKind::GetPipe, 40), (RouteKind::ListPipes, 4)];
    points.map(fault).to_vec()
}
