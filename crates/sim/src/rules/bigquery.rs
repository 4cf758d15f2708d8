//! Rules of BigQuery sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::database::{check_mappings, settings};
use crate::rules::{Rule, Surroundings, has, only, text};
use crate::source::Source;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    credentials_fit_the_authentication,
    staging_is_in_a_bucket,
    the_method_fits_the_mode,
    the_mappings_fit_the_method,
    |source, _| check_mappings(Source::Bigquery, source),
];

fn credentials_fit_the_authentication(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let account = text(source, "authentication").unwrap_or("SERVICE_ACCOUNT") == "SERVICE_ACCOUNT";
    let why = "credentials are required for SERVICE_ACCOUNT and refused otherwise";
    only(account == has(source, "credentials"), "source.bigquery.credentials", why)?;
    if account || has(source, "projectId") { Ok(()) } else { Err(Refusal::missing("source.bigquery.projectId")) }
}

fn staging_is_in_a_bucket(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let fine = text(source, "snapshotStagingPath").is_some_and(|path| path.starts_with("gs://"));
    only(fine, "source.bigquery.snapshotStagingPath", "must start with gs://")
}

fn the_method_fits_the_mode(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let settings = settings(source);
    let path = "source.bigquery.settings";
    let snapshot = text(&settings, "replicationMode") == Some("snapshot");
    let why = "replicationMethod is required for cdc and cdc_only and refused for snapshot";
    only(snapshot != has(&settings, "replicationMethod"), &format!("{path}.replicationMethod"), why)?;
    let both = has(&settings, "syncIntervalSeconds") && has(&settings, "syncCron");
    only(!both, &format!("{path}.syncCron"), "cannot be combined with syncIntervalSeconds")?;
    let continuous =
        ["syncIntervalSeconds", "syncCron", "queryCdcPullSyncParallelism", "syncDelaySeconds", "pullWindowSizeSeconds"];
    let misplaced = continuous.iter().find(|name| snapshot && has(&settings, name));
    misplaced.map_or(Ok(()), |name| only(false, &format!("{path}.{name}"), "is not supported for snapshot"))
}

fn the_mappings_fit_the_method(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let settings = settings(source);
    let (queries, events) = match text(&settings, "replicationMethod") {
        Some("query_based") => (true, false),
        Some(_) => (false, true),
        None => (false, false),
    };
    let list = source.get("tableMappings").and_then(Value::as_array);
    for (index, mapping) in list.into_iter().flatten().filter_map(Value::as_object).enumerate() {
        let path = format!("source.bigquery.tableMappings[{index}]");
        let why = "is required for query_based and refused otherwise";
        only(queries == has(mapping, "queryCdcWatermarkColumn"), &format!("{path}.queryCdcWatermarkColumn"), why)?;
        let why = "is required for events_based and refused otherwise";
        only(events == has(mapping, "eventsFunction"), &format!("{path}.eventsFunction"), why)?;
    }
    Ok(())
}
