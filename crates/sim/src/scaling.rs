//! The size of a pipe, and the size that all database pipes of a service share.
//!
//! The endpoints that read and write them are in `endpoint/scaling`.

use serde_json::{Map, Value, json};

use crate::refusal::{Checked, Refusal};
use crate::schema::integer;

/// Checks the size of a single pipe, in POST or PATCH.
pub(crate) fn check(scaling: &Map<String, Value>) -> Checked {
    check_integer(scaling, "replicas", 1, 40)?;
    check_integer(scaling, "concurrency", 0, 34)?;
    check_integer(scaling, "replicaCpuMillicores", 125, 2000)?;
    match present(scaling, "replicaMemoryGb") {
        None => Ok(()),
        Some(value) if value.as_f64().is_some_and(|memory| (0.5..=8.0).contains(&memory)) => Ok(()),
        Some(value) if value.is_number() => Err(Refusal::bad_request("replicaMemoryGb: Not between 0.5 and 8")),
        Some(value) => Err(Refusal::member("replicaMemoryGb", value)),
    }
}

/// Checks the size that database pipes share: whole cores, and four times as much memory.
pub(crate) fn check_shared(scaling: &Map<String, Value>) -> Checked {
    check_integer(scaling, "replicaCpuMillicores", 1000, 32_000)?;
    check_integer(scaling, "replicaMemoryGb", 4, 128)?;
    for (name, step) in [("replicaCpuMillicores", 1000), ("replicaMemoryGb", 4)] {
        if let Some(value) = present(scaling, name)
            && integer(value).is_some_and(|number| number % step != 0)
        {
            return Err(Refusal::bad_request(format!("{name}: must be a multiple of {step}")));
        }
    }
    Ok(())
}

/// Memory is four times the cores once both are known.
pub(crate) fn check_ratio(scaling: &Map<String, Value>) -> Checked {
    let cpu = present(scaling, "replicaCpuMillicores").and_then(integer);
    let memory = present(scaling, "replicaMemoryGb").and_then(integer);
    match (cpu, memory) {
        (Some(cpu), Some(memory)) if cpu / 1000 * 4 != memory => {
            Err(Refusal::bad_request("replicaMemoryGb: must be 4 times the number of cores"))
        }
        _ => Ok(()),
    }
}

fn check_integer(scaling: &Map<String, Value>, name: &str, least: i64, most: i64) -> Checked {
    match present(scaling, name) {
        None => Ok(()),
        Some(value) => match integer(value) {
            Some(number) if (least..=most).contains(&number) => Ok(()),
            Some(_) => Err(Refusal::bad_request(format!("{name}: Not between {least} and {most}"))),
            None => Err(Refusal::member(name, value)),
        },
    }
}

fn present<'a>(scaling: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    scaling.get(name).filter(|value| !value.is_null())
}

/// Merges the known members of `sent` into what is stored.
pub(crate) fn merge(stored: &mut Map<String, Value>, sent: &Map<String, Value>) {
    for name in ["replicas", "concurrency", "replicaCpuMillicores", "replicaMemoryGb"] {
        if let Some(value) = present(sent, name) {
            stored.insert(name.to_owned(), value.clone());
        }
    }
}

/// The size of a new pipe for which none was asked.
pub(crate) fn smallest() -> Map<String, Value> {
    object(json!({"replicas": 1, "replicaCpuMillicores": 125, "replicaMemoryGb": 0.5}))
}

/// The shared size of a service's first database pipe.
pub(crate) fn smallest_shared() -> Map<String, Value> {
    object(json!({"replicaCpuMillicores": 2000, "replicaMemoryGb": 8}))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_one_replicas_are_one_too_many() {
        let refusal = check(&object(json!({"replicas": 41}))).unwrap_err();
        assert_eq!(refusal.text, "replicas: Not between 1 and 40");
    }

    #[test]
    fn shared_memory_is_four_times_the_cores() {
        let sent = object(json!({"replicaCpuMillicores": 2000, "replicaMemoryGb": 12}));
        assert!(check_shared(&sent).is_ok());
        assert!(check_ratio(&sent).is_err());
        assert!(check_ratio(&smallest_shared()).is_ok());
    }
}
