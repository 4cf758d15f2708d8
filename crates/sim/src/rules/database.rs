//! Rules that several database sources share.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::mapping;
use crate::refusal::Checked;
use crate::rules::{Surroundings, has, only, text};
use crate::source::Source;

/// Target tables and source tables are unique inside a pipe; sorting keys go with their switch.
pub(super) fn check_mappings(source: Source, document: &Map<String, Value>) -> Checked {
    let list = document.get("tableMappings").and_then(Value::as_array);
    let (mut keys, mut targets) = (BTreeSet::new(), BTreeSet::new());
    for (index, mapping) in list.into_iter().flatten().filter_map(Value::as_object).enumerate() {
        let path = format!("source.{}.tableMappings[{index}]", source.arm());
        let fresh = keys.insert(mapping::key(source, mapping));
        only(fresh, &path, "duplicate source table")?;
        let target = text(mapping, "targetTable");
        only(targets.insert(target), &format!("{path}.targetTable"), "duplicate target table")?;
        check_sorting(mapping, &path)?;
        check_unique(mapping, "excludedColumns", &path)?;
        check_unique(mapping, "sortingKeys", &path)?;
    }
    Ok(())
}

/// `useCustomSortingKey` is true exactly when there are sorting keys. Saying nothing beside keys is fine.
fn check_sorting(mapping: &Map<String, Value>, path: &str) -> Checked {
    let keys = mapping.get("sortingKeys").and_then(Value::as_array).is_some_and(|keys| !keys.is_empty());
    let said = mapping.get("useCustomSortingKey").and_then(Value::as_bool);
    let why = "useCustomSortingKey and sortingKeys go together";
    only(said.is_none_or(|said| said == keys), &format!("{path}.useCustomSortingKey"), why)
}

fn check_unique(mapping: &Map<String, Value>, name: &str, path: &str) -> Checked {
    let list = mapping.get(name).and_then(Value::as_array);
    let texts: Vec<&str> = list.into_iter().flatten().filter_map(Value::as_str).collect();
    let unique: BTreeSet<&&str> = texts.iter().collect();
    only(unique.len() == texts.len(), &format!("{path}.{name}"), "items must be unique")
}

/// Logging in to Postgres or MySQL. The service tolerates a role beside user and password (CTL#449).
pub(super) fn check_login(source: Source, document: &Map<String, Value>, around: &Surroundings) -> Checked {
    let path = format!("source.{}", source.arm());
    let authentication = text(document, "authentication").unwrap_or("basic");
    let empty = Map::new();
    let credentials = document.get("credentials").and_then(Value::as_object).unwrap_or(&empty);
    match authentication {
        "IAM_ROLE" => {
            let why = "iamRole is required for IAM_ROLE authentication";
            only(has(document, "iamRole"), &format!("{path}.iamRole"), why)?;
            let why = "'IAM_ROLE' is only supported for services on AWS";
            only(around.provider == "aws", &format!("{path}.authentication"), why)
        }
        "basic" => {
            let at = |name: &str| format!("{path}.credentials.{name}");
            only(has(credentials, "username"), &at("username"), "username is required for basic authentication")?;
            only(has(credentials, "password"), &at("password"), "password is required for basic authentication")
        }
        _ => {
            let why = "workload identity is only supported for services on GCP";
            only(around.provider == "gcp", &format!("{path}.authentication"), why)
        }
    }
}

/// The settings object.
pub(super) fn settings(document: &Map<String, Value>) -> Map<String, Value> {
    document.get("settings").and_then(Value::as_object).cloned().unwrap_or_default()
}
