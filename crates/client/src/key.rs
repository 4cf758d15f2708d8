//! The key that calls are made with, and where to.
//!
//! Not here: reading it from a Kubernetes Secret (crate `controller`).

use std::fmt;

use cloud::{OrganizationId, Secret};
use url::Url;

/// An API key of one organization.
#[derive(Clone, PartialEq, Eq)]
pub struct AccountKey {
    /// Where the API is, such as `https://api.clickhouse.cloud`. User name and password in it are ignored.
    pub api_url: Url,
    /// The organization that the key belongs to.
    pub organization: OrganizationId,
    /// The key's id, for Basic auth.
    pub key_id: String,
    /// The key's secret, for Basic auth.
    pub key_secret: Secret,
}

impl AccountKey {
    /// The API's address without anything secret and without a slash at the end.
    pub(crate) fn base(&self) -> String {
        let mut url = self.api_url.clone();
        // A URL that cannot have a user name has none.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        url.as_str().trim_end_matches('/').to_owned()
    }

    /// Scheme, host and port: what shares a budget with it.
    pub(crate) fn origin(&self) -> String {
        self.api_url.origin().ascii_serialization()
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { api_url: _, organization, key_id, key_secret } = self;
        f.debug_struct("AccountKey")
            .field("api_url", &self.base())
            .field("organization", organization)
            .field("key_id", key_id)
            .field("key_secret", key_secret)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_no_secret() {
        let key = AccountKey {
            api_url: Url::parse("https://ann:hunter1@api.example/base/?token=hunter2").unwrap(),
            organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
            key_id: "id".to_owned(),
            key_secret: Secret::new("hunter3".to_owned()),
        };
        let shown = format!("{key:?}");
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(key.base(), "https://api.example/base");
        assert_eq!(key.origin(), "https://api.example");
    }
}
