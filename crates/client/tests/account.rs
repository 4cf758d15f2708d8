//! Budgets, lanes, single flight and snapshots as a user of an account sees them: paused time, a service in memory.
//!
//! Not here: sockets (`sockets.rs`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clickpipes_client::clock::now;
use clickpipes_client::transport::{Outgoing, RawAnswer, TransportError};
use clickpipes_client::{Account, AccountKey, Accounts, Cloud, Lane, Limit, Transport};
use cloud::{Call, Document, Failure, OrganizationId, Outcome, PipeId, PipeState, Secret, ServiceId, Tick};
use futures::future::{BoxFuture, join_all};
use futures::{FutureExt, poll};
use serde_json::{Value, json};
use tokio::time::sleep;

/// A service that remembers what it was sent and takes its time.
struct Memory {
    latency: Duration,
    sent: Mutex<Vec<(Tick, &'static str, String)>>,
    pipes: Mutex<BTreeMap<String, Value>>,
    /// What the next requests are answered instead.
    instead: Mutex<Vec<RawAnswer>>,
}

impl Memory {
    fn new(latency: u64) -> Arc<Self> {
        let latency = Duration::from_millis(latency);
        Arc::new(Self { latency, sent: Mutex::default(), pipes: Mutex::default(), instead: Mutex::default() })
    }

    fn sent(&self, method: &str) -> Vec<Tick> {
        self.sent.lock().unwrap().iter().filter(|(_, sent, _)| *sent == method).map(|(tick, ..)| *tick).collect()
    }

    fn methods(&self) -> Vec<&'static str> {
        self.sent.lock().unwrap().iter().map(|(_, method, _)| *method).collect()
    }

