//! Rules of Kinesis sources.

use serde_json::{Map, Value};

use crate::refusal::Checked;
use crate::rules::{Rule, Surroundings, has, only, text};

/// All of them.
pub(super) const RULES: &[Rule] = &[
    a_timestamp_goes_with_at_timestamp,
    credentials_fit_the_authentication,
    iam_needs_a_service_on_aws,
    protobuf_needs_a_schema_or_a_registry,
];

fn a_timestamp_goes_with_at_timestamp(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let wanted = text(source, "iteratorType") == Some("AT_TIMESTAMP");
    let why = "timestamp is required for AT_TIMESTAMP and refused otherwise";
    only(wanted == has(source, "timestamp"), "source.kinesis.timestamp", why)
}

fn credentials_fit_the_authentication(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    if text(source, "authentication") == Some("IAM_ROLE") {
        let why = "iamRole is required for IAM_ROLE authentication";
        return only(has(source, "iamRole"), "source.kinesis.iamRole", why);
    }
    let why = "accessKey is required for IAM_USER authentication";
    only(has(source, "accessKey"), "source.kinesis.accessKey", why)
}

fn iam_needs_a_service_on_aws(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let role = text(source, "authentication") == Some("IAM_ROLE");
    let why = "'IAM_ROLE' is only supported for services on AWS";
    only(!role || around.provider == "aws", "source.kinesis.authentication", why)
}

fn protobuf_needs_a_schema_or_a_registry(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let protobuf = text(source, "format") == Some("Protobuf");
    let (schema, registry) = (has(source, "protobufSchema"), has(source, "schemaRegistry"));
    let path = "source.kinesis.protobufSchema";
    only(!schema || protobuf, path, "is only supported for the Protobuf format")?;
    only(!(schema && registry), path, "cannot be combined with schemaRegistry")?;
    only(!protobuf || schema || registry, path, "protobufSchema or schemaRegistry is required for the Protobuf format")
}
