//! Which accounts there are: who shares a budget and who shares snapshots.
//!
//! Calls with one key to one API share a budget, whatever the organization. Snapshots belong to the whole key, its secret included: whoever
//! only knows the id of somebody's key sees nothing of theirs. Not here: reading keys (crate `controller`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cloud::Tick;

use crate::account::Account;
use crate::budget::{Budget, BudgetName, BudgetView};
use crate::clock;
use crate::key::AccountKey;
use crate::pacer::Limit;
use crate::stats::Stats;
use crate::transport::Transport;
use crate::transport::http::{BuildError, Http};

/// An account that nobody has held or asked for in this long is forgotten, with its snapshots.
const FORGET_AFTER: Duration = Duration::from_mins(15);

/// Says at every moment whether this process may make calls.
pub(crate) type Gate = Arc<dyn Fn() -> bool + Send + Sync>;

/// Every account that this process uses.
pub struct Accounts {
    transport: Arc<dyn Transport>,
    gate: Gate,
    stats: Arc<Mutex<Stats>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// When this process started, if another may have used the budgets until then.
    started: Option<Tick>,
    budgets: BTreeMap<BudgetName, Arc<Budget>>,
    accounts: Vec<(AccountKey, Account, Tick)>,
}

impl Accounts {
    /// No accounts yet; they will use HTTP with this user agent.
    pub fn new(user_agent: &str) -> Result<Self, BuildError> {
        Ok(Self::with_transport(Arc::new(Http::new(user_agent)?)))
    }

    /// No accounts yet; they will use this transport.
    pub fn with_transport(transport: Arc<dyn Transport>) -> Self {
        Self { transport, gate: Arc::new(|| true), stats: Arc::default(), known: Mutex::default() }
    }

    /// The same, but a call is put on the wire only while this holds. It is asked at the last moment; a call that is withheld was not sent.
    #[must_use]
    pub fn only_while(self, gate: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self { gate: Arc::new(gate), ..self }
    }

    /// From now on this process makes the calls that another one may have made so far: what that one sent in its last seconds still counts
    /// in the service. To be said before the first account is asked for.
    pub fn follow_another(&self) {
        self.lock().started = Some(clock::now());
    }

    /// The account of a key. The same key gives the same account; a key with the same id shares its budget.
    ///
    /// With another secret it is another account with the same budget, so a secret that changed is used from the next time somebody asks.
    /// The newest limit holds, if it comes with a key that the service has taken; or while it has taken none of this id yet. Whoever only
    /// knows the id of somebody's key does not slow them down.
    pub fn account(&self, key: AccountKey, limit: Limit) -> Account {
        let now = clock::now();
        let mut known = self.lock();
        let budget = known.budget(&key, limit);
        let shared = Arc::clone(&budget);
        let account = known.account(key, now, |key| {
            Account::new(key, budget, Arc::clone(&self.transport), Arc::clone(&self.gate), Arc::clone(&self.stats))
        });
        if account.is_accepted() || !shared.is_accepted() {
            shared.with_pacer(|pacer| pacer.set_limit(limit, now));
        }
        known.forget(now);
        account
    }

    /// Every budget in use.
    pub fn budgets(&self) -> Vec<BudgetView> {
        self.lock().budgets.values().map(|budget| budget.view()).collect()
    }

    /// What was sent so far.
    pub fn stats(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn budget(&mut self, key: &AccountKey, limit: Limit) -> Arc<Budget> {
        let name = BudgetName { origin: key.origin(), key_id: key.key_id.clone() };
        let budget =
            self.budgets.entry(name.clone()).or_insert_with(|| Arc::new(Budget::new(name, limit, self.started)));
        Arc::clone(budget)
    }

    fn account(&mut self, key: AccountKey, now: Tick, make: impl FnOnce(AccountKey) -> Account) -> Account {
        if let Some((_, account, asked)) = self.accounts.iter_mut().find(|(known, ..)| *known == key) {
            *asked = now;
            return account.clone();
        }
        let account = make(key.clone());
        self.accounts.push((key, account.clone(), now));
        account
    }

    fn forget(&mut self, now: Tick) {
        self.accounts.retain(|(_, account, asked)| account.is_shared() || now - *asked <= FORGET_AFTER);
        self.budgets.retain(|_, budget| Arc::strong_count(budget) > 1 || !budget.is_idle());
    }
}
