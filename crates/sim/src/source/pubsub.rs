//! The members of a Pub/Sub source. Rules between them are in `rules/pubsub`.

use crate::field::{Field, Kind};

/// `source.pubsub`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("format", Kind::OneOf(&["JSONEachRow", "Avro", "Protobuf"])).required(),
    Field::new("projectId", Kind::Filled).required(),
    Field::new("topic", Kind::Filled).required(),
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).required().patched(),
    Field::new("seekType", Kind::OneOf(&["latest", "earliest", "timestamp"])).required(),
    Field::new("seekTimestamp", Kind::Filled),
    Field::new("filter", Kind::Length(0, 256)),
    Field::new("enableOrdering", Kind::Bool).default("false"),
    Field::new("ackDeadline", Kind::Integer(10, 600)).patched().default("60"),
    Field::new("serviceAccountKey", Kind::Object(KEY_FILE)).patched().write_only(),
];

/// A service account's key file, also used by BigQuery.
pub(crate) const KEY_FILE: &[Field] = &[Field::new("serviceAccountFile", Kind::Base64(1_048_576)).required()];

const AUTHENTICATIONS: &[&str] = &["SERVICE_ACCOUNT", "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"];
