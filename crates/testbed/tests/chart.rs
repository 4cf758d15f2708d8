//! The chart is valid, installs, and grants what it says and no more.
//!
//! Not here: the operator at work under these rights.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::sync::OnceLock;

use serde_json::{Value, json};
use testbed::{ControlPlane, Output, Tools, workspace_root};

const NAMESPACE: &str = "clickpipes-system";
const NAME: &str = "clickpipes-operator";
const ACCOUNT: &str = "system:serviceaccount:clickpipes-system:clickpipes-operator";

fn chart() -> String {
    workspace_root().join("charts/clickpipes-operator").to_string_lossy().into_owned()
}

/// A control plane in which the chart is installed; all tests of this file only read it.
fn plane() -> &'static ControlPlane {
    static PLANE: OnceLock<ControlPlane> = OnceLock::new();
    PLANE.get_or_init(|| {
        let plane = ControlPlane::start(&Tools::prepare(|line| eprintln!("{line}")).unwrap()).unwrap();
        plane
            .helm(&["install", NAME, &chart(), "--namespace", NAMESPACE, "--create-namespace"])
            .unwrap()
            .text()
            .unwrap();
        plane
    })
}

fn template(args: &[&str]) -> Output {
    plane().helm(&[&["template", NAME, &chart(), "--namespace", NAMESPACE], args].concat()).unwrap()
}

fn object(what: &[&str]) -> Value {
    plane().kubectl(&[&["get", "--namespace", NAMESPACE, "-o", "json"], what].concat()).unwrap().json().unwrap()
}

/// Asks the API server whether the operator's service account may do something, said as `verb group/kind/part namespace
/// name`. `core` is the group without a name; no namespace means all of them, no name any.
fn operator_may(sentence: &str) -> bool {
    let mut words = sentence.split_whitespace();
    let (verb, what) = (words.next().unwrap(), words.next().unwrap());
    let (namespace, name) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut what = what.split('/');
    let (group, resource, subresource) = (what.next().unwrap(), what.next().unwrap(), what.next().unwrap_or_default());
    let group = if group == "core" { "" } else { group };
    let attributes = json!({"verb": verb, "group": group, "resource": resource, "subresource": subresource,
                            "namespace": namespace, "name": name});
    let review = json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
                        "spec": {"user": ACCOUNT, "resourceAttributes": attributes}});
    let answer =
        plane().kubectl_stdin(&["create", "-o", "json", "-f", "-"], &review.to_string()).unwrap().json().unwrap();
    answer.pointer("/status/allowed") == Some(&Value::Bool(true))
}

#[test]
fn helm_finds_nothing_to_complain_about() {
    plane().helm(&["lint", "--strict", &chart()]).unwrap().text().unwrap();
}

