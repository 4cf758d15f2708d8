//! What a connection says, checked: every part that resolving needs, or the first thing that is wrong.
//!
//! The schema checks the same, but stored objects can predate a rule. Not here: reading Secrets.

use std::time::Duration;

use client::Limit;
use cloud::OrganizationId;
use crd::connection::{
    ClusterConnectionCredentials, ClusterKeyIdValue, ClusterKeySecretValue, ConnectionCredentials, KeyIdValue,
    KeySecretValue, NamespacedKeyRef, OFFICIAL_API_URL, RequestBudget,
};
use crd::credential::KeyRef;
use crd::{CloudConnectionSpec, ClusterCloudConnectionSpec};
use thiserror::Error;
use url::Url;

use crate::duration;
use crate::origin::AllowedOrigins;

/// A spec as it was written, in the form that both kinds share.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a> {
    organization_id: &'a str,
    key_id: Option<KeyId<'a>>,
    key_secret: SecretKey<'a>,
    api_url: Option<&'a str>,
    request_budget: RequestBudget,
    poll_interval: &'a str,
    wake_idle_services: bool,
}

/// Where the key's id is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyId<'a> {
    /// In the spec.
    Value(&'a str),
    /// In a Secret.
    Secret(SecretKey<'a>),
}

/// One key of one Secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretKey<'a> {
    /// The Secret's namespace.
    pub namespace: &'a str,
    /// The Secret's name.
    pub name: &'a str,
    /// The key in its data.
    pub key: &'a str,
}

/// A spec that makes sense.
#[derive(Clone, Debug, PartialEq)]
pub struct Terms<'a> {
    /// The organization.
    pub organization: OrganizationId,
    /// Where the API is.
    pub api_url: Url,
    /// Where the key's id is.
    pub key_id: KeyId<'a>,
    /// Where the key's secret is.
    pub key_secret: SecretKey<'a>,
    /// The request budget.
    pub limit: Limit,
    /// Time between two looks at a quiet service.
    pub poll_interval: Duration,
    /// Whether an idle service may be woken.
    pub wake_idle_services: bool,
}

/// Why a spec does not make sense, or is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadTerms {
    /// The organization's id.
    #[error("spec.organizationId is not a UUID: copy it from the organization's page in the console")]
    Organization,
    /// The key's id is nowhere.
    #[error("spec.credentials.keyId: set exactly one of value, secretKeyRef")]
    KeyId,
    /// The API's address.
    #[error("spec.apiUrl is not an http or https URL without a user name")]
    ApiUrl,
    /// The API's address is not allowed.
    #[error("spec.apiUrl: the operator was not started with --allow-api-url {0}: remove apiUrl or allow it")]
    ApiUrlNotAllowed(String),
    /// The time between two looks.
    #[error("spec.pollInterval is not a duration from 30s to 24h, for example 5m")]
    PollInterval,
}

impl<'a> Written<'a> {
    /// The spec of a connection in this namespace.
    pub fn of_namespace(spec: &'a CloudConnectionSpec, namespace: &'a str) -> Self {
        let CloudConnectionSpec {
            organization_id,
            credentials: ConnectionCredentials { key_id, key_secret: KeySecretValue { secret_key_ref: key_secret } },
            api_url,
            request_budget,
            poll_interval,
            wake_idle_services,
        } = spec;
        let secret = |KeyRef { name, key }: &'a KeyRef| SecretKey { namespace, name, key };
        let KeyIdValue { value, secret_key_ref } = key_id;
        Self {
            organization_id,
            key_id: key_id_of(value.as_deref(), secret_key_ref.as_ref().map(secret)),
            key_secret: secret(key_secret),
            api_url: api_url.as_deref(),
            request_budget: *request_budget,
            poll_interval,
            wake_idle_services: *wake_idle_services,
        }
    }

    /// The spec of a connection of the cluster.
    pub fn of_cluster(spec: &'a ClusterCloudConnectionSpec) -> Self {
        let ClusterCloudConnectionSpec {
            organization_id,
            credentials:
                ClusterConnectionCredentials { key_id, key_secret: ClusterKeySecretValue { secret_key_ref: key_secret } },
            api_url,
            request_budget,
            poll_interval,
            wake_idle_services,
            allowed_namespaces: _,
        } = spec;
        let secret =
            |NamespacedKeyRef { namespace, name, key }: &'a NamespacedKeyRef| SecretKey { namespace, name, key };
        let ClusterKeyIdValue { value, secret_key_ref } = key_id;
        Self {
            organization_id,
            key_id: key_id_of(value.as_deref(), secret_key_ref.as_ref().map(secret)),
            key_secret: secret(key_secret),
            api_url: api_url.as_deref(),
            request_budget: *request_budget,
            poll_interval,
            wake_idle_services: *wake_idle_services,
        }
    }

    /// The request budget as it was written.
    pub fn request_budget(&self) -> RequestBudget {
        self.request_budget
    }

    /// Checks every part.
    pub fn check(self, allowed: &AllowedOrigins) -> Result<Terms<'a>, BadTerms> {
        Ok(Terms {
            organization: OrganizationId::parse(self.organization_id).ok_or(BadTerms::Organization)?,
            api_url: api_url(self.api_url, allowed)?,
            key_id: self.key_id.ok_or(BadTerms::KeyId)?,
            key_secret: self.key_secret,
            limit: limit(self.request_budget),
            poll_interval: poll_interval(self.poll_interval)?,
            wake_idle_services: self.wake_idle_services,
        })
    }
}

fn key_id_of<'a>(value: Option<&'a str>, secret: Option<SecretKey<'a>>) -> Option<KeyId<'a>> {
    match (value, secret) {
        (Some(value), None) => Some(KeyId::Value(value)),
        (None, Some(secret)) => Some(KeyId::Secret(secret)),
        (None, None) | (Some(_), Some(_)) => None,
    }
}

fn api_url(written: Option<&str>, allowed: &AllowedOrigins) -> Result<Url, BadTerms> {
    let url = Url::parse(written.unwrap_or(OFFICIAL_API_URL)).map_err(|_| BadTerms::ApiUrl)?;
    let origin = crate::origin::Origin::of(&url).map_err(|_| BadTerms::ApiUrl)?;
    if allowed.allow(&url) { Ok(url) } else { Err(BadTerms::ApiUrlNotAllowed(origin.to_string())) }
}

fn limit(RequestBudget { requests, per_seconds }: RequestBudget) -> Limit {
    let at_least_one = |number: i32| u32::try_from(number).unwrap_or(1).max(1);
    Limit { requests: at_least_one(requests), per: Duration::from_secs(at_least_one(per_seconds).into()) }
}

fn poll_interval(written: &str) -> Result<Duration, BadTerms> {
    let sensible = Duration::from_secs(30)..=Duration::from_hours(24);
    duration::parse(written).ok().filter(|interval| sensible.contains(interval)).ok_or(BadTerms::PollInterval)
}
