//! Every field that reaches the API has facts, and every keyed list says what its key is.

use std::collections::BTreeSet;

use clickpipes_crd::facts::tree::{Field, Kind, document};
use clickpipes_crd::facts::{Change, Compare, Route};
use clickpipes_crd::source::{Family, Source, SourceKind};
use serde_json::{Value, json};

use crate::server::schema_of;

/// The members of the spec that make up the document which the API gets.
const DOCUMENT: [&str; 6] = ["name", "source", "destination", "fieldMappings", "scaling", "settings"];

#[test]
fn every_field_of_the_document_has_facts() {
    let schema = schema_of("ClickPipe");
    let spec = &schema["properties"]["spec"]["properties"];
    let mut missing = Vec::new();
    for name in DOCUMENT {
        compare(&spec[name], document().member(name), name, &mut missing);
    }
    assert_eq!(missing, Vec::<String>::new(), "fields without facts");
}

#[test]
fn policies_are_not_part_of_the_document() {
    let Kind::Object(members) = &document().kind else { panic!("the document is an object") };
    let mut expected = DOCUMENT;
    expected.sort_unstable();
    assert_eq!(members.keys().collect::<Vec<_>>(), expected.iter().collect::<Vec<_>>());
}

#[test]
fn keyed_lists_have_keys_and_other_lists_have_none() {
    let mut wrong = Vec::new();
    visit(document(), "spec", &mut |path, field| {
        let Kind::List(item) = &field.kind else { return };
        let keys = match &item.kind {
            Kind::Object(members) => members.values().filter(|member| member.facts.key).count(),
            Kind::List(_) | Kind::Scalar | Kind::Credential(_) => 0,
        };
        if (field.facts.compare == Compare::Keyed) != (keys > 0) {
            wrong.push(format!("{path}: compared {:?}, {keys} keys", field.facts.compare));
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_keys_of_the_facts_are_the_keys_of_the_list() {
    let schema = schema_of("ClickPipe");
    let mut wrong = Vec::new();
    visit(document(), "/properties/spec", &mut |path, field| {
        let Kind::List(item) = &field.kind else { return };
        let Kind::Object(members) = &item.kind else { return };
        let ours = members.iter().filter(|(_, member)| member.facts.key).map(|(name, _)| name.as_str());
        let ours: BTreeSet<&str> = ours.collect();
        let list = schema.pointer(&path.replace('.', "/properties/").replace("[]", "/items")).unwrap();
        let theirs = list["x-kubernetes-list-map-keys"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if theirs.collect::<BTreeSet<_>>() != ours {
            wrong.push(path.to_owned());
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn what_the_api_takes_whole_is_an_object_that_it_never_returns() {
    let mut wrong = Vec::new();
    visit(document(), "spec", &mut |path, field| {
        let is_object = matches!(field.kind, Kind::Object(_));
        if field.facts.whole && (!is_object || field.facts.returned) {
            wrong.push(path.to_owned());
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn secrets_are_never_returned() {
    let mut wrong = Vec::new();
    visit(document(), "spec", &mut |path, field| {
        if matches!(&field.kind, Kind::Credential(encoding) if encoding.is_secret()) && field.facts.returned {
            wrong.push(path.to_owned());
        }
    });
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn only_database_sources_are_paused_to_change_and_mappings_are_theirs() {
    for kind in SourceKind::ALL {
        let arm = document().member("source").and_then(|source| source.member(kind.as_str())).unwrap();
        visit(arm, kind.as_str(), &mut |path, field| {
            assert!(
                field.facts.route != Route::Mappings || kind.family() == Family::Database,
                "{path} goes by table mappings"
            );
            assert!(
                field.facts.change != Change::WhilePaused || kind.family() != Family::Streaming,
                "{path} pauses a streaming pipe"
            );
        });
    }
}

#[test]
fn each_kind_of_source_is_one_member_of_source() {
    for kind in SourceKind::ALL {
        assert!(document().member("source").unwrap().member(kind.as_str()).is_some(), "{kind}");
    }
    assert_eq!(Source::default().kind(), None);
    let arms = json!({
        "bigquery": {"snapshotStagingPath": "gs://b/", "settings": {"replicationMode": "snapshot"}, "tableMappings": []},
        "kafka": {"type": "kafka", "format": "Avro", "brokers": "b:1", "topics": "t"},
    });
    let both: Source = serde_json::from_value(arms.clone()).unwrap();
    assert_eq!(both.kind(), None, "two arms are no source");
    let one: Source = serde_json::from_value(json!({"bigquery": arms["bigquery"]})).unwrap();
    assert_eq!(one.kind(), Some(SourceKind::Bigquery));
}

/// Walks the installed schema and collects the leaves that the facts do not know.
fn compare(schema: &Value, field: Option<&Field>, path: &str, missing: &mut Vec<String>) {
    let Some(field) = field else {
        missing.push(path.to_owned());
        return;
    };
    match &field.kind {
        Kind::Object(_) => {
            for (name, schema) in schema["properties"].as_object().unwrap() {
                compare(schema, field.member(name), &format!("{path}.{name}"), missing);
            }
        }
        Kind::List(item) => compare(&schema["items"], Some(item), &format!("{path}[]"), missing),
        Kind::Scalar => assert!(schema["properties"].is_null() && schema["items"].is_null(), "{path} is no scalar"),
        Kind::Credential(_) => assert!(schema["properties"]["secretKeyRef"].is_object(), "{path} is no credential"),
    }
}

fn visit(field: &Field, path: &str, see: &mut dyn FnMut(&str, &Field)) {
    see(path, field);
    match &field.kind {
        Kind::Object(members) => {
            for (name, member) in members {
                visit(member, &format!("{path}.{name}"), see);
            }
        }
        Kind::List(item) => visit(item, &format!("{path}[]"), see),
        Kind::Scalar | Kind::Credential(_) => {}
    }
}
