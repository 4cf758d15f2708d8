//! Files in object storage: S3, Google Cloud Storage, Azure Blob Storage, DigitalOcean Spaces, Cloudflare R2 and OVH.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::AccessKey;
use crate::credential::{SecretValue, ServiceAccountKey};
use crate::facts::{Compare, FIXED, IN_PLACE, WHILE_PAUSED};

/// Files in object storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectStorage {
    /// Kind of object store.
    #[schemars(extend("x-facts" = FIXED))]
    pub r#type: ObjectStorageType,
    /// Format of the files.
    #[schemars(extend("x-facts" = FIXED))]
    pub format: FileFormat,
    /// URL of the files, for every type but azureblobstorage, for example `https://my-bucket.s3.amazonaws.com/data/*.json`. Wildcards are
    /// `?`, `*` (not across `/`) and `**`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = FIXED.compared(Compare::ObjectUrl)))]
    pub url: Option<String>,
    /// Path of the files in the container, for azureblobstorage; wildcards as in `url`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = WHILE_PAUSED.write_only()))]
    pub path: Option<String>,
    /// Container, for azureblobstorage.
    #[schemars(length(min = 1, max = 255), extend("x-facts" = WHILE_PAUSED.write_only()))]
    pub azure_container_name: Option<String>,
    /// Connection string of the storage account, for azureblobstorage.
    #[schemars(extend("x-facts" = IN_PLACE.write_only()))]
    pub connection_string: Option<SecretValue>,
    /// Delimiter of CSV files; default `,`.
    #[schemars(length(min = 1, max = 16), extend("x-facts" = FIXED, "x-default" = ","))]
    pub delimiter: Option<String>,
    /// Compression of the files; default `auto`, by file name.
    #[schemars(extend("x-facts" = FIXED, "x-default" = "auto"))]
    pub compression: Option<Compression>,
    /// Whether to go on reading new files. Default false: load what is there once, and end as Completed. Without `queueUrl` the names of
    /// new files must be in lexical order after those already read.
    #[schemars(extend("x-facts" = FIXED))]
    pub is_continuous: Option<bool>,
    /// Queue that announces new files, for s3 and gcs: the URL of an SQS queue, or `projects/<project>/subscriptions/<subscription>`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = FIXED))]
    pub queue_url: Option<String>,
    /// Whether to read only files that the queue announces, not those that are there already; with `queueUrl`. Default false.
    #[schemars(extend("x-facts" = WHILE_PAUSED))]
    pub skip_initial_load: Option<bool>,
    /// Object key up to which, itself included, files are skipped in the first load.
    #[schemars(length(min = 1, max = 1024), extend("x-facts" = WHILE_PAUSED))]
    pub start_after: Option<String>,
    /// How to log in; leave out for public files.
    #[schemars(extend("x-facts" = IN_PLACE))]
    pub authentication: Option<ObjectStorageAuthentication>,
    /// ARN of the role to assume; with authentication IAM_ROLE.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = IN_PLACE))]
    pub iam_role: Option<String>,
    /// Access key, or HMAC key for gcs; with authentication IAM_USER.
    #[schemars(extend("x-facts" = IN_PLACE.whole().write_only()))]
    pub access_key: Option<AccessKey>,
    /// Google Cloud service-account key; with authentication SERVICE_ACCOUNT.
    #[schemars(extend("x-facts" = IN_PLACE.write_only()))]
    pub service_account_key: Option<ServiceAccountKey>,
}

/// Kinds of object store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ObjectStorageType {
    /// Amazon S3.
    S3,
    /// Google Cloud Storage.
    Gcs,
    /// DigitalOcean Spaces.
    Dospaces,
    /// Azure Blob Storage.
    Azureblobstorage,
    /// Cloudflare R2.
    Cloudflarer2,
    /// OVH Object Storage.
    Ovhobjectstorage,
}

/// Formats of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum FileFormat {
    /// One JSON object for each row.
    JSONEachRow,
    /// Each JSON object whole, in one column.
    JSONAsObject,
    /// Comma-separated values.
    CSV,
    /// Comma-separated values with a header line.
    CSVWithNames,
    /// Tab-separated values.
    TabSeparated,
    /// Tab-separated values with a header line.
    TabSeparatedWithNames,
    /// Apache Parquet.
    Parquet,
    /// Avro object container files.
    Avro,
}

/// Compression of files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// Not compressed.
    None,
    /// Gzip.
    Gzip,
    /// Gzip, short name.
    Gz,
    /// Brotli.
    Brotli,
    /// Brotli, short name.
    Br,
    /// XZ.
    Xz,
    /// LZMA.
    #[serde(rename = "LZMA")]
    Lzma,
    /// Zstandard.
    Zstd,
    /// By file name.
    Auto,
}

/// Ways to log in to object storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ObjectStorageAuthentication {
    /// An AWS role; s3 only.
    IamRole,
    /// An access key; every type but azureblobstorage.
    IamUser,
    /// A connection string; azureblobstorage only.
    ConnectionString,
    /// The key of a Google Cloud service account; gcs only.
    ServiceAccount,
    /// Google Cloud workload identity; gcs only, private preview.
    ServiceAccountWorkloadIdentity,
}
