//! Who plays: the organization, service and key of the examples, and the examples made to name the simulator.

use std::path::Path;

use serde_json::Value;
use testbed::ScratchFolder;

use crate::run::Result;

/// The organization that the examples name.
pub(crate) const ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
/// The service that the examples name.
pub(crate) const SERVICE: &str = "22222222-2222-4222-8222-222222222222";
/// The API key's id in the examples.
pub(crate) const KEY_ID: &str = "<your_key_id>";
/// The API key's secret in the examples.
pub(crate) const KEY_SECRET: &str = "<your_key_secret>";

/// The examples in a folder of their own; the connection names the simulator and looks every 30 seconds.
pub(crate) fn examples(folder: &Path, url: &str) -> Result<ScratchFolder> {
    let copies = ScratchFolder::new()?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        let organization = format!("  organizationId: {ORGANIZATION}\n");
        let with_url = format!("{organization}  apiUrl: {url}\n  pollInterval: 30s\n");
        copies.write(name, &text.replace(&organization, &with_url))?;
    }
    Ok(copies)
}

/// A Kafka pipe with this name, for a scene of its own.
pub(crate) fn kafka(name: &str, broker: &str, deletion: &str) -> String {
    format!(
        "apiVersion: cloud.clickhouse.com/v1alpha1
kind: ClickPipe
metadata: {{name: {name}}}
spec:
  connectionRef: {{name: prod}}
  serviceId: {SERVICE}
  deletionPolicy: {deletion}
  source:
    kafka:
      type: confluent
      format: JSONEachRow
      brokers: {broker}:9092
      topics: {name}
      authentication: PLAIN
      credentials:
        username: {{value: my_user}}
        password: {{secretKeyRef: {{name: kafka-credentials, key: password}}}}
  destination:
    database: default
    table: {}
    managedTable: true
    tableDefinition: {{engine: {{type: MergeTree}}}}
    columns: [{{name: id, type: UInt64}}]
",
        name.replace('-', "_")
    )
}

/// A condition of an object.
pub(crate) fn condition(object: &Value, r#type: &str) -> Option<Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == r#type).cloned()
}

/// Whether a condition holds for the present generation.
pub(crate) fn is_true(object: &Value, r#type: &str) -> bool {
    condition(object, r#type).is_some_and(|condition| {
        condition["status"] == "True" && condition["observedGeneration"] == object["metadata"]["generation"]
    })
}
