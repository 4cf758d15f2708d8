//! The rules between members that the service enforces, one file for each source.
//!
//! A rule is a small named function over the whole document; each source lists its own in `RULES`. What a single
//! member may hold is in the field tables. Every refusal that is observed becomes a rule here.

mod bigquery;
mod database;
mod kafka;
mod kinesis;
mod mongodb;
mod mysql;
mod object_storage;
mod postgres;
mod pubsub;

use serde_json::{Map, Value};

use crate::call::Call;
use crate::config::Toggles;
use crate::edit;
use crate::refusal::{Checked, Refusal};
use crate::route::RouteKind;
use crate::simulator::Simulator;
use crate::source::Source;

/// What a rule may look at beside the document.
#[derive(Debug, Clone)]
pub(crate) struct Surroundings {
    /// The cloud that the service runs on.
    pub(crate) provider: String,
    /// Outdated forms are refused.
    pub(crate) strict: bool,
    /// Behaviour that can be chosen.
    pub(crate) toggles: Toggles,
}

/// A rule between members.
pub(crate) type Rule = fn(&Map<String, Value>, &Surroundings) -> Checked;

/// Holds a whole document against the rules of its source.
pub(crate) fn check(source: Source, document: &Map<String, Value>, surroundings: &Surroundings) -> Checked {
    let rules = match source {
        Source::Kafka => kafka::RULES,
        Source::Kinesis => kinesis::RULES,
        Source::ObjectStorage => object_storage::RULES,
        Source::Pubsub => pubsub::RULES,
        Source::Postgres => postgres::RULES,
        Source::Mysql => mysql::RULES,
        Source::Mongodb => mongodb::RULES,
        Source::Bigquery => bigquery::RULES,
    };
    rules.iter().try_for_each(|rule| rule(document, surroundings))
}

/// What a PATCH of a source may not even contain.
pub(crate) fn check_patch(source: Source, stored: &Map<String, Value>, patch: &Map<String, Value>) -> Checked {
    match source {
        Source::Kafka => kafka::check_patch(patch),
        Source::ObjectStorage => object_storage::check_patch(stored, patch),
        Source::Pubsub => pubsub::check_patch(patch),
        Source::Postgres => postgres::check_patch(stored, patch),
        Source::Mongodb => mongodb::check_patch(stored, patch),
        Source::Kinesis | Source::Mysql | Source::Bigquery => Ok(()),
    }
}

/// Puts back what a PATCH only repeated in its redacted form.
pub(crate) fn restore(source: Source, stored: &Map<String, Value>, document: &mut Map<String, Value>) {
    if source == Source::Mongodb {
        mongodb::restore(stored, document);
    }
}

impl Simulator {
    /// What rules may look at, for a service.
    pub(crate) fn surroundings(&self, service: &str) -> Surroundings {
        let service = self.services.get(service);
        Surroundings {
            provider: service.map(|service| service.provider.clone()).unwrap_or_default(),
            strict: self.config.strict,
            toggles: self.config.toggles.clone(),
        }
    }

    /// The address of the source that a call makes the service connect to, as text; empty when it connects to none.
    pub(crate) fn address_text(&self, call: &Call) -> String {
        let Some((source, sent)) = sent_source(call) else {
            return String::new();
        };
        let stored = match call.route.kind {
            RouteKind::CreatePipe | RouteKind::DiscoverSchema => None,
            RouteKind::PatchPipe => {
                let pipe = self.pipes.get(call.pipe()).filter(|pipe| edit::connects(pipe, sent));
                let Some(pipe) = pipe else {
                    return String::new();
                };
                Some(&pipe.document)
            }
            _ => return String::new(),
        };
        let part = |name: &&str| sent.get(*name).or_else(|| stored.and_then(|stored| stored.get(*name)));
        let parts: Vec<String> = source.address().iter().filter_map(part).map(ToString::to_string).collect();
        parts.join(" ")
    }
}

/// The source in a body, if it has one at all.
fn sent_source(call: &Call) -> Option<(Source, &Map<String, Value>)> {
    let arms = call.body.as_ref()?.get("source")?.as_object()?;
    arms.iter().find_map(|(arm, value)| Some((Source::of_arm(arm)?, value.as_object()?)))
}

/// A member that is text.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}

/// Whether a member is `true`.
pub(crate) fn is_true(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name) == Some(&Value::Bool(true))
}

/// Whether a member is there. An empty text counts as absent: clients send it for "not set".
pub(crate) fn has(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).is_some_and(|value| !value.is_null() && value != "")
}

/// Refuses a member that stands there against a rule.
pub(crate) fn only(fine: bool, path: &str, why: &str) -> Checked {
    if fine { Ok(()) } else { Err(Refusal::bad_request(format!("request body.{path}: {why}"))) }
}
