//! Values at the edge of what is alike, and what the names of pipes and references say.

use clickpipes_plan::compare::{is_nothing, same, same_key};
use clickpipes_plan::inverse::{Names, manifest};
use clickpipes_plan::token::{carries, split, without};
use clickpipes_plan::{Neighbours, fingerprint};
use cloud::Document;
use crd::ClickPipeStatus;
use crd::facts::tree::{Field, Kind};
use crd::facts::{Compare, FIXED};
use crd::status::record::{Operation, OperationKind, OperationPhase, PipeRecord};
use serde_json::{Value, json};

fn field(compare: Compare, kind: Kind) -> Field {
    Field { facts: FIXED.compared(compare), kind, default: None, number: false }
}

fn alike(compare: Compare, wanted: Value, observed: &Value) -> bool {
    same(&Document::plain(wanted), Some(observed), &field(compare, Kind::Scalar))
}

#[test]
fn the_same_object_however_its_url_is_written() {
    let url = |wanted: &str, observed: &str| alike(Compare::ObjectUrl, json!(wanted), &json!(observed));
    for (wanted, observed) in [
        ("https://bucket.s3.eu-west-1.amazonaws.com/a", "s3://bucket/a"),
        ("https://bucket.s3-eu-west-1.amazonaws.com/a", "s3://bucket/a"),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a", "s3://bucket/a"),
        ("https://storage.googleapis.com/bucket/a", "gs://bucket/a"),
        ("https://minio.example.com/bucket/a", "https://minio.example.com/bucket/a"),
    ] {
        assert!(url(wanted, observed), "{wanted} {observed}");
    }
    for (wanted, observed) in [
        ("https://minio.example.com/bucket/a", "https://other.example.com/bucket/a"),
        ("https://minio.example.com/bucket/a", "s3://bucket/a"),
        ("https://bucket.s3.eu-west-1.amazonaws.com/a", "s3://bucket/b"),
        ("https://s3.eu-west-1.amazonaws.com/bucket/a", "s3://other/a"),
        ("https://storage.googleapis.com/bucket/a", "gs://bucket/b"),
    ] {
        assert!(!url(wanted, observed), "{wanted} {observed}");
    }
}

#[test]
fn a_quantity_is_alike_in_every_unit_and_zero_says_nothing() {
    let quantity = |wanted: Value, observed: Value| alike(Compare::Quantity, wanted, &observed);
    assert!(quantity(json!(2), json!("2048Mi")) && quantity(json!("250m"), json!(250)));
    assert!(quantity(json!(0.1), json!(0.1)) && quantity(json!(4), json!("0")));
    assert!(
        !quantity(json!(2), json!("1024Mi")) && !quantity(json!(2), json!("many")) && !quantity(json!(1), json!(2))
    );
    assert!(!quantity(json!(2), json!(1)), "neither more nor less");
}

#[test]
fn a_number_is_a_number_and_a_text_of_digits_only_beside_one() {
    assert!(alike(Compare::Exact, json!(5), &json!("5")) && alike(Compare::Exact, json!("5"), &json!(5)));
    assert!(!alike(Compare::Exact, json!("5"), &json!("5.0")), "two texts are compared as texts");
    assert!(!alike(Compare::Exact, json!(5), &json!(6)) && !alike(Compare::Exact, json!(6), &json!(5)));
}

#[test]
fn a_list_where_none_is_expected_is_compared_as_a_whole() {
    assert!(alike(Compare::Exact, json!(["a"]), &json!(["a"])));
    assert!(!alike(Compare::Exact, json!(["a"]), &json!(["b"])));
}

#[test]
fn lists_are_alike_as_sets_by_key_or_in_order() {
    let list = |compare: Compare, item: Field, wanted: Value, observed: Value| {
        same(&document(&wanted), Some(&observed), &field(compare, Kind::List(Box::new(item))))
    };
    let scalar = || field(Compare::Exact, Kind::Scalar);
    assert!(list(Compare::Set, scalar(), json!(["a", "b"]), json!(["b", "a"])));
    assert!(!list(Compare::Set, scalar(), json!(["a", "b"]), json!(["a"])));
    assert!(!list(Compare::Set, scalar(), json!(["a"]), json!(["a", "b"])));
    assert!(list(Compare::Exact, scalar(), json!(["a", "b"]), json!(["a", "b"])));
    assert!(!list(Compare::Exact, scalar(), json!(["a", "b"]), json!(["b", "a"])));
    assert!(!list(Compare::Exact, scalar(), json!(["a"]), json!(["a", "b"])));
}

