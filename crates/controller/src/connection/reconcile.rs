//! One pass over a connection: hold it, check its key when that is due, show what is known; when it is being deleted, let it go once no pipe
//! needs it.
//!
//! The same for both kinds. Not here: what pipes do with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use client::Lane;
use cloud::{Call, Reply, ServiceId};
use crd::condition::{Reason, Truth};
use crd::{CONNECTION_FINALIZER, ClickPipe, PIPE_FINALIZER};
use kube::ResourceExt;
use thiserror::Error;

use super::check::{self, Next, Standing};
use super::memory::{Checked, Memory};
use super::status::{self, Seen};
use super::unresolved::Unresolved;
use super::{Connection, Resolved};
use crate::again::Again;
use crate::cluster::{self, Cluster};
use crate::context::Context;
use crate::dependencies::Needed;
use crate::kind::{Guarded, Key, has_finalizer};
use crate::tenure::Phase;

/// How often the queue and the number of pipes are looked at again; nothing is written unless they moved.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// How soon after somebody else was faster.
const SOON: Duration = Duration::from_secs(1);
/// How many pipes a message names.
const NAMED: usize = 3;

/// Why a pass did not come to its end.
#[derive(Debug, Error)]
pub enum Error {
    /// The finalizer.
    #[error("failed to hold the connection")]
    Hold(#[source] cluster::Error),
    /// The pipes that use it.
    #[error("failed to list the pipes that use the connection")]
    Users(#[source] cluster::Error),
    /// The finalizer again.
    #[error("failed to let the connection go")]
    Release(#[source] cluster::Error),
    /// The status.
    #[error("failed to write the status")]
    Report(#[source] cluster::Error),
    /// The key.
    #[error("failed to read the key")]
    Resolve(#[source] Unresolved),
}

/// One pass over a connection.
pub async fn reconcile<K: Connection, C: Cluster>(
    connection: Arc<K>,
    context: Arc<Context<C>>,
) -> Result<Again, Error> {
    // Nothing here is lost when it is broken off: the next process asks again.
    let Some(end) = context.tenure.unless(Phase::Ending, pass(connection.as_ref(), &context)).await else {
        return Ok(Again::OnChange);
    };
    match end {
        // The next event brings what we did not know yet.
        Err(
            Error::Hold(cluster::Error::Conflict)
            | Error::Release(cluster::Error::Conflict)
            | Error::Report(cluster::Error::Conflict),
        ) => Ok(Again::In(SOON)),
        // It went while we worked.
        Err(
            Error::Hold(cluster::Error::NotFound)
            | Error::Release(cluster::Error::NotFound)
            | Error::Report(cluster::Error::NotFound),
        ) => Ok(Again::OnChange),
        end => end,
    }
}

async fn pass<K: Connection, C: Cluster>(connection: &K, context: &Context<C>) -> Result<Again, Error> {
    if connection.meta().deletion_timestamp.is_some() {
        return let_go(connection, context).await;
    }
    let held = context.cluster.add_finalizer(connection, CONNECTION_FINALIZER).await.map_err(Error::Hold)?;
    let found = find(&held, context).await?;
    report(&held, context, found.ready, found.account.as_ref()).await?;
    Ok(Again::In(found.next))
}

/// What a pass found out about the key.
struct Found {
    ready: (Truth, Reason, String),
    account: Option<Resolved>,
    next: Duration,
}

async fn find<K: Connection, C: Cluster>(connection: &K, context: &Context<C>) -> Result<Found, Error> {
    let account = match context.connections.account_of(connection).await {
        Ok(account) => account,
        Err(unresolved) => return unusable(unresolved),
    };
    trust_the_status(connection, context, &account);
    let now = client::clock::now();
    if is_contradicted(connection, &context.connections.memories.get(&account.uid)) {
        context.connections.memories.doubt(&account.uid, now);
    }
    let memory = context.connections.memories.get(&account.uid);
    let (standing, next) = match (check::next(&memory, &account.inputs, now), &memory.checked) {
        (Next::NotNeeded, Some(checked)) => (checked.standing, LOOK_AGAIN),
        (Next::In(wait), Some(checked)) => (checked.standing, wait.min(LOOK_AGAIN)),
        (Next::Now | Next::NotNeeded | Next::In(_), _) => (ask(context, &account).await, LOOK_AGAIN),
    };
    if standing == Standing::Valid {
        remember_key(connection, context, &account.uid).await;
    }
    let (truth, reason, message) = standing.shown();
    Ok(Found { ready: (truth, reason, message.to_owned()), account: Some(account), next })
}

fn unusable(unresolved: Unresolved) -> Result<Found, Error> {
    let ready = match (&unresolved, unresolved.reason()) {
        (_, None) => return Err(Error::Resolve(unresolved)),
        (Unresolved::Terms { problem, .. }, Some(Reason::RefNotPermitted)) => {
            (Truth::False, Reason::RefNotPermitted, problem.to_string())
        }
        (Unresolved::Terms { problem, .. }, Some(_)) => (Truth::False, Reason::InvalidSpec, problem.to_string()),
        (Unresolved::Secret { problem, .. }, Some(_)) => {
            (Truth::Unknown, Reason::ReferencesNotReady, problem.to_string())
        }
        (_, Some(reason)) => (Truth::Unknown, reason, unresolved.to_string()),
    };
    Ok(Found { ready, account: None, next: LOOK_AGAIN })
}

/// After a restart a key that worked is taken to work still; a call that is refused will raise a doubt.
fn trust_the_status<K: Connection, C: Cluster>(connection: &K, context: &Context<C>, account: &Resolved) {
    let Some(status) = connection.status() else { return };
    let worked = status.observed_generation == connection.meta().generation
        && status::ready(status).is_some_and(|ready| ready.reason == Reason::Valid.as_str());
    context.connections.memories.start(&account.uid, || {
        let (inputs, at) = (account.inputs.clone(), client::clock::now());
        worked.then_some(Checked { inputs, standing: Standing::Valid, at })
    });
}

/// Whether somebody else saw a service in another state. One of the two is out of date; each would write its own again and again.
fn is_contradicted<K: Connection>(connection: &K, memory: &Memory) -> bool {
    let told = connection.status().map(|status| status.services.as_slice()).unwrap_or_default();
    told.iter().any(|told| {
        let seen = memory.services.values().find(|seen| seen.id.as_str() == told.id);
        seen.is_some_and(|seen| told.state.as_deref().is_some_and(|state| state != seen.state.as_str()))
    })
}

async fn ask<C: Cluster>(context: &Context<C>, account: &Resolved) -> Standing {
    let result = account.account.call(Lane::Observe, &Call::ListServices).await;
    let standing = Standing::of(&result);
    let checked = Checked { inputs: account.inputs.clone(), standing, at: client::clock::now() };
    context.connections.memories.change(&account.uid, |memory| {
        memory.failures = if standing == Standing::Valid { 0 } else { memory.failures.saturating_add(1) };
        memory.checked = Some(checked);
        if let Ok(Reply::Services(services)) = result {
            memory.services = services.into_iter().map(|service| (service.id.clone(), service)).collect();
        }
    });
    standing
}

/// Kept for deletes after the Secret went; see [`super::directory`].
async fn remember_key<K: Connection, C: Cluster>(connection: &K, context: &Context<C>, uid: &str) {
    let Ok(terms) = connection.written().check(&context.connections.allowed) else { return };
    if let Ok(key) = context.connections.read_key(&terms).await {
        context.connections.memories.change(uid, |memory| memory.working = Some(key));
    }
}

async fn let_go<K: Connection, C: Cluster>(connection: &K, context: &Context<C>) -> Result<Again, Error> {
    if !has_finalizer(connection, CONNECTION_FINALIZER) {
        return Ok(Again::OnChange);
    }
    let (namespace, name) = (connection.namespace(), connection.name_any());
    let pipes = context.cluster.pipes_of(K::KIND, namespace.as_deref(), &name).await.map_err(Error::Users)?;
    let users = users(&pipes);
    if users.is_empty() {
        context.cluster.remove_finalizer(connection, CONNECTION_FINALIZER).await.map_err(Error::Release)?;
        return Ok(Again::OnChange);
    }
    let ready = (Truth::False, Reason::Deleting, waits_for(&users));
    let account = context.connections.account_of(connection).await.ok();
    report(connection, context, ready, account.as_ref()).await?;
    Ok(Again::In(LOOK_AGAIN))
}

/// The pipes that still need a call before they go, by name.
fn users(pipes: &[Guarded<ClickPipe>]) -> Vec<String> {
    let held = pipes.iter().filter(|pipe| has_finalizer(*pipe, PIPE_FINALIZER));
    let mut names: Vec<String> =
        held.map(|pipe| format!("{}/{}", pipe.namespace().unwrap_or_default(), pipe.name_any())).collect();
    names.sort();
    names
}

fn waits_for(users: &[String]) -> String {
    let named = users.iter().take(NAMED).map(|name| short(name)).collect::<Vec<_>>().join(", ");
    let more = match users.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("it goes once these ClickPipes are deleted: {named}{more}")
}

/// At most 40 characters of a name, so that the message stays on one line.
fn short(name: &str) -> String {
    match name.char_indices().nth(40) {
        Some((end, _)) => format!("{}...", name.get(..end).unwrap_or(name)),
        None => name.to_owned(),
    }
}

async fn report<K: Connection, C: Cluster>(
    connection: &K,
    context: &Context<C>,
    ready: (Truth, Reason, String),
    account: Option<&Resolved>,
) -> Result<(), Error> {
    let before = connection.status().cloned().unwrap_or_default();
    let uid = connection.meta().uid.as_deref().unwrap_or_default();
    let memory = context.connections.memories.get(uid);
    let seen = Seen {
        generation: connection.meta().generation,
        ready,
        written: connection.written().request_budget(),
        budget: account.map(|account| account.account.budget()),
        pipes: pipes_by_service(context, &Key::of(connection)),
        services: &memory.services,
        now: client::clock::now(),
        wall: context.now(),
    };
    let after = status::status(&before, seen);
    if after == before || context.tenure.phase() == Phase::Over {
        return Ok(());
    }
    let mut changed = connection.clone();
    changed.set_status(after);
    context.cluster.replace_status(&changed).await.map(|_| ()).map_err(Error::Report)
}

/// How many pipes use each service through this connection, as the cache knows.
fn pipes_by_service<C: Cluster>(context: &Context<C>, connection: &Key) -> BTreeMap<ServiceId, i64> {
    let mut counts = BTreeMap::new();
    for key in context.dependencies.of(&Needed::Connection(connection.clone())) {
        let Some(pipe) = context.pipes.get(&key.reference::<ClickPipe>()) else { continue };
        let service = pipe.0.as_ref().ok().and_then(|pipe| ServiceId::parse(&pipe.spec.service_id));
        if let Some(service) = service {
            *counts.entry(service).or_default() += 1;
        }
    }
    counts
}
