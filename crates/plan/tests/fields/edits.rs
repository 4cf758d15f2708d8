//! A person edits one field: one write by the right call, or none and the right condition; then quiet for twenty polls.
//!
//! Not here: several edits ([`crate::convergence`]), rotated Secrets ([`crate::rotation`]).

use std::collections::{BTreeMap, BTreeSet};

use crd::facts::tree::{Field, Kind};
use crd::facts::{Change as Changeable, Compare, Facts, Route};
use crd::policy::RunState;
use crd::source::{Family, SourceKind};
use crd::status::Impact;
use serde_json::Value;
use sim::PipeState;
use specimens::{Change, Verb, changes, flavours, path};

use crate::life::{Converged, POLL, converged, edit, missing, pipe, settle, written};
use crate::world::World;

/// What has to come of an edit.
#[derive(Debug, PartialEq)]
enum Effect {
    /// Nothing is written, and all is in order.
    Nothing,
    /// One call.
    Call(&'static str),
    /// One PATCH between a stop and a start.
    Pause,
    /// One PATCH that may do without a pause; the simulator refuses it, and it is made again between a stop and a start.
    TriedFirst,
    /// Nothing is written, and the condition says what it would take.
    Refused(Impact),
}

fn expected(change: &Change) -> Effect {
    // Of an object that is set as a whole, its members tell.
    let facts = inner(change.leaf.field).unwrap_or(change.leaf.facts);
    let own = change.leaf.field;
    if change.verb == Verb::Unset || own.facts.compare == Compare::Never || says_nothing_new(change) {
        return Effect::Nothing;
    }
    match (facts.route, facts.change) {
        (_, Changeable::Fixed) => Effect::Refused(Impact::Replace),
        (Route::Mappings, _) if change.leaf.listed && !names_the_table(change) => {
            // A pipe without mappings there is none, not even between two edits.
            Effect::Refused(if mappings(change) == 1 { Impact::Replace } else { Impact::Resync })
        }
        (Route::Mappings, _) | (Route::Patch, Changeable::WhilePaused) => Effect::Pause,
        (Route::Patch, Changeable::InPlace) if change.before.kind.family() == Family::Database => Effect::TriedFirst,
        (Route::Patch, Changeable::InPlace) => Effect::Call("PATCH pipe"),
        (Route::Settings, _) => Effect::Call("PUT settings"),
        (Route::Scaling, _) => Effect::Call("PATCH scaling"),
    }
}

/// What only a new pipe can have is refused by default; mappings that are loaded anew wait for approval.
fn waits(impact: Impact) -> &'static str {
    if impact == Impact::Resync { "Unknown InProgress" } else { "False ImmutableFieldChange" }
}

/// The facts of the members of an object, which are alike as far as they matter here.
fn inner(field: &Field) -> Option<Facts> {
    match &field.kind {
        Kind::Object(members) if !field.facts.whole => {
            members.values().map(|member| inner(member).unwrap_or(member.facts)).next()
        }
        _ => None,
    }
}

/// Whether a member of a mapping says which table it is about: another one there is another mapping.
fn names_the_table(change: &Change) -> bool {
    change.leaf.field.facts.key && change.leaf.path.iter().filter(|name| *name == path::FIRST).count() == 1
}