/// A document of lists and scalars.
fn document(value: &Value) -> Document {
    match value {
        Value::Array(items) => Document::List(items.iter().map(document).collect()),
        Value::Object(members) => {
            Document::Object(members.iter().map(|(name, member)| (name.clone(), document(member))).collect())
        }
        scalar => Document::Value(scalar.clone()),
    }
}

#[test]
fn two_members_are_about_the_same_thing_when_their_keys_are() {
    let mut key = field(Compare::Exact, Kind::Scalar);
    key.facts = key.facts.key();
    let other = field(Compare::Exact, Kind::Scalar);
    let members = [("a".to_owned(), key.clone()), ("b".to_owned(), key), ("c".to_owned(), other)];
    let item = field(Compare::Exact, Kind::Object(members.into_iter().collect()));
    let keyed = |wanted: Value, observed: Value| same_key(&document(&wanted), &observed, &item);
    assert!(keyed(json!({"a": "1", "c": "x"}), json!({"a": "1", "c": "y"})));
    assert!(keyed(json!({"a": "1"}), json!({"a": "1", "b": ""})), "what says nothing is not there");
    assert!(!keyed(json!({"a": "1"}), json!({"a": "1", "b": "2"})));
    assert!(!keyed(json!({"a": "1"}), json!({"a": "2"})));
    let list = field(Compare::Keyed, Kind::List(Box::new(item.clone())));
    let lists = |wanted: Value, observed: Value| same(&document(&wanted), Some(&observed), &list);
    assert!(lists(json!([{"a": "1"}, {"a": "2"}]), json!([{"a": "2"}, {"a": "1"}])));
    assert!(!lists(json!([{"a": "1"}]), json!([{"a": "1"}, {"a": "2"}])));
    assert!(!lists(json!([{"a": "1", "c": "x"}]), json!([{"a": "1", "c": "y"}])));
    assert!(!same_key(&document(&json!("1")), &json!("1"), &field(Compare::Exact, Kind::Scalar)));
}

#[test]
fn what_says_nothing() {
    for nothing in [json!(null), json!(false), json!(""), json!([]), json!({})] {
        assert!(is_nothing(&nothing), "{nothing}");
    }
    for something in [json!(true), json!(0), json!("a"), json!([null]), json!({"a": null})] {
        assert!(!is_nothing(&something), "{something}");
    }
}

#[test]
fn a_name_ends_in_its_token_or_does_not_carry_it() {
    let token = "abcdefghijk2";
    assert!(carries("orders [abcdefghijk2]", token));
    for name in ["orders abcdefghijk2]", "orders [xabcdefghijk2]", "orders [abcdefghijk2] x", "orders [abcdefghijk2"] {
        assert!(!carries(name, token), "{name}");
        assert_eq!(without(name, token), name);
    }
    assert!(!carries("orders []", ""), "the empty token of a damaged record");
    assert_eq!(without("orders[abcdefghijk2]", token), "orders");
    assert_eq!(split("orders [abcdefghijk1]"), None, "1 is no letter of a token");
    assert_eq!(split("orders [abcdefghijk2]"), Some(("orders", token)));
    assert_eq!(split("orders [abcdefghijk]"), None);
}

#[test]
fn fingerprints_of_different_keys_show_nothing() {
    for (recorded, wanted, differ) in
        [("k:1", "k:2", true), ("k:1", "k:1", false), ("k:1", "l:2", false), ("1", "k:2", false), ("k:1", "2", false)]
    {
        assert_eq!(fingerprint::differ(recorded, wanted), differ, "{recorded} {wanted}");
    }
}

#[test]
fn only_a_removal_of_ours_and_what_is_known_to_be_gone_is_not_counted_as_missing() {
    let count = |kind: Option<(OperationKind, OperationPhase)>| {
        let operation = kind.map(|(kind, phase)| Operation { kind, generation: 1, phase, resume_to: None });
        let pipe = Some(PipeRecord { state: Some("Running".into()), ..PipeRecord::default() });
        let mut neighbours = Neighbours::default();
        neighbours.count(&ClickPipeStatus { pipe, operation, ..ClickPipeStatus::default() }, false, |_| false);
        neighbours.missing
    };
    assert_eq!(count(None), 1);
    assert_eq!(count(Some((OperationKind::Update, OperationPhase::Pausing))), 1);
    assert_eq!(count(Some((OperationKind::Replace, OperationPhase::Pausing))), 1);
    assert_eq!(count(Some((OperationKind::Replace, OperationPhase::Removing))), 0);
    assert_eq!(count(Some((OperationKind::Recreate, OperationPhase::Removing))), 0);
}

