//! What a story expects, and whether it is so. The same words are tried on the cluster in memory and on a real one.
//!
//! Not here: reading either.

use serde_json::Value;

use crate::store::Named;

/// What is expected.
#[derive(Clone, Debug, PartialEq)]
pub enum Expectation {
    /// A condition has this status, perhaps this reason, and perhaps these words in its message.
    Condition {
        /// Which object.
        object: Named,
        /// Which condition.
        r#type: String,
        /// Its status.
        status: String,
        /// Its reason.
        reason: Option<String>,
        /// Words of its message.
        words: Option<String>,
    },
    /// The object has no such condition.
    NoCondition(Named, String),
    /// The object is gone.
    Gone(Named),
    /// A member of the object has this value; null when it is absent.
    Member(Named, String, Value),
    /// A member of the object's pipe has this value, in the service's books.
    Pipe(Named, String, Value),
    /// So many requests of a kind since counting began.
    Calls(String, u64),
    /// So many pipes live in the service.
    Pipes(usize),
    /// So many pipes run in the service.
    Running(usize),
}

/// Where it is tried.
pub trait View {
    /// An object.
    fn object(&self, named: &Named) -> Option<Value>;
    /// The pipes of the service's books, live ones only.
    fn pipes(&self) -> Vec<Value>;
    /// The requests of a kind since counting began; `writes` and `looks` are kinds too.
    fn calls(&self, kind: &str) -> u64;
}

impl Expectation {
    /// Nothing when it is so; otherwise what is.
    pub fn missed(&self, view: &impl View) -> Option<String> {
        match self {
            Self::Condition { object, r#type, status, reason, words } => {
                let Some(found) = view.object(object) else { return Some(format!("there is no {}", object.name)) };
                let Some(condition) = condition(&found, r#type) else {
                    return Some(format!("{} has no condition {type}: {}", object.name, found["status"]["conditions"]));
                };
                let right = condition["status"] == *status
                    && reason.as_ref().is_none_or(|reason| condition["reason"] == *reason)
                    && words.as_ref().is_none_or(|words| text(&condition["message"]).contains(words));
                let [status, reason, message] = ["status", "reason", "message"].map(|member| text(&condition[member]));
                (!right).then(|| format!("{} is {type} {status} {reason}: {message}", object.name))
            }
            Self::NoCondition(object, r#type) => {
                let found = view.object(object);
                let condition = found.as_ref().and_then(|found| condition(found, r#type));
                condition.map(|condition| format!("{} is {type} {}", object.name, text(&condition["status"])))
            }
            Self::Gone(object) => view.object(object).map(|_| format!("{} is still there", object.name)),
            Self::Member(object, path, value) => {
                let found = view.object(object).unwrap_or_default();
                differs(&format!("{} {path}", object.name), at(&found, path), value)
            }
            Self::Pipe(object, path, value) => {
                let id = view.object(object).map(|object| object["status"]["pipe"]["id"].clone()).unwrap_or_default();
                let pipe = view.pipes().into_iter().find(|pipe| pipe["id"] == id).unwrap_or_default();
                differs(&format!("the pipe of {}: {path}", object.name), at(&pipe, path), value)
            }
            Self::Calls(kind, count) => counted(kind, view.calls(kind), *count),
            Self::Pipes(count) => counted("live pipes", view.pipes().len() as u64, *count as u64),
            Self::Running(count) => {
                let running = view.pipes().into_iter().filter(|pipe| pipe["state"] == "Running").count();
                counted("running pipes", running as u64, *count as u64)
            }
        }
    }
}

/// A condition of an object.
pub fn condition<'a>(object: &'a Value, r#type: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == r#type)
}

/// The member at a path with dots; null when there is none.
pub fn at<'a>(object: &'a Value, path: &str) -> &'a Value {
    object.pointer(&format!("/{}", path.replace('.', "/"))).unwrap_or(&Value::Null)
}

fn differs(what: &str, is: &Value, wanted: &Value) -> Option<String> {
    (is != wanted).then(|| format!("{what} is {is} and not {wanted}"))
}

fn counted(what: &str, is: u64, wanted: u64) -> Option<String> {
    (is != wanted).then(|| format!("{is} {what} and not {wanted}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