#[test]
fn every_value_can_be_set() {
    let set = "paused=true,replicas=2,logFormat=pretty,logLevel=debug,clusterId=blue,createWindow=20m,image.tag=v9,priorityClassName=high,\
               allowApiUrls={http://sim:8080,https://proxy.example.com},metrics.serviceMonitor.create=true,podLabels.team=data,\
               podAnnotations.note=yes,nodeSelector.zone=a,imagePullSecrets[0].name=registry,extraEnv[0].name=HTTPS_PROXY,\
               extraEnv[0].value=http://proxy:3128,leaderElection.leaseName=mine,leaderElection.leaseDuration=1m,\
               leaderElection.renewDeadline=40s,leaderElection.retryPeriod=5s,serviceAccount.annotations.role=x,tolerations[0].operator=Exists";
    let text = template(&["--set", set]).text().unwrap();
    for part in
        ["http://sim:8080,https://proxy.example.com", "CLICKPIPES_PAUSED", "kind: ServiceMonitor", "team: data", ":v9"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn several_replicas_keep_apart_and_one_of_them_stays() {
    let several = template(&["--set", "replicas=2"]).text().unwrap();
    assert!(several.contains("podAntiAffinity") && several.contains("kind: PodDisruptionBudget"), "{several}");
    let one = template(&[]).text().unwrap();
    assert!(!one.contains("podAntiAffinity") && !one.contains("kind: PodDisruptionBudget"), "a drain could not go on");
    let given = template(&["--set", "replicas=2,affinity.nodeAffinity.x=y,podDisruptionBudget.create=false"]);
    let given = given.text().unwrap();
    assert!(given.contains("nodeAffinity") && !given.contains("podAntiAffinity"), "{given}");
    assert!(!given.contains("kind: PodDisruptionBudget"), "{given}");
}

#[test]
fn several_replicas_need_an_election() {
    let output = template(&["--set", "replicas=2,leaderElection.enabled=false"]);
    assert!(!output.success && output.stderr.contains("leaderElection.enabled"), "{}", output.stderr);
    let alone = template(&["--set", "leaderElection.enabled=false"]).text().unwrap();
    assert!(!alone.contains("leases"), "a right that is not needed");
    let elected = template(&[]).text().unwrap();
    let lines: Vec<&str> = elected.lines().map(str::trim).collect();
    let after = |name: &str| lines.windows(2).find(|pair| pair[0] == format!("- name: {name}")).map(|pair| pair[1]);
    assert_eq!(after("CLICKPIPES_LEADER_ELECT"), Some("value: \"true\""));
    assert_eq!(after("CLICKPIPES_LEASE_DURATION"), Some("value: \"30s\""));
}

#[test]
fn without_the_watch_secrets_are_neither_listed_nor_watched() {
    let secrets = |values: &[&str]| {
        let text = template(values).text().unwrap();
        let rule =
            text.lines().skip_while(|line| line.trim() != "resources: [secrets]").nth(1).unwrap().trim().to_owned();
        (rule, text.contains("CLICKPIPES_WATCH_SECRETS"))
    };
    assert_eq!(secrets(&[]), ("verbs: [get, list, watch]".to_owned(), false));
    assert_eq!(secrets(&["--set", "watchSecrets=false"]), ("verbs: [get]".to_owned(), true));
}

#[test]
fn a_duration_is_written_as_the_flags_take_it() {
    for duration in ["30s", "15m", "1h", "1h30m", "1h30s", "2m30s", "1h2m3s"] {
        let text = template(&["--set", &format!("createWindow={duration}")]).text().unwrap();
        assert!(text.contains(&format!("value: {duration:?}")), "{duration} in\n{text}");
    }
}

#[test]
fn the_port_follows_the_address() {
    let text = template(&["--set", "listen=[::]:9090"]).text().unwrap();
    assert!(text.contains("value: \"[::]:9090\"") && text.contains("containerPort: 9090,"), "{text}");
    let text = template(&[]).text().unwrap();
    assert!(text.contains("value: \"0.0.0.0:8080\"") && text.contains("containerPort: 8080,"), "{text}");
}

#[test]
fn a_monitor_needs_a_service() {
    let output = template(&["--set", "metrics.serviceMonitor.create=true,metrics.service.create=false"]);
    assert!(!output.success && output.stderr.contains("metrics.service.create: true"), "{}", output.stderr);
}

#[test]
fn a_digest_wins_over_the_tag() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let text = template(&["--set", &format!("image.tag=v9,image.digest={digest}")]).text().unwrap();
    assert!(text.contains(&format!("clickpipes-operator@{digest}")) && !text.contains(":v9"), "{text}");
}

#[test]
fn a_mistyped_value_is_refused() {
    for wrong in [
        "pause=true",
        "logFormat=xml",
        "createWindow=soon",
        "createWindow=",
        "createWindow=30m1h",
        "listen=:8080",
        "listen=localhost:8080",
        "allowApiUrls={https://example.com/path}",
        "leaderElection.leaseDuration=15",
        "leaderElection.leaseName=Not A Name",
    ] {
        assert!(!template(&["--set", wrong]).success, "{wrong} was accepted");
    }
}

#[test]
fn the_pod_is_confined() {
    let deployment = object(&["deployment", NAME]);
    let pod = &deployment["spec"]["template"]["spec"];
    let container = &pod["containers"][0]["securityContext"];
    assert_eq!(deployment["spec"]["strategy"]["type"], "Recreate");
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(pod["terminationGracePeriodSeconds"], 270);
    assert_eq!(container["readOnlyRootFilesystem"], true);
    assert_eq!(container["allowPrivilegeEscalation"], false);
    assert_eq!(container["capabilities"]["drop"][0], "ALL");
}

#[test]
fn the_operator_may_do_what_it_needs() {
    for needed in [
        "patch cloud.clickhouse.com/clickpipes elsewhere",
        "update cloud.clickhouse.com/clickpipes/status elsewhere",
        "patch cloud.clickhouse.com/clickpipes/status elsewhere",
        "watch cloud.clickhouse.com/clustercloudconnections",
        "watch core/secrets",
        "get core/configmaps elsewhere",
        "get core/namespaces",
        "create events.k8s.io/events elsewhere",
        "create coordination.k8s.io/leases clickpipes-system",
        "get coordination.k8s.io/leases clickpipes-system clickpipes-operator",
        "update coordination.k8s.io/leases clickpipes-system clickpipes-operator",
        "create core/secrets clickpipes-system",
    ] {
        assert!(operator_may(needed), "may not {needed}");
    }
}

#[test]
fn the_operator_may_not_do_anything_else() {
    for refused in [
        "create cloud.clickhouse.com/clickpipes elsewhere",
        "update cloud.clickhouse.com/clickpipes elsewhere",
        "update cloud.clickhouse.com/cloudconnections/finalizers elsewhere",
        "delete cloud.clickhouse.com/clickpipes elsewhere",
        "update core/secrets elsewhere",
        "update core/secrets clickpipes-system",
        "delete core/secrets clickpipes-system",
        "list core/configmaps elsewhere",
        "create coordination.k8s.io/leases elsewhere",
        "get coordination.k8s.io/leases elsewhere clickpipes-operator",
        "update coordination.k8s.io/leases clickpipes-system another",
        "delete coordination.k8s.io/leases clickpipes-system clickpipes-operator",
        "watch coordination.k8s.io/leases clickpipes-system",
        "update core/namespaces",
        "create core/pods clickpipes-system",
        "create core/serviceaccounts/token clickpipes-system",
        "escalate rbac.authorization.k8s.io/clusterroles",
        "bind rbac.authorization.k8s.io/clusterroles",
        "impersonate core/users",
    ] {
        assert!(!operator_may(refused), "may {refused}");
    }
}

#[test]
fn no_rule_holds_a_wildcard_or_a_way_to_more_rights() {
    let roles =
        [object(&["clusterroles", "-l", "app.kubernetes.io/name=clickpipes-operator"]), object(&["role", NAME])];
    for word in ["\"*\"", "\"escalate\"", "\"bind\"", "\"impersonate\""] {
        assert!(roles.iter().all(|role| !role.to_string().contains(word)), "{word}");
    }
}
