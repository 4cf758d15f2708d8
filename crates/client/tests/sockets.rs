//! What becomes of a call on real sockets: which failures prove that nothing was sent, and which do not.
//!
//! Not here: budgets and snapshots (`account.rs`).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clickpipes_client::{Account, AccountKey, Accounts, AnswerClass, Lane, Limit};
use cloud::{Call, Document, Failure, OrganizationId, Outcome, PipeId, Reply, Secret, ServiceId};
use futures::future::join_all;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// No answer: the server closes the connection.
const HANGS_UP: &str = "";
const PIPE: &str = "33333333-3333-4333-8333-333333333333";

fn service() -> ServiceId {
    ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap()
}

fn create() -> Call {
    Call::CreatePipe { service: service(), body: Document::plain(json!({"name": "orders [abcdefghijkl]"})) }
}

fn list() -> Call {
    Call::ListPipes { service: service() }
}

/// An account at this address, and the registry that it belongs to.
fn account(address: &str) -> (Accounts, Account) {
    limited(address, Limit { requests: 1_000, per: Duration::from_secs(1) })
}

fn limited(address: &str, limit: Limit) -> (Accounts, Account) {
    let accounts = Accounts::new("clickpipes-operator/test").unwrap();
    let key = AccountKey {
        api_url: address.parse().unwrap(),
        organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
        key_id: "key".to_owned(),
        key_secret: Secret::new("hunter2".to_owned()),
    };
    let account = accounts.account(key, limit);
    (accounts, account)
}

/// A server that gives each request this answer, or hangs up; its address, and how many connections and requests it has seen.
async fn server(answer: &'static str, delay: Duration) -> (String, Arc<(AtomicUsize, AtomicUsize)>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    let counts = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counts.0.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(serve(stream, answer, delay, Arc::clone(&counts)));
        }
    });
    (address, seen)
}

async fn serve(mut stream: TcpStream, answer: &'static str, delay: Duration, counts: Arc<(AtomicUsize, AtomicUsize)>) {
    let mut request = Vec::new();
    while stream.read_buf(&mut request).await.is_ok_and(|read| read > 0) {
        if !is_whole(&request) {
            continue;
        }
        request.clear();
        counts.1.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(delay).await;
        if answer == HANGS_UP {
            return;
        }
        let _ = stream.write_all(answer.as_bytes()).await;
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request).to_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).map_or(0, |n| n.parse().unwrap());
    body.len() >= length
}

/// An answer with this status line, these headers and this body, as text that lives on.
fn answer(status: &str, headers: &str, body: &str) -> &'static str {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}").leak()
}

fn created() -> &'static str {
    let result = json!({"id": PIPE, "name": "orders [abcdefghijkl]", "state": "Provisioning"});
    answer("200 OK", "", &json!({"status": 200, "requestId": "r", "result": result}).to_string())
}

#[tokio::test]
async fn a_refused_connection_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (accounts, account) = account(&format!("http://ann:hunter3@{address}"));
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::NotSent, "{failure}");
    assert!(!format!("{failure:?}").contains("hunter"), "{failure:?}");
    assert_eq!(accounts.stats().requests[&("CreatePipe", AnswerClass::NotSent)], 1);
}

#[tokio::test]
async fn a_name_that_does_not_resolve_proves_that_nothing_was_sent() {
    let (_, account) = account("http://clickpipes.invalid");
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::NotSent, "{failure}");
}

#[tokio::test]
async fn a_failed_handshake_proves_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let plain = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"this is not TLS").await;
        }
    });
    let (_, account) = account(&format!("https://{plain}"));
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::NotSent, "{failure}");
}

/// Faults: F4.
#[tokio::test]
async fn a_connection_that_closes_without_an_answer_proves_nothing() {
    let (address, seen) = server(HANGS_UP, Duration::ZERO).await;
    let (accounts, account) = account(&address);
    for call in [create(), list()] {
        let failure = account.call(Lane::Create, &call).await.unwrap_err();
        assert_eq!(failure.outcome, Outcome::Unknown, "{failure}");
    }
    assert_eq!(seen.1.load(Ordering::SeqCst), 2, "nothing is sent twice");
    assert_eq!(accounts.stats().requests[&("CreatePipe", AnswerClass::Lost)], 1);
}

