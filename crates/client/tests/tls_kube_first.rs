//! One TLS provider for both HTTP clients of the operator, when the Kubernetes client is built first.
//!
//! The other order is in `tls_client_first.rs`, a process of its own.

#[tokio::test]
async fn the_cloud_client_starts_after_kube() {
    kube::Client::try_from(kube::Config::new("https://127.0.0.1:1".parse().unwrap())).unwrap();
    clickpipes_client::Accounts::new("clickpipes-operator/test").unwrap();
}
