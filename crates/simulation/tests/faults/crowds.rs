//! Many objects: one that cannot be read among a hundred, a hundred that are deleted at once, a thousand on one key.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;
use sim::{Fault, FaultKind, RouteKind, ServiceConfig};
use simulation::world::{World, in_virtual_time};

use crate::{MINUTE, apply, assert_sound, condition, count, inject, living, names, pipe, table, theirs, world, writes};

/// Invariants: 9.
#[test]
fn f31_one_object_among_a_hundred_that_cannot_be_read_disturbs_none() {
    in_virtual_time(async {
        let world = world();
        let names = names(100);
        for name in &names {
            apply(&world, "kafka", name, &table(name));
        }
        // As if it had been stored before a rule, or by a newer operator.
        let broken = pipe(&names[50]);
        world.edit(&broken, "spec.source.kafka.format", Some(json!({"of": "the future"}))).unwrap();
        world.advance(10 * MINUTE).await;
        let ready =
            |world: &World| names.iter().filter(|name| condition(world, name, "Ready") == "True Running").count();
        assert_eq!((ready(&world), living(&world).len()), (99, 99));
        assert_eq!(writes(&world), 99 * 2, "no call is made for it, and none twice");
        world.edit(&broken, "spec.source.kafka.format", Some(json!("JSONEachRow"))).unwrap();
        world.advance(MINUTE).await;
        assert_eq!((ready(&world), living(&world).len()), (100, 100));
        assert_sound(&world, "one of a hundred cannot be read");
    });
}

#[test]
fn f21_a_hundred_objects_deleted_at_once_keep_their_policies_and_the_budget() {
    in_virtual_time(async {
        let world = world();
        let names = names(100);
        for (place, name) in names.iter().enumerate() {
            apply(&world, "kafka", name, &table(name));
            if place % 5 == 0 {
                world.edit(&pipe(name), "spec.deletionPolicy", Some(json!("Retain"))).unwrap();
            }
        }
        world.advance(10 * MINUTE).await;
        assert_eq!(living(&world).len(), 100);
        for name in &names {
            world.delete(&pipe(name)).unwrap();
        }
        // 80 deletes at one in 1.025 s, and the lists in between.
        world.advance(3 * MINUTE).await;
        assert!(names.iter().all(|name| world.object(&pipe(name)).is_none()), "none is left");
        assert_eq!((living(&world).len(), count(&world, RouteKind::DeletePipe)), (20, 80));
        assert_sound(&world, "a hundred deleted at once");
    });
}

#[test]
fn a_look_that_fails_once_is_told_to_nobody_and_one_that_goes_on_failing_to_everybody() {
    in_virtual_time(async {
        let world = world();
        let names = names(100);
        for name in &names {
            apply(&world, "kafka", name, &table(name));
        }
        world.advance(10 * MINUTE).await;
        let fails = |times| {
            let fault = Fault::new(FaultKind::Status { status: 500, body: json!("gone"), headers: BTreeMap::new() });
            inject(&world, fault.on(RouteKind::ListPipes).times(times));
        };
        let written = || world.shared.store.lock().length();
        let before = written();
        fails(1);
        world.advance(10 * MINUTE).await;
        assert_eq!(written(), before);
        fails(4);
        world.advance(10 * MINUTE).await;
        assert_eq!(written(), before + 200, "that it failed, and that it works again");
        assert_sound(&world, "looks that fail");
    });
}

#[test]
fn f35_a_thousand_pipes_on_one_key_are_in_sync_after_one_list_for_each_service() {
    in_virtual_time(async {
        let world = world();
        let services: Vec<String> =
            (0..5).map(|number| format!("22222222-2222-4222-8222-22222222222{number}")).collect();
        for service in &services {
            world.shared.in_cloud(|cloud| cloud.add_service(&ServiceConfig::new(service))).unwrap();
        }
        let names = names(1_000);
        for (name, service) in names.iter().zip(services.iter().cycle()) {
            let id = theirs(&world, name, &[("service", json!(service)), ("destination.table", json!(name))]);
            let changes = [
                ("spec.serviceId", json!(service)),
                ("spec.adopt", json!({"id": id})),
                ("spec.name", json!(name)),
                ("spec.destination.table", json!(name)),
            ];
            apply(&world, "kafka", name, &changes);
        }
        world.advance(MINUTE).await;
        let ready = || names.iter().filter(|name| condition(&world, name, "Ready") == "True Running").count();
        assert_eq!((ready(), writes(&world)), (1_000, 0));
        // Everything begins anew, with all of them there.
        let (lists, log) = (count(&world, RouteKind::ListPipes), world.shared.store.lock().length());
        world.kill(0);
        world.advance(Duration::from_secs(40)).await;
        assert_eq!(count(&world, RouteKind::ListPipes) - lists, 5, "one list for each service");
        assert_eq!(count(&world, RouteKind::GetPipe), 0, "no look at a single pipe");
        assert_eq!((ready(), writes(&world), world.shared.store.lock().length()), (1_000, 0, log), "and no write");
        assert_sound(&world, "a thousand pipes");
    });
}
