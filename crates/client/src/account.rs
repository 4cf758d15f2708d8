//! One key of one organization: reserving, sending, looking.
//!
//! Not here: which accounts there are ([`crate::accounts`]), deciding what to call.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cloud::reply::{self, Answer};
use cloud::{Call, Failure, Outcome, Refusal, Reply, ServiceId, Tick};

use crate::accounts::Gate;
use crate::budget::{Budget, BudgetView};
use crate::clock;
use crate::key::AccountKey;
use crate::lane::Lane;
use crate::listing::{Listings, Shown, Source, look};
use crate::log;
use crate::permit::Permit;
use crate::scrub::scrub;
use crate::snapshot::Snapshot;
use crate::stats::{AnswerClass, Stats};
use crate::transport::{Care, Outgoing, RawAnswer, Transport, TransportError};

/// While writes wait, a service is listed again at the earliest this long after its last LIST began.
const LIST_SPACING: Duration = Duration::from_secs(8);

/// One key of one organization. Clones share everything.
#[derive(Clone)]
pub struct Account(Arc<Parts>);

struct Parts {
    key: AccountKey,
    base: String,
    budget: Arc<Budget>,
    listings: Arc<Listings>,
    transport: Arc<dyn Transport>,
    gate: Gate,
    stats: Arc<Mutex<Stats>>,
    /// Whether the service took the key when it last said anything about it.
    accepted: AtomicBool,
}

impl Account {
    pub(crate) fn new(
        key: AccountKey,
        budget: Arc<Budget>,
        transport: Arc<dyn Transport>,
        gate: Gate,
        stats: Arc<Mutex<Stats>>,
    ) -> Self {
        let (base, listings) = (key.base(), Arc::default());
        let accepted = AtomicBool::new(false);
        Self(Arc::new(Parts { key, base, budget, listings, transport, gate, stats, accepted }))
    }

    /// Waits until the budget of the key lets a call of this lane go. Dropping the future leaves the line.
    pub async fn reserve(&self, lane: Lane) -> Permit {
        self.0.budget.reserve(lane).await
    }

    /// Puts one request on the wire and reads its answer.
    ///
    /// Guarantees: it is sent at most once, whatever happens; `NotSent` only when no byte of it can have reached the service. The reply to
    /// a write is in the snapshot before this returns.
    pub async fn send(&self, permit: Permit, call: &Call) -> Result<Reply, Failure> {
        let parts = &self.0;
        let outgoing = self.outgoing(call);
        if !(parts.gate)() {
            return Err(Failure::not_sent("this process may make no calls now: another one may be at work"));
        }
        let Some(flight) = permit.spend(&parts.budget) else {
            return Err(Failure::not_sent("the permit belongs to another key"));
        };
        let sent = clock::now();
        let raw = parts.transport.send(&outgoing).await;
        flight.answered();
        let result = read(call, &raw)
            .map_err(|failure| Failure { message: scrub(failure.message, &parts.key.key_secret, call), ..failure });
        if let Err(Failure { outcome: Outcome::Throttled { retry_after }, .. }) = &result {
            flight.throttled(*retry_after);
        }
        self.judge(&result);
        self.fold(call, &result);
        self.count(call, &raw);
        log::call(call, &raw, &result, clock::now() - sent);
        result
    }

    /// Reserves and sends.
    pub async fn call(&self, lane: Lane, call: &Call) -> Result<Reply, Failure> {
        let permit = self.reserve(lane).await;
        self.send(permit, call).await
    }

    /// The pipes of a service, as a LIST begun at or after `since` showed them, with the replies to later writes.
    ///
    /// It costs a call only when no such LIST is there, on the wire or about to go. A LIST that fails is reported to everybody who waited
    /// for it and is not kept.
    pub async fn list(&self, service: &ServiceId, since: Tick) -> Result<Arc<Snapshot>, Failure> {
        clock::sleep_until(since).await;
        let source = self.0.listings.source(service, since, || {
            let (account, service) = (self.clone(), service.clone());
            look(async move { account.look(service).await })
        });
        match source {
            Source::Here(snapshot) => Ok(snapshot),
            Source::Look(look) => look.await,
        }
    }

