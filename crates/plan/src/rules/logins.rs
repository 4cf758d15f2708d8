//! Which values that the API never returns a pipe needs all the same, told by how it logs in and what it reads.
//!
//! Where several would do (Event Hubs), the more usual one. Not here: the rules that a spec must keep; they stand beside the fields.

use serde_json::Value;

/// The credentials of a pipe with this source: paths below the source's own member.
pub(super) fn needed(arm: &str, source: &Value) -> Vec<Vec<&'static str>> {
    let text = |name: &str| source.get(name).and_then(Value::as_str).unwrap_or_default();
    let way = text("authentication");
    let pair = |one, other| vec![vec!["credentials", one], vec!["credentials", other]];
    let access_key = || vec![vec!["accessKey", "accessKeyId"], vec!["accessKey", "secretKey"]];
    let mut needed = match (arm, way) {
        ("kafka", "PLAIN") if text("type") == "azureeventhub" => vec![vec!["credentials", "connectionString"]],
        ("kafka", "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512")
        | ("postgres" | "mysql", "" | "basic")
        | ("mongodb", _) => pair("username", "password"),
        ("kafka", "IAM_USER") => pair("accessKeyId", "secretKey"),
        ("kafka", "MUTUAL_TLS") => pair("certificate", "privateKey"),
        ("postgres" | "mysql", "IAM_ROLE") => vec![vec!["credentials", "username"]],
        ("kinesis" | "objectStorage", "IAM_USER") => access_key(),
        ("objectStorage", "SERVICE_ACCOUNT") => vec![vec!["serviceAccountKey"]],
        ("objectStorage", _) if is_azure(source) => vec![vec!["connectionString"]],
        ("pubsub", "SERVICE_ACCOUNT") => vec![vec!["serviceAccountKey", "serviceAccountFile"]],
        ("bigquery", "" | "SERVICE_ACCOUNT") => vec![vec!["credentials", "serviceAccountFile"]],
        _ => Vec::new(),
    };
    match source.get("schemaRegistry") {
        Some(registry) if registry.get("url").is_some() => {
            needed.extend(["username", "password"].map(|name| vec!["schemaRegistry", "credentials", name]));
        }
        None if text("format") == "Protobuf" && ["kafka", "kinesis"].contains(&arm) => {
            needed.push(vec!["protobufSchema"]);
        }
        _ => {}
    }
    needed
}

/// What else the API may leave out of its answers and a person has to fill in: paths below the source's own member.
pub(super) fn unknown(arm: &str, source: &Value) -> Vec<&'static str> {
    let names: &[&str] = if arm == "objectStorage" && is_azure(source) { &["path", "azureContainerName"] } else { &[] };
    names.iter().copied().filter(|name| source.get(*name).is_none()).collect()
}

/// Writes down what the API left out and the rest of the source tells: Azure has one way to log in, and registries of older pipes come back
/// without their kind.
pub(super) fn imply(source: &mut Value) {
    if is_azure(source)
        && let Some(members) = source.as_object_mut()
    {
        members.entry("authentication").or_insert_with(|| Value::from("CONNECTION_STRING"));
    }
    let registry = source.get_mut("schemaRegistry").and_then(Value::as_object_mut);
    if let Some(registry) = registry.filter(|registry| registry.contains_key("glueRegistryName")) {
        registry.entry("type").or_insert_with(|| Value::from("glue"));
    }
}

fn is_azure(source: &Value) -> bool {
    source.get("type").and_then(Value::as_str) == Some("azureblobstorage")
}
