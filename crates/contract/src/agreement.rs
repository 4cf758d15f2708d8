//! Whether a property and our field say the same: type, values, limits, what is required, what is a secret, what is meant by absence.
//!
//! A limit of ours where the document has none is not a difference but a decision, which `exceptions::LIMITS_OF_OUR_OWN` explains by kind.

use std::collections::BTreeSet;
use std::fmt;

use crd::facts::tree::Kind;
use serde_json::Value;

use crate::operation::Body;
use crate::ours::OurField;
use crate::shape::{Bound, Mark, Required, Shape};

/// In what a property and our field may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// JSON type.
    Type,
    /// The values of an enum.
    Values,
    /// A limit.
    Limit(Bound),
    /// A regular expression.
    Pattern,
    /// Whether members of a list must differ.
    Unique,
    /// Whether it must be there.
    Required,
    /// Whether it must be there in every change.
    RequiredInChange,
    /// Whether it is a secret.
    Secret,
    /// What absence means.
    Default,
    /// Whether it is out of date.
    Deprecated,
    /// Whether a call changes it.
    Changeable,
    /// Whether GET returns it.
    Returned,
}

impl fmt::Display for Aspect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Type => "type",
            Self::Values => "values",
            Self::Limit(bound) => bound.name(),
            Self::Pattern => "pattern",
            Self::Unique => "unique members",
            Self::Required => "required",
            Self::RequiredInChange => "required in every change",
            Self::Secret => "secret",
            Self::Default => "default",
            Self::Deprecated => "deprecated",
            Self::Changeable => "changeable",
            Self::Returned => "returned",
        })
    }
}

/// Every difference between a property of a body and our field.
pub(crate) fn differences(body: Body, property: &str, theirs: &Shape, ours: &OurField<'_>) -> Vec<(Aspect, String)> {
    let mut found = Vec::new();
    required(body, property, theirs, ours, &mut found);
    let is_secret = matches!(ours.kind, Kind::Credential(encoding) if encoding.is_secret());
    if !is_secret && [Mark::Password, Mark::WriteOnly].iter().any(|mark| theirs.marks.contains(mark)) {
        found.push((
            Aspect::Secret,
            "the document has it as a password or write-only, and it is no secret of ours".to_owned(),
        ));
    }
    if theirs.marks.contains(&Mark::Deprecated) {
        found.push((Aspect::Deprecated, "the document has it as out of date".to_owned()));
    }
    if let Some(default) = &theirs.default
        && *default != Value::Bool(false)
        && ours.default != Some(default)
    {
        found.push((Aspect::Default, format!("the document has {default}, and ours is {:?}", ours.default)));
    }
    if matches!(ours.kind, Kind::Credential(_)) {
        // Ours is a reference; what is sent for it is text.
        if theirs.types != BTreeSet::from(["string".to_owned()]) {
            found.push((
                Aspect::Type,
                format!("the document has {:?}, and ours is text from a reference", theirs.types),
            ));
        }
        for (bound, limit) in &theirs.bounds {
            let text = format!("the document has {limit}, and ours is text from a reference");
            found.push((Aspect::Limit(*bound), text));
        }
        return found;
    }
    values(theirs, ours.shape, &mut found);
    if let Some(theirs) = &theirs.item {
        match &ours.shape.item {
            Some(ours) => values(theirs, ours, &mut found),
            None => found.push((Aspect::Type, "the document has a list of values, and ours is none".to_owned())),
        }
    }
    found
}

fn values(theirs: &Shape, ours: &Shape, found: &mut Vec<(Aspect, String)>) {
    // An integer is a number.
    let fits = |name: &String| theirs.types.contains(name) || (name == "integer" && theirs.types.contains("number"));
    if ours.types.is_empty() || !ours.types.iter().all(fits) {
        found.push((Aspect::Type, format!("the document has {:?}, and ours is {:?}", theirs.types, ours.types)));
    }
    match (&theirs.values, &ours.values) {
        (Some(theirs), Some(ours)) => {
            for (who, values) in [("only the document has", theirs - ours), ("only ours has", ours - theirs)] {
                if !values.is_empty() {
                    found.push((Aspect::Values, format!("{who} {}", list(&values))));
                }
            }
        }
        (Some(theirs), None) => found.push((Aspect::Values, format!("the document has only {}", list(theirs)))),
        // The document says in words what the values are.
        (None, Some(ours)) => {
            let told = |value: &&String| theirs.description.contains(&format!("\"{value}\""));
            let untold: BTreeSet<String> = ours.iter().filter(|value| !told(value)).cloned().collect();
            if !untold.is_empty() {
                found.push((Aspect::Values, format!("the document does not speak of {}", list(&untold))));
            }
        }
        (None, None) => {}
    }
    for (bound, limit) in &theirs.bounds {
        // Nothing is more than no member at all.
        let nothing = *bound == Bound::MinItems && *limit == 0.0;
        if !nothing && ours.bounds.get(bound) != Some(limit) {
            found.push((
                Aspect::Limit(*bound),
                format!("the document has {limit}, and ours is {:?}", ours.bounds.get(bound)),
            ));
        }
    }
    if theirs.pattern.is_some() && theirs.pattern != ours.pattern {
        found.push((Aspect::Pattern, format!("the document has {:?}, and ours is {:?}", theirs.pattern, ours.pattern)));
    }
    if theirs.marks.contains(&Mark::Unique) && !ours.marks.contains(&Mark::Unique) {
        found.push((Aspect::Unique, "the document has a list without duplicates".to_owned()));
    }
}

fn required(body: Body, property: &str, theirs: &Shape, ours: &OurField<'_>, found: &mut Vec<(Aspect, String)>) {
    match (body, theirs.required, ours.shape.required) {
        (Body::Create, Required::Yes, Required::No | Required::Unsaid) => {
            found.push((Aspect::Required, "the document requires it".to_owned()));
        }
        (Body::Create, Required::No, Required::Yes) => {
            found.push((Aspect::Required, "the document does not require it".to_owned()));
        }
        // What is sent whole has what a create has.
        (Body::Patch, Required::Yes, Required::Yes) if is_whole(property) => {}
        (Body::Patch, Required::Yes, _) => {
            found.push((Aspect::RequiredInChange, "the document requires it".to_owned()));
        }
        _ => {}
    }
}

/// Whether a property stands in a member of a list, or in an object of a source that is not its settings: those are sent whole.
fn is_whole(property: &str) -> bool {
    property.contains("[]") || property.split('.').count() > 3
}

fn list(values: &BTreeSet<String>) -> String {
    values.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}
