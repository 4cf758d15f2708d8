//! The file that tells a client where the API is and who is asking.
//!
//! Not here: making tokens. The file is written as JSON, which every reader of YAML accepts, and holds everything
//! itself, so it stays valid when it is copied elsewhere.

use data_encoding::BASE64;
use serde_json::json;

/// Everything that a client must know.
#[derive(Debug)]
pub(super) struct Access<'a> {
    pub(super) url: &'a str,
    pub(super) certificate: &'a str,
    pub(super) token: &'a str,
    pub(super) namespace: &'a str,
}

/// The text of the file.
pub(super) fn kubeconfig(access: &Access<'_>) -> String {
    let Access { url, certificate, token, namespace } = access;
    let authority = BASE64.encode(certificate.as_bytes());
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "testbed", "cluster": {"server": url, "certificate-authority-data": authority}}],
        "users": [{"name": "testbed", "user": {"token": token}}],
        "contexts": [{"name": "testbed", "context": {"cluster": "testbed", "user": "testbed", "namespace": namespace}}],
        "current-context": "testbed",
    });
    format!("{config:#}\n")
}
