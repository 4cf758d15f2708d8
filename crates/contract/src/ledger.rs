//! The ledger: every property of every body, and the field of ours that covers it; then every field of ours, and the property it stands in.
//!
//! Not here: how a property and a field are compared in detail (`agreement`), and what is excepted (`exceptions`).

use std::collections::{BTreeMap, BTreeSet};

use crd::facts::tree::Kind;
use crd::facts::{Change, Facts};

use crate::agreement::{self, Aspect};
use crate::document::Document;
use crate::exceptions::{DIFFERENCES, DISPUTED, NOT_MANAGED, OPERATOR};
use crate::operation::{self, Body, Operation, Purpose};
use crate::ours::{OurField, Ours};
use crate::shape::{self, Required, Shape};

/// Every property of every body, and what is wrong.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// The version of the package that ships the document.
    pub version: String,
    /// One for each property, by call.
    pub rows: Vec<Row>,
    /// What is wrong, each naming the property or field; none when all is well.
    pub problems: Vec<String>,
    /// The listed differences that are there: field, in what, reason.
    pub differences: Vec<(&'static str, Aspect, &'static str)>,
    /// Limits that our definition has and the document does not: which, and the fields that have it.
    pub limits: Limits,
}

/// Limits by name and value, and the fields that have them.
pub type Limits = BTreeMap<(&'static str, String), BTreeSet<String>>;

/// One property of a body.
#[derive(Clone, Debug)]
pub struct Row {
    /// The call.
    pub operation: Operation,
    /// The property's path in the body; members of a list stand under `name[]`.
    pub property: String,
    /// What becomes of it.
    pub verdict: Verdict,
}

/// What becomes of a property.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// A field covers it.
    Covered {
        /// The field's path in the spec.
        field: String,
        /// Its facts; none for an object that is compared and sent member by member.
        facts: Option<Facts>,
        /// Whether GET returns it, by the document.
        returned: bool,
        /// Whether a later call changes it, by the document.
        changed: bool,
    },
    /// The operator sends it, following this field.
    Operator {
        /// The field's path in the spec.
        field: &'static str,
        /// How it follows.
        how: &'static str,
    },
    /// It is never sent.
    NotManaged(&'static str),
    /// Nothing covers it.
    Uncovered(String),
}

impl Ledger {
    /// Holds our definition against the document.
    #[must_use]
    pub fn new(document: &Document, ours: &Ours) -> Self {
        let fields = ours.fields();
        let answer: BTreeSet<String> = shape::properties(document, document.answer()).into_keys().collect();
        let operations = operation::operations(document);
        let bodies: BTreeMap<Body, BTreeMap<String, Shape>> = operations
            .iter()
            .filter_map(|operation| match operation.purpose {
                Purpose::Pipe(body) => Some((body, shape::properties(document, &operation.schema))),
                Purpose::NotManaged(_) | Purpose::Unknown => None,
            })
            .collect();
        let mut hold = Hold { fields: &fields, bodies: &bodies, answer: &answer, found: BTreeSet::new() };
        let mut ledger = Self {
            version: document.version.clone(),
            rows: Vec::new(),
            problems: Vec::new(),
            differences: Vec::new(),
            limits: BTreeMap::new(),
        };
        for operation in operations {
            for (property, shape) in shape::properties(document, &operation.schema) {
                let verdict = hold.verdict(&operation, &property, &shape, &mut ledger.problems);
                if let Verdict::Uncovered(why) = &verdict {
                    ledger.problems.push(format!("{} {}: {property}: {why}", operation.method, operation.path));
                }
                ledger.rows.push(Row { operation: operation.clone(), property, verdict });
            }
        }
        hold.offered(&mut ledger.problems);
        ledger.limits = hold.limits();
        let found = hold.found;
        for (field, aspect, reason) in DIFFERENCES {
            if found.contains(&(field.to_owned(), aspect)) {
                ledger.differences.push((field, aspect, reason));
            } else {
                ledger.problems.push(format!("{field}: {aspect}: listed as a difference and is none any more"));
            }
        }
        ledger.problems.extend(unneeded(&ledger.rows));
        for (path, _) in DISPUTED {
            if fields.get(path).is_none_or(|field| field.facts.change == Change::Fixed) {
                ledger.problems.push(format!("spec.{path}: listed as disputed, and by its facts nothing changes it"));
            }
        }
        ledger
    }

    /// How many properties have this verdict.
    #[must_use]
    pub fn count(&self, which: fn(&Verdict) -> bool) -> usize {
        self.rows.iter().filter(|row| which(&row.verdict)).count()
    }
}

impl Verdict {
    /// Whether a field covers the property.
    #[must_use]
    pub const fn is_covered(&self) -> bool {
        matches!(self, Self::Covered { .. } | Self::Operator { .. })
    }

    /// Whether it is listed as not managed.
    #[must_use]
    pub const fn is_not_managed(&self) -> bool {
        matches!(self, Self::NotManaged(_))
    }

    /// Whether nothing covers it.
    #[must_use]
    pub const fn is_uncovered(&self) -> bool {
        matches!(self, Self::Uncovered(_))
    }
}

/// Both sides, while they are held against each other.
struct Hold<'a> {
    fields: &'a BTreeMap<String, OurField<'a>>,
    bodies: &'a BTreeMap<Body, BTreeMap<String, Shape>>,
    /// The properties that GET of a pipe answers.
    answer: &'a BTreeSet<String>,
    /// The listed differences that were found.
    found: BTreeSet<(String, Aspect)>,
}