/// Faults: F5.
#[tokio::test]
async fn a_gateway_that_gave_up_proves_nothing() {
    let page = "<!DOCTYPE HTML><TITLE>504 Gateway Timeout ERROR</TITLE> Generated by cloudfront";
    let (address, seen) =
        server(answer("504 Gateway Timeout", "content-type: text/html\r\n", page), Duration::ZERO).await;
    let (_, account) = account(&address);
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!((failure.outcome, failure.status), (Outcome::Unknown, Some(504)));
    assert_eq!(seen.1.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, asked) = server(created(), Duration::ZERO).await;
    let redirect = answer("307 Temporary Redirect", &format!("location: {elsewhere}/v1\r\n"), "");
    let (address, _) = server(redirect, Duration::ZERO).await;
    let (_, account) = account(&address);
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!((failure.outcome, failure.status), (Outcome::Unknown, Some(307)));
    assert_eq!(asked.0.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn each_create_has_a_connection_of_its_own() {
    let (address, seen) = server(created(), Duration::ZERO).await;
    let (_, account) = account(&address);
    for _ in 0..2 {
        account.call(Lane::Create, &create()).await.unwrap();
    }
    assert_eq!(seen.0.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn looks_share_a_connection() {
    let (address, seen) = server(answer("200 OK", "", r#"{"requestId": "r", "result": []}"#), Duration::ZERO).await;
    let (_, account) = account(&address);
    for _ in 0..3 {
        assert_eq!(account.call(Lane::Observe, &list()).await, Ok(Reply::Pipes(Vec::new())));
    }
    assert_eq!((seen.0.load(Ordering::SeqCst), seen.1.load(Ordering::SeqCst)), (1, 3));
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let (address, _) = server(created(), Duration::from_millis(1_500)).await;
    let (_, account) = account(&address);
    let Ok(Reply::Pipe(pipe)) = account.call(Lane::Create, &create()).await else { panic!("it is created") };
    assert_eq!(Some(pipe.id), PipeId::parse(PIPE));
}

/// Faults: F4.
#[tokio::test]
async fn an_answer_that_stops_halfway_proves_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 4096]).await;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{").await;
    });
    let (_, account) = account(&format!("http://{address}"));
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Unknown, "{failure}");
}

/// Faults: F22.
#[tokio::test]
async fn the_headers_of_the_rate_limit_are_read() {
    let throttled =
        answer("429 Too Many Requests", "x-ratelimit-reset: 2.5\r\n", r#"{"error": "RATE_LIMIT_EXCEEDED"}"#);
    let (address, _) = server(throttled, Duration::ZERO).await;
    let (accounts, account) = account(&address);
    let failure = account.call(Lane::Create, &create()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Throttled { retry_after: Some(2.5) });
    assert!(account.budget().throttled_since.is_some());
    assert!(account.budget().eta > Duration::from_secs(3));
    assert_eq!(accounts.budgets().len(), 1);
}

#[tokio::test]
async fn the_services_words_do_not_repeat_a_secret() {
    let refusal =
        r#"{"error": "BAD_REQUEST: request body.password: 'correct horse'", "requestId": "r", "status": 400}"#;
    let (address, _) = server(answer("400 Bad Request", "", refusal), Duration::ZERO).await;
    let (_, account) = account(&address);
    let mut body = Document::empty();
    body.set(&["password"], Document::Secret(Secret::new("correct horse".to_owned())));
    let pipe = PipeId::parse(PIPE).unwrap();
    let failure: Failure =
        account.call(Lane::Urgent, &Call::PatchPipe { service: service(), pipe, body }).await.unwrap_err();
    assert_eq!(failure.message, "BAD_REQUEST: request body.password: '<secret>'");
    assert_eq!(failure.request_id.as_deref(), Some("r"));
}

/// Invariants: 7.
#[tokio::test]
async fn a_server_on_the_same_machine_never_sees_more_than_the_limit() {
    let (per, requests) = (Duration::from_millis(600), 12);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 4096]).await;
            log.lock().unwrap().push(Instant::now());
            let _ = stream.write_all(created().as_bytes()).await;
        }
    });
    let account = limited(&address, Limit { requests, per }).1;
    let calls = (0..60).map(|_| async { account.call(Lane::Create, &create()).await.unwrap() });
    join_all(calls).await;
    let seen = seen.lock().unwrap();
    let shortest = seen.windows(13).filter_map(|span| Some(*span.last()? - *span.first()?)).min().unwrap();
    assert!(shortest >= per, "{requests} and one more in {shortest:?}");
}
