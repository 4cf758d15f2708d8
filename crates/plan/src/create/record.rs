//! What the record says before and after a create or an adoption.
//!
//! Not here: when it is written.

use std::collections::BTreeMap;

use cloud::{Document, Pipe, PipeId};
use crd::ClickPipeStatus;
use crd::facts::tree::{Field, Kind, document as facts};
use crd::facts::{Change, Compare};
use crd::policy::{AdoptMode, ManagementPolicy};
use crd::status::record::{Applied, CreatePhase, CreateRecord, LastResync, PROTOCOL_VERSION, PipeRecord};
use serde_json::Value;

use crate::compare;
use crate::desired::{Account, Desired, Wanted};
use crate::known::Known;
use crate::step::Step;

pub(crate) fn remember(record: ClickPipeStatus) -> Step {
    Step::Remember { record: Box::new(record), reserve: false }
}

/// The intent to create what is wanted now.
pub(super) fn intent(desired: &Desired, known: &Known, wanted: &Wanted) -> ClickPipeStatus {
    let attempt = known.record.create.as_ref().map_or(0, |create| create.attempt).max(0).saturating_add(1);
    let create = CreateRecord {
        attempt,
        nonce: known.fresh_nonce.clone(),
        holder: known.holder.clone(),
        phase: CreatePhase::Intent,
        code: None,
        message: None,
        fingerprint: fingerprint(&wanted.document),
        body_hash: Some(wanted.hash.clone()),
        token: desired.token(),
        cluster_id: desired.cluster_id.clone(),
        uid: desired.object.uid.clone(),
        protocol_version: PROTOCOL_VERSION,
    };
    // Nothing is applied yet; but these are the values that a pipe of this attempt was made with.
    let applied = Applied { generation: desired.object.generation, document: wanted.document.redacted() };
    ClickPipeStatus {
        create: Some(create),
        applied: Some(applied),
        secret_fingerprints: Some(wanted.fingerprints.clone()),
        ..known.record.clone()
    }
}

/// The attempt certainly made nothing.
pub(super) fn failed(known: &Known, code: &str, message: &str) -> ClickPipeStatus {
    let create = known.record.create.clone().map(|create| CreateRecord {
        phase: CreatePhase::Failed,
        code: Some(code.to_owned()),
        message: Some(message.chars().take(300).collect()),
        ..create
    });
    ClickPipeStatus { create, ..known.record.clone() }
}

/// The attempt made this pipe. Its first start or stop is owed.
pub(crate) fn created(
    desired: &Desired,
    known: &Known,
    account: &Account,
    pipe: &Pipe,
    token: &str,
) -> ClickPipeStatus {
    let create = known.record.create.clone().map(|create| CreateRecord {
        phase: CreatePhase::Resolved,
        code: None,
        message: None,
        ..create
    });
    ClickPipeStatus {
        create,
        pipe: Some(pipe_record(desired, account, pipe, token)),
        last_resync: handled(desired),
        ..known.record.clone()
    }
}

/// The user gave us this pipe. Matching, nothing is sent; overriding, everything that differs and every secret is sent once.
pub(super) fn adopted(
    desired: &Desired,
    known: &Known,
    account: &Account,
    wanted: &Wanted,
    pipe: &Pipe,
    mode: AdoptMode,
) -> ClickPipeStatus {
    let observes = desired.spec.management_policy == ManagementPolicy::ObserveOnly;
    let (applied, secret_fingerprints) = match mode {
        // What is merely observed was not compared.
        AdoptMode::Match if !observes => {
            let applied = Applied { generation: desired.object.generation, document: wanted.document.redacted() };
            (Some(applied), Some(wanted.fingerprints.clone()))
        }
        AdoptMode::Match | AdoptMode::Override => (None, None),
    };
    ClickPipeStatus {
        pipe: Some(pipe_record(desired, account, pipe, &desired.token())),
        applied,
        secret_fingerprints,
        last_resync: handled(desired),
        ..known.record.clone()
    }
}

