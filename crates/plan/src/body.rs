//! The bodies of writing calls, from what is wanted and what differs.
//!
//! Generic: a difference is sent by the route of its field, inside the smallest object that the API takes whole. Rules that are not about
//! one field are in [`crate::rules`]. Not here: when a call is made.

use cloud::{Call, Document, PipeId, ServiceId};
use crd::facts::Route;
use crd::facts::tree::{Field, Kind, document as facts};
use crd::status::Impact;
use serde_json::{Value, json};

use crate::desired::{Desired, Wanted};
use crate::diff::Difference;
use crate::step::{Applies, Step};
use crate::{compare, rules, token};

/// The body that creates the pipe: everything that is wanted, under the name with our token, not ingesting yet where the API supports it.
#[must_use]
pub fn create(desired: &Desired, wanted: &Wanted) -> Document {
    let mut body = wanted.document.clone();
    body.set(&["name"], Document::text(token::name_with(desired.name(), &desired.token())));
    if !desired.is_database() {
        body.set(&["startPaused"], Document::plain(json!(true)));
    }
    body
}

/// The call that carries out the differences of one route; `None` when there are none.
#[must_use]
pub fn update(route: Route, wanted: &Wanted, differences: &[Difference], target: &Target<'_>) -> Option<Step> {
    let ours: Vec<&Difference> = differences.iter().filter(|difference| difference.facts.route == route).collect();
    if ours.is_empty() {
        return None;
    }
    let (service, pipe) = (target.service.clone(), target.pipe.clone());
    let mut body = Document::empty();
    for difference in &ours {
        if route == Route::Mappings {
            add_mappings(&mut body, wanted, difference, target.observed);
        } else {
            add(&mut body, wanted, &difference.path);
        }
    }
    let call = match route {
        Route::Patch | Route::Mappings => {
            rules::complete_patch(&mut body, wanted, route);
            rename(&mut body, target.token_in_name);
            Call::PatchPipe { service, pipe, body }
        }
        Route::Settings => {
            rules::complete_settings(&mut body, wanted);
            Call::PutSettings { service, pipe, body: body.get("settings").cloned()? }
        }
        Route::Scaling => Call::PatchScaling { service, pipe, body: body.get("scaling").cloned()? },
    };
    // Of a mapping that is removed now and added by the next update, nothing is applied before that.
    let halves = ours.iter().any(|difference| route == Route::Mappings && difference.impact >= Impact::Resync);
    let applies = if halves { Applies::default() } else { applies(wanted, &ours) };
    Some(Step::Call { call, urgent: true, applies })
}

/// The pipe that an update is about.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its service.
    pub service: &'a ServiceId,
    /// Its id.
    pub pipe: &'a PipeId,
    /// Its document as last seen.
    pub observed: &'a Value,
    /// The token that its name carries, if it does.
    pub token_in_name: Option<&'a str>,
}

/// Puts the wanted value at a path into the body, in the smallest enclosing object that is sent whole.
fn add(body: &mut Document, wanted: &Wanted, path: &[String]) {
    let path: Vec<&str> = unit(path).iter().map(String::as_str).collect();
    if let Some(value) = wanted.document.at(&path) {
        body.set(&path, value.clone());
    }
}

/// The path of the smallest object around a field that the API takes whole; the field's own when there is none.
pub(crate) fn unit(path: &[String]) -> &[String] {
    let mut field = facts();
    for (depth, name) in path.iter().enumerate() {
        let Some(member) = field.member(name) else { break };
        field = member;
        if field.facts.whole {
            return path.get(..=depth).unwrap_or(path);
        }
    }
    path
}

/// Mappings to add and to remove. One that changed is only removed here: the API refuses the same table in both lists, so it is added by the
/// next update.
fn add_mappings(body: &mut Document, wanted: &Wanted, difference: &Difference, observed: &Value) {
    let path: Vec<&str> = difference.path.iter().map(String::as_str).collect();
    let Some((_, parents)) = path.split_last() else { return };
    let observed = path
        .iter()
        .try_fold(observed, |value, name| value.get(name))
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let (Some(Document::List(wanted)), Some(item)) = (wanted.document.at(&path), item(&path)) else { return };
    let found = |mapping: &Document| observed.iter().find(|other| compare::same_key(mapping, other, item));
    let added: Vec<Document> = wanted.iter().filter(|mapping| found(mapping).is_none()).cloned().collect();
    let kept = |other: &&Value| {
        wanted
            .iter()
            .any(|mapping| compare::same_key(mapping, other, item) && compare::same(mapping, Some(other), item))
    };
    let removed: Vec<Document> =
        observed.iter().filter(|other| !kept(other)).map(|other| rules::mapping_to_remove(other, item)).collect();
    for (name, list) in [("tableMappingsToAdd", added), ("tableMappingsToRemove", removed)] {
        if !list.is_empty() {
            let path: Vec<&str> = parents.iter().copied().chain([name]).collect();
            body.set(&path, Document::List(list));
        }
    }
}

fn item(path: &[&str]) -> Option<&'static Field> {
    match &path.iter().try_fold(facts(), |field, name| field.member(name))?.kind {
        Kind::List(item) => Some(item),
        Kind::Object(_) | Kind::Scalar | Kind::Credential(_) => None,
    }
}

/// A new display name keeps the token that the pipe carries.
fn rename(body: &mut Document, token: Option<&str>) {
    if let (Some(Document::Value(Value::String(name))), Some(token)) = (body.get("name").cloned(), token) {
        body.set(&["name"], Document::text(token::name_with(&name, token)));
    }
}

/// What the call applies: each difference, and with it the smallest object that is sent whole.
fn applies(wanted: &Wanted, differences: &[&Difference]) -> Applies {
    let mut values: Vec<(Vec<String>, Value)> = Vec::new();
    for unit in differences.iter().map(|difference| unit(&difference.path)) {
        let path: Vec<&str> = unit.iter().map(String::as_str).collect();
        if let Some(whole) = wanted.document.at(&path).filter(|_| !values.iter().any(|(other, _)| other == unit)) {
            values.push((unit.to_vec(), whole.redacted()));
        }
    }
    values.extend(differences.iter().map(|difference| (difference.path.clone(), difference.to.clone())));
    let covers = |path: &str| {
        differences.iter().any(|difference| {
            path.strip_prefix(&unit(&difference.path).join("."))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    };
    let fingerprints = wanted
        .fingerprints
        .iter()
        .filter(|(path, _)| covers(path))
        .map(|(path, print)| (path.clone(), print.clone()))
        .collect();
    Applies { values, fingerprints }
}
