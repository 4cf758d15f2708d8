//! Whether a returned value is what is wanted, under the facts of its field.
//!
//! The service fills, empties, reorders and rewrites values; none of that is a difference. Not here: which fields are compared
//! ([`crate::diff`]).

use cloud::Document;
use crd::facts::Compare;
use crd::facts::tree::{Field, Kind};
use serde_json::Value;

/// Whether the observed value is what is wanted. Nothing, `null`, `""`, `[]`, `{}` and `false` are alike.
#[must_use]
pub fn same(wanted: &Document, observed: Option<&Value>, field: &Field) -> bool {
    // Where nothing means true, false is not nothing.
    let off = |value: &Value| value.is_boolean() && field.default == Some(Value::Bool(true));
    let observed = observed.filter(|value| !is_nothing(value) || off(value)).or(field.default.as_ref());
    let Some(observed) = observed else {
        return wanted.is_empty() || matches!(wanted, Document::Value(Value::Bool(false)));
    };
    match (wanted, &field.kind) {
        (Document::List(wanted), Kind::List(item)) => {
            observed.as_array().is_some_and(|observed| lists(wanted, observed, field.facts.compare, item))
        }
        (Document::Object(wanted), Kind::Object(members)) => wanted.iter().all(|(name, wanted)| {
            members.get(name).is_none_or(|member| !member.facts.returned || same(wanted, observed.get(name), member))
        }),
        (Document::Secret(secret), _) => {
            scalars(&Value::String(secret.expose().to_owned()), observed, field.facts.compare)
        }
        (Document::Value(wanted), _) => scalars(wanted, observed, field.facts.compare),
        (wanted, _) => wanted.expose() == *observed,
    }
}

/// Whether a value says nothing.
#[must_use]
pub fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(true) | Value::Number(_) => false,
    }
}

fn lists(wanted: &[Document], observed: &[Value], compare: Compare, item: &Field) -> bool {
    match compare {
        Compare::Set => {
            wanted.iter().all(|one| observed.iter().any(|other| same(one, Some(other), item)))
                && observed.iter().all(|other| wanted.iter().any(|one| same(one, Some(other), item)))
        }
        Compare::Keyed => {
            wanted.len() == observed.len()
                && wanted.iter().all(|one| {
                    observed
                        .iter()
                        .find(|other| same_key(one, other, item))
                        .is_some_and(|other| same(one, Some(other), item))
                })
        }
        _ => {
            wanted.len() == observed.len()
                && wanted.iter().zip(observed).all(|(one, other)| same(one, Some(other), item))
        }
    }
}

/// Whether two members of a keyed list are about the same thing.
#[must_use]
pub fn same_key(wanted: &Document, observed: &Value, item: &Field) -> bool {
    let Kind::Object(members) = &item.kind else { return false };
    members.iter().filter(|(_, member)| member.facts.key).all(|(name, member)| match wanted.get(name) {
        Some(wanted) => same(wanted, observed.get(name), member),
        None => observed.get(name).is_none_or(is_nothing),
    })
}

fn scalars(wanted: &Value, observed: &Value, compare: Compare) -> bool {
    match compare {
        Compare::Never => true,
        Compare::Engine => {
            texts(wanted, observed, |text| text.split('(').next().unwrap_or_default().trim().to_ascii_lowercase())
        }
        Compare::RedactedUri => texts(wanted, observed, without_user),
        Compare::Minute => texts(wanted, observed, |text| text.chars().take(16).collect()),
        Compare::ObjectUrl => texts(wanted, observed, object_url),
        Compare::Quantity => match (number(wanted), number(observed)) {
            // 0 is what the service says while it does not know yet.
            (Some(wanted), Some(observed)) => observed == 0.0 || (wanted - observed).abs() < 1e-9,
            _ => false,
        },
        Compare::Exact | Compare::Set | Compare::Keyed => match (number(wanted), number(observed)) {
            (Some(wanted_number), Some(observed_number)) if wanted.is_number() || observed.is_number() => {
                (wanted_number - observed_number).abs() < f64::EPSILON
            }
            _ => wanted == observed || texts(wanted, observed, |text| text.trim_end().to_owned()),
        },
    }
}

fn texts(wanted: &Value, observed: &Value, normal: impl Fn(&str) -> String) -> bool {
    matches!((wanted.as_str(), observed.as_str()), (Some(wanted), Some(observed)) if normal(wanted) == normal(observed))
}

/// A number however the service writes it.
pub(crate) fn as_number(value: &Value) -> Option<f64> {
    number(value)
}

/// A number, a text of digits, or a Kubernetes quantity: `250m` is 250 thousandths, `1Gi` is 1 (GiB). See terraform-provider-clickhouse#353.
fn number(value: &Value) -> Option<f64> {
    let Some(text) = value.as_str() else { return value.as_f64() };
    let text = text.trim();
    if let Some(milli) = text.strip_suffix('m') {
        return milli.parse().ok();
    }
    if let Some(gib) = text.strip_suffix("Gi") {
        return gib.parse().ok();
    }
    if let Some(mib) = text.strip_suffix("Mi") {
        return mib.parse::<f64>().ok().map(|mib| mib / 1024.0);
    }
    text.parse().ok()
}

/// A URI without user name and password, which the service returns as `[REDACTED]`.
pub(crate) fn without_user(uri: &str) -> String {
    match uri.split_once("://") {
        Some((scheme, rest)) => {
            let host = rest.split_once('@').map_or(rest, |(_, host)| host);
            format!("{scheme}://{host}")
        }
        None => uri.to_owned(),
    }
}

/// Bucket and key of an object URL: pipes made in the console have `s3://bucket/key`.
fn object_url(url: &str) -> String {
    if let Some(rest) = url.strip_prefix("s3://").or_else(|| url.strip_prefix("gs://")) {
        return rest.to_owned();
    }
    let Some((_, rest)) = url.split_once("://") else { return url.to_owned() };
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    match host.split_once(".s3.").or_else(|| host.split_once(".s3-")) {
        Some((bucket, _)) => format!("{bucket}/{path}"),
        None if host.starts_with("s3.") || host == "storage.googleapis.com" => path.to_owned(),
        None => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests;
