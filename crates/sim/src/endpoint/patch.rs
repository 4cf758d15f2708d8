//! `PATCH /clickpipes/{id}`: all of it or nothing.
//!
//! What becomes of the source's members is in `edit`. A 200 proves nothing: what is fixed is silently left as it is.

use serde_json::{Map, Value};

use crate::call::Call;
use crate::destination;
use crate::edit::{self, Edited};
use crate::endpoint::{Outcome, create};
use crate::interference::Interference;
use crate::machine;
use crate::pipe::Pipe;
use crate::refusal::{Checked, Refusal};
use crate::rules;
use crate::schema::keep_list;
use crate::settings;
use crate::simulator::Simulator;
use crate::source::{Family, Source};
use crate::tables;

impl Simulator {
    /// Changes a pipe. An accepted edit of a paused database pipe makes it resume by itself (TF PR 604).
    pub(super) fn patch_pipe(&mut self, call: &Call, how: &Interference) -> Result<Outcome, Refusal> {
        let body = call.object()?.clone();
        let pipe = self.found(call)?.clone();
        let patch = self.check_patch(&pipe, &body)?;
        self.check_running(call)?;
        let needs_pause = self.config.toggles.every_edit_needs_pause || patch.is_some();
        machine::check_editable(&pipe, needs_pause)?;
        self.check_stuck(&pipe, patch, how)?;
        let edited = match patch {
            None => Edited::unchanged(&pipe),
            Some(patch) => edit::apply(&pipe, patch, self.config.strict)?,
        };
        rules::check(pipe.source, &edited.document, &self.surroundings(call.service()))?;
        self.check_new_targets(&pipe, &edited)?;
        if let Some(text) = &how.source_refuses {
            return Err(Refusal::bad_request(text.clone()));
        }
        let latency_ms = if edited.connects { self.time.validate_source_ms } else { self.time.answer_ms };
        self.remember(&pipe.id);
        self.apply(&pipe.id, &body, &edited);
        let resumes = patch.is_some() || self.config.toggles.rename_resumes;
        if resumes {
            self.resume_edited(&pipe.id, &edited, how);
        }
        self.touch(&pipe.id);
        let mut outcome = self.outcome(self.show_written(&pipe.id, how));
        outcome.latency_ms = latency_ms;
        Ok(outcome)
    }

    /// Everything that can be said without looking at the pipe's state. Gives the patch of the source, if there is one.
    fn check_patch<'a>(
        &self,
        pipe: &Pipe,
        body: &'a Map<String, Value>,
    ) -> Result<Option<&'a Map<String, Value>>, Refusal> {
        let present = |name: &str| body.get(name).filter(|value| !value.is_null());
        let patch = patch_of(pipe.source, present("source"))?;
        let fields = ["name", "destination", "fieldMappings"];
        if patch.is_none() && fields.iter().all(|name| present(name).is_none()) {
            return Err(Refusal::bad_request("no fields to update"));
        }
        if let Some(name) = present("name") {
            create::check_name(Some(name))?;
        }
        if let Some(Value::Object(sent)) = present("settings") {
            // Checked and then not applied (CTL#824).
            settings::check(pipe.source, sent, false, self.config.strict)?;
        }
        destination::check_change(pipe.family(), present("destination"), present("fieldMappings"))?;
        Ok(patch)
    }

    /// A MongoDB pipe that was edited too often without credentials answers 500 until it gets some (TF PR 618).
    fn check_stuck(&mut self, pipe: &Pipe, patch: Option<&Map<String, Value>>, how: &Interference) -> Checked {
        let (Some(patch), Source::Mongodb) = (patch, pipe.source) else {
            return Ok(());
        };
        let Some(stored) = self.pipes.get_mut(&pipe.id) else {
            return Ok(());
        };
        if patch.get("credentials").is_some_and(|value| !value.is_null()) {
            stored.edits_without_credentials = 0;
            return Ok(());
        }
        if how.mongo_sticky_after.is_some_and(|after| stored.edits_without_credentials >= after) {
            return Err(Refusal::new(500, "INTERNAL_ERROR", "Internal error"));
        }
        stored.edits_without_credentials += 1;
        Ok(())
    }

    /// A table that is added must not write into one with rows.
    fn check_new_targets(&self, pipe: &Pipe, edited: &Edited) -> Checked {
        let before = tables::written(pipe.family(), &pipe.document, &pipe.destination);
        let after = tables::written(pipe.family(), &edited.document, &pipe.destination);
        let rows = self.services.get(&pipe.service).map(|service| &service.tables_with_rows);
        let taken = |table: &&String| !before.contains(table) && rows.is_some_and(|rows| rows.contains(*table));
        match after.iter().find(taken) {
            Some(table) => Err(Refusal::bad_request(format!("table {table}: table exists and is not empty"))),
            None => Ok(()),
        }
    }

    fn apply(&mut self, id: &str, body: &Map<String, Value>, edited: &Edited) {
        let Some(pipe) = self.pipes.get_mut(id) else {
            return;
        };
        pipe.document.clone_from(&edited.document);
        if let Some(name) = body.get("name").and_then(Value::as_str) {
            name.clone_into(&mut pipe.name);
        }
        let columns = body.get("destination").and_then(|destination| destination.get("columns"));
        if let Some(columns) = columns.and_then(Value::as_array) {
            let kept = keep_list(destination::COLUMN, columns);
            pipe.destination.insert("columns".to_owned(), kept);
        }
        if let Some(mappings) = body.get("fieldMappings").and_then(Value::as_array) {
            pipe.field_mappings = Some(keep_list(destination::FIELD_MAPPING, mappings));
        }
    }

    fn resume_edited(&mut self, id: &str, edited: &Edited, how: &Interference) {
        let Some(pipe) = self.pipes.get_mut(id).filter(|pipe| pipe.family() == Family::Database) else {
            return;
        };
        if how.no_auto_resume {
            return;
        }
        pipe.stop_wanted = false;
        let resumes_in_ms = how.auto_resume_ms.map_or(self.time.auto_resume_ms, |ms| self.config.at_speed(ms));
        let course = machine::edited(pipe, edited.tables, resumes_in_ms, self.now_ms, &self.time);
        self.set_course(id, course);
    }
}

/// The patch of the pipe's own source. Another source than the pipe's is refused.
fn patch_of(source: Source, sent: Option<&Value>) -> Result<Option<&Map<String, Value>>, Refusal> {
    let Some(sent) = sent else {
        return Ok(None);
    };
    let arms = sent.as_object().ok_or_else(|| Refusal::member("source", sent))?;
    let mut patch = None;
    for (arm, value) in arms.iter().filter(|(arm, value)| !value.is_null() && *arm != "validateSamples") {
        let at = format!("source.{arm}");
        // BigQuery sources have no PATCH schema at all.
        if arm != source.arm() || source == Source::Bigquery {
            return Err(Refusal::bad_request(format!("request body.{at}: source cannot be updated this way")));
        }
        patch = Some(value.as_object().ok_or_else(|| Refusal::member(&at, value))?);
    }
    Ok(patch)
}
