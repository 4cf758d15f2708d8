//! Why a pipe's connection cannot be used, in words that name the cure. Not here: finding out ([`super::directory`]).

use crd::condition::Reason;
use thiserror::Error;

use super::terms::BadTerms;
use crate::kind::Key;
use crate::secrets::ReadSecret;

/// Why a connection cannot be used.
#[derive(Debug, Error)]
pub enum Unresolved {
    /// There is none of this name.
    #[error("there is no {0}: create it, or correct spec.connectionRef")]
    ConnectionNotFound(Key),
    /// It cannot be read.
    #[error("the {0} cannot be read: its own status tells why")]
    ConnectionUnreadable(Key),
    /// The operator has not taken it up yet.
    #[error("the {0} is new: the operator takes it up first")]
    ConnectionPending(Key),
    /// It is not for this namespace.
    #[error("the {connection} does not allow the namespace {namespace:?}: add it to spec.allowedNamespaces there")]
    NamespaceNotAllowed {
        /// The connection.
        connection: Key,
        /// The pipe's namespace.
        namespace: String,
    },
    /// Its spec does not make sense, or is not allowed.
    #[error("{connection}: {problem}")]
    Terms {
        /// The connection.
        connection: Key,
        /// What is wrong.
        problem: BadTerms,
    },
    /// Its key cannot be read.
    #[error("{connection}: {problem}")]
    Secret {
        /// The connection.
        connection: Key,
        /// What is wrong.
        problem: ReadSecret,
    },
}

impl Unresolved {
    /// The reason of the condition `ReferencesResolved`; none when Kubernetes did not answer properly, so that nothing is known.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::ConnectionNotFound(_) => Some(Reason::ConnectionNotFound),
            Self::ConnectionUnreadable(_) | Self::ConnectionPending(_) => Some(Reason::ReferencesNotReady),
            Self::NamespaceNotAllowed { .. } => Some(Reason::RefNotPermitted),
            Self::Terms { problem, .. } => Some(terms_reason(problem)),
            Self::Secret { problem, .. } => secret_reason(problem),
        }
    }
}

fn terms_reason(problem: &BadTerms) -> Reason {
    match problem {
        BadTerms::ApiUrlNotAllowed(_) => Reason::RefNotPermitted,
        BadTerms::Organization | BadTerms::KeyId | BadTerms::ApiUrl | BadTerms::PollInterval => {
            Reason::ReferencesNotReady
        }
    }
}

/// The reason for a value of a Secret that cannot be used; none when Kubernetes did not answer properly.
pub fn secret_reason(problem: &ReadSecret) -> Option<Reason> {
    match problem {
        ReadSecret::NotFound { .. } => Some(Reason::SecretNotFound),
        ReadSecret::KeyMissing { .. } => Some(Reason::SecretKeyMissing),
        ReadSecret::NotUtf8 { .. } | ReadSecret::NotBare { .. } | ReadSecret::Empty { .. } => {
            Some(Reason::SecretInvalid)
        }
        ReadSecret::Forbidden { .. } => Some(Reason::RefNotPermitted),
        ReadSecret::Other { .. } => None,
    }
}
