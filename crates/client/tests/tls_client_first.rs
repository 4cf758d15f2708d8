//! One TLS provider for both HTTP clients of the operator, when the Cloud client is built first.
//!
//! With two providers compiled in, whichever client is built second can panic. The other order is in `tls_kube_first.rs`, a process of its own.

#[tokio::test]
async fn kube_starts_after_the_cloud_client() {
    clickpipes_client::Accounts::new("clickpipes-operator/test").unwrap();
    kube::Client::try_from(kube::Config::new("https://127.0.0.1:1".parse().unwrap())).unwrap();
}
