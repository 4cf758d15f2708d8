//! How a pipe differs from what is wanted: a walk over the desired document under the facts.
//!
//! Only fields that the user set are compared. What an answer lacks (never returned, or missing, as Azure's `path` is said to be) is compared
//! with what was applied last: a missing value is never drift. Not here: what to do about a difference.

use std::collections::BTreeMap;

use cloud::{Document, Pipe};
use crd::ClickPipeStatus;
use crd::facts::tree::{Field, Kind, document as facts};
use crd::facts::{Change, Compare, Facts, Route};
use crd::status::Impact;
use serde_json::Value;

use crate::desired::{Desired, Wanted};
use crate::{compare, fingerprint, rules, token};

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its path in the document, from the root.
    pub path: Vec<String>,
    /// The facts of the field.
    pub facts: Facts,
    /// What the pipe has, redacted.
    pub from: Value,
    /// What is wanted, redacted.
    pub to: Value,
    /// Whether the user's own edit caused it; otherwise it is drift.
    pub edited: bool,
    /// Whether only the value of its Secret is another one.
    pub rotated: bool,
    /// Its impact.
    pub impact: Impact,
}

impl Difference {
    /// The path as people write it in the spec.
    #[must_use]
    pub fn spec_path(&self) -> String {
        format!("spec.{}", self.path.join("."))
    }
}

/// Every difference between what is wanted and the pipe.
#[must_use]
pub fn differences(desired: &Desired, wanted: &Wanted, record: &ClickPipeStatus, pipe: &Pipe) -> Vec<Difference> {
    let mut observed = pipe.document.clone();
    // Our token is no part of the display name.
    let token = record.pipe.as_ref().map_or_else(|| desired.token(), |pipe| pipe.token.clone());
    if let Some(members) = observed.as_object_mut() {
        members.insert("name".to_owned(), Value::String(token::without(&pipe.name, &token).to_owned()));
    }
    let applied = record.applied.as_ref().map(|applied| &applied.document);
    // Of a pipe that was adopted only what was sent since is on record, until all of it is applied.
    let known = record.applied.as_ref().is_some_and(|applied| applied.generation > 0);
    let recorded = record.secret_fingerprints.clone().unwrap_or_default();
    let mut walk = Walk { wanted, recorded: &recorded, known, found: Vec::new(), path: Vec::new() };
    walk.object(&wanted.document, Some(&observed), applied, facts());
    rules::weigh(walk.found, wanted, pipe)
}

struct Walk<'a> {
    wanted: &'a Wanted,
    recorded: &'a BTreeMap<String, String>,
    /// Whether a whole document is on record as applied; none is after an adoption.
    known: bool,
    found: Vec<Difference>,
    path: Vec<String>,
}

impl Walk<'_> {
    fn object(&mut self, wanted: &Document, observed: Option<&Value>, applied: Option<&Value>, field: &Field) {
        let (Document::Object(wanted), Kind::Object(members)) = (wanted, &field.kind) else { return };
        for (name, wanted) in wanted {
            let Some(member) = members.get(name) else { continue };
            self.path.push(name.clone());
            self.field(
                wanted,
                observed.and_then(|value| value.get(name)),
                applied.and_then(|value| value.get(name)),
                member,
            );
            self.path.pop();
        }
    }

    fn field(&mut self, wanted: &Document, observed: Option<&Value>, applied: Option<&Value>, field: &Field) {
        if matches!((&field.kind, wanted), (Kind::Object(_), Document::Object(_))) {
            self.object(wanted, observed, applied, field);
        } else if field.facts.compare != Compare::Never {
            let other = !compare::same(&Document::plain(wanted.redacted()), applied, field) || self.rotated(wanted);
            let edited = !self.known || other;
            let differs = match observed.filter(|value| !value.is_null() && field.facts.returned) {
                Some(observed) => !compare::same(wanted, Some(observed), field),
                // Not returned: only our own record tells, and only a person's edit or a rotated Secret makes a difference. To write
                // the same in another order, or what the service means anyway, is no edit.
                None if self.known || applied.is_some() => other,
                // Nothing on record either: what cannot be changed counts as fitting, and secrets are sent once.
                None => {
                    field.facts.change != Change::Fixed
                        && (wanted.has_secret() || (field.facts.returned && !compare::same(wanted, None, field)))
                }
            };
            if differs {
                self.found.push(Difference {
                    path: self.path.clone(),
                    facts: field.facts,
                    from: if wanted.has_secret() || !field.facts.returned {
                        Value::Null
                    } else {
                        observed.cloned().unwrap_or_default()
                    },
                    to: wanted.redacted(),
                    edited,
                    rotated: applied == Some(&wanted.redacted()) && self.rotated(wanted),
                    impact: impact(wanted, observed, field),
                });
            }
        }
    }

    /// Whether a secret at this path is another one than was applied.
    fn rotated(&self, wanted: &Document) -> bool {
        if !wanted.has_secret() {
            return false;
        }
        let path = self.path.join(".");
        let here =
            |name: &str| name == path || name.strip_prefix(&path).is_some_and(|rest| rest.starts_with(['.', '[']));
        self.wanted
            .fingerprints
            .iter()
            .filter(|(name, _)| here(name))
            .any(|(name, wanted)| self.recorded.get(name).is_some_and(|recorded| fingerprint::differ(recorded, wanted)))
    }
}

/// A table mapping that is there with other attributes cannot be edited, only removed and added again, which loads its table anew. A pipe
/// must never be without mappings, so where nothing would be left in between only a new pipe can have them.
fn impact(wanted: &Document, observed: Option<&Value>, field: &Field) -> Impact {
    if let (Route::Mappings, Kind::List(item), Document::List(wanted)) = (field.facts.route, &field.kind, wanted)
        && let Some(observed) = observed.and_then(Value::as_array)
    {
        let there = |one: &Document| observed.iter().find(|other| compare::same_key(one, other, item));
        let changed = |one: &Document| there(one).is_some_and(|other| !compare::same(one, Some(other), item));
        if wanted.iter().any(changed) {
            return if wanted.iter().all(changed) { Impact::Replace } else { Impact::Resync };
        }
    }
    match field.facts.change {
        Change::Fixed => Impact::Replace,
        Change::WhilePaused => Impact::Restart,
        Change::InPlace => Impact::Inert,
    }
}
