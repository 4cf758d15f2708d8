//! What a field may hold instead of what it holds, by its schema: candidates only, which the admission has yet to judge.
//!
//! Not here: what has to change beside a field ([`crate::companion`]).

use crd::facts::Compare;
use crd::facts::tree::Kind;
use serde_json::{Value, json};

use crate::leaf::Leaf;
use crate::path::{self, FIRST};
use crate::specimen::literal;

/// Words for members whose text means something. The first that differs from what is there is taken.
const WORDS: [(&str, &[&str]); 18] = [
    // It names a column, and the first flavour has this one.
    ("fieldMappings[].destinationField", &["version"]),
    ("syncCron", &["@hourly", "@daily"]),
    (
        "iamRole",
        &[
            "arn:aws:iam::123456789012:role/ClickHouseAccessRole-one",
            "arn:aws:iam::123456789012:role/ClickHouseAccessRole-two",
        ],
    ),
    (
        "glueRoleArn",
        &[
            "arn:aws:iam::123456789012:role/ClickHouseAccessRole-one",
            "arn:aws:iam::123456789012:role/ClickHouseAccessRole-two",
        ],
    ),
    ("consumerGroup", &["readers", "other-readers"]),
    ("startAfter", &["orders/2026-02-01.json", "orders/2026-02-02.json"]),
    (
        "queueUrl",
        &["https://sqs.us-east-1.amazonaws.com/123456789012/other", "projects/my-project/subscriptions/other"],
    ),
    ("filter", &["attributes.type = \"order\"", "attributes.type = \"refund\""]),
    ("partitionByExpr", &["toYYYYMM(created_at)", "toYYYYMMDD(created_at)"]),
    ("partitionBy", &["toYYYYMM(created_at)", "toYYYYMMDD(created_at)"]),
    ("primaryKey", &["customer", "id"]),
    ("versionColumnId", &["version", "id"]),
    ("ttl", &["created_at + INTERVAL 30 DAY", "created_at + INTERVAL 60 DAY"]),
    ("projectId", &["my-project", "other-project"]),
    ("uri", &["mongodb://mongo-3.example.com/?replicaSet=shop", "mongodb://mongo-4.example.com/?replicaSet=shop"]),
    ("url", &["https://my-bucket.s3.amazonaws.com/returns/*", "https://storage.googleapis.com/my-bucket/returns/*"]),
    ("columns[].type", &["String", "UInt64", "Float64"]),
    ("tlsHost", &["one.internal.example.com", "two.internal.example.com"]),
];

/// Other values for a field, given what it holds now; nothing for an object.
pub(crate) fn others(leaf: &Leaf, now: Option<&Value>) -> Vec<Value> {
    let mut found = match &leaf.field.kind {
        Kind::Object(_) => Vec::new(),
        Kind::Credential(_) => credentials(leaf, now),
        Kind::List(_) => lists(leaf, now),
        Kind::Scalar => scalars(leaf, now),
    };
    found.retain(|value| Some(value) != now);
    found
}

fn scalars(leaf: &Leaf, now: Option<&Value>) -> Vec<Value> {
    if let Some(words) = leaf.schema.get("enum").and_then(Value::as_array) {
        return words.clone();
    }
    match leaf.schema.get("type").and_then(Value::as_str) {
        Some("boolean") => vec![json!(true), json!(false)],
        Some("integer") => {
            let limit = |name: &str, or: i64| leaf.schema.get(name).and_then(Value::as_f64).map_or(or, truncated);
            let (least, most) = (limit("minimum", 0), limit("maximum", i64::from(i32::MAX)));
            let next = now.and_then(Value::as_i64).map(|now| if now < most { now + 1 } else { now - 1 });
            [next, Some(least + 1), Some(least), Some(most)].into_iter().flatten().map(Value::from).collect()
        }
        Some("number") => vec![json!(2), json!(0.5), json!(1.5), json!(4)],
        _ => texts(leaf, now.and_then(Value::as_str)),
    }
}

fn truncated(number: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "limits of the schema are whole numbers below 2^53")]
    let whole = number as i64;
    whole
}

