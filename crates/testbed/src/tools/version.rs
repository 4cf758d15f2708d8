//! Which versions the go.mod files pin, and how the programs learn their own.
//!
//! Not here: building.

use std::path::Path;

use crate::error::{Error, Result};

/// The version of `module` that the go.mod in `folder` requires, such as `v1.35.4`.
pub(super) fn required(folder: &Path, module: &'static str) -> Result<String> {
    let path = folder.join("go.mod");
    let text = std::fs::read_to_string(&path).map_err(Error::file("read", &path))?;
    find(&text, module).ok_or(Error::FindVersion { path, module })
}

/// The Go version that the go.mod in `folder` asks for, for messages.
pub(super) fn wanted_go(folder: &Path) -> String {
    let text = std::fs::read_to_string(folder.join("go.mod")).unwrap_or_default();
    find(&text, "go").unwrap_or_else(|| "1.26".to_owned())
}

fn find(text: &str, module: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip_while(|word| *word == "require");
        (words.next() == Some(module)).then(|| words.next().map(str::to_owned)).flatten()
    })
}

/// Without these the server calls itself v0.0.0, and charts that name a `kubeVersion` refuse it.
pub(super) fn kubernetes_link_flags(kubernetes: &str) -> String {
    let mut parts = kubernetes.trim_start_matches('v').split('.');
    let (major, minor) = (parts.next().unwrap_or("1"), parts.next().unwrap_or("0"));
    let version = "k8s.io/component-base/version";
    format!("-s -w -X {version}.gitVersion={kubernetes} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}")
}

/// Without these `helm template` takes Kubernetes to be v1.20. The Kubernetes version is that of the client library, which
/// counts v0.36 where Kubernetes counts v1.36.
pub(super) fn helm_link_flags(helm: &str, client: &str) -> String {
    let minor = client.split('.').nth(1).unwrap_or("0");
    let root = "helm.sh/helm/v3";
    let rules = ["pkg/chartutil", "pkg/lint/rules"]
        .map(|package| format!("-X {root}/{package}.k8sVersionMajor=1 -X {root}/{package}.k8sVersionMinor={minor}"));
    format!("-s -w -X {root}/internal/version.version={helm} {}", rules.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GO_MOD: &str = "module ours\n\ngo 1.25.0\n\nreplace k8s.io/api => k8s.io/api v0.35.4\n\ntool (\n\tk8s.io/kubernetes/cmd/kubectl\n)\n\n\
                          require (\n\tk8s.io/kubernetes v1.35.4 // indirect\n)\nrequire helm.sh/helm/v3 v3.21.4\n";

    #[test]
    fn a_required_version_is_found_in_a_block_and_on_a_line_of_its_own() {
        assert_eq!(find(GO_MOD, "k8s.io/kubernetes").as_deref(), Some("v1.35.4"));
        assert_eq!(find(GO_MOD, "helm.sh/helm/v3").as_deref(), Some("v3.21.4"));
        assert_eq!(find(GO_MOD, "go").as_deref(), Some("1.25.0"));
        assert_eq!(find(GO_MOD, "k8s.io/kubectl"), None);
    }

    #[test]
    fn helm_learns_the_kubernetes_version_of_its_client_library() {
        let flags = helm_link_flags("v3.21.4", "v0.36.2");
        assert!(flags.contains("version.version=v3.21.4") && flags.contains("chartutil.k8sVersionMinor=36"), "{flags}");
    }

    #[test]
    fn the_server_learns_its_version_from_the_link_flags() {
        let flags = kubernetes_link_flags("v1.35.4");
        assert!(flags.contains("gitVersion=v1.35.4") && flags.contains("gitMajor=1") && flags.contains("gitMinor=35"));
    }
}