    /// What the last LIST of a service showed, with the replies to later writes; it costs nothing.
    pub fn cached(&self, service: &ServiceId) -> Option<Arc<Snapshot>> {
        self.0.listings.cached(service)
    }

    /// The budget of the key at this moment.
    pub fn budget(&self) -> BudgetView {
        self.0.budget.view()
    }

    pub(crate) fn is_shared(&self) -> bool {
        Arc::strong_count(&self.0) > 1
    }

    /// Whether the service took the key, secret included: only then do others listen to what this account's owner says of the budget.
    pub(crate) fn is_accepted(&self) -> bool {
        self.0.accepted.load(Ordering::SeqCst)
    }

    /// What an answer tells about the key. Only a reply proves it: everything else can be said before anybody looks at the key.
    fn judge(&self, result: &Result<Reply, Failure>) {
        match result {
            Ok(_) => {
                self.0.accepted.store(true, Ordering::SeqCst);
                self.0.budget.accept();
            }
            Err(failure) if failure.is(&Refusal::Unauthenticated) => self.0.accepted.store(false, Ordering::SeqCst),
            Err(_) => {}
        }
    }

    async fn look(self, service: ServiceId) -> Shown {
        self.space(&service).await;
        let permit = self.reserve(Lane::Observe).await;
        let on_the_wire = self.0.listings.begin(&service);
        let reply = self.send(permit, &Call::ListPipes { service }).await?;
        let Reply::Pipes(pipes) = reply else {
            return Err(Failure::unknown("the answer to a LIST is not a list"));
        };
        on_the_wire.showed(pipes).ok_or_else(|| Failure::unknown("the service was forgotten while it was listed"))
    }

    /// Looking again soon must not take the budget from writes.
    async fn space(&self, service: &ServiceId) {
        while let Some(begun) = self.0.listings.last_begun(service) {
            let rest = (begun + LIST_SPACING) - clock::now();
            if rest.is_zero() || !self.0.budget.has_writes() {
                return;
            }
            self.0.budget.writes_gone(rest).await;
        }
    }

    fn outgoing(&self, call: &Call) -> Outgoing {
        let Parts { key: AccountKey { api_url: _, organization, key_id, key_secret }, base, .. } = self.0.as_ref();
        let cloud::Request { method, path, body } = cloud::request::request(organization, call);
        let (key_id, key_secret) = (key_id.clone(), key_secret.clone());
        Outgoing { method, url: format!("{base}{path}"), key_id, key_secret, body, care: Care::of(call) }
    }

    fn fold(&self, call: &Call, result: &Result<Reply, Failure>) {
        if let (true, Some(service)) = (call.is_write(), call.service()) {
            // A new pipe is in the list when the service lists it: until then its absence says nothing.
            let pipe = match result {
                Ok(Reply::Pipe(pipe)) if !matches!(call, Call::CreatePipe { .. }) => Some(pipe.as_ref()),
                _ => None,
            };
            self.0.listings.wrote(service, pipe);
        }
    }

    fn count(&self, call: &Call, raw: &Result<RawAnswer, TransportError>) {
        let class = match raw {
            Ok(answer) => AnswerClass::of(answer.status),
            Err(TransportError::NotSent(_)) => AnswerClass::NotSent,
            Err(TransportError::Lost(_)) => AnswerClass::Lost,
        };
        self.0.stats.lock().unwrap_or_else(PoisonError::into_inner).count(call, class);
    }
}

fn read(call: &Call, raw: &Result<RawAnswer, TransportError>) -> Result<Reply, Failure> {
    match raw {
        Ok(RawAnswer { status, retry_after, body }) => {
            reply::read(call, &Answer { status: *status, retry_after: *retry_after, body })
        }
        Err(TransportError::NotSent(words)) => Err(Failure::not_sent(words)),
        Err(TransportError::Lost(words)) => Err(Failure::unknown(words)),
    }
}
