//! Whatever a person edits, and whenever, and however often the process ends meanwhile: in the end the service holds what the last spec says,
//! as if the pipe had been created with it.
//!
//! Not here: edits that only a new pipe can realise, or that load a table anew.

use std::collections::BTreeSet;

use crd::policy::{CreateRetry, RunState};
use crd::source::SourceKind;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::Value;
use sim::PipeState;
use specimens::{Specimen, edits, leaves, path};

use crate::life::{POLL, born, edit, held, missing, pipe, settle, written};
use crate::world::World;

/// What happens before the next edit.
#[derive(Clone, Debug)]
struct Moment {
    /// So much time passes.
    wait: u64,
    /// Meanwhile the process dies after so many effects, if it does; at the end if there were not as many.
    crash: Option<u64>,
    /// The edit also says this of the state.
    stopped: bool,
}

fn moments() -> impl Strategy<Value = Vec<Moment>> {
    let moment = (0_u64..400_000, proptest::option::of(1_u64..8), proptest::bool::weighted(0.2))
        .prop_map(|(wait, crash, stopped)| Moment { wait, crash, stopped });
    vec(moment, 6)
}

proptest! {
    // The same cases at every run: a run that fails can be repeated.
    #![proptest_config(ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    })]

    /// Faults: F15.
    /// Invariants: 6.
    #[test]
    fn any_edits_at_any_moments_end_as_the_last_spec_says(
        (start, steps) in (0..SourceKind::ALL.len()).prop_flat_map(|kind| edits(SourceKind::ALL[kind], 6)),
        moments in moments(),
    ) {
        if !loads_once(&start) && !leaves_out_a_beginning(&start, &steps) && !leaves_out_a_login(&start, &steps) {
            ends_as_the_last_spec_says(&start, &steps, &moments)?;
        }
    }
}

/// A load that is complete takes no edit.
fn loads_once(specimen: &Specimen) -> bool {
    let arm = specimen.spec.pointer(&format!("/source/{}", specimen.kind)).unwrap();
    arm.pointer("/settings/replicationMode") == Some(&Value::from("snapshot"))
        || specimen.kind == SourceKind::ObjectStorage && arm.get("isContinuous") != Some(&Value::Bool(true))
}

/// Whether a load that was to begin somewhere is left out later: only a new pipe can do that.
fn leaves_out_a_beginning(start: &Specimen, steps: &[Specimen]) -> bool {
    let says = |step: &Specimen, name: &str| step.spec.pointer(&format!("/source/objectStorage/{name}")).cloned();
    let mut all = std::iter::once(start).chain(steps);
    let begins = all.any(|step| says(step, "startAfter").is_some());
    begins && all.any(|step| says(step, "skipInitialLoad") == Some(Value::Bool(true)))
}

/// Whether MongoDB's login is left out of a spec and not of another: the service then refuses another address (TF#617), and says so.
fn leaves_out_a_login(start: &Specimen, steps: &[Specimen]) -> bool {
    let mut all = std::iter::once(start).chain(steps);
    let logs_in = |step: &Specimen| step.spec.pointer("/source/mongodb/credentials").is_some();
    all.clone().any(logs_in) && !all.all(logs_in)
}

fn ends_as_the_last_spec_says(start: &Specimen, steps: &[Specimen], moments: &[Moment]) -> Result<(), TestCaseError> {
    let mut world = born(start, &BTreeSet::new());
    world.spec.create_retry = Some(CreateRetry::Auto);
    for (step, moment) in steps.iter().zip(moments) {
        world.dies_after = moment.crash.map(|effects| world.effects + effects);
        world.live(moment.wait);
        if world.dies_after.take().is_some() {
            world.restart();
        }
        edit(&mut world, step);
        world.spec.state = if moment.stopped { RunState::Stopped } else { RunState::Running };
        // Nobody is there to be asked whether a create that died on the way was carried out.
        world.spec.create_retry = Some(CreateRetry::Auto);
    }
    let stopped = world.spec.state == RunState::Stopped;
    settle(&mut world);
    settle(&mut world);
    let last = steps.last().unwrap_or(start);
    let mut fresh = born(last, &BTreeSet::new());
    settle(&mut fresh);
    prop_assert_eq!((world.sim.pipes().count(), fresh.sim.pipes().count()), (1, 1), "{:?}", world.status.conditions);
    prop_assert_eq!((missing(&world), missing(&fresh)), (Vec::new(), Vec::new()));
    prop_assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:?}", world.status.conditions);
    let still = matches!(pipe(&world).state(), PipeState::Stopped | PipeState::Paused);
    prop_assert_eq!(still, stopped, "{:?}", pipe(&world).state());
    if steps.iter().chain([start]).all(|step| covers(&last.spec, &step.spec)) {
        prop_assert_eq!(document(&world), document(&fresh));
    }
    world.sim.clear_requests();
    world.live(20 * POLL);
    prop_assert_eq!(written(&world), Vec::<String>::new());
    Ok(())
}

/// Whether one spec sets everything that the other sets: what is no longer set is no longer managed, and stays.
fn covers(last: &Value, earlier: &Value) -> bool {
    match (last, earlier) {
        (Value::Object(last), Value::Object(earlier)) => {
            earlier.iter().all(|(name, value)| last.get(name).is_some_and(|last| covers(last, value)))
        }
        (Value::Null, earlier) => earlier.is_null(),
        _ => true,
    }
}

/// What the simulator holds, lists in one order.
fn document(world: &World) -> Value {
    let mut document = held(pipe(world));
    for leaf in leaves(world.spec.source.kind().unwrap()).iter().filter(|leaf| !leaf.listed) {
        // What is said and what is meant anyway is the same.
        let held = path::get(&document, &leaf.path);
        let meant = leaf.field.default.clone().unwrap_or(Value::Bool(false));
        if held == Some(&meant) || held.and_then(Value::as_array).is_some_and(Vec::is_empty) {
            path::unset(&mut document, &leaf.path);
        }
    }
    sort(&mut document);
    document
}

fn sort(value: &mut Value) {
    match value {
        Value::Object(members) => {
            // A login without a password, as a role has it, is stored so when it is edited.
            members.retain(|_, member| *member != "undefined");
            members.values_mut().for_each(sort);
        }
        Value::Array(items) => {
            items.iter_mut().for_each(sort);
            items.sort_by_key(Value::to_string);
        }
        Value::Number(number) => *number = serde_json::Number::from_f64(number.as_f64().unwrap()).unwrap(),
        _ => {}
    }
}
