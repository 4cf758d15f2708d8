//! The smallest body that is accepted for each source.

use serde_json::{Value, json};

const TABLE: &str =
    r#"{"database": "d", "table": "t", "managedTable": false, "columns": [{"name": "id", "type": "UInt64"}]}"#;

/// The source alone.
pub(crate) fn source(arm: &str) -> Value {
    let login = json!({"username": "u", "password": "p"});
    let settings = json!({"replicationMode": "cdc"});
    let mapping = json!({"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"});
    match arm {
        "kafka" => json!({"type": "kafka", "format": "JSONEachRow", "brokers": "b:9092", "topics": "t",
            "authentication": "PLAIN", "credentials": login}),
        "kinesis" => {
            json!({"format": "JSONEachRow", "streamName": "s", "region": "us-east-1", "iteratorType": "LATEST",
            "authentication": "IAM_USER", "accessKey": {"accessKeyId": "a", "secretKey": "s"}})
        }
        "objectStorage" => json!({"type": "s3", "format": "JSONEachRow", "url": "https://b.s3.amazonaws.com/*",
            "authentication": "IAM_USER", "accessKey": {"accessKeyId": "a", "secretKey": "s"}}),
        "pubsub" => {
            json!({"format": "JSONEachRow", "projectId": "p", "topic": "t", "authentication": "SERVICE_ACCOUNT",
            "seekType": "latest", "serviceAccountKey": {"serviceAccountFile": "e30="}})
        }
        "postgres" => json!({"host": "h", "port": 5432, "database": "d", "credentials": login, "settings": settings,
            "tableMappings": [mapping]}),
        "mysql" => json!({"host": "h", "port": 3306, "credentials": login, "settings": settings,
            "tableMappings": [mapping]}),
        "mongodb" => json!({"uri": "mongodb://u:p@h/db", "readPreference": "primary", "credentials": login,
            "settings": settings, "tableMappings":
                [{"sourceDatabaseName": "d", "sourceCollection": "c", "targetTable": "u"}]}),
        _ => json!({"snapshotStagingPath": "gs://b/", "credentials": {"serviceAccountFile": "e30="},
            "settings": {"replicationMode": "snapshot"}, "tableMappings":
                [{"sourceDatasetName": "d", "sourceTable": "t", "targetTable": "u"}]}),
    }
}

/// A whole body.
pub(crate) fn body(arm: &str) -> Value {
    changed(arm, &json!({}))
}

/// A whole body whose source is changed; `null` takes a member away.
pub(crate) fn changed(arm: &str, change: &Value) -> Value {
    let mut source = source(arm);
    for (name, value) in change.as_object().unwrap() {
        source[name] = value.clone();
    }
    let database = ["postgres", "mysql", "mongodb", "bigquery"].contains(&arm);
    let destination = if database { json!({"database": "d"}) } else { serde_json::from_str(TABLE).unwrap() };
    json!({"name": format!("my-{arm}"), "source": { arm: source }, "destination": destination})
}
