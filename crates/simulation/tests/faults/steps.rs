//! Something at every step: an edit, a rotation, a delete, a wrong answer of Kubernetes, a process that stands still.
//!
//! A step is an effect, a write to Kubernetes or a call; the thing happens right before it. Not here: crashes (the sweep has them).

use std::time::Duration;

use serde_json::{Value, json};
use sim::RouteKind;
use simulation::choke::{Choke, Deed};
use simulation::process::Process;
use simulation::shared::{KubeAnswer, Shared};
use simulation::store::Store;
use simulation::struck::Fault;
use simulation::world::{Options, World, in_virtual_time, put};

use crate::{MINUTE, apply, assert_sound, condition, count, living, pipe, with};

/// A source, and an edit that takes several steps.
const LIVES: [(&str, &str, &str); 2] =
    [("kafka", "spec.scaling.replicas", "3"), ("postgres", "spec.source.postgres.host", "\"replica.example.com\"")];

/// Lives: a create and an update, with something at a step; then calm. The world as it is in the end.
async fn live(kind: &str, replicas: usize, deed: Option<(usize, Deed)>) -> World {
    let choke = deed.map_or_else(Choke::default, |(at, deed)| Choke::doing(at, deed));
    let world = with(Options { replicas, choke, ..Options::default() });
    apply(&world, kind, kind, &[]);
    world.advance(5 * MINUTE).await;
    let (_, path, value) = LIVES.into_iter().find(|(name, ..)| *name == kind).unwrap();
    if world.object(&pipe(kind)).is_some() {
        world.edit(&pipe(kind), path, Some(serde_json::from_str(value).unwrap())).unwrap();
    }
    world.advance(75 * MINUTE).await;
    world
}

fn steps(kind: &str) -> Vec<String> {
    in_virtual_time(async { live(kind, 1, None).await.shared.choke.lock().effects.clone() })
}

/// Changes an object in the store, as somebody does in between.
fn change(store: &mut Store, kind: &str, path: &str, value: Value) {
    let mut next = Value::clone(&store.get(&pipe(kind)).unwrap());
    put(&mut next, path, Some(value)).unwrap();
    store.update(&pipe(kind), next).unwrap();
}

fn books(world: &World, kind: &str) -> Value {
    let object = world.object(&pipe(kind)).unwrap();
    let cloud = world.shared.cloud.lock();
    let pipe = cloud.pipe(object["status"]["pipe"]["id"].as_str().unwrap()).unwrap();
    pipe.everything(cloud.now_ms())
}

#[test]
fn f15_an_edit_at_any_step_ends_as_the_last_spec_with_at_most_one_more_set_of_writes() {
    for (kind, _, _) in LIVES {
        let quiet = in_virtual_time(async { written(&live(kind, 1, None).await).len() });
        for at in 0..steps(kind).len() {
            in_virtual_time(async {
                let what = format!("{kind}, step {at}");
                let edit = |shared: &Shared, _: &Process| {
                    shared.in_store(|store| change(store, kind, "spec.name", json!("Renamed")));
                };
                let world = live(kind, 1, Some((at, Box::new(edit)))).await;
                assert_eq!(condition(&world, kind, "Ready"), "True Running", "{what}");
                let name = books(&world, kind)["name"].as_str().unwrap().to_owned();
                assert!(name.starts_with("Renamed"), "{what}: {name}");
                // A database pipe is paused for it, changed and resumed.
                assert!(written(&world).len() <= quiet + 3, "{what}: {:#?} and not {quiet}", written(&world));
                assert_eq!(count(&world, RouteKind::CreatePipe), 1, "{what}");
                assert_sound(&world, &what);
            });
        }
    }
}

