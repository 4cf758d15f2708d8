//! The calls that the operator makes for a specimen: to create it, to make another of it, and to put everything right.
//!
//! Not here: what is right about their bodies (`judge`).

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use cloud::{Call, Command, OrganizationId, Pipe, PipeId, Secret, ServiceId};
use crd::facts::{Change, Route};
use crd::status::record::{Applied, PipeRecord};
use crd::{ClickPipeSpec, ClickPipeStatus};
use plan::body::{self, Target};
use plan::diff::differences;
use plan::document::{Values, references, wanted};
use plan::fingerprint::Key;
use plan::{Account, Desired, Object, Step, Wanted};
use serde_json::{Value, json};
use specimens::Specimen;

/// Every pipe of `deploy/examples` and the folders in it; what it refers to are canaries.
pub(crate) fn examples() -> Vec<Specimen> {
    let found = pipes(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/examples")));
    assert!(found.len() >= 25, "only {} examples are found", found.len());
    found
}

fn pipes(folder: &Path) -> Vec<Specimen> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(pipes(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let manifests: Vec<Value> = serde_saphyr::from_multiple(&text).unwrap();
            let specs = manifests.into_iter().filter(|manifest| manifest["kind"] == "ClickPipe");
            found.extend(specs.map(|manifest| specimen(&path, manifest["spec"].clone())));
        }
    }
    found
}

fn specimen(path: &Path, spec: Value) -> Specimen {
    let typed: ClickPipeSpec = serde_json::from_value(spec.clone()).unwrap();
    Specimen::new(path.display().to_string(), typed.source.kind().unwrap(), "aws", spec)
}

/// The organization of every request.
pub(crate) const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
const PIPE: &str = "33333333-3333-4333-8333-333333333333";

/// Whether the operator takes it: some rules are checked by it alone, after the API server has admitted the object.
pub(crate) fn is_valid(specimen: &Specimen) -> bool {
    desired(specimen).wanted.is_ok()
}

/// The call that creates it.
pub(crate) fn create(specimen: &Specimen) -> Call {
    let desired = desired(specimen);
    let body = body::create(&desired, is_wanted(specimen, &desired));
    Call::CreatePipe { service: account(&desired).service.clone(), body }
}

/// The calls that make one specimen of another, all on record and nothing drifted.
pub(crate) fn update(before: &Specimen, after: &Specimen) -> Vec<(Route, Call)> {
    let desired = desired(before);
    let applied = is_wanted(before, &desired);
    calls(after, &returned(&create(before)), &applied.document.redacted(), &applied.fingerprints)
}

/// The calls that make a specimen of a pipe that has another value in every field, and of which other values were applied.
pub(crate) fn everything_changed(specimen: &Specimen) -> Vec<Call> {
    let desired = desired(specimen);
    let mut fingerprints = is_wanted(specimen, &desired).fingerprints.clone();
    for print in fingerprints.values_mut() {
        print.push('2');
    }
    let mut observed = returned(&create(specimen));
    change(&mut observed);
    let mut applied = is_wanted(specimen, &desired).document.redacted();
    change(&mut applied);
    calls(specimen, &observed, &applied, &fingerprints).into_iter().map(|(_, call)| call).collect()
}

/// A state command.
pub(crate) fn state(command: Command) -> Call {
    let service = ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap();
    Call::SetState { service, pipe: PipeId::parse(PIPE).unwrap(), command }
}

/// One call for each route that has differences.
fn calls(
    specimen: &Specimen,
    observed: &Value,
    applied: &Value,
    fingerprints: &BTreeMap<String, String>,
) -> Vec<(Route, Call)> {
    let desired = desired(specimen);
    let wanted = is_wanted(specimen, &desired);
    let token = desired.token();
    let record = ClickPipeStatus {
        pipe: Some(PipeRecord { id: PIPE.into(), token: token.clone(), ..PipeRecord::default() }),
        applied: Some(Applied { generation: 1, document: applied.clone() }),
        secret_fingerprints: Some(fingerprints.clone()),
        ..ClickPipeStatus::default()
    };
    let mut document = observed.clone();
    document.as_object_mut().unwrap().extend([("id".to_owned(), json!(PIPE)), ("state".to_owned(), json!("Paused"))]);
    let pipe = Pipe::read(document).unwrap();
    let mut found = differences(&desired, wanted, &record, &pipe);
    found.retain(|difference| difference.facts.change != Change::Fixed);
    let target = Target {
        service: &account(&desired).service,
        pipe: &pipe.id,
        observed: &pipe.document,
        token_in_name: Some(&token),
    };
    let routes = [Route::Patch, Route::Mappings, Route::Settings, Route::Scaling];
    let calls = routes.into_iter().filter_map(|route| match body::update(route, wanted, &found, &target)? {
        Step::Call { call, .. } => Some((route, call)),
        other => panic!("{other:?}"),
    });
    calls.collect()
}

/// What the service shows of a pipe that was created so.
fn returned(create: &Call) -> Value {
    let Call::CreatePipe { body, .. } = create else { panic!("{create:?}") };
    body.expose()
}

/// Puts another value into every place.
fn change(value: &mut Value) {
    match value {
        Value::Object(members) => members.values_mut().for_each(change),
        Value::Array(items) => items.iter_mut().for_each(change),
        Value::String(text) => text.push('2'),
        Value::Number(number) => *value = json!(number.as_f64().unwrap() + 1.0),
        Value::Bool(truth) => *truth = !*truth,
        Value::Null => {}
    }
}

fn desired(specimen: &Specimen) -> Desired {
    let spec = specimen.typed();
    let values: Values = references(&spec)
        .into_iter()
        .map(|reference| {
            let value = specimen.secrets[&(reference.name.clone(), reference.key.clone())].clone();
            (reference, Ok(Secret::new(value)))
        })
        .collect();
    let key = Key::new(Secret::new("test key".into()));
    Desired {
        object: Object {
            namespace: "data".into(),
            name: "orders".into(),
            uid: "uid-1".into(),
            generation: 2,
            ..Object::default()
        },
        account: Ok(Account {
            organization: OrganizationId::parse(ORGANIZATION).unwrap(),
            service: ServiceId::parse(&spec.service_id).unwrap(),
            poll_interval: Duration::from_mins(5),
            wake_idle_services: false,
            terminating: false,
        }),
        wanted: wanted(&spec, &values, &key),
        spec,
        paused: None,
        cluster_id: "cluster".into(),
        create_window: Duration::from_mins(15),
        claimed_by: None,
        inputs: "inputs".into(),
    }
}

fn is_wanted<'a>(specimen: &Specimen, desired: &'a Desired) -> &'a Wanted {
    desired.wanted.as_ref().unwrap_or_else(|problems| panic!("{}: {problems:?}", specimen.label))
}

fn account(desired: &Desired) -> &Account {
    desired.account.as_ref().unwrap()
}
