//! The cluster in memory that simulations use, held to the real API server: the same requests get the same answers and leave the same objects.
//!
//! A sequence of requests is made from a seed: what users do, and what the operator does through [`controller::cluster::Cluster`]. After each
//! request the answers are compared, and the object; after the last one what watches showed. Left out is only what must differ: the values of
//! UIDs and versions (not when they change), times, `managedFields`. `CONFORMANCE_SEED=7 cargo test -p clickpipes-testbed --test conformance`
//! plays one sequence. Not here: rules of the schema (CEL, types), which the cluster in memory does not have.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise; a JSON value indexed by a name gives null"
)]

mod memory;
mod normal;
mod player;
mod sequence;
mod server;
mod specimen;

use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;
use testbed::{ControlPlane, Tools, wait_until, workspace_root};

use memory::InMemory;
use player::Player;
use sequence::{KINDS, Sequence};
use server::Server;

/// How many sequences are played.
const SEQUENCES: u64 = 12;
/// How many requests a sequence has.
const STEPS: usize = 60;

#[test]
fn the_cluster_in_memory_answers_as_the_real_one() {
    let one = std::env::var("CONFORMANCE_SEED").ok().map(|seed| seed.parse::<u64>().unwrap());
    let seeds: Vec<u64> = one.map_or_else(|| (1..=SEQUENCES).collect(), |seed| vec![seed]);
    let differences: Vec<String> =
        seeds.into_iter().filter_map(|seed| play(plane(), &Sequence::random(seed, STEPS))).collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}

#[test]
fn a_namespace_goes_as_in_the_real_one() {
    plane().start_controller_manager().unwrap();
    let difference = play(plane(), &Sequence::end_of_a_namespace());
    assert!(difference.is_none(), "{}", difference.unwrap_or_default());
}

/// One control plane for all tests of this file.
fn plane() -> &'static ControlPlane {
    static PLANE: OnceLock<ControlPlane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let plane = ControlPlane::start(&Tools::prepare(|line| eprintln!("{line}")).unwrap()).unwrap();
        let folder = workspace_root().join("crds");
        let folder = folder.to_string_lossy();
        plane.kubectl(&["apply", "--server-side", "-f", &folder]).unwrap().text().unwrap();
        let established = ["wait", "--for=condition=Established", "--timeout=30s", "-f", &folder];
        wait_until(Duration::from_mins(1), "the CRDs", || plane.kubectl(&established)?.text().map(Some)).unwrap();
        plane
    })
}

/// Plays a sequence on both clusters; the first difference, if there is one.
fn play(plane: &ControlPlane, sequence: &Sequence) -> Option<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut memory = Player::new(InMemory::new());
        let mut real = Player::new(Server::connect(plane, &sequence.prefix).await);
        for (number, step) in sequence.steps.iter().enumerate() {
            let (expected, found) = (real.play(step).await, memory.play(step).await);
            memory.mark();
            if expected != found {
                return Some(told(sequence, number, "answers", &expected, &found));
            }
        }
        if sequence.watched { watches(sequence, &mut real, &mut memory).await } else { None }
    })
}

/// Compares what watches have shown.
async fn watches(sequence: &Sequence, real: &mut Player<Server<'_>>, memory: &mut Player<InMemory>) -> Option<String> {
    for kind in KINDS {
        let last = sequence.sentinel(kind);
        let (expected, found) = (real.events(&last).await, memory.events(&last).await);
        for (place, event) in expected.iter().enumerate() {
            let other = found.get(place).cloned().unwrap_or(Value::Null);
            if *event != other {
                let number = memory.step_of(kind, place);
                return Some(told(sequence, number, &format!("event {place} of {kind}"), event, &other));
            }
        }
        assert_eq!(expected.len(), found.len(), "{kind}: {:#?}", found.last());
    }
    None
}

/// A difference, with the shortest beginning of the sequence that shows it.
fn told(sequence: &Sequence, number: usize, what: &str, expected: &Value, found: &Value) -> String {
    let steps = sequence.steps.get(..=number).unwrap_or(&sequence.steps);
    let steps: Vec<String> = steps.iter().map(|step| format!("  {step:?}")).collect();
    format!(
        "{} differs at step {number} in its {what}:\n{}\nthe API server:\n{expected:#}\nin memory:\n{found:#}",
        sequence.name,
        steps.join("\n"),
    )
}
