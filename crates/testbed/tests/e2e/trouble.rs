//! Trouble, each kind with its condition, its reason and a cure that heals without a restart; a healthy neighbour is not disturbed.

use serde_json::{Value, json};
use testbed::{World, free_port};

use crate::words::{KEY, SERVICE, condition, connection, kafka, secret, wait_for, wait_ready, world};

/// Faults: F23, F31.
#[test]
fn every_trouble_names_its_cure_and_heals() {
    let world = world();
    // Nobody listens there, until the connection is put right.
    let nowhere = format!("http://127.0.0.1:{}", free_port().unwrap());
    let _operator = world.start_operator(&["--allow-api-url", &nowhere]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    world.apply(&secret("healthy", "password", "hunter2")).unwrap();
    world.apply(&kafka("healthy", "healthy").to_string()).unwrap();
    wait_ready(&world, "healthy");
    let before = ready_since(&world);

    missing_secret(&world);
    missing_key(&world);
    malformed_certificate(&world);
    missing_connection(&world);
    unknown_service(&world);
    wrong_key(&world);
    unreachable(&world, &nowhere);
    origin_not_allowed(&world);
    idle_service(&world);
    undecodable(&world);
    assert_eq!(ready_since(&world), before, "the healthy pipe was disturbed");
}

/// Invariants: 9.
fn ready_since(world: &World) -> Value {
    condition(&world.get(&["clickpipe", "healthy"]).unwrap(), "Ready").unwrap()["lastTransitionTime"].clone()
}

fn says(message: &str, words: &[&str]) {
    for word in words {
        assert!(message.contains(word), "{word:?} is not in {message:?}");
    }
}

fn unresolved(world: &World, name: &str, reason: &str) -> String {
    let what = format!("clickpipe/{name}");
    wait_for(world, &what, "Ready", "Unknown", "ReferencesNotReady");
    wait_for(world, &what, "Reconciling", "True", "ProgressingWithRetry");
    wait_for(world, &what, "ReferencesResolved", "False", reason)
}

fn missing_secret(world: &World) {
    world.apply(&kafka("no-secret", "late").to_string()).unwrap();
    says(&unresolved(world, "no-secret", "SecretNotFound"), &["late", "create it"]);
    world.apply(&secret("late", "password", "hunter2")).unwrap();
    wait_ready(world, "no-secret");
}

fn missing_key(world: &World) {
    world.apply(&secret("other-key", "pass", "hunter2")).unwrap();
    world.apply(&kafka("no-key", "other-key").to_string()).unwrap();
    says(&unresolved(world, "no-key", "SecretKeyMissing"), &["other-key", "password", "add it"]);
    world.apply(&secret("other-key", "password", "hunter2")).unwrap();
    wait_ready(world, "no-key");
}

fn malformed_certificate(world: &World) {
    world.apply(&secret("ca", "ca.crt", "-----BEGIN CERTIFICATE----- hunter2")).unwrap();
    let mut pipe = kafka("bad-pem", "healthy");
    pipe["spec"]["source"]["kafka"]["caCertificate"] = json!({"secretKeyRef": {"name": "ca", "key": "ca.crt"}});
    world.apply(&pipe.to_string()).unwrap();
    let message = unresolved(world, "bad-pem", "SecretInvalid");
    says(&message, &["spec.source.kafka.caCertificate", "PEM"]);
    assert!(!message.contains("hunter2"));
    world.apply(&secret("ca", "ca.crt", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")).unwrap();
    wait_ready(world, "bad-pem");
}

fn missing_connection(world: &World) {
    let mut pipe = kafka("no-connection", "healthy");
    pipe["spec"]["connectionRef"]["name"] = json!("later");
    world.apply(&pipe.to_string()).unwrap();
    says(&unresolved(world, "no-connection", "ConnectionNotFound"), &["later", "create it"]);
    world.apply(&connection(KEY.1, world.simulator().url()).replace("name: prod", "name: later")).unwrap();
    wait_ready(world, "no-connection");
}

fn unknown_service(world: &World) {
    let mut pipe = kafka("no-service", "healthy");
    let service = "33333333-3333-4333-8333-333333333333";
    pipe["spec"]["serviceId"] = json!(service);
    world.apply(&pipe.to_string()).unwrap();
    says(&unresolved(world, "no-service", "ServiceNotFound"), &["spec.serviceId"]);
    world.simulator().admin("POST", "/_sim/services", Some(&json!({"id": service}))).unwrap();
    look_now(world, "no-service");
    wait_ready(world, "no-service");
}

fn wrong_key(world: &World) {
    let wrong = connection("wrong", world.simulator().url())
        .replace("clickhouse-cloud-api-key", "wrong-key")
        .replace("name: prod", "name: wrong");
    world.apply(&wrong).unwrap();
    says(&wait_for(world, "cloudconnection/wrong", "Ready", "False", "AuthenticationFailed"), &["key"]);
    let mut pipe = kafka("wrong-key", "healthy");
    pipe["spec"]["connectionRef"]["name"] = json!("wrong");
    world.apply(&pipe.to_string()).unwrap();
    let message = wait_for(world, "clickpipe/wrong-key", "Synced", "False", "AuthenticationFailed");
    says(&message, &["401", "Secret"]);
    wait_for(world, "clickpipe/wrong-key", "Reconciling", "True", "ProgressingWithRetry");
    world.apply(&wrong.replace("keySecret: wrong", &format!("keySecret: {}", KEY.1))).unwrap();
    wait_for(world, "cloudconnection/wrong", "Ready", "True", "Valid");
    wait_ready(world, "wrong-key");
}

fn unreachable(world: &World, nowhere: &str) {
    let lost = |url: &str| connection(KEY.1, url).replace("name: prod", "name: lost");
    world.apply(&lost(nowhere)).unwrap();
    wait_for(world, "cloudconnection/lost", "Ready", "Unknown", "Unreachable");
    let mut pipe = kafka("unreachable", "healthy");
    pipe["spec"]["connectionRef"]["name"] = json!("lost");
    world.apply(&pipe.to_string()).unwrap();
    says(&wait_for(world, "clickpipe/unreachable", "Synced", "False", "ReconcileError"), &["tried again"]);
    world.apply(&lost(world.simulator().url())).unwrap();
    wait_for(world, "cloudconnection/lost", "Ready", "True", "Valid");
    wait_ready(world, "unreachable");
}

fn origin_not_allowed(world: &World) {
    let foreign = |url: &str| connection(KEY.1, url).replace("name: prod", "name: foreign");
    world.apply(&foreign("http://169.254.169.254")).unwrap();
    says(&wait_for(world, "cloudconnection/foreign", "Ready", "False", "RefNotPermitted"), &["--allow-api-url"]);
    let mut pipe = kafka("not-allowed", "healthy");
    pipe["spec"]["connectionRef"]["name"] = json!("foreign");
    world.apply(&pipe.to_string()).unwrap();
    says(&unresolved(world, "not-allowed", "RefNotPermitted"), &["foreign", "--allow-api-url"]);
    world.apply(&foreign(world.simulator().url())).unwrap();
    wait_for(world, "cloudconnection/foreign", "Ready", "True", "Valid");
    wait_ready(world, "not-allowed");
}

fn idle_service(world: &World) {
    let service = format!("/_sim/services/{SERVICE}");
    world.simulator().admin("PATCH", &service, Some(&json!({"state": "idle"}))).unwrap();
    world.apply(&kafka("idle", "healthy").to_string()).unwrap();
    says(&wait_for(world, "clickpipe/idle", "Ready", "Unknown", "WaitingForService"), &["idle", "wakeIdleServices"]);
    world.simulator().admin("PATCH", &service, Some(&json!({"state": "running"}))).unwrap();
    look_now(world, "idle");
    wait_ready(world, "idle");
}

/// An object that was stored before a rule: the definition is relaxed for a moment.
fn undecodable(world: &World) {
    let plane = world.control_plane();
    let name = "clickpipes.cloud.clickhouse.com";
    let strict = plane.kubectl(&["get", "crd", name, "-o", "json"]).unwrap().json().unwrap();
    let mut relaxed = strict.clone();
    let kafka_schema = &mut relaxed["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
        ["source"]["properties"]["kafka"];
    kafka_schema["properties"]["type"] = json!({"type": "string"});
    kafka_schema["x-kubernetes-validations"] = json!([]);
    plane.kubectl_stdin(&["replace", "-f", "-"], &relaxed.to_string()).unwrap().text().unwrap();
    let mut pipe = kafka("undecodable", "healthy");
    pipe["spec"]["source"]["kafka"]["type"] = json!("hunter2");
    testbed::wait_until(crate::words::PATIENCE, "the relaxed definition", || world.apply(&pipe.to_string()).map(Some))
        .unwrap();
    let message = wait_for(world, "clickpipe/undecodable", "Stalled", "True", "InvalidSpec");
    says(&message, &["spec.source.kafka.type", "correct it"]);
    assert!(!message.contains("hunter2"));
    wait_for(world, "clickpipe/undecodable", "Ready", "False", "ApplyFailed");
    world.apply(&kafka("undecodable", "healthy").to_string()).unwrap();
    wait_ready(world, "undecodable");
}

fn look_now(world: &World, name: &str) {
    let annotation = "cloud.clickhouse.com/reconcile-requested-at=now";
    let annotate = ["annotate", "--namespace", world.namespace(), "clickpipe", name, annotation];
    world.control_plane().kubectl(&annotate).unwrap().text().unwrap();
}
