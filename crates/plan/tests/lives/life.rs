//! The life of one pipe, decided by the real plan and lived in the simulator.

use sim::{Fault, FaultKind, PipeState, RouteKind};

use super::*;

const BUCKET: &str = "
connectionRef: {name: prod}
serviceId: 22222222-2222-4222-8222-222222222222
source:
  objectStorage:
    type: s3
    url: https://my-bucket.s3.us-east-1.amazonaws.com/orders/*.json
    format: JSONEachRow
    isContinuous: true
    queueUrl: https://sqs.us-east-1.amazonaws.com/123456789012/orders
    skipInitialLoad: true
    authentication: IAM_USER
    accessKey: {accessKeyId: {value: AKIAIOSFODNN7EXAMPLE}, secretKey: {secretKeyRef: {name: s3, key: secretKey}}}
destination:
  database: default
  table: orders
  managedTable: true
  tableDefinition: {engine: {type: MergeTree}}
  columns: [{name: id, type: UInt64}]
";

#[test]
fn a_pipe_is_created_stopped_and_started_with_two_writes() {
    let world = ready(KAFKA);
    assert_eq!(world.writes(), ["POST clickpipes", "PATCH state"], "{:#?}", world.trace);
    assert_eq!(world.count(RouteKind::GetPipe), 0, "no look at a single pipe");
}

/// Invariants: 5.
#[test]
fn a_converged_pipe_is_left_alone() {
    for spec in [KAFKA, POSTGRES] {
        let mut world = ready(spec);
        let (writes, status_writes, status) = (world.writes().len(), world.status_writes, world.status.clone());
        world.live(3_600_000);
        world.restart();
        world.live(3_600_000);
        assert_eq!((world.writes().len(), world.status_writes), (writes, status_writes), "{:#?}", world.trace);
        assert_eq!(world.status, status);
    }
}

/// Faults: F4, F5.
#[test]
fn a_lost_answer_does_not_make_a_second_pipe() {
    for commit_after_ms in [Some(0), Some(45_000), Some(600_000), None] {
        let mut world = fresh(KAFKA);
        world.sim.inject(
            Fault::new(FaultKind::GatewayTimeout { commit_after_ms, answer_after_ms: 30_000 })
                .on(RouteKind::CreatePipe)
                .once(),
        );
        world.live(3_600_000);
        assert_eq!(world.condition("Ready"), "True Running", "{commit_after_ms:?} {:#?}", world.trace);
        assert_eq!(world.sim.pipes().count(), 1, "{commit_after_ms:?}");
        let posts = if commit_after_ms.is_some() { 1 } else { 2 };
        assert_eq!(world.count(RouteKind::CreatePipe), posts, "{commit_after_ms:?}");
    }
}

/// Faults: F1, F4.
#[test]
fn a_restart_after_a_lost_answer_finds_the_pipe() {
    let mut world = fresh(KAFKA);
    world.sim.inject(Fault::new(FaultKind::ResetAfterCommit { after_ms: 0 }).on(RouteKind::CreatePipe).once());
    world.pass();
    world.restart();
    world.live(60_000);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    assert_eq!(world.count(RouteKind::CreatePipe), 1);
}

/// Faults: F26.
#[test]
fn a_pipe_that_somebody_stopped_is_started_again() {
    let mut world = ready(KAFKA);
    let id = world.status.pipe.clone().unwrap().id;
    world.sim.edit_pipe(&id, sim::PipeEdit { state: Some(PipeState::Stopped), ..Default::default() }).unwrap();
    world.live(900_000);
    assert_eq!(world.condition("Ready"), "True Running");
    assert_eq!(world.writes().last().map(String::as_str), Some("PATCH state"));
}

