//! Our definition, as a value that a test may change: the tree of facts, and what the installed definition says about each field.
//!
//! Not here: the fields; each stands in its source's file in the crate `crd`.

use std::collections::BTreeMap;

use crd::facts::Facts;
use crd::facts::tree::{self, Field, Kind};
use serde_json::Value;

use crate::document::Document;
use crate::shape::{self, Shape};

/// Our definition of a pipe.
#[derive(Clone, Debug)]
pub struct Ours {
    /// The facts of every field.
    pub tree: Field,
    shapes: BTreeMap<String, Shape>,
}

/// One field of ours.
#[derive(Clone, Debug)]
pub struct OurField<'a> {
    /// How the API treats it.
    pub facts: &'a Facts,
    /// What is in it.
    pub kind: &'a Kind,
    /// What the service means when it returns none.
    pub default: Option<&'a Value>,
    /// What our definition says about it.
    pub shape: &'a Shape,
}

impl OurField<'_> {
    /// Whether it is compared and sent as one thing, not member by member.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        !matches!(self.kind, Kind::Object(_))
    }
}

impl Ours {
    /// The definition that is installed.
    pub fn installed() -> Result<Self, serde_json::Error> {
        let definitions = crd::definitions::all();
        let pipe = definitions.iter().find(|definition| definition.spec.names.kind == "ClickPipe");
        let definition = serde_json::to_value(pipe)?;
        let schema = &definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"];
        // A definition refers to nothing.
        let nothing = Document { version: String::new(), value: Value::Null };
        Ok(Self { tree: tree::document().clone(), shapes: shape::properties(&nothing, schema) })
    }

    /// Every field by its path; members of a list stand under `name[]`.
    #[must_use]
    pub fn fields(&self) -> BTreeMap<String, OurField<'_>> {
        let mut found = BTreeMap::new();
        self.collect(&self.tree, "", &mut found);
        found
    }

    fn collect<'a>(&'a self, parent: &'a Field, prefix: &str, found: &mut BTreeMap<String, OurField<'a>>) {
        let Kind::Object(members) = &parent.kind else { return };
        for (name, field) in members {
            let path = format!("{prefix}{name}");
            if let Some(shape) = self.shapes.get(&path) {
                let Field { facts, kind, default, number: _ } = field;
                found.insert(path.clone(), OurField { facts, kind, default: default.as_ref(), shape });
            }
            match &field.kind {
                Kind::Object(_) => self.collect(field, &format!("{path}."), found),
                Kind::List(item) => self.collect(item, &format!("{path}[]."), found),
                Kind::Scalar | Kind::Credential(_) => {}
            }
        }
    }

    /// A copy whose field at this path is another one, or none; `None` when there is no such field.
    #[must_use]
    pub fn with(&self, path: &str, change: impl FnOnce(Field) -> Option<Field>) -> Option<Self> {
        let mut copy = self.clone();
        let mut at = &mut copy.tree;
        let names: Vec<&str> = path.split('.').collect();
        let (last, parents) = names.split_last()?;
        for name in parents {
            at = step(at, name)?;
        }
        let Kind::Object(members) = &mut at.kind else { return None };
        if let Some(field) = change(members.remove(*last)?) {
            members.insert((*last).to_owned(), field);
        }
        Some(copy)
    }
}

fn step<'a>(field: &'a mut Field, name: &str) -> Option<&'a mut Field> {
    let Kind::Object(members) = &mut field.kind else { return None };
    let member = members.get_mut(name.trim_end_matches("[]"))?;
    if !name.ends_with("[]") {
        return Some(member);
    }
    match &mut member.kind {
        Kind::List(item) => Some(item),
        Kind::Object(_) | Kind::Scalar | Kind::Credential(_) => None,
    }
}
