//! Two candidates against a Lease behind the real client: the API server is a function, time is virtual.
//!
//! Not here: every order of events ([`crate::lease::candidacy`] has them as values).

use std::convert::Infallible;
use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use kube::client::Body;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::*;
use crate::lease::terms::Terms;
use crate::tenure::Phase;

const TERMS: Terms = Terms {
    duration: Duration::from_secs(30),
    renew_deadline: Duration::from_secs(20),
    retry_period: Duration::from_secs(4),
};

/// The Lease as the API server keeps it.
#[derive(Default)]
struct Server {
    lease: Option<Value>,
    version: u64,
    down: bool,
}

impl Server {
    fn answer(&mut self, method: &Method, body: &Value) -> (StatusCode, Value) {
        let refused = |code: StatusCode, reason: &str| {
            (
                code,
                json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code.as_u16(), "message": reason}),
            )
        };
        if self.down {
            return refused(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable");
        }
        let stored = self.lease.as_ref().map(|lease| lease["metadata"]["resourceVersion"].clone());
        match (method, stored) {
            (&Method::GET | &Method::PUT, None) => refused(StatusCode::NOT_FOUND, "NotFound"),
            (&Method::GET, Some(_)) => (StatusCode::OK, self.lease.clone().unwrap_or_default()),
            (&Method::POST, Some(_)) => refused(StatusCode::CONFLICT, "AlreadyExists"),
            (&Method::PUT, Some(version)) if version != body["metadata"]["resourceVersion"] => {
                refused(StatusCode::CONFLICT, "Conflict")
            }
            _ => {
                self.version += 1;
                let mut lease = body.clone();
                lease["metadata"]["resourceVersion"] = json!(self.version.to_string());
                self.lease = Some(lease.clone());
                (StatusCode::OK, lease)
            }
        }
    }
}

type Shared = Arc<Mutex<Server>>;

fn client(server: &Shared) -> Client {
    let server = Arc::clone(server);
    let service = tower::service_fn(move |request: Request<Body>| {
        let server = Arc::clone(&server);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect_bytes().await.unwrap();
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let (code, answer) = server.lock().answer(&parts.method, &body);
            Ok::<_, Infallible>(
                Response::builder().status(code).body(Body::from(answer.to_string().into_bytes())).unwrap(),
            )
        }
    });
    Client::new(service, "operators")
}

/// A candidate that runs; its work is over when the sender is dropped.
struct Running {
    tenure: Tenure,
    end: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

fn stand(server: &Shared, identity: &str) -> Running {
    let tenure = Tenure::waiting();
    let candidacy = Candidacy::new(identity.to_owned(), TERMS);
    let election = Election::new(client(server), "operators", "operator", candidacy, tenure.clone());
    let (end, over) = oneshot::channel::<()>();
    let task = tokio::spawn(election.run(async {
        let _ = over.await;
    }));
    Running { tenure, end, task }
}

async fn two() -> (Shared, Running, Running) {
    let server = Shared::default();
    let first = stand(&server, "first");
    first.tenure.reached(Phase::Working).await;
    let second = stand(&server, "second");
    sleep(Duration::from_mins(10)).await;
    assert!(first.tenure.may_call() && !second.tenure.may_call());
    (server, first, second)
}

#[tokio::test(start_paused = true)]
async fn one_of_two_leads_for_as_long_as_it_renews() {
    let (server, ..) = two().await;
    let spec = server.lock().lease.clone().unwrap()["spec"].clone();
    assert_eq!((&spec["holderIdentity"], &spec["leaseTransitions"]), (&json!("first"), &json!(0)));
    assert_eq!(spec["leaseDurationSeconds"], 30);
}

#[tokio::test(start_paused = true)]
async fn a_successor_of_an_orderly_end_waits_for_one_pause_only() {
    let (_, first, second) = two().await;
    let begun = clock::now();
    drop(first.end);
    first.task.await.unwrap();
    second.tenure.reached(Phase::Working).await;
    assert!(clock::now() - begun < Duration::from_secs(5));
}

#[tokio::test(start_paused = true)]
async fn a_successor_of_a_killed_leader_waits_for_the_duration_and_not_much_longer() {
    let (server, first, second) = two().await;
    first.task.abort();
    let begun = clock::now();
    second.tenure.reached(Phase::Working).await;
    let waited = clock::now() - begun;
    assert!(waited > Duration::from_secs(25) && waited <= Duration::from_secs(36), "{waited:?}");
    assert_eq!(server.lock().lease.clone().unwrap()["spec"]["leaseTransitions"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_leader_without_an_api_server_stops_at_its_deadline_and_stays_stopped() {
    let (server, first, second) = two().await;
    server.lock().down = true;
    sleep(Duration::from_secs(14)).await;
    assert!(first.tenure.may_call(), "one failed renewal is no loss");
    first.tenure.reached(Phase::Over).await;
    server.lock().down = false;
    second.tenure.reached(Phase::Working).await;
    assert!(!first.tenure.may_call());
    drop(first.end);
    first.task.await.unwrap();
    assert!(second.tenure.may_call(), "what somebody else holds is not given up");
}

#[tokio::test(start_paused = true)]
async fn a_short_outage_costs_nothing() {
    let (server, first, second) = two().await;
    server.lock().down = true;
    sleep(Duration::from_secs(9)).await;
    server.lock().down = false;
    sleep(Duration::from_mins(5)).await;
    assert!(first.tenure.may_call() && !second.tenure.may_call());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_somebody_takes_by_hand_is_respected() {
    let (server, first, _second) = two().await;
    {
        let mut server = server.lock();
        server.version += 1;
        let version = json!(server.version.to_string());
        let lease = server.lease.as_mut().unwrap();
        lease["spec"]["holderIdentity"] = json!("somebody");
        lease["metadata"]["resourceVersion"] = version;
    }
    let begun = clock::now();
    first.tenure.reached(Phase::Over).await;
    assert!(clock::now() - begun < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn of_candidates_that_come_at_once_one_wins() {
    let server = Shared::default();
    let all: Vec<_> = ["a", "b", "c", "d"].iter().map(|identity| stand(&server, identity)).collect();
    for _ in 0..200 {
        sleep(Duration::from_secs(1)).await;
        assert_eq!(all.iter().filter(|one| one.tenure.may_call()).count(), 1);
    }
}