    fn put(&self, number: u8, state: &str) {
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

fn pipe_id(number: u8) -> PipeId {
    PipeId::parse(&format!("33333333-3333-4333-8333-3333333333{number:02}")).unwrap()
}

fn service() -> ServiceId {
    ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap()
}

fn key(organization: u8, secret: &str) -> AccountKey {
    AccountKey {
        api_url: "https://api.example".parse().unwrap(),
        organization: OrganizationId::parse(&format!("11111111-1111-4111-8111-1111111111{organization:02}")).unwrap(),
        key_id: "key".to_owned(),
        key_secret: Secret::new(secret.to_owned()),
    }
}

fn account(memory: &Arc<Memory>) -> Account {
    Accounts::with_transport(Arc::clone(memory) as Arc<dyn Transport>).account(key(1, "secret"), Limit::default())
}

fn patch() -> Call {
    Call::PatchPipe { service: service(), pipe: pipe_id(1), body: Document::empty() }
}

fn delete() -> Call {
    Call::DeletePipe { service: service(), pipe: pipe_id(1) }
}

fn gaps(ticks: &[Tick]) -> Vec<u128> {
    ticks.windows(2).map(|pair| (pair[1] - pair[0]).as_millis()).collect()
}

#[tokio::test(start_paused = true)]
async fn writes_go_at_the_pace_of_the_budget() {
    let memory = Memory::new(200);
    let account = account(&memory);
    let begun = now();
    let calls = (0..205).map(|_| async { account.call(Lane::Create, &patch()).await });
    join_all(calls).await;
    let sent = memory.sent("PATCH");
    for eleven in sent.windows(11) {
        assert!(eleven[10] - eleven[0] >= Duration::from_secs(10));
    }
    let used = 205.0 / (sent[204] - begun).as_secs_f64();
    println!("{:.1} % used", used * 100.0);
    assert!(used >= 0.95, "{used}");
}

#[tokio::test(start_paused = true)]
async fn a_delete_overtakes_creates_that_wait() {
    let memory = Memory::new(50);
    let account = account(&memory);
    let creates = join_all((0..20).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let delete = async {
        sleep(Duration::from_millis(1_500)).await;
        account.call(Lane::Urgent, &delete()).await
    };
    futures::join!(creates, delete).1.unwrap();
    assert_eq!(memory.methods().iter().position(|method| *method == "DELETE"), Some(4));
}

#[tokio::test(start_paused = true)]
async fn a_reservation_that_is_dropped_leaves_the_line() {
    let memory = Memory::new(0);
    let account = account(&memory);
    let permits = join_all((0..3).map(|_| account.reserve(Lane::Create))).await;
    let mut waiting = Box::pin(account.reserve(Lane::Create));
    let mut behind = Box::pin(account.reserve(Lane::Create));
    assert!(poll!(&mut waiting).is_pending() && poll!(&mut behind).is_pending());
    assert_eq!(account.budget().queued.create, 2);
    drop(waiting);
    assert_eq!(account.budget().queued.create, 1);
    let begun = now();
    let _permit = behind.await;
    assert_eq!((now() - begun).as_millis(), 1_025);
    drop(permits);
}

#[tokio::test(start_paused = true)]
async fn a_permit_that_is_dropped_lets_the_next_go_at_once() {
    let memory = Memory::new(0);
    let account = account(&memory);
    let mut permits = join_all((0..3).map(|_| account.reserve(Lane::Create))).await;
    let mut waiting = Box::pin(account.reserve(Lane::Create));
    assert!(poll!(&mut waiting).is_pending());
    permits.pop();
    let begun = now();
    let _permit = waiting.await;
    assert_eq!(now(), begun);
}

#[tokio::test(start_paused = true)]
async fn a_permit_of_another_key_sends_nothing() {
    let memory = Memory::new(0);
    let (one, other) = (account(&memory), account(&memory));
    let permit = one.reserve(Lane::Create).await;
    let failure = other.send(permit, &patch()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::NotSent);
    assert!(memory.methods().is_empty());
    assert_eq!(one.budget().in_window, 0);
}

#[tokio::test(start_paused = true)]
async fn everybody_who_asks_about_a_service_shares_one_list() {
    let memory = Memory::new(300);
    memory.put(1, "Running");
    let account = account(&memory);
    let since = now();
    let all = join_all((0..100).map(|_| account.list(&service(), since))).await;
    assert!(all.iter().all(|shown| shown.as_ref().unwrap().pipes.len() == 1));
    assert_eq!(memory.sent("GET").len(), 1);
    account.list(&service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 1, "young enough");
    assert_eq!(account.cached(&service()).unwrap().begun, since);
}

#[tokio::test(start_paused = true)]
async fn a_list_on_the_wire_does_not_answer_a_later_question() {
    let memory = Memory::new(300);
    let account = account(&memory);
    let first = account.list(&service(), now());
    let second = async {
        sleep(Duration::from_millis(100)).await;
        let since = now();
        (since, account.list(&service(), since).await.unwrap())
    };
    let (first, (since, second)) = futures::join!(first, second);
    assert!(first.unwrap().begun < since && second.begun >= since);
    assert_eq!(memory.sent("GET").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_must_begin_later_waits_until_then() {
    let memory = Memory::new(10);
    let account = account(&memory);
    let since = now() + Duration::from_secs(900);
    assert!(account.list(&service(), since).await.unwrap().begun >= since);
    assert_eq!(memory.sent("GET"), [since]);
}

#[tokio::test(start_paused = true)]
async fn one_who_stops_waiting_does_not_stop_the_others() {
    let memory = Memory::new(300);
    let account = account(&memory);
    let since = now();
    let mut first = Box::pin(account.list(&service(), since));
    let mut second = Box::pin(account.list(&service(), since));
    assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
    drop(first);
    second.await.unwrap();
    assert_eq!(memory.sent("GET").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_everybody_gave_up_is_made_again() {
    let memory = Memory::new(300);
    let account = account(&memory);
    let since = now();
    let mut given_up = Box::pin(account.list(&service(), since));
    assert!(poll!(&mut given_up).is_pending());
    drop(given_up);
    account.list(&service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_reported_to_everybody_and_not_kept() {
    let memory = Memory::new(300);
    memory.instead.lock().unwrap().push(RawAnswer { status: 500, retry_after: None, body: b"oops".to_vec() });
    let account = account(&memory);
    let since = now();
    let all = join_all((0..3).map(|_| account.list(&service(), since))).await;
    assert!(all.iter().all(|shown| matches!(shown, Err(Failure { status: Some(500), .. }))));
    assert!(account.cached(&service()).is_none());
    account.list(&service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_begun_before_a_write_was_answered_does_not_hide_it() {
    let memory = Memory::new(300);
    memory.put(1, "Running");
    let account = account(&memory);
    let list = account.list(&service(), now());
    let write = async {
        sleep(Duration::from_millis(1)).await;
        memory.put(1, "Stopping");
        account.call(Lane::Urgent, &patch()).await
    };
    let late = async {
        sleep(Duration::from_millis(50)).await;
        memory.put(2, "Running");
        account.list(&service(), now()).await
    };
    let (shown, write, late) = futures::join!(list, write, late);
    write.unwrap();
    assert_eq!(shown.unwrap().get(&pipe_id(1)).unwrap().state, PipeState::Running, "its answer came first");
    assert_eq!(late.unwrap().pipes.len(), 2);
    assert_eq!(account.cached(&service()).unwrap().get(&pipe_id(1)).unwrap().state, PipeState::Stopping);
}

#[tokio::test(start_paused = true)]
async fn looking_again_soon_does_not_take_the_budget_from_writes() {
    let memory = Memory::new(50);
    let account = account(&memory);
    let writes = join_all((0..60).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let looks = async {
        for _ in 0..5 {
            account.list(&service(), now()).await.unwrap();
        }
    };
    futures::join!(writes, looks);
    let gaps = gaps(&memory.sent("GET"));
    assert!(gaps.iter().all(|gap| (8_000..12_000).contains(gap)), "{gaps:?}");
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_spaced_goes_at_once_when_the_writes_are_gone() {
    let memory = Memory::new(50);
    let account = account(&memory);
    account.list(&service(), now()).await.unwrap();
    let writes = join_all((0..4).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let look = async {
        sleep(Duration::from_millis(1)).await;
        account.list(&service(), now()).await.unwrap();
    };
    futures::join!(writes, look);
    let gap = gaps(&memory.sent("GET"));
    assert!(gap[0] < 4_000, "{gap:?}");
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_stops_every_call_of_the_key() {
    let memory = Memory::new(50);
    memory.instead.lock().unwrap().push(RawAnswer { status: 429, retry_after: Some(5.0), body: b"{}".to_vec() });
    let account = account(&memory);
    let failure = account.call(Lane::Create, &patch()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::Throttled { retry_after: Some(5.0) });
    let view = account.budget();
    assert_eq!((view.throttled_since, view.allowance), (Some(now()), 5));
    account.call(Lane::Urgent, &delete()).await.unwrap();
    assert!(gaps(&[memory.sent("PATCH"), memory.sent("DELETE")].concat())[0] >= 6_000);
    assert_eq!(account.budget().throttled_since, None);
}

#[tokio::test(start_paused = true)]
async fn keys_with_one_id_share_a_budget_but_not_what_they_see() {
    let memory = Memory::new(50);
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>);
    let mine = accounts.account(key(1, "secret"), Limit::default());
    mine.list(&service(), now()).await.unwrap();
    for (key, shared) in [(key(1, "secret"), true), (key(2, "secret"), false), (key(1, "guessed"), false)] {
        let other = accounts.account(key, Limit::default());
        assert_eq!(other.cached(&service()).is_some(), shared);
        assert_eq!(other.budget().in_window, 1);
    }
    assert_eq!(accounts.budgets().len(), 1);
    let stats = accounts.stats();
    assert_eq!(stats.requests.iter().map(|((call, _), count)| (*call, *count)).collect::<Vec<_>>(), [("ListPipes", 1)]);
}

#[tokio::test(start_paused = true)]
async fn what_nobody_asks_for_is_forgotten() {
    let memory = Memory::new(50);
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>);
    accounts.account(key(1, "old"), Limit::default()).list(&service(), now()).await.unwrap();
    sleep(Duration::from_secs(16 * 60)).await;
    let other = AccountKey { key_id: "other".to_owned(), ..key(1, "new") };
    let _held = accounts.account(other, Limit::default());
    assert_eq!(accounts.budgets().len(), 1);
    assert!(accounts.account(key(1, "old"), Limit::default()).cached(&service()).is_none());
}

#[tokio::test(start_paused = true)]
async fn an_account_can_stand_behind_the_trait() {
    async fn look(cloud: &impl Cloud) -> usize {
        cloud.list(&service(), now()).await.unwrap().pipes.len()
    }
    let memory = Memory::new(50);
    memory.put(1, "Running");
    let account = account(&memory);
    assert_eq!(tokio::spawn(async move { look(&account).await }).await.unwrap(), 1);
}
