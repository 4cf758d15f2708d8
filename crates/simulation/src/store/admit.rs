//! What the API server makes of an object before it stores it, and where it stores none.
//!
//! Not here: rules of the schema, types, pruning.

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::{Named, Refused, Store};

impl Store {
    /// An object needs a namespace that is not about to go.
    pub(super) fn admits(&self, named: &Named) -> Result<(), Refused> {
        let Some(namespace) = &named.namespace else { return Ok(()) };
        let namespace = self.get(&Named::new("Namespace", None, namespace))?;
        if namespace["metadata"]["deletionTimestamp"].is_null() {
            return Ok(());
        }
        Err(Refused::Forbidden("the namespace is being terminated".to_owned()))
    }

    /// Fills in what an object does not say, and brings it into the form in which it is stored.
    pub(super) fn complete(&self, object: &mut Value) {
        match object["kind"].as_str() {
            Some("Secret") => encode(object),
            Some("Namespace") => {
                object["metadata"]["labels"]["kubernetes.io/metadata.name"] = object["metadata"]["name"].clone();
            }
            _ => self.defaults.fill(object),
        }
        if let Some(metadata) = object["metadata"].as_object_mut() {
            metadata.retain(|_, member| !is_empty(member));
        }
    }
}

/// Of a Secret only the encoded values are stored; a value in clear replaces the encoded one of its name.
fn encode(secret: &mut Value) {
    let Some(clear) = secret.as_object_mut().and_then(|members| members.remove("stringData")) else { return };
    for (key, value) in clear.as_object().into_iter().flatten() {
        secret["data"][key] = json!(BASE64.encode(value.as_str().unwrap_or_default().as_bytes()));
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
