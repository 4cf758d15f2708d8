//! Places in a spec: names, and `[]` for the first member of a list.
//!
//! Not here: which places there are ([`crate::leaves`]).

use serde_json::{Map, Value};

/// The segment that means the first member of a list.
pub const FIRST: &str = "[]";

/// What stands there; a null is nothing.
#[must_use]
pub fn get<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter()
        .try_fold(value, |value, name| if name == FIRST { value.get(0) } else { value.get(name) })
        .filter(|value| !value.is_null())
}

/// Puts a value there, making objects on the way; a list on the way must have a member. Gives whether it could.
pub fn set(value: &mut Value, path: &[String], new: Value) -> bool {
    let Some((name, rest)) = path.split_first() else {
        *value = new;
        return true;
    };
    if name == FIRST {
        return value.get_mut(0).is_some_and(|first| set(first, rest, new));
    }
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    value.as_object_mut().is_some_and(|members| set(members.entry(name.clone()).or_insert(Value::Null), rest, new))
}

/// Takes away what stands there. Gives whether there was something.
pub fn unset(value: &mut Value, path: &[String]) -> bool {
    let Some((name, parents)) = path.split_last() else { return false };
    let parent = parents.iter().try_fold(
        value,
        |value, name| {
            if name == FIRST { value.get_mut(0) } else { value.get_mut(name) }
        },
    );
    parent.and_then(Value::as_object_mut).is_some_and(|members| members.remove(name).is_some())
}

/// The path as people write it.
#[must_use]
pub fn text(path: &[String]) -> String {
    path.join(".").replace(".[]", "[]")
}
