//! Who shares what.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clickpipes_client::clock::now;
use clickpipes_client::transport::RawAnswer;
use clickpipes_client::{AccountKey, Accounts, Cloud, Lane, Limit, Transport};
use cloud::Outcome;
use tokio::time::sleep;

use crate::memory::{Memory, account, delete, key, patch, service};

#[tokio::test(start_paused = true)]
async fn keys_with_one_id_share_a_budget_but_not_what_they_see() {
    let memory = Memory::new(50);
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>);
    let mine = accounts.account(key(1, "secret"), Limit::default());
    mine.list(service(), now()).await.unwrap();
    for (key, shared) in [(key(1, "secret"), true), (key(2, "secret"), false), (key(1, "guessed"), false)] {
        let other = accounts.account(key, Limit::default());
        assert_eq!(other.cached(service()).is_some(), shared);
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
    accounts.account(key(1, "old"), Limit::default()).list(service(), now()).await.unwrap();
    sleep(Duration::from_mins(16)).await;
    let other = AccountKey { key_id: "other".to_owned(), ..key(1, "new") };
    let _held = accounts.account(other, Limit::default());
    assert_eq!(accounts.budgets().len(), 1);
    assert!(accounts.account(key(1, "old"), Limit::default()).cached(service()).is_none());
}

#[tokio::test(start_paused = true)]
async fn a_call_is_withheld_at_the_last_moment_and_costs_no_budget() {
    let memory = Memory::new(50);
    let open = Arc::new(AtomicBool::new(true));
    let gate = Arc::clone(&open);
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>)
        .only_while(move || gate.load(Ordering::SeqCst));
    let account = accounts.account(key(1, "secret"), Limit::default());
    let _ = account.call(Lane::Create, &patch()).await;
    let permit = account.reserve(Lane::Create).await;
    open.store(false, Ordering::SeqCst);
    let failure = account.send(permit, &patch()).await.unwrap_err();
    assert_eq!(failure.outcome, Outcome::NotSent);
    assert_eq!(account.list(service(), now()).await.unwrap_err().outcome, Outcome::NotSent);
    assert_eq!((memory.methods(), account.budget().in_window), (vec!["PATCH"], 1));
}

#[tokio::test(start_paused = true)]
async fn an_account_can_stand_behind_the_trait() {
    async fn look(cloud: &impl Cloud) -> usize {
        cloud.list(service(), now()).await.unwrap().pipes.len()
    }
    let memory = Memory::new(50);
    memory.put(1, "Running");
    let account = account(&memory);
    assert_eq!(tokio::spawn(async move { look(&account).await }).await.unwrap(), 1);
}

/// What an owner may say of the budget, once the service has taken the key.
#[tokio::test(start_paused = true)]
async fn whoever_only_knows_the_id_of_a_key_does_not_set_its_limit() {
    let memory = Memory::new(50);
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>);
    let slow = Limit { requests: 1, per: Duration::from_hours(1) };
    let raised = Limit { requests: 20, ..Limit::default() };
    let mine = accounts.account(key(1, "secret"), raised);
    // Nobody has been taken yet: the last word counts.
    assert_eq!(accounts.account(key(2, "guessed"), slow).budget().limit, slow);
    assert_eq!(accounts.account(key(1, "secret"), raised).budget().limit, raised);
    mine.list(service(), now()).await.unwrap();
    for refused in [401, 403, 429, 504] {
        let stranger = accounts.account(key(2, "guessed"), slow);
        assert_eq!(mine.budget().limit, raised, "after {refused}");
        let body = br#"{"error": "no", "requestId": "r"}"#.to_vec();
        memory.instead.lock().unwrap().push(RawAnswer { status: refused, retry_after: None, body });
        stranger.call(Lane::Observe, &delete()).await.unwrap_err();
    }
    accounts.account(key(2, "guessed"), slow);
    assert_eq!(mine.budget().limit, raised);
    // Another connection with the whole key is an owner too, once that is known.
    let other = accounts.account(key(3, "secret"), slow);
    assert_eq!(mine.budget().limit, raised);
    other.list(service(), now()).await.unwrap();
    accounts.account(key(3, "secret"), slow);
    assert_eq!(mine.budget().limit, slow);
    assert_eq!(accounts.account(key(1, "secret"), raised).budget().limit, raised);
    // And no longer when the key is refused.
    memory.instead.lock().unwrap().push(RawAnswer { status: 401, retry_after: None, body: b"{}".to_vec() });
    other.call(Lane::Observe, &delete()).await.unwrap_err();
    accounts.account(key(3, "secret"), slow);
    assert_eq!(mine.budget().limit, raised);
}

/// Faults: F22.
#[tokio::test(start_paused = true)]
async fn two_connections_that_disagree_do_not_undo_a_slowdown() {
    let memory = Memory::new(50);
    memory.instead.lock().unwrap().push(RawAnswer { status: 429, retry_after: Some(1.0), body: b"{}".to_vec() });
    let accounts = Accounts::with_transport(Arc::clone(&memory) as Arc<dyn Transport>);
    let other = Limit { requests: 9, ..Limit::default() };
    let account = accounts.account(key(1, "secret"), Limit::default());
    account.call(Lane::Create, &patch()).await.unwrap_err();
    for limit in [other, Limit::default(), other, Limit::default()] {
        assert_eq!(accounts.account(key(1, "secret"), limit).budget().allowance, 5);
    }
}
