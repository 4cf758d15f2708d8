//! `POST /clickpipes`: check, connect, and put the commit on the agenda.
//!
//! The rules of each source are in `rules`; the order of the checks is the service's.

use serde_json::{Map, Value};

use crate::agenda::Event;
use crate::call::Call;
use crate::course::Course;
use crate::destination;
use crate::endpoint::Outcome;
use crate::interference::{Commit, Interference};
use crate::machine;
use crate::pipe::Pipe;
use crate::refusal::{Checked, Refusal};
use crate::rules;
use crate::scaling;
use crate::schema::{Reading, check, check_list, keep, keep_list};
use crate::settings;
use crate::simulator::Simulator;
use crate::source::{Family, Source};
use crate::state::PipeState;
use crate::tables;

impl Simulator {
    /// Creates a pipe. The commit comes just before the answer unless a fault moves it.
    pub(super) fn create_pipe(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let body = call.object()?;
        let draft = self.draft(call, body)?;
        self.check_running(call)?;
        if let Some(text) = &how.source_refuses {
            return Err(Refusal::bad_request(text.clone()));
        }
        self.check_service(call.service(), &draft)?;
        let family = draft.family();
        let latency_ms = match family {
            Family::Database => self.time.create_database_ms,
            Family::Streaming | Family::ObjectStorage => self.time.create_ms,
        };
        let pipe = self.finish(draft, latency_ms, how);
        let outcome = Outcome {
            result: Some(self.show(&pipe, how)),
            latency_ms,
            made: (how.commit != Commit::Never).then(|| pipe.id.clone()),
        };
        if how.commit != Commit::Never {
            self.agenda.put(pipe.committed_at_ms, Event::Commit(Box::new(pipe)));
            self.advance(self.now_ms);
        }
        Ok(outcome)
    }

    /// The pipe that the body describes, checked but without an id or a time.
    pub(crate) fn draft(&self, call: &Call, body: &Map<String, Value>) -> Result<Pipe, Refusal> {
        let strict = self.config.strict;
        check_name(body.get("name"))?;
        let (source, document) = source_of(body)?;
        let how = Reading { partial: false, closed: strict || source.closed(), strict };
        check(source.fields(), document, &format!("source.{}", source.arm()), how)?;
        let document = keep(source.fields(), document);
        rules::check(source, &document, &self.surroundings(call.service()))?;
        let destination = body.get("destination").and_then(Value::as_object);
        let destination = destination.ok_or_else(|| Refusal::missing("destination"))?;
        destination::check_new(source.family(), destination, strict)?;
        check_extras(source, body, strict)?;
        Ok(Pipe {
            id: String::new(),
            organization: call.route.organization.clone().unwrap_or_default(),
            service: call.service().to_owned(),
            name: call.text("name").unwrap_or_default().to_owned(),
            source,
            document,
            destination: destination::keep_new(destination),
            field_mappings: field_mappings(body),
            scaling: sizes(source, body),
            settings: stored_settings(body),
            start_paused: body.get("startPaused").and_then(Value::as_bool) == Some(true),
            ever_started: false,
            foreign: false,
            committed_at_ms: 0,
            visible_at_ms: 0,
            listed_at_ms: 0,
            changed_at_ms: 0,
            gone_at_ms: None,
            scaling_unknown_until_ms: 0,
            hidden_reads: 0,
            edits_without_credentials: 0,
            created_micros: 0,
            updated_micros: 0,
            course: Course::resting(PipeState::Unknown),
            stop_wanted: false,
            before: None,
        })
    }

    /// What the service's own contents forbid.
    fn check_service(&self, service: &str, draft: &Pipe) -> Checked {
        let rows = self.services.get(service).map(|service| &service.tables_with_rows);
        let written = tables::written(draft.family(), &draft.document, &draft.destination);
        let taken = written.iter().find(|table| rows.is_some_and(|rows| rows.contains(*table)));
        if let Some(table) = taken {
            return Err(Refusal::bad_request(format!("table {table}: table exists and is not empty")));
        }
        let alive = || self.pipes.values().filter(|pipe| pipe.service == service && pipe.alive(self.now_ms));
        let toggles = &self.config.toggles;
        if toggles.max_pipes.is_some_and(|most| alive().count() >= most) {
            return Err(Refusal::bad_request("The maximum number of ClickPipes for this service is reached"));
        }
        if toggles.unique_names && alive().any(|pipe| pipe.name == draft.name) {
            return Err(Refusal::bad_request("A ClickPipe with this name already exists"));
        }
        Ok(())
    }

