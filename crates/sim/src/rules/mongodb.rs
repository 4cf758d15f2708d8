//! Rules of MongoDB sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::database::check_mappings;
use crate::rules::{Rule, Surroundings, only, text};
use crate::source::Source;
use crate::view;

/// All of them.
pub(super) const RULES: &[Rule] =
    &[the_uri_is_one_of_mongodb, a_redacted_uri_is_not_stored, |source, _| check_mappings(Source::Mongodb, source)];

const REDACTED: &str = "[REDACTED]";

fn the_uri_is_one_of_mongodb(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let fine = |uri: &str| uri.starts_with("mongodb://") || uri.starts_with("mongodb+srv://");
    let why = "must start with mongodb:// or mongodb+srv://";
    only(text(source, "uri").is_none_or(fine), "source.mongodb.uri", why)
}

fn a_redacted_uri_is_not_stored(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let redacted = text(source, "uri").is_some_and(|uri| uri.contains(REDACTED));
    only(!redacted, "source.mongodb.uri", "a redacted URI cannot be stored")
}

/// A redacted URI may be sent back only as it was shown.
pub(super) fn check_patch(stored: &Map<String, Value>, patch: &Map<String, Value>) -> Checked {
    let sent = patch.get("uri").filter(|uri| uri.as_str().is_some_and(|uri| uri.contains(REDACTED)));
    let shown = stored.get("uri").map(view::redacted);
    match sent {
        Some(uri) if Some(uri) != shown.as_ref() => {
            Err(Refusal::bad_request("request body.source.mongodb.uri: a redacted URI cannot be stored"))
        }
        _ => Ok(()),
    }
}

/// Keeps the stored URI when the redacted one was sent back.
pub(super) fn restore(stored: &Map<String, Value>, document: &mut Map<String, Value>) {
    if let Some(uri) = stored.get("uri")
        && document.get("uri") == Some(&view::redacted(uri))
    {
        document.insert("uri".to_owned(), uri.clone());
    }
}
