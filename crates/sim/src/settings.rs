//! The settings of a pipe: which there are, for whom, and in which range.
//!
//! The endpoints that read and write them are in `endpoint/settings`.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::schema::integer;
use crate::source::{Family, Source};

/// Who has a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Streaming,
    Kafka,
    ObjectStorage,
    All,
}

/// One setting: its name, its range (none for true or false), who has it, and its documented default.
type Setting = (&'static str, Option<(i64, i64)>, For, &'static str);

const SETTINGS: &[Setting] = &[
    ("streaming_max_insert_wait_ms", Some((500, 60_000)), For::Streaming, "5000"),
    ("kafka_read_committed", None, For::Kafka, "false"),
    ("object_storage_concurrency", Some((1, 35)), For::ObjectStorage, "1"),
    ("object_storage_polling_interval_ms", Some((100, 3_600_000)), For::ObjectStorage, "30000"),
    // The range was wider once; the service enforces this one, see CTL#794.
    ("object_storage_max_insert_bytes", Some((524_288_000, 10_737_418_240)), For::ObjectStorage, "10737418240"),
    ("object_storage_max_file_count", Some((1, 10_000)), For::ObjectStorage, "100"),
    ("object_storage_use_cluster_function", None, For::ObjectStorage, "true"),
    ("clickhouse_max_threads", Some((0, 64)), For::All, "3"),
    ("clickhouse_max_insert_threads", Some((0, 16)), For::All, "1"),
    ("clickhouse_max_download_threads", Some((0, 32)), For::All, "4"),
    ("clickhouse_min_insert_block_size_bytes", Some((0, 10_737_418_240)), For::All, "1073741824"),
    ("clickhouse_parallel_distributed_insert_select", Some((0, 2)), For::All, "2"),
    ("clickhouse_parallel_view_processing", None, For::All, "false"),
];

/// Checks settings that were sent. `put` says that they stand alone, where a null is refused and the key is forbidden
/// for the wrong source whatever its value (CTL#602).
pub(crate) fn check(source: Source, settings: &Map<String, Value>, put: bool, strict: bool) -> Checked {
    for (name, value) in settings {
        let Some((_, range, audience, _)) = SETTINGS.iter().find(|(known, ..)| known == name) else {
            if strict {
                return Err(Refusal::bad_request(format!(
                    "request body.{name}: additional properties are not allowed"
                )));
            }
            continue;
        };
        if value.is_null() && !put {
            continue;
        }
        check_audience(name, *audience, source)?;
        check_range(name, value, *range)?;
    }
    Ok(())
}

fn check_audience(name: &str, audience: For, source: Source) -> Checked {
    let (fits, whose) = match audience {
        For::All => (true, ""),
        For::Kafka => (source == Source::Kafka, "Kafka"),
        For::Streaming => (source.family() == Family::Streaming, "streaming"),
        For::ObjectStorage => (source == Source::ObjectStorage, "object storage"),
    };
    if fits {
        return Ok(());
    }
    Err(Refusal::bad_request(format!("Setting '{name}' is only supported for {whose} ClickPipes")))
}

fn check_range(name: &str, value: &Value, range: Option<(i64, i64)>) -> Checked {
    let Some((least, most)) = range else {
        return if value.is_boolean() { Ok(()) } else { Err(Refusal::member(name, value)) };
    };
    match integer(value) {
        Some(number) if (least..=most).contains(&number) => Ok(()),
        Some(_) => Err(Refusal::bad_request(format!("{name}: Not between {least} and {most}"))),
        None => Err(Refusal::member(name, value)),
    }
}

/// Merges what was sent into what is stored: a key that was not sent keeps its value (CTL PR 707).
pub(crate) fn merge(stored: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for (name, value) in sent {
        let known = SETTINGS.iter().any(|(known, ..)| known == name);
        if known && !value.is_null() {
            stored.insert(name.clone(), value.clone());
        }
    }
}

/// The documented defaults of everything a source has.
pub(crate) fn defaults(source: Source) -> Map<String, Value> {
    let had = SETTINGS.iter().filter(|(_, _, audience, _)| check_audience("", *audience, source).is_ok());
    had.filter_map(|(name, _, _, default)| Some(((*name).to_owned(), serde_json::from_str(default).ok()?))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(source: Source, settings: &Value) -> String {
        check(source, settings.as_object().unwrap(), true, false).unwrap_err().text
    }

    #[test]
    fn read_committed_belongs_to_kafka_whatever_its_value() {
        let text = refusal(Source::Kinesis, &json!({"kafka_read_committed": false}));
        assert_eq!(text, "Setting 'kafka_read_committed' is only supported for Kafka ClickPipes");
    }

    #[test]
    fn insert_bytes_follow_the_newer_range() {
        let text = refusal(Source::ObjectStorage, &json!({"object_storage_max_insert_bytes": 10_485_760}));
        assert_eq!(text, "object_storage_max_insert_bytes: Not between 524288000 and 10737418240");
    }

    #[test]
    fn a_null_cannot_be_put() {
        refusal(Source::Kafka, &json!({"streaming_max_insert_wait_ms": null}));
    }

    #[test]
    fn a_put_keeps_what_it_does_not_name() {
        let mut stored = json!({"kafka_read_committed": true}).as_object().cloned().unwrap();
        merge(&mut stored, json!({"streaming_max_insert_wait_ms": 0}).as_object().unwrap());
        assert_eq!(Value::Object(stored), json!({"kafka_read_committed": true, "streaming_max_insert_wait_ms": 0}));
    }
}
