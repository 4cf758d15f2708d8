//! What a call leaves in the log: one line per write, no secret, no body.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clickpipes_client::transport::{Outgoing, RawAnswer, TransportError};
use clickpipes_client::{AccountKey, Accounts, Lane, Limit, Transport};
use cloud::{Call, Document, OrganizationId, Secret, ServiceId};
use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use tokio::time::sleep;
use tracing_subscriber::fmt::MakeWriter;

const PIPE: &str = "33333333-3333-4333-8333-333333333333";

/// Answers everything with one pipe, after 250 ms.
struct OnePipe;

impl Transport for OnePipe {
    fn send<'a>(&'a self, _: &'a Outgoing) -> BoxFuture<'a, Result<RawAnswer, TransportError>> {
        async {
            sleep(Duration::from_millis(250)).await;
            let result = json!({"id": PIPE, "name": "orders", "source": {"kafka": {"brokers": "body.example"}}});
            let body = json!({"requestId": "request-7", "result": result}).to_string().into_bytes();
            Ok(RawAnswer { status: 200, retry_after: None, body })
        }
        .boxed()
    }
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().map_err(|_| io::ErrorKind::Other)?.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_is_one_line_with_its_request_id_and_no_secret() {
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(lines.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let key = AccountKey {
        api_url: "https://ann:hunter1@api.example".parse().unwrap(),
        organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
        key_id: "key".to_owned(),
        key_secret: Secret::new("hunter2".to_owned()),
    };
    let account = Accounts::with_transport(Arc::new(OnePipe)).account(key, Limit::default());
    let service = ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap();
    let mut body = Document::plain(json!({"name": "orders"}));
    body.set(&["source", "kafka", "credentials"], Document::Secret(Secret::new("hunter3".to_owned())));
    account.call(Lane::Observe, &Call::ListServices).await.unwrap_err();
    account.call(Lane::Create, &Call::CreatePipe { service: service.clone(), body }).await.unwrap();

    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    assert!(!text.contains("hunter") && !text.contains("body.example"), "{text}");
    let [line] = text.lines().collect::<Vec<_>>()[..] else { panic!("one line, not {text}") };
    let line: serde_json::Value = serde_json::from_str(line).unwrap();
    let expected = json!({
        "message": "wrote", "call": "CreatePipe", "service": service.as_str(), "pipe": PIPE, "status": 200,
        "request_id": "request-7", "elapsed_ms": 250, "outcome": "done",
    });
    assert_eq!((&line["level"], &line["fields"]), (&json!("INFO"), &expected));
}
