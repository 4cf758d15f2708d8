//! Reads what an object refers to: its connection, the values of its Secrets and `ConfigMap`s, who else claims its pipe.
//!
//! Nothing here decides; what is missing is a value that says so. Not here: reading from the Cloud API ([`crate::act`]).

use std::collections::BTreeMap;

use cloud::Secret;
use crd::ClickPipe;
use crd::condition::Reason;
use kube::ResourceExt;
use plan::document::{Holder, Reference, Unread, Values, references};
use plan::{PausedBy, Problem};

use crate::claims;
use crate::cluster::{self, Cluster, Entries};
use crate::connection::Resolved;
use crate::connection::unresolved::secret_reason;
use crate::context::Context;
use crate::reconcile::Error;
use crate::secrets::text_or_base64;

/// What was found around an object.
pub struct Surroundings {
    /// The connection, or why it cannot be used.
    pub connection: Result<Resolved, Problem>,
    /// The values that the spec refers to.
    pub values: Values,
    /// Names the versions of all of it.
    pub inputs: String,
    /// Why writes are withheld, if they are.
    pub paused: Option<PausedBy>,
    /// Another object that owns the pipe which this one has on record or was told to take.
    pub claimed_by: Option<String>,
}

/// Reads the surroundings of an object. Values that are cached cost no call.
pub async fn gather<C: Cluster>(pipe: &ClickPipe, context: &Context<C>) -> Result<Surroundings, Error> {
    let namespace = pipe.namespace().unwrap_or_default();
    let connection = match context.connections.resolve(&pipe.spec.connection_ref, &namespace).await {
        Ok(resolved) => Ok(resolved),
        Err(unresolved) => match unresolved.reason() {
            Some(reason) => Err(Problem { reason, path: String::new(), message: unresolved.to_string() }),
            None => return Err(Error::Connection(unresolved)),
        },
    };
    let (values, versions) = read(pipe, &namespace, context).await?;
    let inputs = format!("{}|{}", connection.as_ref().map_or("", |resolved| &resolved.inputs), versions.join(","));
    Ok(Surroundings {
        connection,
        values,
        inputs,
        paused: paused(pipe, &namespace, context),
        claimed_by: claims::claimed_by(pipe, context),
    })
}

async fn read<C: Cluster>(
    pipe: &ClickPipe,
    namespace: &str,
    context: &Context<C>,
) -> Result<(Values, Vec<String>), Error> {
    let mut values = Values::new();
    let mut versions = Vec::new();
    let mut maps: BTreeMap<String, Result<Entries, Unread>> = BTreeMap::new();
    let references = references(&pipe.spec);
    for reference in references.iter().filter(|reference| reference.holder == Holder::Secret) {
        context.secrets.anew(namespace, &reference.name);
    }
    for reference in references {
        let value = match reference.holder {
            Holder::Secret => {
                let value = secret(namespace, &reference, context).await?;
                let version = context.secrets.version(namespace, &reference.name).unwrap_or_default();
                versions.push(format!("{}@{version}", reference.name));
                value
            }
            Holder::ConfigMap => {
                if !maps.contains_key(&reference.name) {
                    maps.insert(reference.name.clone(), config_map(namespace, &reference.name, context).await?);
                }
                match maps.get(&reference.name) {
                    Some(Ok(entries)) => {
                        versions.push(format!("{}@{}", reference.name, entries.resource_version));
                        entry(entries, &reference)
                    }
                    Some(Err(unread)) => Err(unread.clone()),
                    None => continue,
                }
            }
        };
        values.insert(reference, value);
    }
    Ok((values, versions))
}

async fn secret<C: Cluster>(
    namespace: &str,
    reference: &Reference,
    context: &Context<C>,
) -> Result<Result<Secret, Unread>, Error> {
    let Reference { name, key, bytes, holder: _ } = reference;
    let read = if *bytes {
        context.secrets.read_bytes(namespace, name, key).await
    } else {
        context.secrets.read(namespace, name, key).await
    };
    match read {
        Ok(value) => Ok(Ok(value)),
        Err(problem) => match secret_reason(&problem) {
            Some(reason) => Ok(Err(Unread { reason, message: problem.to_string() })),
            None => Err(Error::Secret(problem)),
        },
    }
}

async fn config_map<C: Cluster>(
    namespace: &str,
    name: &str,
    context: &Context<C>,
) -> Result<Result<Entries, Unread>, Error> {
    let unread = |reason, message| Ok(Err(Unread { reason, message }));
    match context.cluster.read_config_map(namespace, name).await {
        Ok(entries) => Ok(Ok(entries)),
        Err(cluster::Error::NotFound) => unread(
            Reason::SecretNotFound,
            format!("there is no ConfigMap {name:?} in the namespace {namespace:?}: create it"),
        ),
        Err(cluster::Error::Forbidden(_)) => unread(
            Reason::RefNotPermitted,
            format!("the operator may not read the ConfigMap {name:?}: grant it the right to get configmaps"),
        ),
        Err(source) => Err(Error::ConfigMap(source)),
    }
}

fn entry(entries: &Entries, reference: &Reference) -> Result<Secret, Unread> {
    let Reference { name, key, bytes: may_be_bytes, holder: _ } = reference;
    let unread = |reason, message| Unread { reason, message };
    let bytes = entries.values.get(key).ok_or_else(|| {
        unread(Reason::SecretKeyMissing, format!("the ConfigMap {name:?} has no key {key:?}: add it"))
    })?;
    if *may_be_bytes {
        return Ok(text_or_base64(bytes));
    }
    let text = String::from_utf8(bytes.clone());
    text.map(Secret::new).map_err(|_| {
        unread(
            Reason::SecretInvalid,
            format!("the key {key:?} of the ConfigMap {name:?} is not UTF-8 text: replace it"),
        )
    })
}

fn paused<C>(pipe: &ClickPipe, namespace: &str, context: &Context<C>) -> Option<PausedBy> {
    let annotated = pipe.annotations().get(crd::annotation::PAUSED).is_some_and(|value| value == "true");
    if pipe.spec.paused || annotated {
        Some(PausedBy::Spec)
    } else if context.is_namespace_paused(namespace) {
        Some(PausedBy::Namespace)
    } else {
        context.config.paused.then_some(PausedBy::Operator)
    }
}
