//! What the service has for fields that the spec leaves unset, so that people see what is in force.
//!
//! Only fields that are known, returned and not secret; never what the service adds beyond its description.

use crd::facts::tree::{Field, Kind, document as facts};
use serde_json::{Map, Value};

use crate::compare::is_nothing;
use crate::desired::Desired;
use crate::known::Known;

/// Bytes that are copied. Hundreds of columns need less; a status that etcd refuses could not be written at all.
const MOST: usize = 128 * 1024;

pub(super) fn unset(desired: &Desired, known: &Known) -> Option<Value> {
    let Some(pipe) = known.pipe() else { return known.record.observed.clone() };
    let spec = serde_json::to_value(&desired.spec).ok()?;
    let mut seen = pipe.document.clone();
    if let Some(members) = seen.as_object_mut() {
        members.remove("name");
    }
    difference(&seen, Some(&spec), facts()).filter(|found| found.to_string().len() <= MOST)
}

/// The observed members of a field that the spec does not set.
fn difference(observed: &Value, spec: Option<&Value>, field: &Field) -> Option<Value> {
    if is_nothing(observed) || !field.facts.returned {
        return None;
    }
    match (&field.kind, spec.filter(|spec| !spec.is_null())) {
        (Kind::Object(members), spec) => {
            let observed = observed.as_object()?;
            let found: Map<String, Value> = members
                .iter()
                .filter_map(|(name, member)| {
                    let value = difference(observed.get(name)?, spec.and_then(|spec| spec.get(name)), member)?;
                    Some((name.clone(), value))
                })
                .collect();
            (!found.is_empty()).then_some(Value::Object(found))
        }
        (Kind::Credential(_), _) | (_, Some(_)) => None,
        (Kind::List(_), None) => observed.is_array().then(|| observed.clone()),
        (Kind::Scalar, None) => (!observed.is_object() && !observed.is_array()).then(|| observed.clone()),
    }
}
