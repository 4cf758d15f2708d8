//! Carries an election out: reads and writes the Lease, and moves the tenure.
//!
//! Not here: what to do next ([`super::candidacy`]).

use std::future::Future;
use std::ops::ControlFlow;
use std::time::Duration;

use client::clock;
use cloud::Tick;
use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;
use kube::Client;
use kube::api::{Api, PostParams};
use thiserror::Error;
use tokio::time::timeout;
use uuid::Uuid;

use super::candidacy::{Action, Candidacy, Loss};
use super::record::{self, Record};
use crate::chain;
use crate::tenure::Tenure;

/// How long giving the Lease up may hold up the end of the process.
const FAREWELL: Duration = Duration::from_secs(5);

/// One process in an election.
pub struct Election {
    leases: Api<Lease>,
    name: String,
    candidacy: Candidacy,
    tenure: Tenure,
    /// The Lease as last read or written.
    lease: Option<Lease>,
    /// Whether this process may stand in the Lease, with or without knowing.
    tried: bool,
    /// Who was last said to lead.
    said: Option<String>,
}

/// Why a call about the Lease came to nothing.
#[derive(Debug, Error)]
enum Error {
    #[error("somebody else has written the Lease")]
    Conflict,
    #[error("the Kubernetes API did not answer in time")]
    TimedOut,
    #[error("the Kubernetes API did not do it")]
    Api(#[source] kube::Error),
}

impl Election {
    /// A candidate for the Lease of this name and namespace. The client must not repeat calls by itself.
    pub fn new(client: Client, namespace: &str, name: &str, candidacy: Candidacy, tenure: Tenure) -> Self {
        let leases = Api::namespaced(client, namespace);
        Self { leases, name: name.to_owned(), candidacy, tenure, lease: None, tried: false, said: None }
    }

    /// Stands for election, and renews the Lease once it is won, until the work is over; then gives it up.
    pub async fn run(mut self, work_is_over: impl Future<Output = ()>) {
        let stand = async { while self.step().await.is_continue() {} };
        let mut work_is_over = std::pin::pin!(work_is_over);
        tokio::select! {
            () = &mut work_is_over => {}
            () = stand => work_is_over.await,
        }
        if timeout(FAREWELL, self.release()).await.is_err() {
            tracing::warn!(lease = self.name, "the Kubernetes API did not answer in time: the lease is not given up");
        }
    }

    /// One action; breaks off when the Lease is lost.
    async fn step(&mut self) -> ControlFlow<()> {
        let now = clock::now();
        let result = match self.candidacy.next(now) {
            Action::Rest(until) => {
                clock::sleep_until(until).await;
                self.candidacy.rested(clock::now());
                return ControlFlow::Continue(());
            }
            Action::Stop(loss) => {
                self.stop(&loss);
                return ControlFlow::Break(());
            }
            Action::Look => self.look().await,
            Action::Create => {
                self.tried = true;
                let lease =
                    record::new(&self.name, self.candidacy.identity(), self.candidacy.terms(), Timestamp::now());
                let written = call(self.patience(now), self.leases.create(&PostParams::default(), &lease)).await;
                written.map(|lease| self.wrote(lease, now))
            }
            Action::Take | Action::Renew => {
                self.tried = true;
                let before = self.lease.clone().unwrap_or_default();
                let lease = record::held(&before, self.candidacy.identity(), self.candidacy.terms(), Timestamp::now());
                let params = PostParams::default();
                let written = call(self.patience(now), self.leases.replace(&self.name, &params, &lease)).await;
                written.map(|lease| self.wrote(lease, now))
            }
        };
        if let Err(error) = result {
            let conflict = matches!(error, Error::Conflict);
            if !conflict {
                tracing::warn!(lease = self.name, error = chain::text(&error), "a try at the lease failed");
            }
            self.candidacy.failed(conflict, clock::now(), chance());
        }
        ControlFlow::Continue(())
    }

    async fn look(&mut self) -> Result<(), Error> {
        let found = call(self.patience(clock::now()), self.leases.get_opt(&self.name)).await?;
        self.candidacy.looked(found.as_ref().map(Record::of), clock::now(), chance());
        self.lease = found;
        let holder = self.candidacy.holder().filter(|holder| *holder != self.candidacy.identity());
        if let Some(holder) = holder
            && self.said.as_deref() != Some(holder)
        {
            tracing::info!(lease = self.name, holder, "another replica leads");
            self.said = Some(holder.to_owned());
        }
        Ok(())
    }

    fn wrote(&mut self, lease: Lease, begun: Tick) {
        let first = self.candidacy.held_until().is_none();
        self.candidacy.wrote(Record::of(&lease), begun, clock::now(), chance());
        self.lease = Some(lease);
        if let Some(until) = self.candidacy.held_until() {
            self.tenure.hold_until(until);
        }
        if first {
            tracing::info!(lease = self.name, identity = self.candidacy.identity(), "this replica leads");
        }
    }

    fn stop(&self, loss: &Loss) {
        let lease = &self.name;
        match loss {
            Loss::Deadline => tracing::error!(lease, "the lease is lost: no renewal succeeded before the deadline"),
            Loss::Taken(holder) => tracing::error!(lease, holder, "the lease is lost: somebody else holds it"),
        }
        self.tenure.lose();
    }

    /// Gives the Lease up if this process holds it, also if it does not know.
    async fn release(&mut self) {
        if !self.tried {
            return;
        }
        let released = async {
            let found = self.leases.get_opt(&self.name).await?;
            let Some(lease) = found.filter(|lease| self.is_ours(lease)) else { return Ok(false) };
            let lease = record::released(&lease, Timestamp::now());
            self.leases.replace(&self.name, &PostParams::default(), &lease).await.map(|_| true)
        };
        match released.await {
            Ok(true) => tracing::info!(lease = self.name, "the lease is given up"),
            Ok(false) => {}
            Err(error) => tracing::warn!(lease = self.name, error = chain::text(&error), "the lease is not given up"),
        }
    }

    fn is_ours(&self, lease: &Lease) -> bool {
        Record::of(lease).holder.as_deref() == Some(self.candidacy.identity())
    }

    /// How long a call may take: never beyond the end of a tenure.
    fn patience(&self, now: Tick) -> Duration {
        let patience = self.candidacy.terms().patience();
        self.candidacy.held_until().map_or(patience, |until| patience.min(until - now))
    }
}

async fn call<T>(patience: Duration, answer: impl Future<Output = kube::Result<T>>) -> Result<T, Error> {
    match timeout(patience, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(kube::Error::Api(status))) if status.is_conflict() || status.is_already_exists() => Err(Error::Conflict),
        Ok(Err(error)) => Err(Error::Api(error)),
        Err(_) => Err(Error::TimedOut),
    }
}

/// A number below a thousand.
fn chance() -> u32 {
    u32::try_from(Uuid::new_v4().as_u128() % 1000).unwrap_or_default()
}

#[cfg(test)]
mod tests;