fn texts(leaf: &Leaf, now: Option<&str>) -> Vec<Value> {
    let name = leaf.name();
    let words = WORDS
        .iter()
        .filter(|(end, _)| name == *end || name.ends_with(&format!(".{end}")))
        .flat_map(|(_, words)| *words);
    let mut found: Vec<Value> = words.map(|word| json!(word)).collect();
    match now {
        Some(now) if leaf.field.facts.compare == Compare::Minute => {
            // The last digit of the minute.
            let (start, rest) = now.split_at(15);
            let digit = if rest.starts_with('7') { '3' } else { '7' };
            found.push(json!(format!("{start}{digit}{}", rest.get(1..).unwrap_or_default())));
        }
        Some(now) => found.extend([json!(bumped(now)), json!(format!("{now}2"))]),
        None if leaf.field.facts.compare == Compare::Minute => {
            found.extend([json!("2026-02-01T10:00"), json!("2026-02-01T10:00:00Z")]);
        }
        None => found.extend([json!("specimen"), json!("55555555-5555-4555-8555-555555555555")]),
    }
    found
}

/// The text with its last letter or digit replaced by another of its kind.
fn bumped(text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if let Some(letter) = letters.iter_mut().rev().find(|letter| letter.is_ascii_alphanumeric()) {
        *letter = match *letter {
            '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from(u8::try_from(*letter).unwrap_or(b'a') + 1),
            '9' => '0',
            'z' => 'a',
            _ => 'A',
        };
    }
    letters.into_iter().collect()
}

/// A literal gets another text, a reference another key; what was not set becomes a reference.
fn credentials(leaf: &Leaf, now: Option<&Value>) -> Vec<Value> {
    let encoding = leaf.encoding().unwrap_or(crd::credential::Encoding::Text);
    let from = |name: &str, key: &str| json!({"secretKeyRef": {"name": name, "key": key}});
    let place = now.and_then(|now| now.get("secretKeyRef").or(now.get("configMapKeyRef")));
    let text = |name: &str| place.and_then(|place| place.get(name)).and_then(Value::as_str);
    match (text("name"), text("key")) {
        (Some(name), Some(key)) => vec![from(name, &format!("{key}-other"))],
        _ if now.is_some_and(|now| now.get("value").is_some()) => vec![json!({"value": literal(encoding, "another")})],
        _ => vec![from("specimen", leaf.member())],
    }
}

/// One member more, one less, another first member.
fn lists(leaf: &Leaf, now: Option<&Value>) -> Vec<Value> {
    let items = now.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut found = Vec::new();
    for more in new_items(leaf, items.first()).into_iter().filter(|more| !items.contains(more)) {
        found.push(Value::Array(items.iter().cloned().chain([more]).collect()));
    }
    if items.len() > 1 {
        found.push(Value::Array(items.iter().skip(1).cloned().collect()));
        found.push(Value::Array(items.iter().rev().skip(1).rev().cloned().collect()));
    }
    found
}

/// A member that is not in the list: the first one with other keys and another target, or new texts.
fn new_items(leaf: &Leaf, first: Option<&Value>) -> Vec<Value> {
    let Kind::List(item) = &leaf.field.kind else { return Vec::new() };
    let Kind::Object(members) = &item.kind else {
        let texts = ["66666666-6666-4666-8666-666666666666", "created_at", "auditor"];
        return texts.into_iter().map(|text| json!(text)).collect();
    };
    let mut more = first.cloned().unwrap_or_else(|| json!({}));
    let keys = members.iter().filter(|(_, member)| member.facts.key).map(|(name, _)| name.as_str());
    let names: Vec<&str> = keys.collect();
    // One differing key is enough to be another member; the target table must differ, too.
    for name in names.last().copied().into_iter().chain(["targetTable"]).filter(|name| members.contains_key(*name)) {
        let new =
            more.get(name).and_then(Value::as_str).map_or_else(|| "more".to_owned(), |text| format!("{text}_more"));
        path::set(&mut more, &[name.to_owned()], json!(new));
    }
    let items = leaf.schema.get("items").cloned().unwrap_or_default();
    for name in items.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
        if more.get(name).is_none() {
            path::set(&mut more, &[name.to_owned()], json!("String"));
        }
    }
    // A column of the destination that the new mapping can name.
    let mut known = more.clone();
    let destination =
        path::set(&mut known, &["destinationField".to_owned()], json!("version")) && names == ["destinationField"];
    debug_assert!(!leaf.path.ends_with(&[FIRST.to_owned()]));
    if destination { vec![known] } else { vec![more] }
}