impl Hold<'_> {
    fn verdict(&mut self, operation: &Operation, property: &str, shape: &Shape, problems: &mut Vec<String>) -> Verdict {
        let body = match operation.purpose {
            Purpose::NotManaged(reason) => return Verdict::NotManaged(reason),
            Purpose::Unknown => return Verdict::Uncovered("nobody has decided about this call".to_owned()),
            Purpose::Pipe(body) => body,
        };
        if let Some(listed) = NOT_MANAGED.iter().find(|listed| listed.0 == body && below(property, listed.1)) {
            return Verdict::NotManaged(listed.2);
        }
        if let Some(listed) = OPERATOR.iter().find(|listed| listed.0 == body && listed.1 == property) {
            return Verdict::Operator { field: listed.2, how: listed.3 };
        }
        let Some(path) = body.field(property) else {
            return Verdict::Uncovered("no field of ours, and not listed".to_owned());
        };
        let Some(field) = self.fields.get(&path) else {
            return Verdict::Uncovered(format!("there is no field spec.{path}"));
        };
        if let Some(route) = body.route(property)
            && field.is_leaf()
        {
            if field.facts.change == Change::Fixed {
                self.differs(
                    &path,
                    Aspect::Changeable,
                    "this call changes it, and by its facts nothing does",
                    problems,
                );
            } else if field.facts.route != route {
                let text = format!("this call changes it, and by its facts another does ({:?})", field.facts.route);
                self.differs(&path, Aspect::Changeable, &text, problems);
            }
        }
        for (aspect, text) in agreement::differences(body, property, shape, field) {
            self.differs(&path, aspect, &text, problems);
        }
        let returned = self.answer.contains(&path);
        if body == Body::Create && field.is_leaf() && field.facts.returned != returned {
            let text = if returned {
                "GET returns it, and not by its facts"
            } else {
                "GET does not return it, but by its facts"
            };
            self.differs(&path, Aspect::Returned, text, problems);
        }
        let facts = (field.is_leaf() || field.facts.whole).then_some(*field.facts);
        let changed = [Body::Patch, Body::Settings, Body::Scaling].into_iter().any(|body| self.stands_in(body, &path));
        Verdict::Covered { field: path, facts, returned, changed }
    }

    /// Every field of ours stands in the create, and in the call that its facts name, and in no other.
    fn offered(&mut self, problems: &mut Vec<String>) {
        for (path, field) in self.fields {
            if !self.stands_in(Body::Create, path) {
                problems.push(format!("spec.{path}: no property of the create"));
            }
            if !field.is_leaf() || field.facts.change == Change::Fixed {
                continue;
            }
            if !self.stands_in(Body::of(field.facts.route), path) {
                let text = format!("changed by {:?} by its facts, and no property there", field.facts.route);
                self.differs(path, Aspect::Changeable, &text, problems);
            }
        }
    }

    /// The limits that only ours has. The length of what must match a pattern is part of the pattern.
    fn limits(&self) -> Limits {
        let mut found = Limits::new();
        let none = Shape::default();
        for (path, field) in self.fields {
            let theirs = self.bodies.get(&Body::Create).and_then(|create| create.get(path)).unwrap_or(&none);
            let item = (field.shape.item.as_deref().unwrap_or(&none), theirs.item.as_deref().unwrap_or(&none), "[]");
            for (ours, theirs, suffix) in [(field.shape, theirs, ""), item] {
                let mut add = |name, value| found.entry((name, value)).or_default().insert(format!("{path}{suffix}"));
                if ours.required == Required::Yes && theirs.required == Required::Unsaid {
                    add("required", String::new());
                }
                // What is read from a reference has its limits there.
                if matches!(field.kind, Kind::Credential(_)) {
                    continue;
                }
                if let Some(pattern) = &ours.pattern {
                    add("pattern", pattern.clone());
                    continue;
                }
                for (bound, limit) in ours.bounds.iter().filter(|(bound, _)| !theirs.bounds.contains_key(bound)) {
                    add(bound.name(), limit.to_string());
                }
            }
        }
        found
    }

    fn stands_in(&self, body: Body, path: &str) -> bool {
        let Some(properties) = self.bodies.get(&body) else { return false };
        let excepted = |property: &str| NOT_MANAGED.iter().any(|listed| listed.0 == body && below(property, listed.1));
        body.properties(path).iter().any(|property| properties.contains_key(property) && !excepted(property))
    }

    /// A difference is a problem unless it is listed.
    fn differs(&mut self, path: &str, aspect: Aspect, text: &str, problems: &mut Vec<String>) {
        if DIFFERENCES.iter().any(|listed| listed.0 == path && listed.1 == aspect) {
            self.found.insert((path.to_owned(), aspect));
        } else {
            problems.push(format!("spec.{path}: {aspect}: {text}"));
        }
    }
}

/// What is listed and not there any more.
fn unneeded(rows: &[Row]) -> Vec<String> {
    let there = |body: Body, property: &str| {
        rows.iter().any(|row| row.operation.purpose == Purpose::Pipe(body) && row.property == property)
    };
    let not_managed = NOT_MANAGED.iter().filter(|listed| !there(listed.0, listed.1)).map(|listed| listed.1);
    let operator = OPERATOR.iter().filter(|listed| !there(listed.0, listed.1)).map(|listed| listed.1);
    not_managed.chain(operator).map(|property| format!("{property}: listed, and no property any more")).collect()
}

/// Whether a property is this one or a member of it.
fn below(property: &str, listed: &str) -> bool {
    property.strip_prefix(listed).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}