    /// Gives the draft its id and its times.
    pub(crate) fn finish(&mut self, mut pipe: Pipe, latency_ms: u64, how: &Interference) -> Pipe {
        let commit_after_ms = match how.commit {
            Commit::After(ms) => self.config.at_speed(ms),
            Commit::Usual | Commit::Never => latency_ms,
        };
        let at_ms = self.now_ms.saturating_add(commit_after_ms);
        pipe.id = self.random.uuid();
        pipe.ever_started = !pipe.start_paused;
        pipe.created_micros = self.micros(at_ms);
        pipe.updated_micros = pipe.created_micros;
        pipe.committed_at_ms = at_ms;
        pipe.listed_at_ms = at_ms;
        pipe.changed_at_ms = at_ms;
        pipe.visible_at_ms = at_ms.saturating_add(self.config.at_speed(how.hidden_ms));
        pipe.hidden_reads = how.hidden_reads;
        if how.scaling_unknown_ms > 0 {
            pipe.scaling_unknown_until_ms = at_ms.saturating_add(self.config.at_speed(how.scaling_unknown_ms));
        }
        pipe.course = machine::created(&pipe, at_ms, how.ends_in, &self.time);
        pipe
    }
}

/// 1 to 255 characters.
pub(super) fn check_name(name: Option<&Value>) -> Checked {
    match name {
        None | Some(Value::Null) => Err(Refusal::missing("name")),
        Some(Value::String(text)) if (1..=255).contains(&text.chars().count()) => Ok(()),
        Some(other) => Err(Refusal::member("name", other)),
    }
}

/// The one source that is there.
pub(super) fn source_of(body: &Map<String, Value>) -> Result<(Source, &Map<String, Value>), Refusal> {
    let source = body.get("source").and_then(Value::as_object);
    let source = source.ok_or_else(|| Refusal::missing("source"))?;
    let arms = source.iter().filter(|(name, value)| !value.is_null() && *name != "validateSamples");
    let arms: Vec<(&String, &Value)> = arms.collect();
    let [(name, value)] = arms.as_slice() else {
        return Err(Refusal::bad_request("request body.source: exactly one source must be provided"));
    };
    let path = format!("source.{name}");
    let known = Source::of_arm(name).ok_or_else(|| Refusal::member(&path, value))?;
    let document = value.as_object().ok_or_else(|| Refusal::member(&path, value))?;
    Ok((known, document))
}

/// Everything beside source and destination.
fn check_extras(source: Source, body: &Map<String, Value>, strict: bool) -> Checked {
    let how = Reading { partial: false, closed: strict, strict };
    let present = |name: &str| body.get(name).filter(|value| !value.is_null());
    if source.family() == Family::Database {
        for name in ["scaling", "startPaused", "settings", "fieldMappings"] {
            let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty) || *value == Value::Bool(false);
            if present(name).is_some_and(|value| !empty(value)) {
                let text = format!("request body.{name}: is not supported for {} ClickPipes", source.title());
                return Err(Refusal::bad_request(text));
            }
        }
        return Ok(());
    }
    if let Some(paused) = present("startPaused").filter(|value| !value.is_boolean()) {
        return Err(Refusal::member("startPaused", paused));
    }
    if let Some(mappings) = present("fieldMappings") {
        check_list(destination::FIELD_MAPPING, 0, mappings, "fieldMappings", how)?;
    }
    if let Some(sizes) = present("scaling") {
        scaling::check(sizes.as_object().ok_or_else(|| Refusal::member("scaling", sizes))?)?;
    }
    match present("settings") {
        None => Ok(()),
        Some(Value::Object(sent)) if sent.is_empty() => Err(Refusal::bad_request("request body.settings: '{}'")),
        Some(Value::Object(sent)) => settings::check(source, sent, false, strict),
        Some(other) => Err(Refusal::member("settings", other)),
    }
}

fn field_mappings(body: &Map<String, Value>) -> Option<Value> {
    let list = body.get("fieldMappings")?.as_array()?;
    Some(keep_list(destination::FIELD_MAPPING, list))
}

fn sizes(source: Source, body: &Map<String, Value>) -> Map<String, Value> {
    if source.family() == Family::Database {
        return Map::new();
    }
    let mut sizes = scaling::smallest();
    if let Some(sent) = body.get("scaling").and_then(Value::as_object) {
        scaling::merge(&mut sizes, sent);
    }
    sizes
}

fn stored_settings(body: &Map<String, Value>) -> Map<String, Value> {
    let mut stored = Map::new();
    if let Some(sent) = body.get("settings").and_then(Value::as_object) {
        settings::merge(&mut stored, sent);
    }
    stored
}
