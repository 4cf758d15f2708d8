//! Rules that are about more than one field; one file a family. Only here may code outside the resource types name a source's field.

mod columns;
mod credentials;
mod loading;
mod logins;
mod mappings;
mod replacement;
mod settings;
mod union;

use cloud::{Document, Pipe};
use crd::ClickPipeSpec;
use crd::facts::Route;
use crd::facts::tree::Field;
use serde_json::Value;

use crate::desired::{Problem, Wanted};
use crate::diff::Difference;

/// Every problem of a spec that the API server cannot see, or that an object stored before a rule may have.
pub(crate) fn problems(spec: &ClickPipeSpec) -> Vec<Problem> {
    let rules = [union::exactly_one, columns::named, mappings::unique_targets, mappings::unique_columns];
    rules.iter().flat_map(|rule| rule(spec)).collect()
}

/// What a change means in the situation of this pipe, beyond what the facts of each field say.
pub(crate) fn weigh(found: Vec<Difference>, wanted: &Wanted, pipe: &Pipe) -> Vec<Difference> {
    replacement::weigh(found, wanted, pipe)
}

/// Adds to a PATCH what the API wants beside what changed.
pub(crate) fn complete_patch(body: &mut Document, wanted: &Wanted, route: Route) {
    columns::together(body, wanted);
    loading::begin(body);
    if body.get("source").is_some() {
        credentials::complete(body, wanted, route);
    }
}

/// Adds to a PUT of settings what the API wants beside what changed.
pub(crate) fn complete_settings(body: &mut Document, wanted: &Wanted) {
    settings::keep_read_committed(body, wanted);
}

/// A mapping as the API wants it for removal.
pub(crate) fn mapping_to_remove(observed: &Value, item: &Field) -> Document {
    mappings::to_remove(observed, item)
}

/// The credentials that a pipe with this source needs and the API never returns: paths below the source's own member.
pub(crate) fn logins(arm: &str, source: &Value) -> Vec<Vec<&'static str>> {
    logins::needed(arm, source)
}

/// What else of this source the API did not return although a spec needs it.
pub(crate) fn not_returned(arm: &str, source: &Value) -> Vec<&'static str> {
    logins::unknown(arm, source)
}

/// Writes down what the API left out of a source and the rest of it tells.
pub(crate) fn imply(source: &mut Value) {
    logins::imply(source);
}
