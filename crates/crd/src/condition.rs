//! The one vocabulary of conditions and reasons: the types, what each means, and the order in which people see them.
//!
//! These names are public contract. Not here: when a condition is set (crate `plan`).

/// Declares an enum of names with their meaning, so that a name, its documentation and its text in the reference are one line.
macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($variant:ident: $meaning:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = $meaning] $variant,)*
        }

        impl $name {
            /// Every name, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name as people see it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)* }
            }

            /// What it means, for the reference.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// The types of conditions, in the fixed order of the list.
    ConditionType {
        Reconciling: "Present only when True: the operator will act again by itself, and the object is not in the wanted state yet.",
        Stalled: "Present only when True: nothing will change without a new spec or a person inside the service.",
        Ready: "This generation is applied and the pipe was last seen in the wanted state.",
        Synced: "The last attempt to observe and converge ended without error and without a remaining difference.",
        ReferencesResolved: "Connection, service, every key of a Secret and every grant are resolved.",
        Drifted: "A difference was seen that neither the user nor the operator caused.",
        Paused: "Present only when True: external writes are withheld.",
        AwaitingApproval: "Present only when True: a plan needs the annotation approve-plan.",
        SuspectedDuplicate: "Present only when True: an unclaimed pipe looks like one of ours.",
    }
}

vocabulary! {
    /// The reasons of conditions.
    Reason {
        Pending: "The operator has not seen the object yet.",
        Creating: "The pipe is being created.",
        CreateUnconfirmed: "The answer to the create was lost; the operator looks for the pipe and does not create another.",
        Provisioning: "The service is provisioning the pipe.",
        InitialSnapshot: "The first load is running.",
        Updating: "A change is being applied.",
        Resyncing: "Tables are being loaded again.",
        Starting: "The pipe is on its way to Running.",
        Stopping: "The pipe is on its way to Stopped.",
        ReferencesNotReady: "A referenced object is missing or not ready; ReferencesResolved tells which.",
        WaitingForService: "The service is not running.",
        WaitingForBudget: "Requests wait for the API's rate limit.",
        AwaitingApproval: "A change waits for approval of its plan.",
        Paused: "Writes are withheld and the spec is newer than what was applied.",
        ObservationStale: "The pipe could not be observed for too long; or, right after a pause, it cannot be observed and was last seen in another state than Ready says.",
        Running: "The pipe runs, as wanted.",
        Stopped: "The pipe is stopped, as wanted.",
        Completed: "The one-time load is finished.",
        Observed: "The pipe was found; it is observed only.",
        PipeDegraded: "The service says that the pipe is degraded.",
        PipeFailed: "The service says that the pipe has failed; it does not say why.",
        PipeInternalError: "The service reports an internal error of the pipe.",
        PipeNotRunning: "The pipe is stopped although it should run, and driftPolicy is Warn.",
        PipeNotStopped: "The pipe runs although it should be stopped, and driftPolicy is Warn.",
        ExternallyDeleted: "The pipe was deleted by somebody else.",
        ApplyFailed: "This generation cannot be applied; Synced tells why.",
        Deleting: "The object is being deleted.",
        ReconcileSuccess: "The pipe is as the object says.",
        ReconcilePaused: "Nothing is synced while writes are withheld.",
        InProgress: "Converging.",
        ReconcileError: "A call failed and is retried.",
        RateLimited: "The service refuses requests as too many.",
        AuthenticationFailed: "The service refuses the API key.",
        PermissionDenied: "The API key lacks a permission.",
        InvalidSpec: "The spec cannot be applied as it is.",
        SourceRejected: "The service could not use the source; the source can heal.",
        RecordTooNew: "A newer operator wrote the status; this one makes no write.",
        MassVanish: "Many pipes of the service vanished at once; nothing is done to the missing ones.",
        OrganizationMismatch: "The connection names another organization than the pipe's.",
        DeleteBlocked: "The deletion cannot proceed.",
        ImmutableFieldChange: "A changed field needs a new pipe, and replacementPolicy is Never.",
        AdoptMismatch: "The pipe to adopt does not exist or differs; or the object has another pipe than spec.adopt.id names: set it back or remove it.",
        AdoptionRequired: "A pipe with this object's token exists and no attempt of this object is on record.",
        ConfirmationRequired: "A create stayed unknown and no pipe was found; a person must confirm.",
        AlreadyClaimed: "Another object owns the pipe.",
        ManagementConflict: "Somebody else changes the same fields again and again.",
        DriftNotCorrected: "A difference is reported and left, because driftPolicy is Warn.",
        DeleteFailed: "The service refuses to delete the pipe.",
        Resolved: "Every reference is resolved.",
        ConnectionNotFound: "The connection does not exist.",
        ServiceNotFound: "The organization has no such service.",
        SecretNotFound: "A Secret or ConfigMap does not exist.",
        SecretKeyMissing: "A Secret or ConfigMap has no such key.",
        SecretInvalid: "A value in a Secret or ConfigMap is empty or malformed.",
        RefNotPermitted: "A reference is not permitted.",
        DriftDetected: "A difference was seen.",
        NoDrift: "No difference was seen.",
        Progressing: "The operator is at work.",
        ProgressingWithRetry: "The operator is at work, after at least one error.",
        RetriesExhausted: "The operator has given up retrying.",
        PausedBySpec: "spec.paused or the object's annotation.",
        PausedByNamespace: "The namespace's annotation.",
        PausedGlobally: "The operator's flag.",
        UnclaimedPipeFound: "status.candidates lists the ids.",
        ReplaceRequired: "The plan needs a new pipe.",
        ResyncRequired: "The plan loads tables again.",
        Valid: "The API key works for the organization.",
        Unreachable: "The API cannot be reached.",
    }
}

/// The value of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// Not known, or on the way.
    Unknown,
}

impl Truth {
    /// The value as Kubernetes writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "True",
            Self::False => "False",
            Self::Unknown => "Unknown",
        }
    }
}
