//! What is wrong with a request: by the document's schema of its call, and by the vendor's request types.
//!
//! The vendor's types take unknown members and values without a word, so what they make of a body is written again and compared, and a
//! value that they do not know counts as a fault. Not here: where requests come from (`sent`).

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use clickhouse_cloud_api::models::{
    ClickPipePatchRequest, ClickPipePostRequest, ClickPipeScalingPatchRequest, ClickPipeSettingsPutRequest,
    ClickPipeStatePatchRequest,
};
use clickpipes_contract::operation::{Body, Operation, Purpose};
use clickpipes_contract::{Document, strict};
use cloud::request::request;
use cloud::{Call, OrganizationId};
use jsonschema::Validator;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::sent::ORGANIZATION;

/// The official document, read once.
pub(crate) fn document() -> &'static Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::official().unwrap());
    &DOCUMENT
}

/// Fails when there is a fault.
pub(crate) fn find_fault(what: &str, call: &Call) {
    let found = faults(call);
    assert!(found.is_empty(), "{what}: {call:?}\n{}", found.join("\n"));
}

/// Every fault of the request that a call makes.
pub(crate) fn faults(call: &Call) -> Vec<String> {
    let request = request(&OrganizationId::parse(ORGANIZATION).unwrap(), call);
    let body: Value = serde_json::from_str(request.body.unwrap().expose()).unwrap();
    let (_, path) = request.path.split_once("/services/").unwrap();
    let path = &path[path.find('/').unwrap()..];
    let Some(operation) = strict::operation(document(), request.method, path) else {
        return vec![format!("no call of the document: {} {}", request.method, request.path)];
    };
    let Purpose::Pipe(kind) = operation.purpose else { panic!("{operation:?}") };
    let mut found = Vec::new();
    let validator = validator(kind, &operation);
    // The message without the value, which may be a secret.
    found.extend(validator.iter_errors(&body).map(|error| format!("{}: {}", error.instance_path(), error.masked())));
    found.extend(match kind {
        Body::Create => again::<ClickPipePostRequest>(&body),
        Body::Patch => again::<ClickPipePatchRequest>(&body),
        Body::Settings => again::<ClickPipeSettingsPutRequest>(&body),
        Body::Scaling => again::<ClickPipeScalingPatchRequest>(&body),
        Body::State => again::<ClickPipeStatePatchRequest>(&body),
    });
    found
}

/// The closed schema of a call's body, made once.
fn validator(kind: Body, operation: &Operation) -> &'static Validator {
    static VALIDATORS: Mutex<BTreeMap<Body, &'static Validator>> = Mutex::new(BTreeMap::new());
    VALIDATORS.lock().unwrap().entry(kind).or_insert_with(|| {
        let schema = strict::schema(document(), operation);
        Box::leak(Box::new(jsonschema::options().should_validate_formats(true).build(&schema).unwrap()))
    })
}

/// What the vendor's type makes of a body.
fn again<T: DeserializeOwned + Serialize + std::fmt::Debug>(body: &Value) -> Option<String> {
    let mut whole = body.clone();
    for (place, members) in WANTED_BY_THE_TYPES {
        let members: Value = serde_json::from_str(members).unwrap();
        complete(&mut whole, &place.split('.').collect::<Vec<_>>(), members.as_object().unwrap());
    }
    let read: T = match serde_json::from_value(whole.clone()) {
        Ok(read) => read,
        Err(error) => return Some(format!("the vendor's type refuses it: {error}")),
    };
    if format!("{read:?}").contains("Unknown(") {
        return Some("the vendor's type does not know a value".to_owned());
    }
    let written = serde_json::to_value(&read).unwrap();
    let lost = differing(body, &written, "").map(|path| format!("the vendor's type does not give back {path}"));
    lost.or_else(|| differing(&written, &whole, "").map(|path| format!("the vendor's type adds {path}")))
}

/// Members that the vendor's types want where the document lists nothing as required, and the API wants nothing: place, members. They are
/// added before a body is read, where its object is there and they are not.
const WANTED_BY_THE_TYPES: [(&str, &str); 12] = [
    ("destination.tableDefinition", r#"{"partitionBy": "", "primaryKey": "", "sortingKey": [], "ttl": ""}"#),
    ("destination.tableDefinition.engine", r#"{"columnIds": []}"#),
    ("scaling", r#"{"concurrency": 0, "replicaCpuMillicores": 0, "replicaMemoryGb": 0, "replicas": 0}"#),
    ("source.kafka", r#"{"credentials": {}, "reversePrivateEndpointIds": []}"#),
    ("source.objectStorage", r#"{"url": ""}"#),
    ("source.postgres", r#"{"authentication": "basic", "disableTls": false, "skipCertVerification": false}"#),
    (
        "source.postgres.settings",
        r#"{"allowNullableColumns": false, "deleteOnMerge": false, "enableFailoverSlots": false}"#,
    ),
    ("source.postgres.tableMappings[]", MAPPING),
    ("source.postgres.tableMappingsToAdd[]", MAPPING),
    ("source.postgres.credentials", r#"{"password": ""}"#),
    ("source.mysql.credentials", r#"{"password": ""}"#),
    ("source.mongodb.credentials", r#"{"password": ""}"#),
];
const MAPPING: &str = r#"{"excludedColumns": [], "partitionByExpr": "", "partitionKey": "", "sortingKeys": [],
     "tableEngine": "ReplacingMergeTree", "useCustomSortingKey": false}"#;

fn complete(value: &mut Value, place: &[&str], members: &Map<String, Value>) {
    match (place, value) {
        ([], Value::Object(present)) => {
            for (name, value) in members {
                present.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        ([name, rest @ ..], Value::Object(present)) => {
            let next = present.get_mut(name.trim_end_matches("[]"));
            match (next, name.ends_with("[]")) {
                (Some(Value::Array(items)), true) => items.iter_mut().for_each(|item| complete(item, rest, members)),
                (Some(next), false) => complete(next, rest, members),
                _ => {}
            }
        }
        _ => {}
    }
}

/// The first place of one value that the other has not, or has differently; numbers by value. Never a value, which may be a secret.
fn differing(one: &Value, other: &Value, path: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one.iter().find_map(|(name, value)| {
            let path = format!("{path}/{name}");
            // The vendor's types write null for what is required and nullable, and was left out.
            other
                .get(name)
                .map_or_else(|| (!value.is_null()).then(|| path.clone()), |other| differing(value, other, &path))
        }),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(at, (one, other))| differing(one, other, &format!("{path}/{at}")))
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => None,
        _ => (one != other).then(|| path.to_owned()),
    }
}