fn mappings(change: &Change) -> usize {
    let list = change.leaf.path.iter().take_while(|name| *name != path::FIRST).cloned().collect::<Vec<_>>();
    path::get(&change.after.spec, &list).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Whether what is set now is what the service means anyway.
fn says_nothing_new(change: &Change) -> bool {
    let value = path::get(&change.after.spec, &change.leaf.path);
    let default = change.leaf.field.default.as_ref();
    change.verb == Verb::Set && (value == default || default.is_none() && value == Some(&Value::Bool(false)))
}

fn play(kind: SourceKind) {
    let mut worlds = Converged::default();
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::new();
    for change in changes(kind) {
        let mut world = worlds.on(&change.before);
        edit(&mut world, &change.after);
        settle(&mut world);
        let calls = written(&world);
        world.sim.clear_requests();
        world.live(20 * POLL);
        let effect = expected(change);
        let fits = match &effect {
            Effect::Nothing => calls.is_empty(),
            Effect::Call(call) => calls == [*call],
            Effect::Pause => {
                let start = calls.last().is_some_and(|call| call == "PATCH state start");
                let rest = if start { &calls[..calls.len() - 1] } else { &calls[..] };
                rest == ["PATCH state stop", "PATCH pipe"]
            }
            Effect::TriedFirst => calls == ["PATCH pipe", "PATCH state stop", "PATCH pipe", "PATCH state start"],
            Effect::Refused(impact) => {
                calls.is_empty()
                    && world.condition("Synced") == waits(*impact)
                    && world.status.plan.as_ref().map(|plan| plan.class) == Some(*impact)
            }
        };
        let refused = matches!(effect, Effect::Refused(_));
        // Of a default that is written down the service need not hold anything.
        let unheld = refused || says_nothing_new(change);
        let missing = if unheld { Vec::new() } else { missing(&world) };
        let synced = refused || world.condition("Synced") == "True ReconcileSuccess";
        let later = written(&world);
        *counts.entry(format!("{effect:?}")).or_insert(0) += 1;
        if !(fits && missing.is_empty() && synced && later.is_empty()) {
            wrong.push(format!(
                "{}: expected {effect:?}, written {calls:?}, later {}, missing {missing:?}, {} {}",
                change.name(),
                later.len(),
                world.condition("Synced"),
                world.status.conditions.iter().find(|one| one.type_ == "Synced").map_or("", |one| &one.message)
            ));
        }
    }
    println!("{kind}: {} edits, {counts:?}", changes(kind).len());
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), changes(kind).len());
}

#[test]
fn the_wanted_state_is_one_command_and_the_field_of_a_stopped_pipe_is_edited_without_starting_it() {
    for kind in SourceKind::ALL {
        for flavour in flavours(kind) {
            let mut world = converged(&flavour, &BTreeSet::new());
            if pipe(&world).state() == PipeState::Completed {
                continue;
            }
            world.edit(|spec| spec.state = RunState::Stopped);
            settle(&mut world);
            assert_eq!(
                (written(&world), stands_still(&world)),
                (vec!["PATCH state stop".to_owned()], true),
                "{}",
                flavour.label
            );
            world.sim.clear_requests();
            world.edit(|spec| spec.name = Some("Another name".to_owned()));
            settle(&mut world);
            assert_eq!(
                (written(&world), stands_still(&world)),
                (vec!["PATCH pipe".to_owned()], true),
                "{}",
                flavour.label
            );
            world.sim.clear_requests();
            world.edit(|spec| spec.state = RunState::Running);
            settle(&mut world);
            assert_eq!(
                (written(&world), stands_still(&world)),
                (vec!["PATCH state start".to_owned()], false),
                "{}",
                flavour.label
            );
        }
    }
}

fn stands_still(world: &World) -> bool {
    matches!(pipe(world).state(), PipeState::Stopped | PipeState::Paused)
}

macro_rules! sources {
    ($($name:ident: $kind:ident,)*) => {$(
        #[test]
        fn $name() {
            play(SourceKind::$kind);
        }
    )*};
}

sources! {
    each_field_of_kafka_is_edited_by_one_call_or_refused: Kafka,
    each_field_of_kinesis_is_edited_by_one_call_or_refused: Kinesis,
    each_field_of_object_storage_is_edited_by_one_call_or_refused: ObjectStorage,
    each_field_of_pubsub_is_edited_by_one_call_or_refused: Pubsub,
    each_field_of_postgres_is_edited_by_one_call_or_refused: Postgres,
    each_field_of_mysql_is_edited_by_one_call_or_refused: Mysql,
    each_field_of_mongodb_is_edited_by_one_call_or_refused: Mongodb,
    each_field_of_bigquery_is_edited_by_one_call_or_refused: Bigquery,
}
