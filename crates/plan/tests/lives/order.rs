//! The order of writes when one edit changes everything: pause, PATCH, settings, run state, resync, compute.

use crd::policy::RunState;
use sim::RouteKind;

use super::*;

/// The writes of one edit, in order: the last part of the path, and what a state command says.
fn writes(world: &mut World) -> Vec<String> {
    let before = world.writes().len();
    world.live(3_600_000);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess", "{:#?}", world.trace);
    let requests = world.sim.requests().filter(|request| request.method != "GET").skip(before);
    requests
        .map(|request| {
            let last = request.path.rsplit('/').next().unwrap_or_default();
            let pipe = request.path.split('/').count() <= 8;
            let command = request.body.get("command").and_then(serde_json::Value::as_str);
            format!("{} {}", request.method, command.unwrap_or(if pipe { "pipe" } else { last }))
        })
        .collect()
}

#[test]
fn a_streaming_pipe_is_changed_in_the_order_that_the_api_wants() {
    let mut world = ready(KAFKA);
    world.edit(|spec| {
        spec.name = Some("renamed".into());
        spec.state = RunState::Stopped;
        let column = crd::destination::Column { name: "extra".into(), r#type: "String".into() };
        spec.destination.columns.get_or_insert_default().push(column);
        spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(1000);
        spec.scaling.get_or_insert_default().replicas = Some(2);
    });
    let creates = world.count(RouteKind::CreatePipe);
    assert_eq!(writes(&mut world), ["PATCH pipe", "PUT settings", "PATCH stop", "PATCH scaling"]);
    assert_eq!(world.count(RouteKind::CreatePipe), creates);
}

#[test]
fn a_database_pipe_is_paused_changed_resumed_and_then_loaded_anew() {
    let mut world = ready(POSTGRES);
    world.edit(|spec| {
        let postgres = spec.source.postgres.as_mut().unwrap();
        let mut orders = postgres.table_mappings[0].clone();
        (orders.source_table, orders.target_table) = ("orders".into(), "public_orders".into());
        postgres.table_mappings.push(orders);
        postgres.host = "replica.example.com".into();
        spec.resync_request = Some("first".into());
    });
    let writes = writes(&mut world);
    assert_eq!(writes.first().map(String::as_str), Some("PATCH stop"), "{writes:?}");
    assert_eq!(writes.last().map(String::as_str), Some("PATCH resync"), "{writes:?}");
    let middle = &writes[1..writes.len() - 1];
    assert!(
        middle.iter().all(|write| ["PATCH pipe", "PATCH stop", "PATCH start"].contains(&write.as_str())),
        "{writes:?}"
    );
    assert_eq!(
        middle.iter().filter(|write| *write == "PATCH pipe").count(),
        2,
        "the host, and the mapping: {writes:?}"
    );
}
