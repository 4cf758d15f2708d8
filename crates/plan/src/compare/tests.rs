//! What is no difference, and what is.

use crd::facts::{Compare, FIXED};
use serde_json::json;

use super::*;

fn field(compare: Compare) -> Field {
    Field { facts: FIXED.compared(compare), kind: Kind::Scalar, default: None, number: false }
}

fn alike(compare: Compare, wanted: Value, observed: &Value) -> bool {
    same(&Document::plain(wanted), Some(observed), &field(compare))
}

#[test]
fn false_is_a_value_where_nothing_means_true() {
    let field = Field { default: Some(json!(true)), ..field(Compare::Exact) };
    let same = |wanted: Value, observed: Option<Value>| same(&Document::plain(wanted), observed.as_ref(), &field);
    assert!(same(json!(false), Some(json!(false))) && same(json!(true), None) && same(json!(true), Some(json!(null))));
    assert!(
        !same(json!(false), None) && !same(json!(true), Some(json!(false))) && !same(json!(false), Some(json!(true)))
    );
}

#[test]
fn what_the_service_rewrites_is_no_difference() {
    for (compare, wanted, observed) in [
        (Compare::Engine, json!("MergeTree"), json!("MergeTree()")),
        (Compare::Engine, json!("ReplacingMergeTree"), json!("ReplacingMergeTree(version)")),
        (Compare::RedactedUri, json!("mongodb+srv://h.example/db"), json!("mongodb+srv://[REDACTED]@h.example/db")),
        (Compare::Quantity, json!(250), json!("250m")),
        (Compare::Quantity, json!(1), json!("1Gi")),
        (Compare::Quantity, json!(0.5), json!("512Mi")),
        (Compare::Quantity, json!(250), json!(0)),
        (Compare::Minute, json!("2026-01-01T00:00"), json!("2026-01-01T00:00:00Z")),
        (
            Compare::ObjectUrl,
            json!("https://bucket.s3.eu-west-1.amazonaws.com/data/*.json"),
            json!("s3://bucket/data/*.json"),
        ),
        (Compare::Exact, json!("-----END CERTIFICATE-----\n"), json!("-----END CERTIFICATE-----")),
        (Compare::Exact, json!(5000), json!("5000")),
        (Compare::Exact, json!(1), json!(1.0)),
        (Compare::Never, json!(true), json!("anything")),
    ] {
        assert!(alike(compare, wanted.clone(), &observed), "{wanted} {observed}");
    }
}

#[test]
fn another_value_is_a_difference() {
    for (compare, wanted, observed) in [
        (Compare::Engine, json!("MergeTree"), json!("SummingMergeTree()")),
        (Compare::RedactedUri, json!("mongodb://a.example"), json!("mongodb://[REDACTED]@b.example")),
        (Compare::Quantity, json!(250), json!("500m")),
        (Compare::Exact, json!("a"), json!("b")),
        (Compare::Exact, json!(true), json!(null)),
        (Compare::Exact, json!(5), json!("a")),
    ] {
        assert!(!alike(compare, wanted.clone(), &observed), "{wanted} {observed}");
    }
}

#[test]
fn nothing_equals_nothing() {
    for wanted in [json!(false), json!(""), json!([])] {
        for observed in [None, Some(json!(null)), Some(json!("")), Some(json!([])), Some(json!(false))] {
            assert!(
                same(&Document::plain(wanted.clone()), observed.as_ref(), &field(Compare::Exact)),
                "{wanted} {observed:?}"
            );
        }
    }
}

#[test]
fn an_absent_value_means_its_default() {
    let field = Field { default: Some(json!("basic")), ..field(Compare::Exact) };
    assert!(same(&Document::text("basic"), None, &field));
    assert!(!same(&Document::text("IAM_ROLE"), Some(&json!(null)), &field));
}