#[test]
fn each_kind_of_change_takes_its_own_call() {
    let mut world = ready(KAFKA);
    let before = world.writes().len();
    world.edit(|spec| spec.scaling.get_or_insert_default().replicas = Some(2));
    world.live(600_000);
    world.edit(|spec| spec.settings.get_or_insert_default().streaming_max_insert_wait_ms = Some(1000));
    world.live(600_000);
    world.edit(|spec| {
        spec.destination
            .columns
            .as_mut()
            .unwrap()
            .push(crd::destination::Column { name: "message".into(), r#type: "String".into() });
    });
    world.live(600_000);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    let writes = world.writes().split_off(before);
    assert_eq!(writes.len(), 3, "{writes:?}");
    assert_eq!(&writes[..2], ["PATCH scaling", "PUT settings"]);
}

#[test]
fn a_rotated_password_is_sent_once() {
    let mut world = ready(KAFKA);
    let before = world.writes().len();
    world.secrets.insert(("kafka".into(), "password".into()), "hunter3".into());
    world.live(1_200_000);
    assert_eq!(world.writes().len(), before + 1, "{:#?}", world.trace);
    assert_eq!(world.condition("Synced"), "True ReconcileSuccess");
    let sent = world.sim.requests().last().unwrap();
    assert!(!serde_json::to_string(&world.status).unwrap().contains("hunter"), "no secret in the status");
    let _ = sent;
}

/// Faults: F16.
#[test]
fn a_fixed_field_is_never_changed_silently() {
    let mut world = ready(KAFKA);
    let before = world.writes().len();
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "other".into());
    world.live(1_200_000);
    assert_eq!(world.writes().len(), before);
    assert_eq!(world.condition("Synced"), "False ImmutableFieldChange");
    assert_eq!(world.condition("Stalled"), "True ImmutableFieldChange");
    world.edit(|spec| spec.source.kafka.as_mut().unwrap().topics = "my_topic".into());
    world.live(600_000);
    assert_eq!(world.condition("Ready"), "True Running");
    assert_eq!(world.writes().len(), before);
}

#[test]
fn a_database_pipe_is_paused_changed_and_resumed() {
    let mut world = ready(POSTGRES);
    let before = world.writes().len();
    assert_eq!(before, 1, "{:?}", world.writes());
    world.edit(|spec| spec.source.postgres.as_mut().unwrap().host = "replica.example.com".into());
    world.live(1_200_000);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
    let writes = world.writes().split_off(before);
    assert_eq!(writes.len(), 2, "{writes:?} {:#?}", world.trace);
    assert!(world.status.operation.is_none());
}

/// Invariants: 2.
#[test]
fn deleting_the_object_deletes_the_pipe_and_only_then_the_object() {
    let mut world = ready(KAFKA);
    world.object.deleting = true;
    world.live(600_000);
    assert!(!world.exists);
    let now = world.now;
    assert_eq!(world.sim.pipes().filter(|pipe| pipe.alive(now)).count(), 0);
}

#[test]
fn retain_keeps_the_pipe() {
    let mut world = ready(KAFKA);
    world.edit(|spec| spec.deletion_policy = crd::policy::DeletionPolicy::Retain);
    world.object.deleting = true;
    world.live(600_000);
    assert!(!world.exists);
    assert_eq!(world.count(RouteKind::DeletePipe), 0);
}

#[test]
fn a_source_that_refuses_the_login_heals() {
    let mut world = fresh(KAFKA);
    let fault = world.sim.inject(Fault::new(FaultKind::SourceRefuses {
        text: "failed to establish connection: dial tcp: no such host".into(),
        host: None,
    }));
    world.live(300_000);
    assert_eq!(world.condition("Synced"), "False SourceRejected", "{:#?}", world.status);
    assert_eq!(world.condition("Reconciling"), "True ProgressingWithRetry");
    world.sim.clear_fault(&fault);
    world.live(3_600_000);
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
}

#[test]
fn paused_means_no_call_at_all() {
    let mut world = fresh(KAFKA);
    world.paused = true;
    world.live(600_000);
    assert_eq!(world.sim.stats().requests, 0);
    assert_eq!(world.condition("Paused"), "True PausedBySpec");
}

/// Faults: F28.
/// Invariants: 12.
#[test]
fn a_resync_is_asked_for_once_per_value() {
    let mut world = ready(POSTGRES);
    let resyncs = |world: &World| world.sim.requests().filter(|request| request.body["command"] == "resync").count();
    world.edit(|spec| spec.resync_request = Some("first".into()));
    world.live(1_200_000);
    assert_eq!(resyncs(&world), 1, "{:#?}", world.trace);
    world.restart();
    world.edit(|spec| spec.state = crd::policy::RunState::Running);
    world.live(1_200_000);
    assert_eq!(resyncs(&world), 1);
    world.sim.inject(Fault::new(FaultKind::ResetAfterCommit { after_ms: 0 }).on(RouteKind::SetState).once());
    world.edit(|spec| spec.resync_request = Some("second".into()));
    world.live(1_200_000);
    assert_eq!(resyncs(&world), 2, "a lost answer is no reason to load everything once more");
    assert_eq!(world.condition("Ready"), "True Running", "{:#?}", world.trace);
}

/// Faults: F23.
#[test]
fn an_idle_service_is_woken_only_when_the_connection_allows_it() {
    for wake in [false, true] {
        let mut world = fresh(KAFKA);
        world.wake = wake;
        world.sim.set_service(sim::DEFAULT_SERVICE, sim::ServiceState::Idle);
        world.live(1_800_000);
        let expected = if wake { "True Running" } else { "Unknown WaitingForService" };
        assert_eq!(world.condition("Ready"), expected, "{:#?}", world.trace.iter().rev().take(20).collect::<Vec<_>>());
        assert_eq!(world.count(RouteKind::SetServiceState), u64::from(wake));
    }
}

#[test]
fn a_paused_pipe_is_looked_at_and_never_written_to() {
    let mut world = ready(KAFKA);
    let (writes, lists) = (world.writes().len(), world.count(RouteKind::ListPipes));
    world.paused = true;
    let id = world.status.pipe.clone().unwrap().id;
    world.sim.edit_pipe(&id, sim::PipeEdit { state: Some(PipeState::Stopped), ..Default::default() }).unwrap();
    world.live(7_200_000);
    assert_eq!(world.writes().len(), writes);
    assert!(world.count(RouteKind::ListPipes) > lists);
    assert_eq!(world.condition("Ready"), "True Running", "Ready keeps its value while writes are withheld");
    assert_eq!(world.status.pipe.clone().unwrap().state.as_deref(), Some("Stopped"), "the column shows the truth");
    world.paused = false;
    world.live(900_000);
    assert_eq!(world.writes().len(), writes + 1, "resumed, it is repaired");
}

/// What a spec no longer says stays as the pipe has it; it must not forbid what the spec says instead.
#[test]
fn a_load_that_was_left_out_can_begin_somewhere_and_not_the_other_way_round() {
    let mut world = fresh(BUCKET);
    world.secrets.insert(("s3".into(), "secretKey".into()), "hunter2".into());
    world.live(10 * MINUTE);
    let held = |world: &World| {
        let document = &world.sim.pipe(&pipe_id(world)).unwrap().document;
        (
            document["skipInitialLoad"].as_bool(),
            document.get("startAfter").and_then(|after| after.as_str().map(str::to_owned)),
        )
    };
    let mut say = |skip, after: Option<&str>| {
        world.edit(|spec| {
            let bucket = spec.source.object_storage.as_mut().unwrap();
            (bucket.skip_initial_load, bucket.start_after) = (skip, after.map(str::to_owned));
        });
        world.live(60 * MINUTE);
        (world.condition("Synced"), held(&world))
    };
    let begins = (Some(false), Some("orders/2.json".to_owned()));
    assert_eq!(say(None, Some("orders/2.json")), ("True ReconcileSuccess".into(), begins.clone()));
    assert_eq!(say(Some(true), None), ("False ImmutableFieldChange".into(), begins.clone()));
    assert_eq!(say(None, None), ("True ReconcileSuccess".into(), begins));
}
