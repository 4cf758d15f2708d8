//! Any bytes as the list of pipes: from there through comparing to a decision about a pipe that is in sync by its record.
//!
//! The first byte chooses the object and its policies, the rest is the body. Not here: other answers ([`crate::life`]).

use cloud::reply::{Answer, read};
use cloud::{Call, Reply, ServiceId, Tick};
use crd::policy::{DriftPolicy, OnExternalDelete, ReplacementPolicy, RunState};

use crate::answer::SERVICE;
use crate::{promise, stand};

/// Now.
const NOW: Tick = Tick(100_000);

/// Reads the list, compares, decides.
pub fn run(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let bit = |number: u32| choice.checked_shr(number).unwrap_or_default() & 1 == 1;
    let mut object = stand::settled(choice & 1);
    let spec = &mut object.spec;
    if bit(1) {
        spec.state = RunState::Stopped;
    }
    if bit(2) {
        spec.drift_policy = DriftPolicy::Warn;
    }
    if bit(3) {
        spec.replacement_policy = ReplacementPolicy::OnApproval;
    }
    if bit(4) {
        spec.on_external_delete = OnExternalDelete::Recreate;
    }
    if bit(5) {
        // As after an edit: what is wanted is newer than what was applied.
        object.metadata.generation = Some(2);
        spec.name = Some("renamed".to_owned());
    }
    let service = ServiceId::parse(SERVICE).expect("a UUID");
    let answer = Answer { status: 200, retry_after: None, body };
    let Ok(Reply::Pipes(pipes)) = read(&Call::ListPipes { service }, &answer) else { return };
    let desired = stand::desired(&object);
    let mut known = stand::known(&object, NOW);
    known.see(stand::seen(NOW, pipes.into_iter().map(std::sync::Arc::new)));
    let _ = promise::decide(&desired, &known);
}
