//! Whether the API server would admit a spec: the installed schema (types, ranges, patterns) and its rules (CEL).
//!
//! Not here: the operator's own rules ([`crate::Specimen::problems`]), and what the service refuses, which the tests of the crate `plan` try.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock};

use kube::core::cel::{CompiledSchema, Validator, compile_schema};
use regex::Regex;
use serde_json::{Map, Value, json};

/// The installed definition of `ClickPipe`, ready to judge specs.
pub struct Admission {
    schema: Value,
    rules: CompiledSchema,
    validator: Validator,
}

impl Default for Admission {
    fn default() -> Self {
        let schema = schema();
        let rules = compile_schema(&escaped(&schema));
        Self { schema, rules, validator: Validator::new() }
    }
}

impl Admission {
    /// Everything that is wrong with a spec.
    #[must_use]
    pub fn refusals(&self, spec: &Value) -> Vec<String> {
        let object = self.object(spec);
        let mut refusals = Vec::new();
        if let (Some(schema), Some(spec)) = (self.schema.pointer("/properties/spec"), object.get("spec")) {
            check(schema, spec, "spec", &mut refusals);
        }
        if refusals.is_empty()
            && let Err(refused) = self.validator.validate_compiled(&self.rules, &object, None)
        {
            refusals.extend(refused.into_iter().map(|refusal| refusal.message));
        }
        refusals
    }

    /// Whether a spec is admitted.
    #[must_use]
    pub fn admits(&self, spec: &Value) -> bool {
        self.refusals(spec).is_empty()
    }

    /// Whether a spec is admitted, by one definition for each thread: compiling the rules takes longer than judging by them.
    #[must_use]
    pub fn of_this_thread(spec: &Value) -> bool {
        thread_local!(static ADMISSION: Admission = Admission::default());
        ADMISSION.with(|admission| admission.admits(spec))
    }

    /// The object as the API server sees it: with a header, without nulls, which it prunes.
    fn object(&self, spec: &Value) -> Value {
        let mut object = json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": "specimen"}, "spec": spec});
        prune(&mut object);
        let defaults = self.schema.pointer("/properties/spec/properties").and_then(Value::as_object);
        let members = object.get_mut("spec").and_then(Value::as_object_mut);
        if let (Some(defaults), Some(members)) = (defaults, members) {
            for (name, schema) in defaults {
                if let Some(default) = schema.get("default") {
                    members.entry(name.clone()).or_insert_with(|| default.clone());
                }
            }
        }
        object
    }
}

/// The schema of `ClickPipe` as it is installed.
pub(crate) fn schema() -> Value {
    let definitions = crd::definitions::all();
    let definition = definitions.iter().find(|one| one.spec.names.kind == "ClickPipe").expect("ClickPipe is defined");
    let version = definition.spec.versions.first().expect("it has a version");
    serde_json::to_value(version.schema.as_ref().and_then(|schema| schema.open_api_v3_schema.as_ref()))
        .expect("a schema is JSON")
}

/// kube-cel 0.8 escapes every `_` in a field name as `__`, where the API server leaves a single one alone.
fn escaped(schema: &Value) -> Value {
    let mut schema = schema.clone();
    let names: Vec<String> = schema
        .pointer("/properties/spec/properties/settings/properties")
        .and_then(Value::as_object)
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default();
    let rules = schema.pointer_mut("/properties/spec/x-kubernetes-validations").and_then(Value::as_array_mut);
    for rule in rules.into_iter().flatten().filter_map(|rule| rule.get_mut("rule")) {
        for name in &names {
            *rule = json!(rule.as_str().unwrap_or_default().replace(name, &name.replace('_', "__")));
        }
    }
    schema
}

fn prune(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(prune);
        }
        Value::Array(items) => items.iter_mut().for_each(prune),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Holds a value against the structural part of a schema.
fn check(schema: &Value, value: &Value, path: &str, wrong: &mut Vec<String>) {
    let mut refuse = |why: String| wrong.push(format!("{path}: {why}"));
    if let Some(words) = schema.get("enum").and_then(Value::as_array)
        && !words.contains(value)
    {
        refuse(format!("{value} is not one of {words:?}"));
    }
    let limit = |name: &str| schema.get(name).and_then(Value::as_f64);
    let size = |name: &str| schema.get(name).and_then(Value::as_u64).and_then(|size| usize::try_from(size).ok());
    match (schema.get("type").and_then(Value::as_str), value) {
        (Some("object"), Value::Object(members)) => check_object(schema, members, path, wrong),
        (Some("array"), Value::Array(items)) => {
            if size("minItems").is_some_and(|least| items.len() < least)
                || size("maxItems").is_some_and(|most| items.len() > most)
            {
                refuse(format!("{} items", items.len()));
            }
            if !unique(schema, items) {
                refuse("two members have the same key".to_owned());
            }
            for (at, item) in items.iter().enumerate() {
                check(schema.get("items").unwrap_or(&Value::Null), item, &format!("{path}[{at}]"), wrong);
            }
        }
        (Some("string"), Value::String(text)) => {
            let length = text.chars().count();
            if size("minLength").is_some_and(|least| length < least)
                || size("maxLength").is_some_and(|most| length > most)
            {
                refuse(format!("{length} characters"));
            }
            let pattern = schema.get("pattern").and_then(Value::as_str);
            if pattern.is_some_and(|pattern| !matches(pattern, text)) {
                refuse(format!("\"{text}\" does not match"));
            }
        }
        (Some("integer"), Value::Number(number)) if number.is_f64() => refuse(format!("{number} is no integer")),
        (Some("integer" | "number"), Value::Number(number)) => {
            let number = number.as_f64().unwrap_or_default();
            if limit("minimum").is_some_and(|least| number < least)
                || limit("maximum").is_some_and(|most| number > most)
            {
                refuse(format!("{number} is out of range"));
            }
        }
        (Some("boolean"), Value::Bool(_)) | (None, _) => {}
        (Some(kind), other) => refuse(format!("{other} is no {kind}")),
    }
}

/// Patterns are few and used often.
fn matches(pattern: &str, text: &str) -> bool {
    static PATTERNS: OnceLock<Mutex<BTreeMap<String, Regex>>> = OnceLock::new();
    let mut patterns = PATTERNS.get_or_init(Mutex::default).lock().expect("nobody panics with it");
    let compiled = || Regex::new(pattern).expect("a pattern of the schema");
    patterns.entry(pattern.to_owned()).or_insert_with(compiled).is_match(text)
}

fn check_object(schema: &Value, members: &Map<String, Value>, path: &str, wrong: &mut Vec<String>) {
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    wrong
        .extend(required.filter(|name| !members.contains_key(*name)).map(|name| format!("{path}: {name} is required")));
    let Some(known) = schema.get("properties").and_then(Value::as_object) else { return };
    for (name, value) in members {
        match known.get(name) {
            Some(schema) => check(schema, value, &format!("{path}.{name}"), wrong),
            None => wrong.push(format!("{path}.{name} is not known")),
        }
    }
}

/// Members of a list-map differ in their keys, members of a set in themselves.
fn unique(schema: &Value, items: &[Value]) -> bool {
    let keys: Vec<&str> = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let set = schema.get("x-kubernetes-list-type").and_then(Value::as_str) == Some("set");
    let mut seen = BTreeSet::new();
    (keys.is_empty() && !set)
        || items.iter().all(|item| {
            let key: Vec<Option<&Value>> = keys.iter().map(|key| item.get(key)).collect();
            seen.insert(if set { item.to_string() } else { format!("{key:?}") })
        })
}
