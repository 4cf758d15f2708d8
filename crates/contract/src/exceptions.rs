//! Where we knowingly part from the official document, and why: the one place.
//!
//! Each entry must still be true: one that is no difference any more is a problem, too.

use crate::agreement::Aspect;
use crate::operation::Body;
use crate::shape::Bound;

/// Properties of a pipe that are never sent, with what is below them: body, property, reason.
pub const NOT_MANAGED: [(Body, &str, &str); 3] = [
    (Body::Create, "scaling.concurrency", "out of date: the setting `object_storage_concurrency` has taken its place"),
    (Body::Scaling, "concurrency", "out of date: the setting `object_storage_concurrency` has taken its place"),
    (Body::Patch, "settings", "the API checks it here and does not apply it: settings are changed by their own PUT"),
];

/// Properties that the operator fills by itself: body, property, the field that it follows, how.
pub const OPERATOR: [(Body, &str, &str, &str); 2] = [
    (
        Body::Create,
        "startPaused",
        "state",
        "always true where the API supports it: the pipe is started once its id is on record",
    ),
    (Body::State, "command", "state, resyncRequest", "start and stop follow `state`; resync follows `resyncRequest`"),
];

/// Why Azure's place is not taken from an answer.
const AZURE: &str = "the document lists it, and the vendor's Terraform provider keeps its own value because GET does not return it: \
     compared with what was applied";
/// Why an engine's columns are not taken from an answer.
const ENGINE: &str = "the document lists it, and GET answers without it: compared with what was applied";
/// Why a connection is not repeated.
const CONNECTION: &str = "required and nullable in the document; left out of a change that is not about it, as the vendor's Terraform \
     provider does: sent, it makes the API try to connect anew";
/// Why the size of a schema is not in the definition.
const SCHEMA: &str = "the limit is on the encoded text, so it is checked when the value is read";
/// Where duplicates are refused.
const DUPLICATES: &str = "checked by the operator (InvalidSpec): in the definition it would cost too much, and a list of type set would \
     not keep its order when it is applied";

/// Differences that are meant: field, in what, reason.
pub const DIFFERENCES: [(&str, Aspect, &str); 18] = [
    ("name", Aspect::Required, "the default is the object's name; the body always has one"),
    ("destination.tableDefinition.engine.columnIds", Aspect::Returned, ENGINE),
    ("destination.tableDefinition.engine.versionColumnId", Aspect::Returned, ENGINE),
    ("source.kafka.protobufSchema", Aspect::Limit(Bound::MinLength), SCHEMA),
    ("source.kafka.protobufSchema", Aspect::Limit(Bound::MaxLength), SCHEMA),
    ("source.kinesis.protobufSchema", Aspect::Limit(Bound::MinLength), SCHEMA),
    ("source.kinesis.protobufSchema", Aspect::Limit(Bound::MaxLength), SCHEMA),
    ("source.objectStorage.azureContainerName", Aspect::Returned, AZURE),
    ("source.objectStorage.path", Aspect::Returned, AZURE),
    (
        "source.objectStorage.connectionString",
        Aspect::Returned,
        "the document lists it; it is a secret, which is compared by its fingerprint and never taken from an answer",
    ),
    ("source.mongodb.readPreference", Aspect::RequiredInChange, CONNECTION),
    ("source.mongodb.uri", Aspect::RequiredInChange, CONNECTION),
    ("source.mysql.host", Aspect::RequiredInChange, CONNECTION),
    ("source.mysql.port", Aspect::RequiredInChange, CONNECTION),
    (
        "source.pubsub.authentication",
        Aspect::RequiredInChange,
        "the operator adds it to every change of a Pub/Sub source (`plan/src/rules/credentials.rs`)",
    ),
    ("source.mongodb.tableMappings[].structuredIngestion.sortingKeys", Aspect::Unique, DUPLICATES),
    ("source.mysql.tableMappings[].sortingKeys", Aspect::Unique, DUPLICATES),
    ("source.postgres.tableMappings[].sortingKeys", Aspect::Unique, DUPLICATES),
];

/// The fields that the document requires in every change and that we leave out of changes that are not about them.
pub fn left_out_of_changes() -> impl Iterator<Item = &'static str> {
    DIFFERENCES.into_iter().filter(|(_, _, reason)| *reason == CONNECTION).map(|(field, _, _)| field)
}

/// Changes in place that the document offers and the vendor's Terraform provider does not make: field, what we do.
pub const DISPUTED: [(&str, &str); 8] = [
    ("source.kafka.reversePrivateEndpointIds", VERIFIED),
    ("source.kinesis.authentication", ROTATION),
    ("source.kinesis.iamRole", ROTATION),
    ("source.kinesis.accessKey", ROTATION),
    ("source.objectStorage.path", FIRST_LOAD),
    ("source.objectStorage.azureContainerName", FIRST_LOAD),
    ("source.objectStorage.skipInitialLoad", FIRST_LOAD),
    ("source.objectStorage.startAfter", FIRST_LOAD),
];
/// What makes up for an answer that says nothing.
const VERIFIED: &str = "changed by PATCH and looked at afterwards: a change that is accepted and not made is said so";
/// Why login data of a stream is not a reason for a new pipe.
const ROTATION: &str = "changed by PATCH: a new pipe for a rotated credential would lose the place in the stream";
/// When it may matter.
const FIRST_LOAD: &str = "changed by PATCH, only while the pipe is stopped: it shapes the first load";

/// Why our definition has a limit of this name and value where the document has none.
#[must_use]
pub fn reason_of_our_own(limit: &str, value: &str) -> &'static str {
    match (limit, value) {
        ("required", _) => "a pipe without it is refused; the document lists nothing as required for the object",
        ("pattern", _) => "the form that the document's description names, or shows as its example",
        ("minimum", _) => "the least number that means something",
        ("maximum", _) => "a whole number ends where its type does",
        ("minLength", _) => "the API refuses empty texts; absent is how to leave a value out",
        ("minItems", _) => "the API refuses an empty list of mappings and of columns",
        ("maxLength", "240") => {
            "leaves room for the token within the 255 characters that the document gives the name of a pipe in answers"
        }
        ("maxLength", "63") => "PostgreSQL keeps no longer names",
        ("maxLength", "300") => "BigQuery has no longer column names",
        _ => "generous, so that rules stay affordable and an object stays below the size that etcd takes",
    }
}
