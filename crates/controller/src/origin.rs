//! Which addresses a connection's `apiUrl` may name.
//!
//! Whoever may create a connection can make the operator call its `apiUrl`, so everything but the official API must be allowed by the
//! person who starts the operator. Not here: calling it.

use std::fmt;
use std::str::FromStr;

use crd::connection::OFFICIAL_API_URL;
use thiserror::Error;
use url::Url;

/// Scheme, host and port of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(url::Origin);

/// Why a text is not an origin.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ParseOrigin {
    /// It is not a URL.
    #[error("not a URL, expected for example https://proxy.example.com:8443")]
    Url(#[source] url::ParseError),
    /// Its scheme is neither http nor https.
    #[error("scheme {0:?} is not supported, expected http or https")]
    Scheme(String),
    /// It holds a user name or password.
    #[error("a URL with a user name or password is not supported")]
    UserInfo,
    /// It holds more than an origin.
    #[error("expected only scheme, host and port, for example https://proxy.example.com:8443")]
    Rest,
}

impl Origin {
    /// The origin of a URL that the operator could call.
    pub fn of(url: &Url) -> Result<Self, ParseOrigin> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(ParseOrigin::Scheme(url.scheme().to_owned()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(ParseOrigin::UserInfo);
        }
        Ok(Self(url.origin()))
    }
}

impl FromStr for Origin {
    type Err = ParseOrigin;

    fn from_str(text: &str) -> Result<Self, ParseOrigin> {
        let url = Url::parse(text.trim()).map_err(ParseOrigin::Url)?;
        let origin = Self::of(&url)?;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        if bare { Ok(origin) } else { Err(ParseOrigin::Rest) }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

/// The origins that connections may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedOrigins(Vec<Origin>);

impl AllowedOrigins {
    /// The official API and these.
    pub fn new(further: impl IntoIterator<Item = Origin>) -> Self {
        let official = OFFICIAL_API_URL.parse().ok();
        Self(official.into_iter().chain(further).collect())
    }

    /// Whether this URL may be called.
    pub fn allow(&self, url: &Url) -> bool {
        Origin::of(url).is_ok_and(|origin| self.0.contains(&origin))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_official_api_is_always_allowed_and_nothing_else_by_itself() {
        let allowed = AllowedOrigins::new([]);
        assert!(allowed.allow(&url(OFFICIAL_API_URL)));
        assert!(allowed.allow(&url("https://api.clickhouse.cloud:443/")));
        for other in ["http://api.clickhouse.cloud", "https://api.clickhouse.cloud:8443", "http://169.254.169.254/"] {
            assert!(!allowed.allow(&url(other)), "{other}");
        }
    }

    #[test]
    fn an_allowed_origin_covers_its_paths_but_no_other_port() {
        let allowed = AllowedOrigins::new(["http://127.0.0.1:9000".parse().unwrap()]);
        assert!(allowed.allow(&url("http://127.0.0.1:9000/cloud")));
        assert!(!allowed.allow(&url("http://127.0.0.1:9001")));
        assert!(!allowed.allow(&url("http://user:password@127.0.0.1:9000")));
    }

    #[test]
    fn a_flag_that_is_not_an_origin_is_refused() {
        assert_eq!("ftp://example.com".parse::<Origin>(), Err(ParseOrigin::Scheme("ftp".to_owned())));
        assert_eq!("https://example.com/v1".parse::<Origin>(), Err(ParseOrigin::Rest));
        assert!(matches!("example.com".parse::<Origin>(), Err(ParseOrigin::Url(_))));
    }
}