/// The record without this pipe, whose id is never taken again. Only the number of attempts is kept of its create: no intent is on record, so
/// that nothing that carries our token is taken for what is created next.
pub(crate) fn forgotten(known: &Known, id: &PipeId) -> ClickPipeStatus {
    let mut retired = known.record.retired.clone();
    if !known.is_retired(id) {
        retired.push(id.to_string());
    }
    let create = known.record.create.clone().map(|create| CreateRecord {
        nonce: String::new(),
        phase: CreatePhase::Failed,
        code: Some("Removed".to_owned()),
        message: None,
        fingerprint: BTreeMap::new(),
        body_hash: None,
        ..create
    });
    ClickPipeStatus {
        pipe: None,
        create,
        retired,
        operation: None,
        applied: None,
        secret_fingerprints: None,
        last_synced_generation: None,
        ..known.record.clone()
    }
}

fn handled(desired: &Desired) -> Option<LastResync> {
    desired.spec.resync_request.clone().map(|id| LastResync { id, phase: "Handled".to_owned(), nonce: String::new() })
}

fn pipe_record(desired: &Desired, account: &Account, pipe: &Pipe, token: &str) -> PipeRecord {
    PipeRecord {
        id: pipe.id.to_string(),
        token: token.to_owned(),
        cluster_id: desired.cluster_id.clone(),
        uid: desired.object.uid.clone(),
        organization_id: Some(account.organization.to_string()),
        service_id: account.service.to_string(),
        name: Some(name(pipe)),
        state: None,
        created_at: Some(pipe.created_at.clone()).filter(|at| !at.is_empty()),
        updated_at: None,
        vanished_generation: None,
    }
}

/// The name of a pipe for the record. The API takes far shorter ones; a status must stay small whatever is answered.
pub(crate) fn name(pipe: &Pipe) -> String {
    pipe.name.chars().take(300).collect()
}

/// What a pipe must have to be made by this attempt: fixed, returned and not secret fields, by path.
fn fingerprint(document: &Document) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    collect(document, facts(), "", &mut found);
    found
}

fn collect(document: &Document, field: &Field, path: &str, found: &mut BTreeMap<String, Value>) {
    if let (Document::Object(values), Kind::Object(members)) = (document, &field.kind) {
        for (name, value) in values {
            if let Some(member) = members.get(name) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                collect(value, member, &path, found);
            }
        }
    } else if field.facts.change == Change::Fixed
        && field.facts.returned
        && field.facts.compare != Compare::Never
        && !document.has_secret()
    {
        found.insert(path.to_owned(), document.redacted());
    }
}

/// Whether a pipe can be made by this attempt. What an answer lacks fits, but for the source; without an intent on record nothing does.
pub(crate) fn fits(create: &CreateRecord, pipe: &Pipe) -> bool {
    let intended = !create.nonce.is_empty();
    intended
        && is_of_source(create, pipe)
        && create.fingerprint.iter().all(|(path, wanted)| {
            let names = || path.split('.');
            let field = names().try_fold(facts(), |field, name| field.member(name));
            let observed =
                names().try_fold(&pipe.document, |value, name| value.get(name)).filter(|value| !value.is_null());
            match (field, observed) {
                (Some(field), Some(observed)) => compare::same(&Document::plain(wanted.clone()), Some(observed), field),
                (_, None) => true,
                (None, Some(observed)) => wanted == observed,
            }
        })
}

/// Whether the pipe reads from a source of the kind that the attempt asked for: of a pipe of another kind every field of ours would be missing.
fn is_of_source(create: &CreateRecord, pipe: &Pipe) -> bool {
    let kind = |path: &String| path.strip_prefix("source.")?.split('.').next().map(str::to_owned);
    let Some(asked) = create.fingerprint.keys().find_map(kind) else { return true };
    let shown = pipe.document.get("source").and_then(Value::as_object);
    shown.is_none_or(|kinds| {
        let kinds: Vec<&String> = kinds.iter().filter(|(_, source)| source.is_object()).map(|(kind, _)| kind).collect();
        kinds.is_empty() || kinds.contains(&&asked)
    })
}
