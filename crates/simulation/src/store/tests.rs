//! What the cluster in memory promises, as the real API server does.

use serde_json::{Value, json};

use super::*;

fn pipe() -> Value {
    json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": "ClickPipe", "metadata": {"name": "a"}, "spec": {"serviceId": "s"}})
}

fn named() -> Named {
    Named::new("ClickPipe", Some("data"), "a")
}

fn store() -> Store {
    let mut store = Store::new(Defaults::shared());
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "data"}});
    store.create(&namespace, Timestamp::UNIX_EPOCH).unwrap();
    store.create(&pipe(), Timestamp::UNIX_EPOCH).unwrap();
    store
}

fn version(store: &Store) -> String {
    store.get(&named()).unwrap()["metadata"]["resourceVersion"].as_str().unwrap().to_owned()
}

#[test]
fn a_write_on_an_old_version_is_a_conflict() {
    let mut store = store();
    let old = version(&store);
    store.replace_status(&named(), &old, json!({"observedGeneration": 1})).unwrap();
    assert_eq!(store.replace_status(&named(), &old, json!({})), Err(Refused::Conflict));
    assert_eq!(store.change_metadata(&named(), &old, |_| {}), Err(Refused::Conflict));
    let new = version(&store);
    store.replace_status(&named(), &new, json!({"observedGeneration": 1})).unwrap();
    assert_eq!(version(&store), new, "a write that changes nothing makes no version");
}

#[test]
fn only_the_spec_moves_the_generation_and_only_the_status_moves_the_status() {
    let mut store = store();
    let generation = |store: &Store| store.get(&named()).unwrap()["metadata"]["generation"].clone();
    let at = version(&store);
    store.change_metadata(&named(), &at, |metadata| metadata["annotations"]["x"] = json!("y")).unwrap();
    let at = version(&store);
    store.replace_status(&named(), &at, json!({"observedGeneration": 1})).unwrap();
    assert_eq!(generation(&store), 1);
    let mut edited = Value::clone(&store.get(&named()).unwrap());
    edited["spec"]["paused"] = json!(true);
    edited["status"] = json!({"observedGeneration": 99});
    store.update(&named(), edited).unwrap();
    assert_eq!(generation(&store), 2);
    assert_eq!(store.get(&named()).unwrap()["status"]["observedGeneration"], 1);
}

#[test]
fn an_object_goes_with_its_last_finalizer() {
    let mut store = store();
    let at = version(&store);
    store.change_metadata(&named(), &at, |metadata| metadata["finalizers"] = json!(["f"])).unwrap();
    store.delete(&named(), Timestamp::UNIX_EPOCH).unwrap();
    let deleting = store.get(&named()).unwrap();
    assert_eq!(deleting["metadata"]["deletionTimestamp"], "1970-01-01T00:00:00Z");
    assert_eq!(deleting["metadata"]["generation"], 2);
    let at = version(&store);
    let more = store.change_metadata(&named(), &at, |metadata| metadata["finalizers"] = json!(["f", "g"]));
    assert!(matches!(more, Err(Refused::Invalid(_))));
    store.change_metadata(&named(), &at, |metadata| metadata["finalizers"] = json!([])).unwrap();
    assert_eq!(store.get(&named()), Err(Refused::NotFound));
    assert!(store.since(0).last().unwrap().gone);
}

#[test]
fn a_new_object_of_the_same_name_is_another_object() {
    let mut store = store();
    let uid = |store: &Store| store.get(&named()).unwrap()["metadata"]["uid"].clone();
    let first = uid(&store);
    store.delete(&named(), Timestamp::UNIX_EPOCH).unwrap();
    store.apply(&pipe(), Timestamp::UNIX_EPOCH).unwrap();
    assert_ne!(uid(&store), first);
}

#[test]
fn a_namespace_goes_after_everything_in_it() {
    let mut store = store();
    let namespace = Named::new("Namespace", None, "data");
    let at = version(&store);
    store.change_metadata(&named(), &at, |metadata| metadata["finalizers"] = json!(["f"])).unwrap();
    store.delete(&namespace, Timestamp::UNIX_EPOCH).unwrap();
    assert_eq!(store.get(&named()).unwrap()["metadata"]["deletionTimestamp"], "1970-01-01T00:00:00Z");
    let secret = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "late"}});
    assert!(matches!(store.create(&secret, Timestamp::UNIX_EPOCH), Err(Refused::Forbidden(_))));
    let at = version(&store);
    store.change_metadata(&named(), &at, |metadata| metadata["finalizers"] = json!([])).unwrap();
    assert_eq!(store.get(&namespace), Err(Refused::NotFound));
}

#[test]
fn apply_takes_out_what_it_put_in_and_nothing_of_others() {
    let mut store = store();
    let mut wanted = pipe();
    wanted["spec"]["paused"] = json!(true);
    wanted["metadata"]["annotations"] = json!({"mine": "x"});
    store.apply(&wanted, Timestamp::UNIX_EPOCH).unwrap();
    let at = version(&store);
    store.change_metadata(&named(), &at, |metadata| metadata["annotations"]["theirs"] = json!("y")).unwrap();
    store.apply(&pipe(), Timestamp::UNIX_EPOCH).unwrap();
    let object = store.get(&named()).unwrap();
    assert_eq!(object["spec"]["paused"], false, "the default again");
    assert!(object["metadata"]["annotations"]["mine"].is_null());
    assert_eq!(object["metadata"]["annotations"]["theirs"], "y");
}
