//! The calls of the ClickPipes endpoints that carry a body, and what each is to us.
//!
//! They are found in the document, so that a new one is noticed. Not here: the properties of their bodies.

use crd::facts::Route;
use serde_json::Value;

use crate::document::Document;

/// A call with a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// Its method, in capitals.
    pub method: String,
    /// Its path, from the service on.
    pub path: String,
    /// What it is to us.
    pub purpose: Purpose,
    /// The schema of its body.
    pub schema: Value,
}

/// What a call is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It writes a pipe.
    Pipe(Body),
    /// We never make it, and why.
    NotManaged(&'static str),
    /// Nobody has decided.
    Unknown,
}

/// A body that we send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Body {
    /// Creates a pipe.
    Create,
    /// Changes a pipe.
    Patch,
    /// Changes a pipe's settings.
    Settings,
    /// Changes a pipe's scaling.
    Scaling,
    /// Starts, stops or resyncs a pipe.
    State,
}

/// Every call that somebody has decided about: method, path from the service on, what it is.
const KNOWN: [(&str, &str, Purpose); 9] = [
    ("POST", "/clickpipes", Purpose::Pipe(Body::Create)),
    ("PATCH", "/clickpipes/{clickPipeId}", Purpose::Pipe(Body::Patch)),
    ("PUT", "/clickpipes/{clickPipeId}/settings", Purpose::Pipe(Body::Settings)),
    ("PATCH", "/clickpipes/{clickPipeId}/scaling", Purpose::Pipe(Body::Scaling)),
    ("PATCH", "/clickpipes/{clickPipeId}/state", Purpose::Pipe(Body::State)),
    (
        "POST",
        "/clickpipes/schemaDiscovery",
        Purpose::NotManaged(
            "reads a sample and writes nothing: help for the author of a spec, no part of keeping a pipe",
        ),
    ),
    (
        "PATCH",
        "/clickpipesCdcScaling",
        Purpose::NotManaged(
            "compute that all database pipes of a service share: it belongs to the service, so to a kind of its own",
        ),
    ),
    (
        "POST",
        "/clickpipesReversePrivateEndpoints",
        Purpose::NotManaged("an object of its own, which outlives pipes and is referred to by id: a kind of its own"),
    ),
    (
        "PATCH",
        "/clickpipesReversePrivateEndpoints/{reversePrivateEndpointId}",
        Purpose::NotManaged("an object of its own, which outlives pipes and is referred to by id: a kind of its own"),
    ),
];

/// The calls with a body whose path is about ClickPipes.
#[must_use]
pub fn operations(document: &Document) -> Vec<Operation> {
    let mut found = Vec::new();
    for (path, methods) in document.value["paths"].as_object().into_iter().flatten() {
        let Some((_, path)) = path.split_once("/services/{serviceId}") else { continue };
        if !path.starts_with("/clickpipes") {
            continue;
        }
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            if schema.is_null() {
                continue;
            }
            let method = method.to_uppercase();
            let known = KNOWN.iter().find(|known| known.0 == method && known.1 == path);
            let purpose = known.map_or(Purpose::Unknown, |known| known.2);
            found.push(Operation { method, path: path.to_owned(), purpose, schema: schema.clone() });
        }
    }
    found.sort_by_key(|operation| {
        KNOWN.iter().position(|known| known.0 == operation.method && known.1 == operation.path)
    });
    found
}

/// Where the list of a source's table mappings stands in a PATCH: what is added, and what is removed.
const MAPPING_LISTS: [&str; 2] = ["tableMappingsToAdd", "tableMappingsToRemove"];

impl Body {
    /// The path of our field for a property of this body; `None` when fields do not stand there.
    #[must_use]
    pub fn field(self, property: &str) -> Option<String> {
        match self {
            Self::Create => Some(property.to_owned()),
            Self::Patch => {
                Some(MAPPING_LISTS.iter().fold(property.to_owned(), |path, list| path.replace(list, "tableMappings")))
            }
            Self::Settings => Some(format!("settings.{property}")),
            Self::Scaling => Some(format!("scaling.{property}")),
            Self::State => None,
        }
    }

    /// The properties of this body in which our field may stand.
    #[must_use]
    pub fn properties(self, field: &str) -> Vec<String> {
        match self {
            Self::Patch if field.contains("tableMappings") => {
                MAPPING_LISTS.iter().map(|list| field.replace("tableMappings", list)).collect()
            }
            Self::Create | Self::Patch => vec![field.to_owned()],
            Self::Settings => field.strip_prefix("settings.").map(str::to_owned).into_iter().collect(),
            Self::Scaling => field.strip_prefix("scaling.").map(str::to_owned).into_iter().collect(),
            Self::State => Vec::new(),
        }
    }

    /// The route of a field that this body changes by this property; `None` for a body that changes nothing that is there.
    #[must_use]
    pub fn route(self, property: &str) -> Option<Route> {
        match self {
            Self::Patch if MAPPING_LISTS.iter().any(|list| property.contains(list)) => Some(Route::Mappings),
            Self::Patch => Some(Route::Patch),
            Self::Settings => Some(Route::Settings),
            Self::Scaling => Some(Route::Scaling),
            Self::Create | Self::State => None,
        }
    }

    /// The body that changes a field with this route.
    #[must_use]
    pub const fn of(route: Route) -> Self {
        match route {
            Route::Patch | Route::Mappings => Self::Patch,
            Route::Settings => Self::Settings,
            Route::Scaling => Self::Scaling,
        }
    }
}