#[test]
fn f17_a_secret_that_changes_at_any_step_is_the_last_one_applied() {
    for (kind, _, _) in LIVES {
        for at in 0..steps(kind).len() {
            in_virtual_time(async {
                let what = format!("{kind}, step {at}");
                let rotate = move |shared: &Shared, _: &Process| {
                    let named = simulation::store::Named::new("Secret", Some("data"), &format!("{kind}-credentials"));
                    shared.in_store(|store| {
                        let mut next = Value::clone(&store.get(&named).unwrap());
                        put(&mut next, "stringData.password", Some(json!("canary-rotated"))).unwrap();
                        store.update(&named, next).unwrap();
                    });
                };
                let world = live(kind, 1, Some((at, Box::new(rotate)))).await;
                assert_eq!(condition(&world, kind, "Ready"), "True Running", "{what}");
                let password = books(&world, kind)["source"][kind]["credentials"]["password"].clone();
                assert_eq!(password, "canary-rotated", "{what}");
                assert_sound(&world, &what);
            });
        }
    }
}

#[test]
fn f18_f19_a_delete_at_any_step_leaves_no_orphan_under_either_policy() {
    for (kind, _, _) in LIVES {
        let steps = steps(kind);
        for policy in ["Delete", "Retain"] {
            for (at, step) in steps.iter().enumerate() {
                in_virtual_time(async {
                    let what = format!("{kind}, {policy}, step {at}: {step}");
                    let delete = move |shared: &Shared, _: &Process| {
                        let now = shared.wall();
                        shared.in_store(|store| {
                            change(store, kind, "spec.deletionPolicy", json!(policy));
                            store.delete(&pipe(kind), now).unwrap();
                        });
                    };
                    let world = live(kind, 1, Some((at, Box::new(delete)))).await;
                    assert!(world.object(&pipe(kind)).is_none(), "{what}: it is still there");
                    let left = living(&world).len();
                    assert!(left == 0 || policy == "Retain" && left == 1, "{what}: {left} are left");
                    let made = count(&world, RouteKind::CreatePipe);
                    assert!(policy == "Delete" || left as u64 == made, "{what}: {made} were made");
                    assert_sound(&world, &what);
                });
            }
        }
    }
}

#[test]
fn f30_a_wrong_answer_to_any_write_of_kubernetes_makes_no_second_pipe() {
    let answers = [KubeAnswer::Conflict, KubeAnswer::Busy, KubeAnswer::TimedOut, KubeAnswer::TimedOutAfter];
    for (kind, _, _) in LIVES {
        let steps = steps(kind);
        let writes = steps.iter().enumerate().filter(|(_, effect)| !is_call(effect));
        for (at, effect) in writes {
            for answer in answers {
                in_virtual_time(async {
                    let what = format!("{kind}, {effect} ({at}): {answer:?}");
                    let fail = move |shared: &Shared, _: &Process| *shared.kube_answer.lock() = Some(answer);
                    let world = live(kind, 1, Some((at, Box::new(fail)))).await;
                    assert_eq!(condition(&world, kind, "Ready"), "True Running", "{what}");
                    assert_eq!((count(&world, RouteKind::CreatePipe), living(&world).len()), (1, 1), "{what}");
                    assert_sound(&world, &what);
                });
            }
        }
    }
}

/// The writes that the service took.
fn written(world: &World) -> Vec<String> {
    let cloud = world.shared.cloud.lock();
    let writes = cloud.requests().filter(|request| request.route.writes() && request.status == 200);
    writes.map(|write| format!("{} {:?} {} {}", write.at_ms, write.route, write.status, write.body)).collect()
}

fn is_call(effect: &str) -> bool {
    ["GET ", "POST ", "PATCH ", "PUT ", "DELETE "].iter().any(|method| effect.starts_with(method))
}

#[test]
fn f10_f11_a_replica_that_stands_still_at_any_step_and_goes_on_starts_no_second_pipe() {
    for (kind, _, _) in LIVES {
        for at in 0..steps(kind).len() {
            for still in [1, 60, 1_800].map(Duration::from_secs) {
                in_virtual_time(async {
                    let what = format!("{kind}, step {at}, {still:?}");
                    let freeze = move |shared: &Shared, process: &Process| {
                        shared.struck.by(Fault::FROZEN);
                        process.freeze(still);
                    };
                    let world = live(kind, 2, Some((at, Box::new(freeze)))).await;
                    assert_eq!(condition(&world, kind, "Ready"), "True Running", "{what}");
                    assert_eq!(living(&world).len(), 1, "{what}");
                    assert_sound(&world, &what);
                });
            }
        }
    }
}
