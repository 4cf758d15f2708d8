//! Keys read through the real client: the API server is a function that keeps Secrets.

use std::collections::BTreeMap;
use std::convert::Infallible;

use client::transport::{Outgoing, RawAnswer, TransportError};
use client::{Limit, Transport};
use data_encoding::BASE64;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use kube::Client;
use kube::client::Body;
use kube::runtime::reflector::store;
use parking_lot::Mutex;
use serde_json::json;
use url::Url;

use super::*;
use crate::clients::Clients;
use crate::cluster::kube::Kube;

/// What each Secret holds under the key `value`, and how often it was read.
type Secrets = Arc<Mutex<BTreeMap<String, (String, usize)>>>;

struct Silence;

impl Transport for Silence {
    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>> {
        std::future::ready(Err(TransportError::NotSent("nothing is called here".to_owned()))).boxed()
    }
}

/// Connections of an operator that may not watch Secrets.
fn unwatched(secrets: &Secrets) -> Connections<Kube> {
    let secrets = Arc::clone(secrets);
    let service = tower::service_fn(move |request: Request<Body>| {
        let name = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        let mut secrets = secrets.lock();
        let (value, reads) = secrets.get_mut(&name).unwrap();
        *reads += 1;
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "resourceVersion": value},
            "data": {"value": BASE64.encode(value.as_bytes())},
        });
        let answer = Response::new(Body::from(secret.to_string().into_bytes()));
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let client = Client::new(service, "data");
    let cluster = Kube::new(Clients { read: client.clone(), write: client });
    Connections {
        namespaced: store().0,
        cluster: store().0,
        namespaces: store().0,
        secrets: Arc::new(SecretStore::unwatched(cluster)),
        accounts: Arc::new(Accounts::with_transport(Arc::new(Silence))),
        allowed: AllowedOrigins::new(Vec::new()),
        memories: Memories::default(),
    }
}

/// The key of a connection whose halves are in these Secrets.
async fn key(connections: &Connections<Kube>, key_id: &str, key_secret: &str) -> (String, String) {
    let secret = |name| SecretKey { namespace: "data", name, key: "value" };
    let terms = Terms {
        organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
        api_url: Url::parse("https://api.clickhouse.cloud").unwrap(),
        key_id: KeyId::Secret(secret(key_id)),
        key_secret: secret(key_secret),
        limit: Limit::default(),
        poll_interval: Duration::from_mins(5),
        wake_idle_services: false,
    };
    let key = connections.read_key(&terms).await.unwrap();
    (key.key_id, key.key_secret.expose().to_owned())
}

fn secrets(values: &[(&str, &str)]) -> Secrets {
    let kept = values.iter().map(|(name, value)| ((*name).to_owned(), ((*value).to_owned(), 0)));
    Arc::new(Mutex::new(kept.collect()))
}

#[tokio::test]
async fn without_a_watch_both_halves_of_a_key_are_read_anew() {
    let stored = secrets(&[("id", "id-1"), ("secret", "secret-1")]);
    let connections = unwatched(&stored);
    let pair = |id: &str, secret: &str| (id.to_owned(), secret.to_owned());
    assert_eq!(key(&connections, "id", "secret").await, pair("id-1", "secret-1"));
    for (name, value) in [("id", "id-2"), ("secret", "secret-2")] {
        stored.lock().insert(name.to_owned(), (value.to_owned(), 0));
    }
    assert_eq!(key(&connections, "id", "secret").await, pair("id-2", "secret-2"));
}

#[tokio::test]
async fn a_key_that_is_in_one_secret_is_read_once() {
    let stored = secrets(&[("both", "one")]);
    let connections = unwatched(&stored);
    key(&connections, "both", "both").await;
    assert_eq!(stored.lock()["both"].1, 1);
    key(&connections, "both", "both").await;
    assert_eq!(stored.lock()["both"].1, 2);
}
