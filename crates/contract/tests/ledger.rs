//! Every property of the official document is covered or listed, and every field of ours is offered by the call that its facts name; and the
//! ledger notices when either is not so.
//!
//! Not here: the bodies that are really sent (`bodies.rs`).

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::sync::LazyLock;

use clickpipes_contract::{Document, Ledger, Ours, ledger::Verdict};
use crd::facts::tree::{Field, Kind};
use crd::facts::{FIXED, IN_PLACE, SCALING};
use serde_json::{Value, json};

#[test]
fn every_property_is_covered_or_listed() {
    let ledger = hold(&document(), &ours());
    assert!(ledger.problems.is_empty(), "{}", ledger.problems.join("\n"));
    assert_eq!(ledger.count(Verdict::is_uncovered), 0);
    // A reader that found nothing would find nothing wrong.
    assert!(ledger.count(Verdict::is_covered) > 400 && ledger.rows.len() > 500, "{}", ledger.rows.len());
}

/// Fields of every source, every route and every depth, with the calls whose property each covers.
const SAMPLE: [(&str, &[&str]); 20] = [
    ("name", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.validateSamples", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.kafka", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.kafka.consumerGroup", &["POST /clickpipes"]),
    ("source.kafka.offset.timestamp", &["POST /clickpipes"]),
    ("source.kafka.schemaRegistry.credentials.password", &["POST /clickpipes"]),
    ("source.kafka.credentials.privateKey", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.kinesis.accessKey.secretKey", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.objectStorage.queueUrl", &["POST /clickpipes"]),
    ("source.pubsub.ackDeadline", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.postgres.settings.pullBatchSize", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.postgres.tableMappings[].partitionKey", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("source.mysql.serverId", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    (
        "source.mongodb.tableMappings[].structuredIngestion.columns[].type",
        &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"],
    ),
    ("source.bigquery.tableMappings[].eventsFunction", &["POST /clickpipes"]),
    ("destination.tableDefinition.engine.versionColumnId", &["POST /clickpipes"]),
    ("destination.columns[].type", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("fieldMappings", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}"]),
    ("settings.clickhouse_max_threads", &["POST /clickpipes", "PUT /clickpipes/{clickPipeId}/settings"]),
    ("scaling.replicaMemoryGb", &["POST /clickpipes", "PATCH /clickpipes/{clickPipeId}/scaling"]),
];

#[test]
fn a_field_that_is_missing_is_named_in_each_call_that_takes_it() {
    for (path, calls) in SAMPLE {
        let ledger = hold(&document(), &ours().with(path, |_| None).unwrap());
        let missing = format!("there is no field spec.{path}");
        for call in calls {
            let named = |problem: &&String| problem.starts_with(call) && problem.ends_with(&missing);
            assert!(ledger.problems.iter().any(|problem| named(&problem)), "{path}: {call}: {:#?}", ledger.problems);
        }
        assert!(ledger.count(Verdict::is_uncovered) >= calls.len(), "{path}");
    }
}

#[test]
fn a_property_that_is_new_is_uncovered() {
    for (schema, name, problem) in [
        ("ClickPipePostRequest", "labels", "POST /clickpipes: labels: there is no field spec.labels"),
        (
            "ClickPipePostKafkaSource",
            "skipTombstones",
            "POST /clickpipes: source.kafka.skipTombstones: there is no field spec.source.kafka.skipTombstones",
        ),
        (
            "ClickPipePatchMySQLPipeSettings",
            "paranoia",
            "PATCH /clickpipes/{clickPipeId}: source.mysql.settings.paranoia: there is no field spec.source.mysql.settings.paranoia",
        ),
        (
            "ClickPipePostPubSubWorkloadIdentitySource",
            "audience",
            "POST /clickpipes: source.pubsub.audience: there is no field spec.source.pubsub.audience",
        ),
        (
            "ClickPipeMongoDBPipeColumn",
            "codec",
            "PATCH /clickpipes/{clickPipeId}: source.mongodb.tableMappingsToAdd[].structuredIngestion.columns[].codec: there is no field spec.source.mongodb.tableMappings[].structuredIngestion.columns[].codec",
        ),
        (
            "ClickPipeSettingsPutRequest",
            "object_storage_luck",
            "PUT /clickpipes/{clickPipeId}/settings: object_storage_luck: there is no field spec.settings.object_storage_luck",
        ),
        (
            "ClickPipeScalingPatchRequest",
            "gpus",
            "PATCH /clickpipes/{clickPipeId}/scaling: gpus: there is no field spec.scaling.gpus",
        ),
        (
            "ClickPipeStatePatchRequest",
            "force",
            "PATCH /clickpipes/{clickPipeId}/state: force: no field of ours, and not listed",
        ),
    ] {
        let ledger = hold(&changed(|schemas| schemas[schema]["properties"][name] = json!({"type": "string"})), &ours());
        assert!(ledger.problems.contains(&problem.to_owned()), "{schema}.{name}: {:#?}", ledger.problems);
        assert!(ledger.count(Verdict::is_uncovered) > 0, "{schema}.{name}");
    }
}

#[test]
fn a_call_that_is_new_is_uncovered() {
    let mut document = document();
    let path = "/v1/organizations/{organizationId}/services/{serviceId}/clickpipes/{clickPipeId}/pause";
    document.value["paths"][path] = json!({"post": {"requestBody": {"content": {"application/json": {"schema":
        {"type": "object", "properties": {"until": {"type": "string"}}}
    }}}}});
    let problem = "POST /clickpipes/{clickPipeId}/pause: until: nobody has decided about this call";
    assert!(hold(&document, &ours()).problems.contains(&problem.to_owned()));
}

#[test]
fn what_the_document_changes_about_a_property_is_named() {
    let cases: [(&str, Change<'_>); 10] = [
        ("spec.source.kafka.type: values: only the document has pulsar", &|schemas| {
            schemas["ClickPipePostKafkaSource"]["properties"]["type"]["enum"]
                .as_array_mut()
                .unwrap()
                .push("pulsar".into());
        }),
        ("spec.source.kafka.type: values: only ours has dokafka", &|schemas| {
            schemas["ClickPipePostKafkaSource"]["properties"]["type"]["enum"].as_array_mut().unwrap().pop();
        }),
        ("spec.source.pubsub.ackDeadline: maximum: the document has 300, and ours is Some(600.0)", &|schemas| {
            for schema in ["ClickPipePostPubSubServiceAccountSource", "ClickPipePostPubSubWorkloadIdentitySource"] {
                schemas[schema]["properties"]["ackDeadline"]["maximum"] = json!(300);
            }
        }),
        ("spec.source.pubsub.filter: maxLength: the document has 128, and ours is Some(256.0)", &|schemas| {
            for schema in ["ClickPipePostPubSubServiceAccountSource", "ClickPipePostPubSubWorkloadIdentitySource"] {
                schemas[schema]["properties"]["filter"]["maxLength"] = json!(128);
            }
        }),
        ("spec.source.kinesis.region: pattern: the document has Some(\"^eu-\"), and ours is None", &|schemas| {
            schemas["ClickPipePostKinesisSource"]["properties"]["region"]["pattern"] = json!("^eu-");
        }),
        ("spec.source.mysql.serverId: required: the document requires it", &|schemas| {
            schemas["ClickPipeMutateMySQLSource"]["required"].as_array_mut().unwrap().push("serverId".into());
        }),
        ("spec.source.mongodb.uri: required: the document does not require it", &|schemas| {
            schemas["ClickPipeMutateMongoDBSource"]["required"].as_array_mut().unwrap().retain(|name| name != "uri");
        }),
        ("spec.source.postgres.port: type: the document has {\"string\"}, and ours is {\"integer\"}", &|schemas| {
            schemas["ClickPipeMutatePostgresSource"]["properties"]["port"] = json!({"type": "string"});
        }),
        ("spec.source.kinesis.region: changeable: this call changes it, and by its facts nothing does", &|schemas| {
            schemas["ClickPipePatchKinesisSource"]["properties"]["region"] = json!({"type": "string"});
        }),
        ("spec.source.kinesis.region: returned: GET does not return it, but by its facts", &|schemas| {
            schemas["ClickPipeKinesisSource"]["properties"].as_object_mut().unwrap().remove("region");
        }),
    ];
    for (problem, change) in cases {
        let problems = hold(&changed(change), &ours()).problems;
        assert!(problems.contains(&problem.to_owned()), "{problem}: {problems:#?}");
    }
}

#[test]
fn a_fact_that_the_document_does_not_bear_out_is_named() {
    let cases = [
        (
            "source.kafka.topics",
            IN_PLACE,
            "spec.source.kafka.topics: changeable: changed by Patch by its facts, and no property there",
        ),
        (
            "source.kafka.iamRole",
            FIXED,
            "spec.source.kafka.iamRole: changeable: this call changes it, and by its facts nothing does",
        ),
        (
            "settings.kafka_read_committed",
            SCALING,
            "spec.settings.kafka_read_committed: changeable: changed by Scaling by its facts, and no property there",
        ),
        (
            "source.kafka.brokers",
            FIXED.write_only(),
            "spec.source.kafka.brokers: returned: GET returns it, and not by its facts",
        ),
    ];
    for (path, facts, problem) in cases {
        let ours = ours().with(path, |field| Some(Field { facts, ..field })).unwrap();
        let problems = hold(&document(), &ours).problems;
        assert!(problems.contains(&problem.to_owned()), "{problem}: {problems:#?}");
    }
}

#[test]
fn a_secret_that_is_none_of_ours_is_named() {
    let ours = ours().with("source.mysql.credentials.password", |field| Some(Field { kind: Kind::Scalar, ..field }));
    let problems = hold(&document(), &ours.unwrap()).problems;
    let problem = "spec.source.mysql.credentials.password: secret: the document has it as a password or write-only, and it is no secret of ours";
    assert!(problems.contains(&problem.to_owned()), "{problems:#?}");
}

#[test]
fn a_listed_difference_that_is_none_any_more_is_named() {
    let document = changed(|schemas| {
        schemas["ClickPipePatchMySQLSource"]["required"] = json!(["port"]);
        schemas["ClickPipeScalingPatchRequest"]["properties"].as_object_mut().unwrap().remove("concurrency");
    });
    let problems = hold(&document, &ours()).problems;
    for problem in [
        "source.mysql.host: required in every change: listed as a difference and is none any more",
        "concurrency: listed, and no property any more",
    ] {
        assert!(problems.contains(&problem.to_owned()), "{problem}: {problems:#?}");
    }
}

/// Changes the document's schemas.
type Change<'a> = &'a dyn Fn(&mut Value);

fn hold(document: &Document, ours: &Ours) -> Ledger {
    Ledger::new(document, ours)
}

fn document() -> Document {
    static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::official().unwrap());
    DOCUMENT.clone()
}

fn ours() -> Ours {
    static OURS: LazyLock<Ours> = LazyLock::new(|| Ours::installed().unwrap());
    OURS.clone()
}

/// A copy of the document whose schemas are changed.
fn changed(change: impl FnOnce(&mut Value)) -> Document {
    let mut document = document();
    change(&mut document.value["components"]["schemas"]);
    document
}
