//! What a PATCH makes of a source: which members are applied, which are silently not, which are refused.
//!
//! Pure: the pipe and the patch in, the new document out. The pipe's state is not looked at here.

use serde_json::{Map, Value, json};

use crate::field::{Field, Kind, Patch};
use crate::machine::Tables;
use crate::mapping;
use crate::pipe::Pipe;
use crate::refusal::{Checked, Refusal};
use crate::rules;
use crate::schema::{Reading, check, keep_value};

/// What an accepted edit comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Edited {
    /// The members of the source afterwards.
    pub(crate) document: Map<String, Value>,
    /// What happened to its tables.
    pub(crate) tables: Tables,
    /// Whether the service connected to the source.
    pub(crate) connects: bool,
}

impl Edited {
    /// An edit that leaves the source alone.
    pub(crate) fn unchanged(pipe: &Pipe) -> Self {
        Self { document: pipe.document.clone(), tables: Tables::default(), connects: false }
    }
}

/// Members that make the service connect, beside the address.
const CONNECTING: &[&str] = &[
    "authentication",
    "iamRole",
    "credentials",
    "accessKey",
    "serviceAccountKey",
    "connectionString",
    "caCertificate",
    "tlsHost",
    "disableTls",
    "skipCertVerification",
    mapping::TO_ADD,
];

/// Whether a patch makes the service connect to the source.
pub(crate) fn connects(pipe: &Pipe, patch: &Map<String, Value>) -> bool {
    let names = CONNECTING.iter().chain(pipe.source.address());
    names.into_iter().any(|name| patch.get(*name).is_some_and(|value| !value.is_null()))
}

/// Applies a patch to a pipe's source.
pub(crate) fn apply(pipe: &Pipe, patch: &Map<String, Value>, strict: bool) -> Result<Edited, Refusal> {
    let source = pipe.source;
    let at = format!("source.{}", source.arm());
    let (members, deltas) = mapping::split(patch);
    let how = Reading { partial: true, closed: strict || source.closed(), strict };
    check(source.fields(), &members, &at, how)?;
    rules::check_patch(source, &pipe.document, &members)?;
    check_logged_in(pipe, patch)?;
    let mut document = pipe.document.clone();
    merge(source.fields(), &mut document, &members);
    rules::restore(source, &pipe.document, &mut document);
    let tables = mapping::apply(source, &mut document, &deltas, &at, how)?;
    Ok(Edited { document, tables, connects: connects(pipe, patch) })
}

/// Merges the members that a PATCH may change: absent and null keep what there is.
fn merge(fields: &'static [Field], document: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for field in fields.iter().filter(|field| field.patch == Patch::Applied) {
        let Some(value) = patch.get(field.name).filter(|value| !value.is_null()) else {
            continue;
        };
        match (field.name, field.kind, value) {
            ("settings", Kind::Object(inner), Value::Object(sent)) => {
                let stored = document.entry("settings").or_insert_with(|| json!({}));
                if let Some(stored) = stored.as_object_mut() {
                    merge(inner, stored, sent);
                }
            }
            ("credentials", _, Value::Object(_)) => {
                document.insert(field.name.to_owned(), whole(keep_value(field, value)));
            }
            _ => {
                document.insert(field.name.to_owned(), keep_value(field, value));
            }
        }
    }
}

/// Half a pair of user and password is stored with the word `undefined` in place of the other half (TF#528).
fn whole(mut credentials: Value) -> Value {
    if let Some(members) = credentials.as_object_mut()
        && (members.contains_key("username") || members.contains_key("password"))
    {
        for name in ["username", "password"] {
            members.entry(name).or_insert_with(|| json!("undefined"));
        }
    }
    credentials
}

/// The service logs in with what the PATCH carries: an address without credentials is a login without a password
/// (TF#617), which only a pipe that logs in by other means survives.
fn check_logged_in(pipe: &Pipe, patch: &Map<String, Value>) -> Checked {
    let sent =
        |name: &&&str| patch.get(**name).is_some_and(|value| !value.is_null() && !unchanged_uri(pipe, name, value));
    let address = pipe.source.address().iter().find(sent);
    let with_credentials = patch.get("credentials").is_some_and(|value| !value.is_null());
    let by_password = pipe.by_password() && pipe.document.contains_key("credentials");
    if address.is_none() || with_credentials || !by_password {
        return Ok(());
    }
    let text = match pipe.source {
        crate::source::Source::Mongodb => {
            "failed permissions validation: 'connectionStatus' failed: (AuthenticationFailed) Authentication failed."
        }
        crate::source::Source::Postgres | crate::source::Source::Mysql => {
            "failed permissions validation: failed to establish connection: password authentication failed"
        }
        _ => return Ok(()),
    };
    Err(Refusal::bad_request(text))
}

/// A URI that is sent back as it was shown changes nothing.
fn unchanged_uri(pipe: &Pipe, name: &str, value: &Value) -> bool {
    let stored = pipe.document.get(name);
    name == "uri" && stored.is_some_and(|stored| crate::view::redacted(stored) == *value && stored != value)
}