#[test]
fn what_an_import_reads_is_what_a_spec_can_say_and_no_secret() {
    let read = |certificate: &str, cpu: &str| {
        let document = json!({
            "id": "99999999-9999-4999-8999-999999999999", "name": "Orders", "state": "Running",
            "source": {"kafka": {"type": "kafka", "brokers": "b:9092", "caCertificate": certificate,
                "credentials": {"username": "me", "password": "hunter2"}}},
            "destination": {"database": "d"},
            "scaling": {"replicas": 2, "replicaCpuMillicores": cpu},
            "settings": {"streaming_max_insert_wait_ms": 0},
        });
        let names = Names { connection: "prod", service: "22222222-2222-4222-8222-222222222222", secret: "login" };
        let pipe = cloud::Pipe::read(document).unwrap();
        manifest(&pipe, &names).unwrap().spec
    };
    let spec = read("-----BEGIN CERTIFICATE-----", "250m");
    let at = |spec: &Value, path: &str| spec.pointer(path).cloned();
    assert_eq!(at(&spec, "/source/kafka/caCertificate"), Some(json!({"value": "-----BEGIN CERTIFICATE-----"})));
    assert_eq!(at(&spec, "/scaling"), Some(json!({"replicas": 2, "replicaCpuMillicores": 250})));
    assert_eq!(at(&spec, "/settings/streaming_max_insert_wait_ms"), Some(json!(0)), "0 is a value");
    assert_eq!(at(&spec, "/source/kafka/credentials"), None, "what the API says it never returns is not believed");
    let spec = read("", "0");
    assert_eq!(at(&spec, "/source/kafka/caCertificate"), None);
    assert_eq!(at(&spec, "/scaling"), Some(json!({"replicas": 2})), "the service does not know it yet");
}

#[test]
fn an_import_asks_for_the_login_that_the_pipe_has() {
    for (source, needed) in [
        (json!({"postgres": {"authentication": "IAM_ROLE"}}), &["credentials.username"][..]),
        (json!({"mysql": {"authentication": "IAM_ROLE"}}), &["credentials.username"]),
        (json!({"postgres": {"authentication": "basic"}}), &["credentials.password", "credentials.username"]),
        (json!({"postgres": {"host": "h"}}), &["credentials.password", "credentials.username"]),
        (json!({"kafka": {"type": "azureeventhub", "authentication": "PLAIN"}}), &["credentials.connectionString"]),
        (
            json!({"kafka": {"type": "confluent", "authentication": "PLAIN"}}),
            &["credentials.password", "credentials.username"],
        ),
        (json!({"kafka": {"authentication": "IAM_ROLE"}}), &[]),
        (json!({"objectStorage": {"type": "s3", "authentication": "IAM_ROLE"}}), &[]),
    ] {
        let id = "99999999-9999-4999-8999-999999999999";
        let pipe = json!({"id": id, "name": "a", "state": "Running", "source": source, "destination": {}});
        let names = Names { connection: "prod", service: "22222222-2222-4222-8222-222222222222", secret: "login" };
        let manifest = manifest(&cloud::Pipe::read(pipe).unwrap(), &names).unwrap();
        assert!(manifest.gaps.is_empty(), "{source}: {:?}", manifest.gaps);
        let keys: Vec<&str> = manifest.references.iter().map(|reference| reference.key.as_str()).collect();
        assert_eq!(keys, needed, "{source}");
    }
}

#[test]
fn an_import_says_what_the_api_left_out_of_azure() {
    let source = json!({"objectStorage": {"type": "azureblobstorage", "path": "data/*.json"}});
    let id = "99999999-9999-4999-8999-999999999999";
    let pipe = json!({"id": id, "name": "a", "state": "Running", "source": source, "destination": {}});
    let names = Names { connection: "prod", service: "22222222-2222-4222-8222-222222222222", secret: "login" };
    let manifest = manifest(&cloud::Pipe::read(pipe).unwrap(), &names).unwrap();
    assert_eq!(manifest.gaps, ["spec.source.objectStorage.azureContainerName"]);
}
