//! The members of a Kinesis source. Rules between them are in `rules/kinesis`.

use crate::field::{Field, Kind};
use crate::source::kafka::FORMATS;

/// `source.kinesis`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("format", Kind::OneOf(FORMATS)).required(),
    Field::new("streamName", Kind::Filled).required(),
    Field::new("region", Kind::Filled).required(),
    Field::new("useEnhancedFanOut", Kind::Bool).default("false"),
    Field::new("iteratorType", Kind::OneOf(&["TRIM_HORIZON", "LATEST", "AT_TIMESTAMP"])).required(),
    Field::new("timestamp", Kind::IntegerOrText),
    Field::new("authentication", Kind::OneOf(&["IAM_ROLE", "IAM_USER"])).required().patched(),
    Field::new("iamRole", Kind::Text).patched(),
    Field::new("accessKey", Kind::Object(ACCESS_KEY)).patched().write_only(),
    Field::new("schemaRegistry", Kind::Object(REGISTRY)),
    Field::new("protobufSchema", Kind::Base64(1_048_576)).write_only(),
];

/// An AWS access key, also used by object storage.
pub(crate) const ACCESS_KEY: &[Field] =
    &[Field::new("accessKeyId", Kind::Filled).required(), Field::new("secretKey", Kind::Filled).required()];

const REGISTRY: &[Field] = &[
    Field::new("type", Kind::OneOf(&["glue"])),
    Field::new("glueRegion", Kind::Filled).required(),
    Field::new("glueRegistryName", Kind::Filled).required(),
    Field::new("glueRoleArn", Kind::Filled),
];
