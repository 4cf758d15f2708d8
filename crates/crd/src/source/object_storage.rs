//! Files in object storage: S3, Google Cloud Storage, Azure Blob Storage, DigitalOcean Spaces, Cloudflare R2 and OVH.
//!
//! Every field of this source stands here once: name, type, rule and facts.

use kube::KubeSchema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::access_key::{AccessKey, ROLE};
use crate::credential::{SecretValue, ServiceAccountKey};
use crate::facts::{Compare, FIXED, IN_PLACE, WHILE_PAUSED};

/// Wildcards that the `s3` table function knows and ClickPipes does not.
const NO_BRACES: (&str, &str) = (
    "!self.matches('[{][^}]*(,|[.][.])[^}]*[}]')",
    "{a,b} and {N..M} are not supported here: use the wildcards ?, * and **, or one ClickPipe for each alternative",
);

/// Files in object storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KubeSchema)]
#[serde(rename_all = "camelCase")]
#[x_kube(
    validation = ("self.type == 'azureblobstorage' ? has(self.path) && has(self.azureContainerName) && !has(self.url) : has(self.url) && !has(self.path) && !has(self.azureContainerName)", "type azureblobstorage takes path and azureContainerName and no url; every other type takes url and neither of them"),
    validation = ("self.type == 'azureblobstorage' ? has(self.authentication) && self.authentication == 'CONNECTION_STRING' : !has(self.authentication) || self.authentication in {'s3': ['IAM_ROLE', 'IAM_USER'], 'gcs': ['IAM_USER', 'SERVICE_ACCOUNT', 'SERVICE_ACCOUNT_WORKLOAD_IDENTITY'], 'dospaces': ['IAM_USER'], 'cloudflarer2': ['IAM_USER'], 'ovhobjectstorage': ['IAM_USER']}[self.type]", "this type does not support this authentication; supported are: s3 IAM_ROLE, IAM_USER or none; gcs IAM_USER, SERVICE_ACCOUNT, SERVICE_ACCOUNT_WORKLOAD_IDENTITY or none; dospaces, cloudflarer2 and ovhobjectstorage IAM_USER or none; azureblobstorage CONNECTION_STRING"),
    validation = ("has(self.iamRole) == (has(self.authentication) && self.authentication == 'IAM_ROLE')", "iamRole goes with authentication IAM_ROLE, and only with it: set both, or remove iamRole"),
    validation = ("has(self.accessKey) == (has(self.authentication) && self.authentication == 'IAM_USER')", "accessKey goes with authentication IAM_USER, and only with it: set both, or remove accessKey"),
    validation = ("has(self.serviceAccountKey) == (has(self.authentication) && self.authentication == 'SERVICE_ACCOUNT')", "serviceAccountKey goes with authentication SERVICE_ACCOUNT, and only with it: set both, or remove serviceAccountKey"),
    validation = ("has(self.connectionString) == (has(self.authentication) && self.authentication == 'CONNECTION_STRING')", "connectionString goes with authentication CONNECTION_STRING, and only with it: set both, or remove connectionString"),
    validation = ("!has(self.queueUrl) || (has(self.isContinuous) && self.isContinuous && has(self.authentication))", "queueUrl needs isContinuous: true and an authentication: a queue cannot announce public files"),
    validation = ("!has(self.queueUrl) || (self.type == 's3' && self.queueUrl.startsWith('https://')) || (self.type == 'gcs' && self.queueUrl.matches('^projects/[^/]+/subscriptions/[^/]+$'))", "queueUrl is the URL of an SQS queue for type s3, or projects/<project>/subscriptions/<subscription> for type gcs; other types have no queue"),
    validation = ("!has(self.skipInitialLoad) || !self.skipInitialLoad || has(self.queueUrl)", "skipInitialLoad: true needs queueUrl: without a queue there would be nothing to read"),
    validation = ("!has(self.startAfter) || !has(self.skipInitialLoad) || !self.skipInitialLoad", "startAfter is about the first load, which skipInitialLoad: true leaves out: remove one of them"),
    // Not on the field itself: the API server's answer would repeat the value, password and all.
    validation = ("!has(self.url) || self.url.matches('^[a-z0-9]+://[^/@]+/')", "url is complete and holds no user name or password, for example https://my-bucket.s3.amazonaws.com/data/*.json")
)]
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
    #[x_kube(
        validation = NO_BRACES,
        validation = ("!self.startsWith('gs://')", "gs:// is not supported here: write https://storage.googleapis.com/<bucket>/<path>")
    )]
    pub url: Option<String>,
    /// Path of the files in the container, for azureblobstorage; wildcards as in `url`.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = WHILE_PAUSED.write_only()))]
    #[x_kube(validation = NO_BRACES)]
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
    // The default: for azureblobstorage, which has only this one, the service does not return what was sent.
    /// How to log in; leave out for public files.
    #[schemars(extend("x-facts" = IN_PLACE, "x-default" = "CONNECTION_STRING"))]
    pub authentication: Option<ObjectStorageAuthentication>,
    /// ARN of the role to assume; with authentication IAM_ROLE.
    #[schemars(length(min = 1, max = 2048), extend("x-facts" = IN_PLACE))]
    #[x_kube(validation = ROLE)]
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
