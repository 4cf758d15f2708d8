//! A JSON document that may hold secrets: what is wanted, and the bodies of requests.
//!
//! It shows itself with secrets redacted. The clear form exists only through [`Document::expose`], for the wire and for keyed hashes.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::secret::{REDACTED, Secret};

/// A JSON document whose secret parts stay secret.
#[derive(Clone, PartialEq)]
pub enum Document {
    /// A scalar: text, number, boolean.
    Value(Value),
    /// A secret text.
    Secret(Secret),
    /// An object.
    Object(BTreeMap<String, Document>),
    /// A list.
    List(Vec<Document>),
}

impl Document {
    /// An empty object.
    #[must_use]
    pub fn empty() -> Self {
        Self::Object(BTreeMap::new())
    }

    /// A text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Value(Value::String(text.into()))
    }

    /// Takes a JSON value that holds no secret.
    #[must_use]
    pub fn plain(value: Value) -> Self {
        match value {
            Value::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, Self::plain(value))).collect())
            }
            Value::Array(items) => Self::List(items.into_iter().map(Self::plain).collect()),
            scalar => Self::Value(scalar),
        }
    }

    /// The member of an object with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Document> {
        match self {
            Self::Object(members) => members.get(name),
            Self::Value(_) | Self::Secret(_) | Self::List(_) => None,
        }
    }

    /// The member at the end of this path of names.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> Option<&Document> {
        path.iter().try_fold(self, |document, name| document.get(name))
    }

    /// Sets the member at the end of this path, making objects on the way.
    pub fn set(&mut self, path: &[&str], value: Document) {
        let Some((last, parents)) = path.split_last() else {
            *self = value;
            return;
        };
        let mut place = self;
        for name in parents {
            place = place.members_mut().entry((*name).to_owned()).or_insert_with(Self::empty);
        }
        place.members_mut().insert((*last).to_owned(), value);
    }

    /// The members of an object; anything else becomes an empty object first.
    pub fn members_mut(&mut self) -> &mut BTreeMap<String, Document> {
        if !matches!(self, Self::Object(_)) {
            *self = Self::empty();
        }
        match self {
            Self::Object(members) => members,
            Self::Value(_) | Self::Secret(_) | Self::List(_) => unreachable!("it was made an object above"),
        }
    }

    /// Whether nothing is in it: null, `""`, `[]` or `{}`.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Value(Value::Null) => true,
            Self::Value(Value::String(text)) => text.is_empty(),
            Self::Value(_) | Self::Secret(_) => false,
            Self::Object(members) => members.is_empty(),
            Self::List(items) => items.is_empty(),
        }
    }

    /// Whether a secret is anywhere in it.
    #[must_use]
    pub fn has_secret(&self) -> bool {
        match self {
            Self::Value(_) => false,
            Self::Secret(_) => true,
            Self::Object(members) => members.values().any(Self::has_secret),
            Self::List(items) => items.iter().any(Self::has_secret),
        }
    }

    /// The document for people: each secret is `<secret>`.
    #[must_use]
    pub fn redacted(&self) -> Value {
        self.to_json(&|_| Value::String(REDACTED.to_owned()))
    }

    /// The document in clear text, for the wire and for keyed hashes. Never for people.
    #[must_use]
    pub fn expose(&self) -> Value {
        self.to_json(&|secret| Value::String(secret.expose().to_owned()))
    }

    fn to_json(&self, show: &dyn Fn(&Secret) -> Value) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Secret(secret) => show(secret),
            Self::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), member.to_json(show))).collect()
            }
            Self::List(items) => items.iter().map(|item| item.to_json(show)).collect(),
        }
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.redacted())
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.redacted())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_shows_its_secrets_only_to_the_wire() {
        let mut document = Document::plain(json!({"username": "ann"}));
        document.set(&["password"], Document::Secret(Secret::new("hunter2".to_owned())));
        assert_eq!(format!("{document:?}"), r#"{"password":"<secret>","username":"ann"}"#);
        assert_eq!(document.expose(), json!({"username": "ann", "password": "hunter2"}));
        assert!(document.has_secret());
    }

    #[test]
    fn setting_a_path_makes_the_objects_on_the_way() {
        let mut document = Document::empty();
        document.set(&["source", "kafka", "topics"], Document::text("orders"));
        assert_eq!(document.redacted(), json!({"source": {"kafka": {"topics": "orders"}}}));
    }
}
