//! What the API server fills in: the defaults of the schemas, as the definitions say them.
//!
//! Not here: rules, types, pruning.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

/// The schemas of our kinds.
#[derive(Debug)]
pub struct Defaults(BTreeMap<String, Value>);

impl Default for Defaults {
    fn default() -> Self {
        let schemas = crd::definitions::all().into_iter().filter_map(|definition| {
            let schema = definition.spec.versions.into_iter().next()?.schema?.open_api_v3_schema?;
            Some((definition.spec.names.kind, serde_json::to_value(schema).ok()?))
        });
        Self(schemas.collect())
    }
}

impl Defaults {
    /// The schemas, made once for all runs of this process.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Defaults>> = LazyLock::new(Arc::default);
        Arc::clone(&SHARED)
    }

    /// Whether a kind is one of ours.
    pub fn knows(&self, kind: &str) -> bool {
        self.0.contains_key(kind)
    }

    /// Fills in what an object does not say. An object of another kind stays as it is.
    pub fn fill(&self, object: &mut Value) {
        if let Some(schema) = object["kind"].as_str().and_then(|kind| self.0.get(kind)) {
            fill(schema, object);
        }
    }
}

fn fill(schema: &Value, value: &mut Value) {
    match value {
        Value::Object(members) => fill_members(schema, members),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(&schema["items"], item)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn fill_members(schema: &Value, members: &mut Map<String, Value>) {
    members.retain(|_, member| !member.is_null());
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(default) = member.get("default").filter(|_| !members.contains_key(name)) {
            members.insert(name.clone(), default.clone());
        }
        if let Some(value) = members.get_mut(name) {
            fill(member, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_fresh_object_is_in_progress_and_has_its_policies() {
        let mut pipe = json!({"kind": "ClickPipe", "metadata": {}, "spec": {"connectionRef": {"name": "prod"}, "adopt": {"id": "x"}}});
        Defaults::default().fill(&mut pipe);
        assert_eq!(pipe["status"]["observedGeneration"], -1);
        assert_eq!(pipe["status"]["conditions"][0]["reason"], "Pending");
        assert_eq!(pipe["spec"]["deletionPolicy"], "Delete");
        assert_eq!(pipe["spec"]["connectionRef"]["kind"], "CloudConnection");
        assert_eq!(pipe["spec"]["adopt"]["mode"], "Match");
        assert!(pipe["spec"]["scaling"].is_null());
    }
}
