//! What two clusters must have in common: everything but the values that each makes up.
//!
//! Not here: where the objects come from.

use serde_json::{Value, json};

/// The annotation in which `kubectl apply` keeps what it applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Names versions and UIDs by the order in which they were seen, so that they are equal exactly when the clusters agree on which are.
#[derive(Debug, Default)]
pub(crate) struct Normal {
    seen: Vec<String>,
}

impl Normal {
    /// A version or UID by its place in the order.
    pub(crate) fn place(&mut self, text: &str) -> Value {
        let place = self.seen.iter().position(|other| other == text).unwrap_or_else(|| {
            self.seen.push(text.to_owned());
            self.seen.len() - 1
        });
        json!(format!("#{place}"))
    }

    /// An object without what must differ. Of kinds that are not ours only the metadata: the rest is read through the trait.
    pub(crate) fn object(&mut self, object: &Value) -> Value {
        let mut object = object.clone();
        if matches!(object["kind"].as_str(), Some("Secret" | "ConfigMap" | "Namespace")) {
            object = json!({"kind": object["kind"], "metadata": object["metadata"]});
        }
        let Some(metadata) = object["metadata"].as_object_mut() else { return object };
        metadata.remove("managedFields");
        for (name, value) in metadata {
            match name.as_str() {
                "uid" | "resourceVersion" => *value = self.place(value.as_str().unwrap_or_default()),
                "creationTimestamp" | "deletionTimestamp" => *value = json!("a time"),
                "annotations" => {
                    // Members may be in another order.
                    if let Some(applied) = value.get_mut(LAST_APPLIED) {
                        *applied = json!("what was applied");
                    }
                }
                _ => {}
            }
        }
        object
    }
}
