//! The fields of the tree as a list: every place of a spec that can hold a value of its own.
//!
//! A field is a scalar, a credential, a list (as a whole), or an object that may be left out as a whole. Members of objects inside lists are
//! fields, too. Not here: which values a field may hold ([`crate::changes`]).

use std::sync::OnceLock;

use crd::credential::Encoding;
use crd::facts::Facts;
use crd::facts::tree::{Field, Kind, document};
use crd::source::{Family, SourceKind};
use serde_json::Value;

use crate::admission::schema;
use crate::path::{self, FIRST};

/// One field of a spec with one kind of source.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its path in the spec, see [`crate::path`].
    pub path: Vec<String>,
    /// The facts that decide about a change: its own, or those of the outermost list that it is in.
    pub facts: Facts,
    /// Its own entry in the tree.
    pub field: &'static Field,
    /// Whether it is in a list.
    pub listed: bool,
    /// What the installed definition says about it.
    pub(crate) schema: Value,
}

impl Leaf {
    /// The path as people write it.
    #[must_use]
    pub fn name(&self) -> String {
        path::text(&self.path)
    }

    /// The name of the member itself.
    #[must_use]
    pub fn member(&self) -> &str {
        self.path.last().map(String::as_str).unwrap_or_default()
    }

    /// How its value is encoded, if it is a credential.
    #[must_use]
    pub fn encoding(&self) -> Option<Encoding> {
        match &self.field.kind {
            Kind::Credential(encoding) => Some(*encoding),
            Kind::Object(_) | Kind::List(_) | Kind::Scalar => None,
        }
    }

    /// Whether it is an object, which is a field only in that it may be left out.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.field.kind, Kind::Object(_))
    }
}

/// What only pipes with settings, compute and columns of their own have. (A rule of the definition refuses it for databases.)
const NOT_OF_DATABASES: [&str; 7] = [
    "fieldMappings",
    "scaling",
    "settings",
    "destination.table",
    "destination.managedTable",
    "destination.columns",
    "destination.tableDefinition",
];

/// Every field of a spec with this kind of source.
#[must_use]
pub fn leaves(kind: SourceKind) -> Vec<Leaf> {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    let schema = SCHEMA.get_or_init(schema);
    let spec = schema.pointer("/properties/spec").expect("ClickPipe has a spec");
    let mut found = Vec::new();
    walk(document(), spec, &mut Vec::new(), None, &mut found);
    let database = kind.family() == Family::Database;
    let ours = |leaf: &Leaf| {
        let arm = (leaf.path.first().is_some_and(|root| root == "source")).then(|| leaf.path.get(1)).flatten();
        let other = arm.is_some_and(|arm| SourceKind::ALL.iter().any(|one| one.as_str() == arm && *one != kind));
        let own = arm.is_some_and(|arm| arm == kind.as_str());
        let name = leaf.name();
        let foreign = NOT_OF_DATABASES.iter().any(|prefix| {
            name.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        });
        // The arm itself and the roots cannot be left out.
        let fixture =
            leaf.is_object() && ["source", "destination"].contains(&name.as_str()) || own && leaf.path.len() == 2;
        !(other || fixture || database && foreign)
    };
    found.retain(ours);
    found
}

fn walk(field: &'static Field, schema: &Value, path: &mut Vec<String>, list: Option<Facts>, found: &mut Vec<Leaf>) {
    if !path.is_empty() && path.last().is_none_or(|name| name != FIRST) {
        found.push(Leaf {
            path: path.clone(),
            facts: list.unwrap_or(field.facts),
            field,
            listed: list.is_some(),
            schema: schema.clone(),
        });
    }
    match &field.kind {
        Kind::Object(members) => {
            for (name, member) in members {
                let schema =
                    schema.pointer(&format!("/properties/{name}")).unwrap_or_else(|| panic!("{name} has a schema"));
                path.push(name.clone());
                walk(member, schema, path, list, found);
                path.pop();
            }
        }
        Kind::List(item) if matches!(item.kind, Kind::Object(_)) => {
            path.push(FIRST.to_owned());
            walk(item, schema.get("items").expect("a list has items"), path, list.or(Some(field.facts)), found);
            path.pop();
        }
        Kind::List(_) | Kind::Scalar | Kind::Credential(_) => {}
    }
}
