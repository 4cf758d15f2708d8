//! Leader election: of several replicas one works, so that the request budget is used once and nobody waits for another's conflicts.
//!
//! The pipes are safe without it: every step of the plan holds with two replicas at work. The Lease (`coordination.k8s.io/v1`) buys quiet.
//!
//! # Guarantees
//! - Each write of the Lease is a compare-and-swap on its `resourceVersion`: of two candidates one wins.
//! - Clocks of two machines are never compared. A candidate times on its own monotonic clock how long the Lease has not changed, and the
//!   leader times its renewals from before each request. The `renewTime` in the Lease is for people.
//! - The leader stops at its renew deadline, by its own clock, before any candidate may take over: no call is begun after that moment, also
//!   not by a process that was frozen and goes on ([`crate::tenure`]).
//! - An orderly end finishes what has been begun, then gives the Lease up, and the successor need not wait.
//!
//! # Caveats
//! - A call is begun before its connection is made, which takes ten seconds at most (`client::transport::http`). So its bytes may leave that
//!   much after the deadline: the default of ten seconds between deadline and duration covers it, a smaller difference does not.
//! - A request that is being written while the process is frozen leaves when it goes on. What follows is what follows from a late create.
//! - A Lease that is lost ends the process, as soon as what was on the wire is answered and written down. What a process remembers (lists,
//!   budgets, its own intents) is only true while nobody else works; a new process, which the pod's restart policy makes at once, has
//!   nothing to forget.
//!
//! # Why not a library
//! `kube-leader-election` 0.44 writes without a `resourceVersion`, so two candidates can both win, and compares its clock with the other
//! machine's; `kubert` 0.25 compares clocks as well. Neither is made for this version of `kube`.
//!
//! Not here: what a leader does ([`crate::run`]).

pub mod candidacy;
pub mod election;
pub mod record;
pub mod terms;

use uuid::Uuid;

/// A name for this process: the pod's, and something that no other process has, its successor in the same pod included.
pub fn identity() -> String {
    let named = |variable| std::env::var(variable).ok().filter(|name| !name.is_empty());
    let pod = named("POD_NAME").or_else(|| named("HOSTNAME")).unwrap_or_else(|| "clickpipes-operator".to_owned());
    format!("{pod}_{}", Uuid::new_v4())
}
