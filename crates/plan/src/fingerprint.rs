//! Keyed fingerprints: tell whether a secret is another one, without revealing it.
//!
//! A plain hash of a short password can be guessed; an HMAC cannot without its key, which stays in the operator's namespace.
//! Not here: making and keeping the key (the controller).

use std::collections::BTreeMap;

use cloud::{Document, Secret};
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// The key of all fingerprints, and a short name for it.
#[derive(Clone, Debug)]
pub struct Key {
    id: String,
    key: Secret,
}

impl Key {
    /// Takes the key's text; its id is derived from it.
    #[must_use]
    pub fn new(key: Secret) -> Self {
        let mut id = HEXLOWER.encode(&Sha256::digest(format!("fingerprint key id|{}", key.expose())));
        id.truncate(8);
        Self { id, key }
    }

    /// The fingerprint of every secret in a document, by path.
    #[must_use]
    pub fn fingerprints(&self, document: &Document) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        self.collect(document, "", &mut found);
        found
    }

    /// A hash of a whole document, secrets included.
    #[must_use]
    pub fn hash(&self, document: &Document) -> String {
        self.of("document", &document.expose().to_string())
    }

    fn collect(&self, document: &Document, path: &str, found: &mut BTreeMap<String, String>) {
        let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        match document {
            Document::Value(_) => {}
            Document::Secret(secret) => {
                found.insert(path.to_owned(), self.of(path, secret.expose()));
            }
            Document::Object(members) => {
                for (name, member) in members {
                    self.collect(member, &below(name), found);
                }
            }
            Document::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.collect(item, &format!("{path}[{at}]"), found);
                }
            }
        }
    }

    /// The path goes into the fingerprint, so that two fields with the same password do not look alike.
    fn of(&self, path: &str, clear: &str) -> String {
        // HMAC takes a key of any length, so making one cannot fail; without a key there is nothing to compare.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.key.expose().as_bytes()) else { return String::new() };
        mac.update(path.as_bytes());
        mac.update(&[0]);
        mac.update(clear.as_bytes());
        let mut text = HEXLOWER.encode(&mac.finalize().into_bytes());
        text.truncate(32);
        format!("{}:{text}", self.id)
    }
}

/// Whether two fingerprints show that the secret is another one. Fingerprints of different keys show nothing.
#[must_use]
pub fn differ(recorded: &str, wanted: &str) -> bool {
    match (recorded.split_once(':'), wanted.split_once(':')) {
        (Some((old_key, old)), Some((key, new))) => old_key == key && old != new,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn document(password: &str) -> Document {
        let mut document = Document::plain(json!({"user": "ann"}));
        document.set(&["password"], Document::Secret(Secret::new(password.to_owned())));
        document
    }

    #[test]
    fn only_another_secret_under_the_same_key_differs() {
        let (key, other) = (Key::new(Secret::new("k1".to_owned())), Key::new(Secret::new("k2".to_owned())));
        let of = |key: &Key, password| key.fingerprints(&document(password))["password"].clone();
        assert!(differ(&of(&key, "a"), &of(&key, "b")));
        assert!(!differ(&of(&key, "a"), &of(&key, "a")));
        assert!(!differ(&of(&key, "a"), &of(&other, "b")));
        assert!(!of(&key, "hunter2").contains("hunter2"));
    }
}
