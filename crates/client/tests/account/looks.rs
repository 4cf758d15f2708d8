//! Looking at a service: single flight, freshness, spacing.

use std::time::Duration;

use clickpipes_client::Lane;
use clickpipes_client::clock::now;
use clickpipes_client::transport::RawAnswer;
use cloud::{Failure, PipeState};
use futures::future::join_all;
use futures::poll;
use tokio::time::sleep;

use crate::memory::{Memory, account, gaps, patch, pipe_id, service};

#[tokio::test(start_paused = true)]
async fn everybody_who_asks_about_a_service_shares_one_list() {
    let memory = Memory::new(300);
    memory.put(1, "Running");
    let account = account(&memory);
    let since = now();
    let all = join_all((0..100).map(|_| account.list(service(), since))).await;
    assert!(all.iter().all(|shown| shown.as_ref().unwrap().pipes.len() == 1));
    assert_eq!(memory.sent("GET").len(), 1);
    account.list(service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 1, "young enough");
    assert_eq!(account.cached(service()).unwrap().begun, since);
}

#[tokio::test(start_paused = true)]
async fn a_list_on_the_wire_does_not_answer_a_later_question() {
    let memory = Memory::new(300);
    let account = account(&memory);
    let first = account.list(service(), now());
    let second = async {
        sleep(Duration::from_millis(100)).await;
        let since = now();
        (since, account.list(service(), since).await.unwrap())
    };
    let (first, (since, second)) = futures::join!(first, second);
    assert!(first.unwrap().begun < since && second.begun >= since);
    assert_eq!(memory.sent("GET").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_that_must_begin_later_waits_until_then() {
    let memory = Memory::new(10);
    let account = account(&memory);
    let since = now() + Duration::from_mins(15);
    assert!(account.list(service(), since).await.unwrap().begun >= since);
    assert_eq!(memory.sent("GET"), [since]);
}

#[tokio::test(start_paused = true)]
async fn one_who_stops_waiting_does_not_stop_the_others() {
    let memory = Memory::new(300);
    let account = account(&memory);
    let since = now();
    let mut first = Box::pin(account.list(service(), since));
    let mut second = Box::pin(account.list(service(), since));
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
    let mut given_up = Box::pin(account.list(service(), since));
    assert!(poll!(&mut given_up).is_pending());
    drop(given_up);
    account.list(service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 2);
}

/// Faults: F8.
#[tokio::test(start_paused = true)]
async fn a_list_that_fails_is_reported_to_everybody_and_not_kept() {
    let memory = Memory::new(300);
    memory.instead.lock().unwrap().push(RawAnswer { status: 500, retry_after: None, body: b"oops".to_vec() });
    let account = account(&memory);
    let since = now();
    let all = join_all((0..3).map(|_| account.list(service(), since))).await;
    assert!(all.iter().all(|shown| matches!(shown, Err(Failure { status: Some(500), .. }))));
    assert!(account.cached(service()).is_none());
    account.list(service(), since).await.unwrap();
    assert_eq!(memory.sent("GET").len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_list_begun_before_a_write_was_answered_does_not_hide_it() {
    let memory = Memory::new(300);
    memory.put(1, "Running");
    let account = account(&memory);
    let list = account.list(service(), now());
    let write = async {
        sleep(Duration::from_millis(1)).await;
        memory.put(1, "Stopping");
        account.call(Lane::Urgent, &patch()).await
    };
    let late = async {
        sleep(Duration::from_millis(50)).await;
        memory.put(2, "Running");
        account.list(service(), now()).await
    };
    let (shown, write, late) = futures::join!(list, write, late);
    write.unwrap();
    assert_eq!(shown.unwrap().get(&pipe_id(1)).unwrap().state, PipeState::Running, "its answer came first");
    assert_eq!(late.unwrap().pipes.len(), 2);
    assert_eq!(account.cached(service()).unwrap().get(&pipe_id(1)).unwrap().state, PipeState::Stopping);
}

#[tokio::test(start_paused = true)]
async fn looking_again_soon_does_not_take_the_budget_from_writes() {
    let memory = Memory::new(50);
    let account = account(&memory);
    let writes = join_all((0..60).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let looks = async {
        for _ in 0..5 {
            account.list(service(), now()).await.unwrap();
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
    account.list(service(), now()).await.unwrap();
    let writes = join_all((0..4).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let look = async {
        sleep(Duration::from_millis(1)).await;
        account.list(service(), now()).await.unwrap();
    };
    futures::join!(writes, look);
    let gap = gaps(&memory.sent("GET"));
    assert!(gap[0] < 4_000, "{gap:?}");
}
