//! Every rule between members: one body that it lets through and one that it does not.

use serde_json::{Value, json};

use crate::bodies::changed;
use crate::world::World;

/// A source, a change of its smallest form that is fine, one that is not, and a part of the refusal's text.
type Row = (&'static str, Value, Value, &'static str);

fn check(rows: Vec<Row>) {
    for (arm, good, bad, text) in rows {
        let fine = World::new().call("POST", "", &changed(arm, &good));
        assert_eq!(fine.status(), 200, "{arm} {good}: {}", fine.error());
        let refused = World::new().call("POST", "", &changed(arm, &bad));
        assert_eq!(refused.status(), 400, "{arm} {bad}");
        assert!(refused.error().contains(text), "{arm} {bad}: {}", refused.error());
    }
}

#[test]
fn kafka() {
    let login = json!({"username": "u", "password": "p"});
    let registry = |url: &str| json!({"url": url, "authentication": "PLAIN", "credentials": login});
    let glue = |role: &Value| json!({"type": "glue", "glueRegion": "r", "glueRegistryName": "n", "glueRoleArn": role});
    check(vec![
        (
            "kafka",
            json!({"authentication": "SCRAM-SHA-256"}),
            json!({"type": "warpstream", "authentication": "SCRAM-SHA-256"}),
            "is not supported for Kafka type warpstream",
        ),
        (
            "kafka",
            json!({"authentication": null, "credentials": null}),
            json!({"credentials": {"username": "u"}}),
            "credentials are required for PLAIN authentication",
        ),
        (
            "kafka",
            json!({"offset": {"strategy": "from_timestamp", "timestamp": "2026-01-01T00:00"}}),
            json!({"offset": {"strategy": "from_latest", "timestamp": "2026-01-01T00:00"}}),
            "offset.timestamp",
        ),
        (
            "kafka",
            json!({"schemaRegistry": registry("https://r")}),
            json!({"schemaRegistry": {"url": "https://r"}}),
            "schemaRegistry.authentication",
        ),
        (
            "kafka",
            json!({"schemaRegistry": registry("https://r")}),
            json!({"schemaRegistry": registry("http://r")}),
            "HTTPS",
        ),
        (
            "kafka",
            json!({"schemaRegistry": glue(&json!("arn"))}),
            json!({"schemaRegistry": glue(&json!(null))}),
            "glueRoleArn",
        ),
        (
            "kafka",
            json!({"format": "Protobuf", "protobufSchema": "e30="}),
            json!({"protobufSchema": "e30="}),
            "only supported for the Protobuf format",
        ),
        (
            "kafka",
            json!({"tombstoneMode": "delete", "exactlyOnce": true}),
            json!({"tombstoneMode": "delete"}),
            "exactlyOnce",
        ),
    ]);
}

#[test]
fn kinesis() {
    let role = json!({"authentication": "IAM_ROLE", "iamRole": "arn", "accessKey": null});
    check(vec![
        ("kinesis", json!({"iteratorType": "AT_TIMESTAMP", "timestamp": 1}), json!({"timestamp": 1}), "AT_TIMESTAMP"),
        ("kinesis", role, json!({"accessKey": null}), "accessKey is required"),
        (
            "kinesis",
            json!({"format": "Protobuf", "protobufSchema": "e30="}),
            json!({"format": "Protobuf"}),
            "protobufSchema",
        ),
    ]);
}

#[test]
fn object_storage() {
    let azure = json!({"type": "azureblobstorage", "url": null, "path": "p", "azureContainerName": "c",
        "connectionString": "s", "authentication": "CONNECTION_STRING", "accessKey": null});
    let mut half = azure.clone();
    half["path"] = Value::Null;
    let queue = json!({"isContinuous": true, "queueUrl": "q", "skipInitialLoad": true});
    check(vec![
        ("objectStorage", azure, half, "source.objectStorage.path"),
        ("objectStorage", json!({"url": "gs://b/*"}), json!({"url": "ftp://b/*"}), "must be an HTTPS or S3 URL"),
        (
            "objectStorage",
            json!({"type": "gcs"}),
            json!({"authentication": "SERVICE_ACCOUNT"}),
            "is not supported for s3",
        ),
        (
            "objectStorage",
            json!({"authentication": "IAM_ROLE", "iamRole": "arn"}),
            json!({"authentication": "IAM_ROLE"}),
            "iamRole is required",
        ),
        ("objectStorage", queue, json!({"queueUrl": "q"}), "needs isContinuous"),
        ("objectStorage", json!({"startAfter": "k"}), json!({"skipInitialLoad": true}), "needs queueUrl"),
    ]);
}

#[test]
fn pubsub() {
    check(vec![
        ("pubsub", json!({"topic": "t"}), json!({"topic": "projects/p/topics/t"}), "bare topic name"),
        (
            "pubsub",
            json!({"seekType": "timestamp", "seekTimestamp": "t"}),
            json!({"seekType": "timestamp"}),
            "seekTimestamp",
        ),
        (
            "pubsub",
            json!({"authentication": "SERVICE_ACCOUNT_WORKLOAD_IDENTITY", "serviceAccountKey": null}),
            json!({"serviceAccountKey": null}),
            "serviceAccountKey",
        ),
        ("pubsub", json!({}), json!({"surprise": 1}), "additional properties are not allowed"),
    ]);
}

