//! What the API server would say, as far as it can be asked without one: rules (CEL) and the defaults of the types.
//!
//! Not here: types, ranges and patterns.

use kube::core::cel::Validator;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

/// The schema of a kind, as it is installed.
pub(crate) fn schema_of(kind: &str) -> Value {
    let definitions = clickpipes_crd::definitions::all();
    let definition = definitions.iter().find(|definition| definition.spec.names.kind == kind).unwrap();
    serde_json::to_value(&definition.spec.versions[0].schema.as_ref().unwrap().open_api_v3_schema).unwrap()
}

/// The messages of the rules that this object breaks; the schema is [`rules_of`] its kind.
pub(crate) fn refusals(schema: &Value, object: &Value, old: Option<&Value>) -> Vec<String> {
    match Validator::new().validate(schema, object, old) {
        Ok(()) => Vec::new(),
        Err(refused) => refused.into_iter().map(|refusal| refusal.message).collect(),
    }
}

/// The object as the types understand it, with the defaults that the server fills in and without nulls, which it prunes.
pub(crate) fn typed<T: Serialize + DeserializeOwned>(object: &Value) -> Value {
    let typed: T = serde_json::from_value(object.clone()).unwrap_or_else(|error| panic!("{error}: {object}"));
    let mut value = serde_json::to_value(typed).unwrap();
    prune_nulls(&mut value);
    value
}

fn prune_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(prune_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(prune_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The schema of a kind for [`refusals`]: kube-cel 0.8 escapes every `_` in a field name as `__`, where the API server leaves a single
/// one alone.
pub(crate) fn rules_of(kind: &str) -> Value {
    let mut schema = schema_of(kind);
    let settings =
        schema.pointer("/properties/spec/properties/settings/properties").and_then(Value::as_object).cloned();
    let rules = schema.pointer_mut("/properties/spec/x-kubernetes-validations").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten() {
        for name in settings.iter().flat_map(Map::keys) {
            rule["rule"] = json!(rule["rule"].as_str().unwrap().replace(name, &name.replace('_', "__")));
        }
    }
    schema
}
