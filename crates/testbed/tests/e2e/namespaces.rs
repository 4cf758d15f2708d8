//! Namespaces keep apart what is theirs: a connection of the cluster serves those that it allows and no other, and nobody reads a Secret of
//! another namespace.
//!
//! Not here: what the operator itself may read; the chart's tests ask the API server.

use serde_json::{Value, json};
use testbed::{World, wait_until};

use crate::cases::merged;
use crate::words::{
    KEY, ORGANIZATION, PATIENCE, condition, connection, kafka, live_pipes, secret, wait_for, world, writes,
};

/// A further namespace of the test.
struct Namespace<'a> {
    world: &'a World,
    name: String,
}

impl<'a> Namespace<'a> {
    fn new(world: &'a World, suffix: &str, labels: &Value) -> Self {
        let name = format!("{}-{suffix}", world.namespace());
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}});
        world.control_plane().kubectl_stdin(&["create", "-f", "-"], &namespace.to_string()).unwrap().text().unwrap();
        Self { world, name }
    }

    fn kubectl(&self, arguments: &[&str], input: &str) -> Value {
        let all = [arguments, &["--namespace", &self.name, "-o", "json"]].concat();
        self.world.control_plane().kubectl_stdin(&all, input).unwrap().json().unwrap()
    }

    fn apply(&self, manifest: &str) {
        self.kubectl(&["apply", "-f", "-"], manifest);
    }

    /// Waits until the condition of the pipe has this reason; gives its message.
    fn wait(&self, pipe: &str, r#type: &str, reason: &str) -> String {
        let found = wait_until(PATIENCE, &format!("{}/{pipe}: {type} {reason}", self.name), || {
            let pipe = self.kubectl(&["get", "clickpipe", pipe], "");
            match condition(&pipe, r#type) {
                Some(found) if found["reason"] == reason => Ok(Some(found)),
                _ => Err(pipe["status"]["conditions"].to_string()),
            }
        });
        found.unwrap()["message"].as_str().unwrap().to_owned()
    }
}

#[test]
fn a_connection_of_the_cluster_serves_only_whom_it_allows() {
    let world = world();
    let _operator = world.start_operator(&[]).unwrap();
    let platform = Namespace::new(&world, "platform", &json!({}));
    let named = Namespace::new(&world, "named", &json!({}));
    let labelled = Namespace::new(&world, "labelled", &json!({"team": "data"}));
    let key = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key"},
        "stringData": {"keyId": KEY.0, "keySecret": KEY.1}});
    platform.apply(&key.to_string());
    for namespace in [&named, &labelled] {
        namespace.apply(&secret("orders", "password", "hunter2"));
        let shared = json!({"spec": {"connectionRef": {"name": "shared", "kind": "ClusterCloudConnection"}}});
        namespace.apply(&merged(&kafka("orders", "orders"), &shared).to_string());
    }
    let allow = |allowed: Value| {
        let of = |key: &str| json!({"secretKeyRef": {"namespace": platform.name, "name": "key", "key": key}});
        let shared = json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClusterCloudConnection", "metadata": {"name": "shared"},
            "spec": {"organizationId": ORGANIZATION, "apiUrl": world.simulator().url(), "pollInterval": "30s",
                "credentials": {"keyId": of("keyId"), "keySecret": of("keySecret")}, "allowedNamespaces": allowed}});
        platform.apply(&shared.to_string());
    };

    // Nothing said is nobody allowed.
    allow(json!({}));
    for namespace in [&named, &labelled] {
        let message = namespace.wait("orders", "ReferencesResolved", "RefNotPermitted");
        assert!(message.contains(&namespace.name) && message.contains("spec.allowedNamespaces"), "{message}");
    }
    allow(json!({"names": [named.name]}));
    named.wait("orders", "Ready", "Running");
    labelled.wait("orders", "ReferencesResolved", "RefNotPermitted");
    assert_eq!(live_pipes(&world).len(), 1);

    // Whoever is no longer allowed keeps his pipe, which nobody writes to.
    allow(json!({"selector": {"matchLabels": {"team": "data"}}}));
    labelled.wait("orders", "Ready", "Running");
    named.wait("orders", "ReferencesResolved", "RefNotPermitted");
    let before = writes(&world);
    named.kubectl(&["patch", "clickpipe", "orders", "--type=merge", "-p", r#"{"spec":{"state":"Stopped"}}"#], "");
    named.wait("orders", "ReferencesResolved", "RefNotPermitted");

    // A label is a grant that can be taken away and given back.
    let label = |value: &str| {
        let label = ["label", "namespace", &labelled.name, &format!("team={value}"), "--overwrite"];
        world.control_plane().kubectl(&label).unwrap().text().unwrap();
    };
    label("other");
    labelled.wait("orders", "ReferencesResolved", "RefNotPermitted");
    assert_eq!((live_pipes(&world).len(), writes(&world)), (2, before), "a pipe was touched");
    label("data");
    labelled.wait("orders", "ReferencesResolved", "Resolved");

    // An empty selector is everybody.
    allow(json!({"selector": {}}));
    named.wait("orders", "Ready", "Stopped");
}

#[test]
fn nobody_reads_a_secret_of_another_namespace() {
    let world = world();
    let _operator = world.start_operator(&[]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    let other = Namespace::new(&world, "other", &json!({}));
    other.apply(&secret("theirs", "password", "canary-of-others"));
    other.apply(&secret("their-key", "keySecret", KEY.1));

    // A reference cannot name a namespace: kubectl refuses it, and a client that does not ask is not heard.
    let reference = json!({"secretKeyRef": {"namespace": other.name, "name": "theirs", "key": "password"}});
    let pipe = merged(
        &kafka("thief", "theirs"),
        &json!({"spec": {"source": {"kafka": {"credentials": {"password": reference}}}}}),
    );
    let apply = |validate: &str| {
        let all = ["apply", validate, "--namespace", world.namespace(), "-f", "-"];
        world.control_plane().kubectl_stdin(&all, &pipe.to_string()).unwrap()
    };
    let refused = apply("--validate=strict");
    assert!(!refused.success && refused.stderr.contains("unknown field"), "{}", refused.stderr);
    apply("--validate=false").text().unwrap();
    let message = wait_for(&world, "clickpipe/thief", "ReferencesResolved", "False", "SecretNotFound");
    assert!(message.contains(world.namespace()) && !message.contains(&other.name), "{message}");

    // Nor can a connection, nor a pipe use the connection of another namespace.
    let theirs =
        connection(KEY.1, world.simulator().url()).split("---").nth(1).unwrap().replace("name: prod", "name: stolen");
    world
        .apply(&theirs.replace(
            "keySecret: {secretKeyRef: {name: clickhouse-cloud-api-key",
            "keySecret: {secretKeyRef: {name: their-key",
        ))
        .unwrap();
    wait_for(&world, "cloudconnection/stolen", "Ready", "Unknown", "ReferencesNotReady");
    other.apply(&kafka("guest", "theirs").to_string());
    let message = other.wait("guest", "ReferencesResolved", "ConnectionNotFound");
    assert!(message.contains(&other.name), "{message}");
    assert!(!world.simulator().requests().unwrap().to_string().contains("canary-of-others"));
    assert_eq!(live_pipes(&world), Vec::<Value>::new());
}
