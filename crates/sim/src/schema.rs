//! Holds a JSON object against a field table.
//!
//! Only single members are looked at here; what must hold between members is in `rules`.

use serde_json::{Map, Value};

use crate::field::{Field, Kind, find};
use crate::refusal::{Checked, Refusal};

/// How an object is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    /// Required members may be missing: it is a PATCH.
    pub(crate) partial: bool,
    /// Unknown members are refused.
    pub(crate) closed: bool,
    /// Placeholders such as `<base64_...>` are refused.
    pub(crate) strict: bool,
}

/// Checks every member of an object; `path` is where it stands in the body.
pub(crate) fn check(fields: &'static [Field], object: &Map<String, Value>, path: &str, how: Reading) -> Checked {
    for field in fields {
        let at = format!("{path}.{}", field.name);
        match object.get(field.name) {
            None | Some(Value::Null) if field.required && !how.partial => return Err(Refusal::missing(&at)),
            None | Some(Value::Null) => {}
            Some(value) => check_value(field, value, &at, how)?,
        }
    }
    let unknown = object.keys().find(|name| find(fields, name).is_none());
    match unknown {
        Some(name) if how.closed => {
            Err(Refusal::bad_request(format!("request body.{path}.{name}: additional properties are not allowed")))
        }
        _ => Ok(()),
    }
}

fn check_value(field: &Field, value: &Value, path: &str, how: Reading) -> Checked {
    let fits = match field.kind {
        Kind::Text => value.is_string(),
        Kind::Filled => value.as_str().is_some_and(|text| !text.is_empty()),
        Kind::Length(least, most) => value.as_str().is_some_and(|text| (least..=most).contains(&text.chars().count())),
        Kind::Base64(most) => value.as_str().is_some_and(|text| is_base64(text, most, how.strict)),
        Kind::OneOf(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        Kind::Integer(least, most) => integer(value).is_some_and(|number| (least..=most).contains(&number)),
        Kind::IntegerOrText => {
            integer(value).is_some() || value.as_str().is_some_and(|text| text.parse::<i64>().is_ok())
        }
        Kind::Bool => value.is_boolean(),
        Kind::Texts => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        Kind::Object(fields) => return check_object(fields, value, path, how, field.name == "settings"),
        Kind::Objects(fields, least) => return check_list(fields, least, value, path, how),
    };
    if fits { Ok(()) } else { Err(Refusal::member(path, value)) }
}

/// Only `settings` is merged member by member in a PATCH; any other object is replaced, so it must be whole.
fn check_object(fields: &'static [Field], value: &Value, path: &str, how: Reading, merged: bool) -> Checked {
    let Some(object) = value.as_object() else {
        return Err(Refusal::member(path, value));
    };
    let partial = how.partial && merged;
    check(fields, object, path, Reading { partial, ..how })
}

/// A list whose entries are objects. Shared with the mapping lists that only a PATCH has.
pub(crate) fn check_list(fields: &'static [Field], least: usize, value: &Value, path: &str, how: Reading) -> Checked {
    let Some(list) = value.as_array() else {
        return Err(Refusal::member(path, value));
    };
    if list.len() < least {
        return Err(Refusal::bad_request(format!(
            "request body.{path} array length < minLength <array:{}> minLength: {least}",
            list.len()
        )));
    }
    for (index, entry) in list.iter().enumerate() {
        let whole = Reading { partial: false, ..how };
        check_object(fields, entry, &format!("{path}[{index}]"), whole, false)?;
    }
    Ok(())
}

/// An integer, also when it is written with a zero fraction.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let text = value.as_f64().filter(|number| number.fract() == 0.0)?.to_string();
        text.parse().ok()
    })
}

/// Base64 in either alphabet. Documentation writes `<base64_encoded_…>`, which counts unless strict.
fn is_base64(text: &str, most: usize, strict: bool) -> bool {
    if !strict && text.starts_with('<') && text.ends_with('>') {
        return true;
    }
    let alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=\r\n".contains(&byte);
    !text.is_empty() && text.len() <= most && text.bytes().all(alphabet)
}

/// The object as it is stored: unknown members and nulls are dropped.
pub(crate) fn keep(fields: &'static [Field], object: &Map<String, Value>) -> Map<String, Value> {
    let mut kept = Map::new();
    for field in fields {
        if let Some(value) = object.get(field.name).filter(|value| !value.is_null()) {
            kept.insert(field.name.to_owned(), keep_value(field, value));
        }
    }
    kept
}

/// One stored value.
pub(crate) fn keep_value(field: &Field, value: &Value) -> Value {
    match (field.kind, value) {
        (Kind::Object(fields), Value::Object(object)) => Value::Object(keep(fields, object)),
        (Kind::Objects(fields, _), Value::Array(list)) => keep_list(fields, list),
        _ => value.clone(),
    }
}

/// A stored list of objects.
pub(crate) fn keep_list(fields: &'static [Field], list: &[Value]) -> Value {
    let entries = list.iter().filter_map(Value::as_object);
    Value::Array(entries.map(|entry| Value::Object(keep(fields, entry))).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Source;

    const WHOLE: Reading = Reading { partial: false, closed: false, strict: false };

    fn refusal(source: Source, value: &Value) -> String {
        let path = format!("source.{}", source.arm());
        let object = value.as_object().unwrap();
        check(source.fields(), object, &path, WHOLE).unwrap_err().text
    }

    fn postgres() -> Value {
        json!({"host": "h", "port": 5432, "database": "d", "settings": {"replicationMode": "cdc"},
               "tableMappings": [{"sourceSchemaName": "s", "sourceTable": "t", "targetTable": "u"}]})
    }

    #[test]
    fn a_port_of_zero_is_named_with_its_path_and_value() {
        let mut source = postgres();
        source["port"] = json!(0);
        assert_eq!(refusal(Source::Postgres, &source), "request body.source.postgres.port: '0'");
    }

    #[test]
    fn the_case_of_an_enum_matters() {
        let mut source = postgres();
        source["authentication"] = json!("iam_role");
        let text = "request body.source.postgres.authentication: 'iam_role'";
        assert_eq!(refusal(Source::Postgres, &source), text);
    }

    #[test]
    fn an_empty_mapping_list_is_too_short() {
        let mut source = postgres();
        source["tableMappings"] = json!([]);
        let text = refusal(Source::Postgres, &source);
        assert!(text.contains("tableMappings array length < minLength"), "{text}");
        assert!(text.ends_with("minLength: 1"), "{text}");
    }

    #[test]
    fn an_empty_schema_name_is_refused() {
        let mut source = postgres();
        source["tableMappings"][0]["sourceSchemaName"] = json!("");
        let text = refusal(Source::Postgres, &source);
        assert!(text.ends_with("tableMappings[0].sourceSchemaName: ''"), "{text}");
    }

    #[test]
    fn nulls_and_unknown_members_are_not_stored() {
        let sent = json!({"format": "Avro", "iamRole": null, "surprise": 1});
        let kept = keep(Source::Kafka.fields(), sent.as_object().unwrap());
        assert_eq!(Value::Object(kept), json!({"format": "Avro"}));
    }

    #[test]
    fn a_documentation_placeholder_counts_as_base64_unless_strict() {
        assert!(is_base64("<base64_encoded_service_account_json>", 10, false));
        assert!(!is_base64("<base64_encoded_service_account_json>", 100, true));
        assert!(is_base64("e30=", 10, true));
    }
}
