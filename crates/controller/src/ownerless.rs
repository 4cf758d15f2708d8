//! Pipes that carry a token and belong to no object: reported on every sweep, never touched.
//!
//! A token tells its cluster only to whoever can compute it again. It is surely this cluster's when an object of the pipe's display name, in one
//! of the namespaces that there are, would have it; else it may be another cluster's. Not here: pipes beside the recorded one of an object that
//! is there (crate `plan`).

use std::collections::{BTreeMap, BTreeSet};

use cloud::{ServiceId, Tick};
use crd::ClickPipe;
use kube::ResourceExt;
use parking_lot::Mutex;
use plan::known::Seen;
use plan::token;

use crate::context::Context;
use crate::dependencies::Needed;

/// How many pipes a line of the log names.
const NAMED: usize = 10;

/// What the last sweeps found, by service.
#[derive(Debug, Default)]
pub struct Ownerless(Mutex<BTreeMap<ServiceId, Found>>);

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Found {
    begun: Tick,
    this_cluster: Vec<String>,
    unknown: usize,
}

impl Ownerless {
    /// Pipes of this cluster, and of nobody knows which.
    pub fn totals(&self) -> (usize, usize) {
        let found = self.0.lock();
        found.values().fold((0, 0), |(ours, unknown), one| (ours + one.this_cluster.len(), unknown + one.unknown))
    }

    /// Looks through a LIST, once, without holding up others that look through theirs.
    pub fn sweep<C>(&self, service: &ServiceId, seen: &Seen, context: &Context<C>) {
        if self.0.lock().get(service).is_some_and(|last| last.begun >= seen.begun) {
            return;
        }
        let now = search(service, seen, &context.cluster_id, || {
            let namespaces = context.namespaces.state().iter().map(|namespace| namespace.name_any()).collect();
            (owners(service, context), namespaces)
        });
        if !now.this_cluster.is_empty() {
            let pipes: Vec<&str> = now.this_cluster.iter().take(NAMED).map(String::as_str).collect();
            tracing::info!(
                service = service.as_str(),
                count = now.this_cluster.len(),
                pipes = pipes.join(","),
                "ownerless"
            );
        }
        let mut found = self.0.lock();
        found.insert(service.clone(), now);
        // It may have lost its last object meanwhile.
        found.retain(|service, _| context.dependencies.is_needed(&Needed::Service(service.as_str().to_owned())));
    }

    /// Forgets a service that no object names any more: nobody looks there again.
    pub fn forget(&self, service: &str) {
        self.0.lock().retain(|known, _| known.as_str() != service);
    }
}

/// What a LIST shows that is nobody's. Owners and namespaces are asked for only when a pipe carries a token at all.
fn search(service: &ServiceId, seen: &Seen, cluster_id: &str, known: impl FnOnce() -> (Owners, Vec<String>)) -> Found {
    let mut found = Found { begun: seen.begun, ..Found::default() };
    let marked: Vec<(&str, &str, &str)> = seen
        .pipes
        .iter()
        .filter_map(|(id, pipe)| token::split(&pipe.name).map(|(name, token)| (id.as_str(), name, token)))
        .collect();
    if marked.is_empty() {
        return found;
    }
    let (owners, namespaces) = known();
    for (id, name, carried) in marked {
        if owners.ids.contains(id) || owners.tokens.contains(carried) {
            continue;
        }
        let ours = |namespace: &String| token::token(cluster_id, namespace, name, service.as_str()) == carried;
        if namespaces.iter().any(ours) {
            found.this_cluster.push(id.to_owned());
        } else {
            found.unknown += 1;
        }
    }
    found
}

/// What the objects of a service own, or would recognise.
#[derive(Default)]
struct Owners {
    ids: BTreeSet<String>,
    tokens: BTreeSet<String>,
}

fn owners<C>(service: &ServiceId, context: &Context<C>) -> Owners {
    let mut owners = Owners::default();
    for key in context.dependencies.of(&Needed::Service(service.as_str().to_owned())) {
        let Some(pipe) = context.pipes.get(&key.reference::<ClickPipe>()) else { continue };
        let Ok(pipe) = &pipe.0 else { continue };
        let namespace = pipe.namespace().unwrap_or_default();
        owners.tokens.insert(token::token(&context.cluster_id, &namespace, &pipe.name_any(), &pipe.spec.service_id));
        let Some(status) = &pipe.status else { continue };
        owners.tokens.extend(status.create.as_ref().map(|create| create.token.clone()));
        if let Some(record) = &status.pipe {
            owners.ids.insert(record.id.to_ascii_lowercase());
            owners.tokens.insert(record.token.clone());
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use cloud::{Pipe, PipeId, PipeState};

    use super::*;

    const SERVICE: &str = "22222222-2222-4222-8222-222222222222";

    fn pipe(number: u8, name: &str) -> (PipeId, Arc<Pipe>) {
        let id = PipeId::parse(&format!("{number:08}-0000-4000-8000-000000000000")).unwrap();
        let pipe = Pipe {
            id: id.clone(),
            name: name.to_owned(),
            state: PipeState::Running,
            created_at: String::new(),
            updated_at: String::new(),
            document: serde_json::Value::Null,
        };
        (id, Arc::new(pipe))
    }

    #[test]
    fn a_pipe_is_ownerless_when_no_object_has_its_token_or_its_id() {
        let service = ServiceId::parse(SERVICE).unwrap();
        let mark = |cluster: &str, name: &str| token::name_with(name, &token::token(cluster, "data", name, SERVICE));
        let pipes = [
            pipe(1, "no token"),
            pipe(2, &mark("here", "gone")),
            pipe(3, &mark("here", "owned by token")),
            pipe(4, &mark("elsewhere", "another cluster's")),
            pipe(5, &mark("elsewhere", "taken by id")),
        ];
        let taken = pipes.last().map(|(id, _)| id.to_string()).unwrap_or_default();
        let seen = Seen { begun: Tick(7), pipes: Arc::new(pipes.into_iter().collect()) };
        let owned = token::token("here", "data", "owned by token", SERVICE);
        let owners = Owners { ids: BTreeSet::from([taken]), tokens: BTreeSet::from([owned]) };
        let found = search(&service, &seen, "here", || (owners, vec!["other".to_owned(), "data".to_owned()]));
        assert_eq!(found.this_cluster, ["00000002-0000-4000-8000-000000000000"]);
        assert_eq!((found.unknown, found.begun), (1, Tick(7)));
    }
}
