//! Waiting for the budget.

use std::time::Duration;

use clickpipes_client::Lane;
use clickpipes_client::clock::now;
use clickpipes_client::transport::RawAnswer;
use cloud::Outcome;
use futures::future::join_all;
use futures::poll;
use tokio::time::sleep;

use crate::memory::{Memory, account, delete, gaps, patch};

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

/// Faults: F22.
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
async fn the_eta_tells_when_a_create_will_go() {
    let memory = Memory::new(100);
    let account = account(&memory);
    let ahead = join_all((0..60).map(|_| async { account.call(Lane::Create, &patch()).await }));
    let mine = async {
        sleep(Duration::from_millis(500)).await;
        let (eta, begun) = (account.budget().eta, now());
        account.call(Lane::Create, &delete()).await.unwrap();
        (eta, memory.sent("DELETE")[0] - begun)
    };
    let (eta, waited) = futures::join!(ahead, mine).1;
    assert!(eta > Duration::from_secs(50) && eta.abs_diff(waited) < Duration::from_secs(4), "{eta:?} {waited:?}");
}
