//! What is wanted: the object, its policies, and the document that the pipe should have.
//!
//! Not here: reading Secrets and connections (the controller), making the document ([`crate::document`]).

use std::collections::BTreeMap;
use std::time::Duration;

use cloud::{Document, OrganizationId, ServiceId};
use crd::ClickPipeSpec;
use crd::condition::Reason;
use crd::policy::{CreateRetry, RunState};

/// Everything that is wanted of one object.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// The object.
    pub object: Object,
    /// Its spec.
    pub spec: ClickPipeSpec,
    /// The connection, or why there is none.
    pub account: Result<Account, Problem>,
    /// The document that the pipe should have, or every problem with it.
    pub wanted: Result<Wanted, Vec<Problem>>,
    /// Why writes are withheld, if they are.
    pub paused: Option<PausedBy>,
    /// The cluster's id, for tokens.
    pub cluster_id: String,
    /// How long an unanswered create may still be carried out by the service.
    pub create_window: Duration,
    /// Another object that owns the pipe which this one recorded or wants to adopt: `namespace/name`.
    pub claimed_by: Option<String>,
    /// Names everything that the wanted document and the account were read from; another value means that a retry can differ.
    pub inputs: String,
}

/// What is needed of the object besides its spec and status.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Object {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// The generation of its spec.
    pub generation: i64,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// The annotation `approve-plan`.
    pub approved_plan: Option<String>,
    /// The annotation `confirm-not-created`.
    pub confirmed_nonce: Option<String>,
    /// The value of the reconcile-now annotations.
    pub requested_at: Option<String>,
}

/// The connection, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The organization.
    pub organization: OrganizationId,
    /// The service.
    pub service: ServiceId,
    /// Time between two looks at a quiet service.
    pub poll_interval: Duration,
    /// Whether an idle service may be woken.
    pub wake_idle_services: bool,
    /// Whether the connection is being deleted: existing pipes stay managed, no new one is created.
    pub terminating: bool,
}

/// The document that the pipe should have.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    /// `name`, `source`, `destination`, `fieldMappings`, `scaling`, `settings`, as far as the user set them.
    pub document: Document,
    /// Keyed fingerprints of its secrets, by path.
    pub fingerprints: BTreeMap<String, String>,
    /// Keyed hash of the whole document.
    pub hash: String,
}

/// Something wrong with the object or what it refers to, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The reason that people see.
    pub reason: Reason,
    /// Path in the spec; empty when it is not about one field.
    pub path: String,
    /// What is wrong, the rule and the cure; never a secret.
    pub message: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.path.is_empty() { f.write_str(&self.message) } else { write!(f, "{}: {}", self.path, self.message) }
    }
}

/// Which switch withholds writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PausedBy {
    /// The object itself.
    Spec,
    /// Its namespace.
    Namespace,
    /// The operator.
    Operator,
}

impl Desired {
    /// The display name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spec.name.as_deref().unwrap_or(&self.object.name)
    }

    /// The token of this object today.
    #[must_use]
    pub fn token(&self) -> String {
        crate::token::token(&self.cluster_id, &self.object.namespace, &self.object.name, &self.spec.service_id)
    }

    /// Whether the source is a database.
    #[must_use]
    pub fn is_database(&self) -> bool {
        self.spec.source.kind().is_some_and(|kind| kind.family() == crd::source::Family::Database)
    }

    /// Whether the pipe should ingest.
    #[must_use]
    pub fn wants_running(&self) -> bool {
        self.spec.state == RunState::Running
    }

    /// Whether a person must confirm before a second create.
    #[must_use]
    pub fn asks_before_retry(&self) -> bool {
        match self.spec.create_retry {
            Some(CreateRetry::Auto) => false,
            Some(CreateRetry::Manual) => true,
            None => self.is_database(),
        }
    }
}