#[test]
fn databases() {
    let mapping =
        |table: &str, target: &str| json!({"sourceSchemaName": "s", "sourceTable": table, "targetTable": target});
    let sorted = |said: bool| {
        json!([{"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u", "useCustomSortingKey": said,
            "sortingKeys": ["id"]}])
    };
    for arm in ["postgres", "mysql"] {
        check(vec![
            (
                arm,
                json!({"authentication": "IAM_ROLE", "iamRole": "arn"}),
                json!({"authentication": "IAM_ROLE"}),
                "iamRole is required",
            ),
            (
                arm,
                json!({}),
                json!({"credentials": {"username": "u"}}),
                "password is required for basic authentication",
            ),
            (
                arm,
                json!({"tableMappings": [mapping("a", "a"), mapping("b", "b")]}),
                json!({"tableMappings": [mapping("a", "a"), mapping("b", "a")]}),
                "duplicate target table",
            ),
            (
                arm,
                json!({"tableMappings": [mapping("a", "a")]}),
                json!({"tableMappings": [mapping("a", "a"), mapping("a", "b")]}),
                "duplicate source table",
            ),
            (
                arm,
                json!({"tableMappings": sorted(true)}),
                json!({"tableMappings": sorted(false)}),
                "useCustomSortingKey",
            ),
        ]);
    }
}

#[test]
fn postgres_mysql_and_mongodb_have_their_own() {
    let slot = |mode: &str, failover: bool| json!({"settings": {"replicationMode": mode, "replicationSlotName": "s", "enableFailoverSlots": failover}});
    let mariadb = |mechanism: &str| json!({"type": "mariadb", "settings": {"replicationMode": "cdc", "replicationMechanism": mechanism}});
    check(vec![
        ("postgres", slot("cdc_only", false), slot("cdc", false), "only valid for \"cdc_only\""),
        ("postgres", slot("cdc_only", false), slot("cdc_only", true), "enableFailoverSlots"),
        ("mysql", mariadb("GTID"), mariadb("FILE_POS"), "MariaDB supports GTID only"),
        ("mongodb", json!({"uri": "mongodb+srv://h"}), json!({"uri": "https://h"}), "must start with mongodb://"),
        ("mongodb", json!({}), json!({"uri": "mongodb://[REDACTED]@h"}), "redacted"),
    ]);
}

#[test]
fn bigquery() {
    let cdc = json!({"replicationMode": "cdc", "replicationMethod": "query_based"});
    let mapping = |column: &Value| json!([{"sourceDatasetName": "d", "sourceTable": "t", "targetTable": "u", "queryCdcWatermarkColumn": column}]);
    check(vec![
        (
            "bigquery",
            json!({"authentication": "SERVICE_ACCOUNT_WORKLOAD_IDENTITY", "credentials": null, "projectId": "p"}),
            json!({"credentials": null}),
            "source.bigquery.credentials",
        ),
        ("bigquery", json!({}), json!({"snapshotStagingPath": "s3://b"}), "must start with gs://"),
        (
            "bigquery",
            json!({"settings": cdc, "tableMappings": mapping(&json!("at"))}),
            json!({"settings": {"replicationMode": "cdc"}}),
            "replicationMethod",
        ),
        (
            "bigquery",
            json!({"settings": cdc, "tableMappings": mapping(&json!("at"))}),
            json!({"settings": cdc, "tableMappings": mapping(&json!(null))}),
            "queryCdcWatermarkColumn",
        ),
    ]);
}

#[test]
fn a_certificate_is_pem_when_strict() {
    for (certificate, status) in [("-----BEGIN CERTIFICATE-----", 200), ("<certificate>", 400)] {
        let mut world = World::new();
        world.admin("PATCH", "/config", &json!({"strict": true}));
        let answer = world.call("POST", "", &changed("kafka", &json!({"caCertificate": certificate})));
        assert_eq!(answer.status(), status, "{}", answer.error());
    }
}

#[test]
fn a_role_needs_a_service_on_aws() {
    for (provider, status) in [("aws", 200), ("gcp", 400)] {
        for arm in ["kinesis", "objectStorage", "postgres", "mysql"] {
            let mut world = World::new();
            world.admin("PATCH", "/services/22222222-2222-4222-8222-222222222222", &json!({"provider": provider}));
            let role = json!({"authentication": "IAM_ROLE", "iamRole": "arn"});
            assert_eq!(world.call("POST", "", &changed(arm, &role)).status(), status, "{arm} on {provider}");
        }
    }
}

#[test]
fn some_authentications_cannot_be_patched_away() {
    let rows = [
        ("pubsub", json!({"ackDeadline": 20, "authentication": "SERVICE_ACCOUNT"}), json!({"ackDeadline": 20})),
        ("objectStorage", json!({"authentication": "IAM_USER"}), json!({"authentication": "SERVICE_ACCOUNT"})),
        ("postgres", json!({"authentication": "basic"}), json!({"authentication": "IAM_ROLE", "iamRole": "arn"})),
        ("mongodb", json!({"readPreference": "nearest"}), json!({"uri": "mongodb://[REDACTED]@other"})),
    ];
    for (arm, good, bad) in rows {
        let mut world = World::new();
        let id = world.resting(&changed(arm, &json!({})), "Paused");
        assert_eq!(world.patch(&id, &json!({"source": { arm: bad }})).status(), 400, "{arm}");
        let fine = world.patch(&id, &json!({"source": { arm: good }}));
        assert_eq!(fine.status(), 200, "{arm}: {}", fine.error());
    }
}
