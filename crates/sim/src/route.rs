//! Which endpoint a request is for.
//!
//! What an endpoint does is not here; neither is whether the caller may use it.

use serde::{Deserialize, Serialize};

/// The endpoints, by what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RouteKind {
    /// `GET /services`
    ListServices,
    /// `GET /services/{service}`
    GetService,
    /// `PATCH /services/{service}/state`
    SetServiceState,
    /// `GET /clickpipes`
    ListPipes,
    /// `POST /clickpipes`
    CreatePipe,
    /// `GET /clickpipes/{pipe}`
    GetPipe,
    /// `PATCH /clickpipes/{pipe}`
    PatchPipe,
    /// `DELETE /clickpipes/{pipe}`
    DeletePipe,
    /// `GET /clickpipes/{pipe}/settings`
    GetSettings,
    /// `PUT /clickpipes/{pipe}/settings`
    PutSettings,
    /// `PATCH /clickpipes/{pipe}/scaling`
    SetScaling,
    /// `PATCH /clickpipes/{pipe}/state`
    SetState,
    /// `GET /clickpipesCdcScaling`
    GetCdcScaling,
    /// `PATCH /clickpipesCdcScaling`
    SetCdcScaling,
    /// `GET /clickpipes/context`
    GetContext,
    /// `POST /clickpipes/schemaDiscovery`
    DiscoverSchema,
    /// Anything else; answered with 404.
    Unknown,
}

impl RouteKind {
    /// Whether a request of this kind may change something.
    pub fn writes(self) -> bool {
        match self {
            Self::SetServiceState
            | Self::CreatePipe
            | Self::PatchPipe
            | Self::DeletePipe
            | Self::PutSettings
            | Self::SetScaling
            | Self::SetState
            | Self::SetCdcScaling => true,
            Self::ListServices
            | Self::GetService
            | Self::ListPipes
            | Self::GetPipe
            | Self::GetSettings
            | Self::GetCdcScaling
            | Self::GetContext
            | Self::DiscoverSchema
            | Self::Unknown => false,
        }
    }
}

/// An endpoint together with the identifiers in its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Route {
    /// Which endpoint.
    pub(crate) kind: RouteKind,
    /// The organization, as written.
    pub(crate) organization: Option<String>,
    /// The service, as written.
    pub(crate) service: Option<String>,
    /// The pipe, as written.
    pub(crate) pipe: Option<String>,
}

impl Route {
    /// Reads method and path. A trailing slash and a query change nothing. `strict` refuses the old CDC scaling path.
    pub(crate) fn parse(method: &str, path: &str, strict: bool) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let ["v1", "organizations", organization, rest @ ..] = parts.as_slice() else {
            return Self::of(RouteKind::Unknown, None, None, None);
        };
        let organization = Some(*organization);
        match rest {
            ["services"] => Self::of(pick(method, &[("GET", RouteKind::ListServices)]), organization, None, None),
            ["services", service, rest @ ..] => {
                let (kind, pipe) = in_service(method, rest);
                Self::of(kind, organization, Some(service), pipe)
            }
            ["clickpipes", "cdcScaling"] if !strict => Self::of(cdc_scaling(method), organization, None, None),
            _ => Self::of(RouteKind::Unknown, organization, None, None),
        }
    }

    fn of(kind: RouteKind, organization: Option<&str>, service: Option<&str>, pipe: Option<&str>) -> Self {
        Self {
            kind,
            organization: organization.map(str::to_owned),
            service: service.map(str::to_owned),
            pipe: pipe.map(str::to_owned),
        }
    }
}

/// The endpoint below a service, and the pipe it names.
fn in_service<'a>(method: &str, rest: &[&'a str]) -> (RouteKind, Option<&'a str>) {
    use RouteKind as K;
    match rest {
        [] => (pick(method, &[("GET", K::GetService)]), None),
        ["state"] => (pick(method, &[("PATCH", K::SetServiceState)]), None),
        ["clickpipesCdcScaling"] => (cdc_scaling(method), None),
        ["clickpipes"] => (pick(method, &[("GET", K::ListPipes), ("POST", K::CreatePipe)]), None),
        // These two look like pipe ids and are not.
        ["clickpipes", "context"] => (pick(method, &[("GET", K::GetContext)]), None),
        ["clickpipes", "schemaDiscovery"] => (pick(method, &[("POST", K::DiscoverSchema)]), None),
        ["clickpipes", pipe] => {
            let kinds = [("GET", K::GetPipe), ("PATCH", K::PatchPipe), ("DELETE", K::DeletePipe)];
            (pick(method, &kinds), Some(pipe))
        }
        ["clickpipes", pipe, "settings"] => {
            let kinds = [("GET", K::GetSettings), ("PUT", K::PutSettings)];
            (pick(method, &kinds), Some(pipe))
        }
        ["clickpipes", pipe, "scaling"] => (pick(method, &[("PATCH", K::SetScaling)]), Some(pipe)),
        ["clickpipes", pipe, "state"] => (pick(method, &[("PATCH", K::SetState)]), Some(pipe)),
        _ => (K::Unknown, None),
    }
}

fn cdc_scaling(method: &str) -> RouteKind {
    let kinds = [("GET", RouteKind::GetCdcScaling), ("PATCH", RouteKind::SetCdcScaling)];
    pick(method, &kinds)
}

/// The kind that goes with the method.
fn pick(method: &str, kinds: &[(&str, RouteKind)]) -> RouteKind {
    let found = kinds.iter().find(|(verb, _)| *verb == method);
    found.map_or(RouteKind::Unknown, |(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(method: &str, path: &str) -> RouteKind {
        Route::parse(method, path, false).kind
    }

    #[test]
    fn a_trailing_slash_and_a_query_change_nothing() {
        assert_eq!(kind("POST", "/v1/organizations/o/services/s/clickpipes/"), RouteKind::CreatePipe);
        assert_eq!(kind("GET", "/v1/organizations/o/services/s/clickpipes?x=1"), RouteKind::ListPipes);
    }

    #[test]
    fn the_context_is_not_a_pipe() {
        assert_eq!(kind("GET", "/v1/organizations/o/services/s/clickpipes/context"), RouteKind::GetContext);
        assert_eq!(kind("GET", "/v1/organizations/o/services/s/clickpipes/other"), RouteKind::GetPipe);
    }

    #[test]
    fn the_old_cdc_scaling_path_is_gone_when_strict() {
        let path = "/v1/organizations/o/clickpipes/cdcScaling";
        assert_eq!(kind("GET", path), RouteKind::GetCdcScaling);
        assert_eq!(Route::parse("GET", path, true).kind, RouteKind::Unknown);
    }
}
