//! Rules of Pub/Sub sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::{Rule, Surroundings, has, only, text};

/// All of them.
pub(super) const RULES: &[Rule] =
    &[the_topic_is_a_bare_name, a_seek_timestamp_goes_with_timestamp, a_key_goes_with_a_service_account];

fn the_topic_is_a_bare_name(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let bare = text(source, "topic").is_none_or(|topic| !topic.contains('/'));
    only(bare, "source.pubsub.topic", "must be a bare topic name")
}

fn a_seek_timestamp_goes_with_timestamp(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let wanted = text(source, "seekType") == Some("timestamp");
    let why = "seekTimestamp is required for seekType timestamp and refused otherwise";
    only(wanted == has(source, "seekTimestamp"), "source.pubsub.seekTimestamp", why)
}

fn a_key_goes_with_a_service_account(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let account = text(source, "authentication") == Some("SERVICE_ACCOUNT");
    let why = "serviceAccountKey is required for SERVICE_ACCOUNT and refused otherwise";
    only(account == has(source, "serviceAccountKey"), "source.pubsub.serviceAccountKey", why)
}

/// The one source whose PATCH has a required member.
pub(super) fn check_patch(patch: &Map<String, Value>) -> Checked {
    if has(patch, "authentication") { Ok(()) } else { Err(Refusal::missing("source.pubsub.authentication")) }
}
