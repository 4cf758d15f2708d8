//! What the cache tells of a watch.

use k8s_openapi::api::core::v1::ConfigMap;
use kube::core::ObjectMeta;

use super::*;

fn object(name: &str, version: &str) -> ConfigMap {
    let metadata = ObjectMeta {
        name: Some(name.to_owned()),
        namespace: Some("data".to_owned()),
        resource_version: Some(version.to_owned()),
        ..ObjectMeta::default()
    };
    ConfigMap { metadata, ..ConfigMap::default() }
}

fn list(cache: &mut Cache<ConfigMap>, objects: &[ConfigMap]) -> Vec<Change<ConfigMap>> {
    assert!(cache.take(&Event::Init).is_empty());
    for object in objects {
        assert!(cache.take(&Event::InitApply(object.clone())).is_empty());
    }
    cache.take(&Event::InitDone)
}

fn told(mut changes: Vec<Change<ConfigMap>>) -> Vec<String> {
    let version = |object: &Option<Arc<ConfigMap>>| {
        object.as_ref().and_then(|object| ResourceExt::resource_version(&**object)).unwrap_or("-".to_owned())
    };
    changes.sort_by(|one, other| one.key.name.cmp(&other.key.name));
    changes
        .iter()
        .map(|change| format!("{} {}>{}", change.key.name, version(&change.before), version(&change.after)))
        .collect()
}

#[test]
fn the_first_list_tells_every_object() {
    let mut cache = Cache::default();
    let changes = list(&mut cache, &[object("a", "1"), object("b", "2")]);
    assert_eq!(told(changes), ["a ->1", "b ->2"]);
}

#[test]
fn a_change_is_told_with_what_was_there_before() {
    let mut cache = Cache::default();
    list(&mut cache, &[object("a", "1")]);
    assert_eq!(told(cache.take(&Event::Apply(object("a", "3")))), ["a 1>3"]);
    assert_eq!(told(cache.take(&Event::Delete(object("a", "4")))), ["a 3>-"]);
}

#[test]
fn a_deletion_during_an_interruption_is_told_by_the_next_list() {
    let mut cache = Cache::default();
    list(&mut cache, &[object("a", "1"), object("b", "2"), object("c", "3")]);
    let changes = list(&mut cache, &[object("b", "2"), object("c", "5")]);
    assert_eq!(told(changes), ["a 1>-", "c 3>5"]);
}
