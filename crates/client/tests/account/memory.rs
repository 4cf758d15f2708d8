//! A service in memory, and the smallest calls to it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use clickpipes_client::clock::now;
use clickpipes_client::transport::{Outgoing, RawAnswer, TransportError};
use clickpipes_client::{Account, AccountKey, Accounts, Limit, Transport};
use cloud::{Call, Document, OrganizationId, PipeId, Secret, ServiceId, Tick};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::time::sleep;

/// A service that remembers what it was sent and takes its time.
pub(crate) struct Memory {
    pub(crate) latency: Duration,
    pub(crate) sent: Mutex<Vec<(Tick, &'static str, String)>>,
    pub(crate) pipes: Mutex<BTreeMap<String, Value>>,
    /// What the next requests are answered instead.
    pub(crate) instead: Mutex<Vec<RawAnswer>>,
}

impl Memory {
    pub(crate) fn new(latency: u64) -> Arc<Self> {
        let latency = Duration::from_millis(latency);
        Arc::new(Self { latency, sent: Mutex::default(), pipes: Mutex::default(), instead: Mutex::default() })
    }

    pub(crate) fn sent(&self, method: &str) -> Vec<Tick> {
        self.sent.lock().unwrap().iter().filter(|(_, sent, _)| *sent == method).map(|(tick, ..)| *tick).collect()
    }

    pub(crate) fn methods(&self) -> Vec<&'static str> {
        self.sent.lock().unwrap().iter().map(|(_, method, _)| *method).collect()
    }

    pub(crate) fn put(&self, number: u8, state: &str) {
        let pipe = json!({"id": pipe_id(number).as_str(), "name": "orders", "state": state});
        self.pipes.lock().unwrap().insert(pipe_id(number).to_string(), pipe);
    }

    fn answer(&self, request: &Outgoing) -> RawAnswer {
        if let Some(answer) = self.instead.lock().unwrap().pop() {
            return answer;
        }
        let pipes = self.pipes.lock().unwrap();
        let asked = request.url.split('/').find_map(|part| pipes.get(part));
        let result = match asked {
            Some(pipe) => pipe.clone(),
            None => pipes.values().cloned().collect(),
        };
        RawAnswer {
            status: 200,
            retry_after: None,
            body: json!({"requestId": "r", "result": result}).to_string().into_bytes(),
        }
    }
}

/// What is seen of the pipes is decided when the request arrives; the answer takes its time.
impl Transport for Memory {
    fn send<'a>(&'a self, request: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>> {
        async move {
            self.sent.lock().unwrap().push((now(), request.method, request.url.clone()));
            let answer = self.answer(request);
            sleep(self.latency).await;
            Ok(answer)
        }
        .boxed()
    }
}

pub(crate) fn pipe_id(number: u8) -> PipeId {
    PipeId::parse(&format!("33333333-3333-4333-8333-3333333333{number:02}")).unwrap()
}

pub(crate) fn service() -> &'static ServiceId {
    static SERVICE: LazyLock<ServiceId> =
        LazyLock::new(|| ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap());
    &SERVICE
}

pub(crate) fn key(organization: u8, secret: &str) -> AccountKey {
    AccountKey {
        api_url: "https://api.example".parse().unwrap(),
        organization: OrganizationId::parse(&format!("11111111-1111-4111-8111-1111111111{organization:02}")).unwrap(),
        key_id: "key".to_owned(),
        key_secret: Secret::new(secret.to_owned()),
    }
}

pub(crate) fn account(memory: &Arc<Memory>) -> Account {
    Accounts::with_transport(Arc::clone(memory) as Arc<dyn Transport>).account(key(1, "secret"), Limit::default())
}

pub(crate) fn patch() -> Call {
    Call::PatchPipe { service: service().clone(), pipe: pipe_id(1), body: Document::empty() }
}

pub(crate) fn delete() -> Call {
    Call::DeletePipe { service: service().clone(), pipe: pipe_id(1) }
}

pub(crate) fn gaps(ticks: &[Tick]) -> Vec<u128> {
    ticks.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
}
