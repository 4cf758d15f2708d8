//! What the user writes: the `ClickPipe`, `CloudConnection` and `ClusterCloudConnection` resources, their status, and the facts of each field.
//!
//! Here: types, their documentation, validation rules (CEL), and [`facts`]: how the Cloud API treats each field.
//! Not here: decisions (crate `plan`), anything that talks to a server, any clock. Third parties can depend on this crate alone.
#![expect(unreachable_pub, reason = "KubeSchema repeats each struct inside a function")]
#![expect(clippy::doc_markdown, reason = "doc comments are the text of kubectl explain, which shows every backtick")]
#![expect(clippy::duplicated_attributes, reason = "printer columns differ in their name, which the lint does not see")]

pub mod condition;
pub mod connection;
pub mod credential;
pub mod definitions;
pub mod destination;
pub mod facts;
pub mod pipe;
pub mod policy;
pub mod scaling;
pub mod settings;
pub mod source;
pub mod status;

pub use connection::{CloudConnection, CloudConnectionSpec, ClusterCloudConnection, ClusterCloudConnectionSpec};
pub use pipe::{ClickPipe, ClickPipeSpec};
pub use status::ClickPipeStatus;

/// The API group of every resource of this project, and the prefix of its annotations and finalizers.
pub const GROUP: &str = "cloud.clickhouse.com";
/// The version of every resource of this project.
pub const VERSION: &str = "v1alpha1";

/// The finalizer that keeps a `ClickPipe` until its pipe is gone or released.
pub const PIPE_FINALIZER: &str = "cloud.clickhouse.com/pipe";
/// The finalizer that keeps a connection while pipes still need its key.
pub const CONNECTION_FINALIZER: &str = "cloud.clickhouse.com/connection";

/// Annotation names, read from users except [`annotation::LAST_PIPE`].
pub mod annotation {
    /// Approves the plan with this hash, once.
    pub const APPROVE_PLAN: &str = "cloud.clickhouse.com/approve-plan";
    /// Confirms that the attempt with this nonce made no pipe, so another POST may follow.
    pub const CONFIRM_NOT_CREATED: &str = "cloud.clickhouse.com/confirm-not-created";
    /// Any new value asks for a reconcile now.
    pub const RECONCILE_REQUESTED_AT: &str = "cloud.clickhouse.com/reconcile-requested-at";
    /// Flux's way to ask for a reconcile now.
    pub const FLUX_REQUESTED_AT: &str = "reconcile.fluxcd.io/requestedAt";
    /// `"true"` on an object or its namespace withholds every external write.
    pub const PAUSED: &str = "cloud.clickhouse.com/paused";
    /// Written by the operator: the last pipe of this object. It may forbid a create, never permit a write.
    pub const LAST_PIPE: &str = "cloud.clickhouse.com/last-pipe";
}

/// What an organization, service or pipe id looks like.
pub(crate) const UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";
