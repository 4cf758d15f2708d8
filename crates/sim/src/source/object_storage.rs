//! The members of an object-storage source. Rules between them are in `rules/object_storage`.

use crate::field::{Field, Kind};
use crate::source::kinesis::ACCESS_KEY;

/// `source.objectStorage`
pub(crate) const FIELDS: &[Field] = &[
    Field::new("type", Kind::OneOf(TYPES)).required(),
    Field::new("format", Kind::OneOf(FORMATS)).required(),
    Field::new("url", Kind::Filled),
    Field::new("path", Kind::Filled).patched(),
    Field::new("azureContainerName", Kind::Filled).patched(),
    Field::new("connectionString", Kind::Filled).patched().write_only(),
    Field::new("delimiter", Kind::Text).default("\",\""),
    Field::new("compression", Kind::OneOf(COMPRESSIONS)).default("\"auto\""),
    Field::new("isContinuous", Kind::Bool).default("false"),
    Field::new("queueUrl", Kind::Filled),
    Field::new("skipInitialLoad", Kind::Bool).patched().default("false"),
    Field::new("startAfter", Kind::Text).patched(),
    Field::new("authentication", Kind::OneOf(AUTHENTICATIONS)).patched(),
    Field::new("iamRole", Kind::Text).patched(),
    Field::new("accessKey", Kind::Object(ACCESS_KEY)).patched().write_only(),
    Field::new("serviceAccountKey", Kind::Base64(1_048_576)).patched().write_only(),
];

const TYPES: &[&str] = &["s3", "gcs", "dospaces", "azureblobstorage", "cloudflarer2", "ovhobjectstorage"];

const FORMATS: &[&str] =
    &["JSONEachRow", "JSONAsObject", "CSV", "CSVWithNames", "TabSeparated", "TabSeparatedWithNames", "Parquet", "Avro"];

const COMPRESSIONS: &[&str] = &["none", "gzip", "gz", "brotli", "br", "xz", "LZMA", "zstd", "auto"];

const AUTHENTICATIONS: &[&str] =
    &["IAM_ROLE", "IAM_USER", "CONNECTION_STRING", "SERVICE_ACCOUNT", "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"];
