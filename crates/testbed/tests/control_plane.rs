//! The Kubernetes API that we start is a real one.
//!
//! Not here: the operator in it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use testbed::{ControlPlane, Tools, wait_until};

/// One control plane for all tests of this file. Those that disturb it take turns with the others.
fn plane() -> &'static Mutex<ControlPlane> {
    static PLANE: OnceLock<Mutex<ControlPlane>> = OnceLock::new();
    PLANE.get_or_init(|| {
        let tools = Tools::prepare(|line| eprintln!("{line}")).unwrap();
        Mutex::new(ControlPlane::start(&tools).unwrap())
    })
}

fn with_plane(test: impl FnOnce(&ControlPlane)) {
    test(&plane().lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

#[test]
fn kubectl_sees_the_first_namespaces() {
    with_plane(|plane| {
        let text = plane.kubectl(&["get", "namespace", "-o", "name"]).unwrap().text().unwrap();
        assert!(text.contains("namespace/default") && text.contains("namespace/kube-system"), "{text}");
    });
}

#[test]
fn the_server_knows_its_own_version() {
    with_plane(|plane| {
        let version = plane.kubectl(&["get", "--raw=/version"]).unwrap().json().unwrap();
        assert_eq!(version["major"], "1");
        assert_ne!(version["gitVersion"], "v0.0.0-master+$Format:%H$");
    });
}

#[test]
fn a_service_account_may_do_only_what_it_was_given() {
    with_plane(|plane| {
        let kubectl = |args: &[&str]| plane.kubectl(args).unwrap().text().unwrap();
        kubectl(&["create", "serviceaccount", "reader"]);
        kubectl(&["create", "role", "reader", "--verb=get,list", "--resource=configmaps"]);
        kubectl(&["create", "rolebinding", "reader", "--role=reader", "--serviceaccount=default:reader"]);
        let reader = plane.kubeconfig_for_service_account("default", "reader").unwrap();
        let get = |what| plane.kubectl_as(&reader, &["get", what]).unwrap();
        wait_until(Duration::from_secs(10), "the role to count", || get("configmaps").text().map(Some)).unwrap();
        let refused = get("secrets");
        assert!(!refused.success && refused.stderr.contains("Forbidden"), "{refused:?}");
    });
}

#[test]
fn manifests_are_applied_from_a_text() {
    with_plane(|plane| {
        let manifest = "{apiVersion: v1, kind: ConfigMap, metadata: {name: text}, data: {word: hello}}";
        plane.kubectl_stdin(&["apply", "-f", "-"], manifest).unwrap().text().unwrap();
        let object = plane.kubectl(&["get", "configmap", "text", "-o", "json"]).unwrap().json().unwrap();
        assert_eq!(object["data"]["word"], "hello");
    });
}

#[test]
fn a_restarted_api_server_remembers() {
    with_plane(|plane| {
        plane.kubectl(&["create", "configmap", "remembered"]).unwrap().text().unwrap();
        plane.restart_api_server().unwrap();
        plane.kubectl(&["get", "configmap", "remembered"]).unwrap().text().unwrap();
    });
}

#[test]
fn a_paused_database_delays_answers_and_loses_nothing() {
    with_plane(|plane| {
        let get =
            || plane.kubectl(&["get", "configmap", "kube-root-ca.crt", "--ignore-not-found", "--request-timeout=2s"]);
        plane.pause_etcd().unwrap();
        let paused = get().unwrap();
        plane.resume_etcd().unwrap();
        assert!(!paused.success, "{paused:?}");
        wait_until(Duration::from_mins(1), "answers after the pause", || get()?.text().map(Some)).unwrap();
    });
}

#[test]
fn a_namespace_goes_once_controllers_run() {
    with_plane(|plane| {
        plane.start_controller_manager().unwrap();
        plane.kubectl(&["create", "namespace", "short-lived"]).unwrap().text().unwrap();
        plane.kubectl(&["delete", "namespace", "short-lived", "--timeout=50s"]).unwrap().text().unwrap();
    });
}
