//! An object that this operator cannot read: it says so in its own status and disturbs no other.
//!
//! It can only come from before a rule of its definition, or from a newer operator. Not here: objects that can be read.

use crd::condition::{ConditionType, Reason, Truth};
use jiff::Timestamp;
use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams};
use kube::core::error_boundary::InvalidObject;
use kube::{Client, Resource};
use serde_json::{Value, json};
use thiserror::Error;

use crate::kind::{Guarded, Kind};

/// Why the status was not written.
#[derive(Debug, Error)]
pub enum Error {
    /// The object as it is stored.
    #[error("failed to read an object that cannot be decoded")]
    Read(#[source] kube::Error),
    /// Its status.
    #[error("failed to write the status of an object that cannot be decoded")]
    Write(#[source] kube::Error),
}

/// Says in the status of an object that it cannot be read, once for each generation.
pub async fn mark<K: Kind>(
    client: &Client,
    object: &Guarded<K>,
    invalid: &InvalidObject,
    now: Timestamp,
) -> Result<(), Error> {
    let resource = ApiResource::erase::<K>(&());
    let name = object.meta().name.clone().unwrap_or_default();
    let api: Api<DynamicObject> = match &object.meta().namespace {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, &resource),
        None => Api::all_with(client.clone(), &resource),
    };
    let stored = match api.get(&name).await {
        Ok(stored) => stored,
        Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(()),
        Err(error) => return Err(Error::Read(error)),
    };
    let generation = stored.metadata.generation.unwrap_or_default();
    let written = json!({"apiVersion": K::api_version(&()), "kind": K::kind(&()), "metadata": {}, "spec": stored.data.get("spec")});
    let message = message::<K>(&written)
        .unwrap_or_else(|| format!("this operator cannot read the object: {}", beginning(&invalid.error)));
    if is_marked(&stored.data, generation, &message) {
        return Ok(());
    }
    tracing::warn!(kind = %K::NAME, namespace = object.meta().namespace, name, message, "undecodable");
    // With the version that was read, so that nothing newer is overwritten.
    let status = json!({
        "metadata": {"resourceVersion": stored.metadata.resource_version},
        "status": {"observedGeneration": generation, "conditions": conditions(generation, &message, now)},
    });
    let written = api.patch_status(&name, &PatchParams::default(), &Patch::Merge(status)).await;
    written.map(drop).map_err(Error::Write)
}

/// Names the member that cannot be read, never its value.
fn message<K: Kind>(written: &Value) -> Option<String> {
    let error = serde_path_to_error::deserialize::<_, K>(written).err()?;
    Some(format!(
        "{} cannot be read by this operator: correct it as `kubectl explain` describes it, or run the version that wrote it",
        error.path()
    ))
}

/// The error without what it quotes, which may be anything that somebody wrote.
fn beginning(error: &str) -> String {
    error.split(['`', '"']).next().unwrap_or_default().trim().to_owned()
}

fn is_marked(stored: &Value, generation: i64, message: &str) -> bool {
    let status = stored.get("status");
    let observed =
        status.and_then(|status| status.get("observedGeneration")).and_then(Value::as_i64) == Some(generation);
    let conditions = status.and_then(|status| status.get("conditions")).and_then(Value::as_array);
    observed
        && conditions.is_some_and(|all| {
            all.iter().any(|condition| condition.get("message").and_then(Value::as_str) == Some(message))
        })
}

fn conditions(generation: i64, message: &str, now: Timestamp) -> Value {
    let said = [
        (ConditionType::Stalled, Truth::True, Reason::InvalidSpec),
        (ConditionType::Ready, Truth::False, Reason::ApplyFailed),
        (ConditionType::Synced, Truth::False, Reason::InvalidSpec),
        (ConditionType::ReferencesResolved, Truth::Unknown, Reason::Pending),
    ];
    said.into_iter()
        .map(|(r#type, truth, reason)| {
            json!({
                "type": r#type.as_str(), "status": truth.as_str(), "reason": reason.as_str(), "message": message,
                "observedGeneration": generation, "lastTransitionTime": crate::recall::whole_second(now).to_string(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crd::ClickPipe;

    use super::*;

    #[test]
    fn the_message_names_the_member_and_not_its_value() {
        let object = json!({
            "apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {},
            "spec": {"connectionRef": {"name": "prod"}, "serviceId": "x", "destination": {"database": "default"},
                "source": {"kafka": {"type": "hunter2", "format": "JSONEachRow", "brokers": "b", "topics": "t"}}},
        });
        let message = message::<ClickPipe>(&object).unwrap();
        assert!(message.starts_with("spec.source.kafka.type cannot be read"), "{message}");
        assert!(!message.contains("hunter2"));
    }
}
