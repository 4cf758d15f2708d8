//! Rules of Kafka sources.

use serde_json::{Map, Value};

use crate::refusal::{Checked, Refusal};
use crate::rules::{Rule, Surroundings, has, is_true, only, text};

/// All of them.
pub(super) const RULES: &[Rule] = &[
    authentication_fits_the_flavour,
    credentials_fit_the_authentication,
    a_timestamp_goes_with_from_timestamp,
    a_registry_is_whole,
    a_glue_role_is_needed_without_iam,
    a_protobuf_schema_stands_alone,
    deleting_needs_exactly_once,
    certificates_are_pem,
];

/// Which flavour takes which authentication; none at all is a broker without authentication (CTL#606).
const MATRIX: &[(&str, &[&str])] = &[
    ("kafka", &["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "MUTUAL_TLS"]),
    ("redpanda", &["SCRAM-SHA-256", "SCRAM-SHA-512", "MUTUAL_TLS"]),
    ("msk", &["SCRAM-SHA-512", "IAM_ROLE", "IAM_USER", "MUTUAL_TLS"]),
    ("gcmk", &["PLAIN", "MUTUAL_TLS", "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"]),
    ("confluent", &["PLAIN", "MUTUAL_TLS"]),
    ("warpstream", &["PLAIN"]),
    ("azureeventhub", &["PLAIN"]),
    ("dokafka", &["SCRAM-SHA-256", "MUTUAL_TLS"]),
];

fn authentication_fits_the_flavour(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let (Some(flavour), Some(authentication)) = (text(source, "type"), text(source, "authentication")) else {
        return Ok(());
    };
    let row = MATRIX.iter().find(|(known, _)| *known == flavour);
    let mut fine = row.is_some_and(|(_, allowed)| allowed.contains(&authentication));
    if (flavour, authentication) == ("redpanda", "MUTUAL_TLS") {
        fine = around.toggles.redpanda_mutual_tls;
    }
    let why = format!("'{authentication}' is not supported for Kafka type {flavour}");
    only(fine, "source.kafka.authentication", &why)
}

fn credentials_fit_the_authentication(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let empty = Map::new();
    let credentials = source.get("credentials").and_then(Value::as_object).unwrap_or(&empty);
    let both = |one: &str, other: &str| has(credentials, one) && has(credentials, other);
    let event_hub = text(source, "type") == Some("azureeventhub") && has(credentials, "connectionString");
    let Some(authentication) = text(source, "authentication") else {
        let why = "credentials need an authentication";
        return only(credentials.is_empty(), "source.kafka.credentials", why);
    };
    let fine = match authentication {
        "PLAIN" => both("username", "password") || event_hub,
        "IAM_ROLE" => {
            return only(
                has(source, "iamRole"),
                "source.kafka.iamRole",
                "iamRole is required for IAM_ROLE authentication",
            );
        }
        "IAM_USER" => both("accessKeyId", "secretKey"),
        "MUTUAL_TLS" => both("certificate", "privateKey"),
        "SERVICE_ACCOUNT_WORKLOAD_IDENTITY" => true,
        _ => both("username", "password"),
    };
    let why = format!("credentials are required for {authentication} authentication");
    only(fine, "source.kafka.credentials", &why)
}

fn a_timestamp_goes_with_from_timestamp(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let Some(offset) = source.get("offset").and_then(Value::as_object) else {
        return Ok(());
    };
    let wanted = text(offset, "strategy") == Some("from_timestamp");
    let why = "timestamp is required for from_timestamp and refused otherwise";
    only(wanted == has(offset, "timestamp"), "source.kafka.offset.timestamp", why)?;
    let fine = text(offset, "timestamp").is_none_or(is_minute);
    only(fine, "source.kafka.offset.timestamp", "must have the form YYYY-MM-DDTHH:MM")
}

/// Whether a text begins with a minute, such as `2026-01-31T12:00`; more precise forms are taken too.
fn is_minute(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let Some((date, time)) = text.split_once('T') else {
        return false;
    };
    date.len() == 10 && date.split('-').all(digits) && time.get(..5).is_some_and(|time| time.split(':').all(digits))
}

fn a_registry_is_whole(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let Some(registry) = source.get("schemaRegistry").and_then(Value::as_object) else {
        return Ok(());
    };
    let glue = text(registry, "type") == Some("glue");
    let needed: &[&str] =
        if glue { &["glueRegion", "glueRegistryName"] } else { &["url", "authentication", "credentials"] };
    for name in needed {
        if !has(registry, name) {
            return Err(Refusal::missing(&format!("source.kafka.schemaRegistry.{name}")));
        }
    }
    let secure =
        text(registry, "url").is_none_or(|url| url.starts_with("https://") || !around.strict && url.starts_with('<'));
    only(secure, "source.kafka.schemaRegistry.url", "must be an HTTPS URL")
}

fn a_glue_role_is_needed_without_iam(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let Some(registry) = source.get("schemaRegistry").and_then(Value::as_object) else {
        return Ok(());
    };
    let glue = text(registry, "type") == Some("glue");
    let iam = matches!(text(source, "authentication"), Some("IAM_ROLE" | "IAM_USER"));
    let why = "glueRoleArn is required unless the source authenticates with IAM";
    only(!glue || iam || has(registry, "glueRoleArn"), "source.kafka.schemaRegistry.glueRoleArn", why)
}

fn a_protobuf_schema_stands_alone(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    if !has(source, "protobufSchema") {
        return Ok(());
    }
    let path = "source.kafka.protobufSchema";
    only(text(source, "format") == Some("Protobuf"), path, "is only supported for the Protobuf format")?;
    only(!has(source, "schemaRegistry"), path, "cannot be combined with schemaRegistry")
}

fn deleting_needs_exactly_once(source: &Map<String, Value>, _: &Surroundings) -> Checked {
    let deletes = text(source, "tombstoneMode") == Some("delete");
    let why = "'delete' needs exactlyOnce";
    only(!deletes || is_true(source, "exactlyOnce"), "source.kafka.tombstoneMode", why)
}

fn certificates_are_pem(source: &Map<String, Value>, around: &Surroundings) -> Checked {
    let fine = |text: &str| !around.strict || text.contains("-----BEGIN ");
    only(text(source, "caCertificate").is_none_or(fine), "source.kafka.caCertificate", "not in valid PEM format")
}

/// Registry credentials in a PATCH are refused, unlike everything else that is fixed (TF PR 644).
pub(super) fn check_patch(patch: &Map<String, Value>) -> Checked {
    let registry = patch.get("schemaRegistry").and_then(Value::as_object);
    let sent = registry.is_some_and(|registry| has(registry, "credentials"));
    only(!sent, "source.kafka.schemaRegistry.credentials", "schema registry credentials cannot be updated")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(change: &Value) -> String {
        let mut source = json!({"type": "kafka", "format": "JSONEachRow", "brokers": "b:9092", "topics": "t",
            "authentication": "PLAIN", "credentials": {"username": "u", "password": "p"}});
        let (Some(source), Some(change)) = (source.as_object_mut(), change.as_object()) else { unreachable!() };
        source.extend(change.clone());
        let around =
            Surroundings { provider: "aws".to_owned(), strict: false, toggles: crate::config::Toggles::default() };
        RULES.iter().find_map(|rule| rule(source, &around).err()).map(|refusal| refusal.text).unwrap_or_default()
    }

    #[test]
    fn a_plain_broker_with_user_and_password_is_fine() {
        assert_eq!(refused(&json!({})), "");
    }

    #[test]
    fn an_unauthenticated_broker_is_fine() {
        assert_eq!(refused(&json!({"authentication": null, "credentials": null})), "");
    }

    #[test]
    fn warpstream_knows_no_scram() {
        let text = refused(&json!({"type": "warpstream", "authentication": "SCRAM-SHA-256"}));
        assert!(text.contains("'SCRAM-SHA-256' is not supported"), "{text}");
    }

    #[test]
    fn an_iam_role_is_needed_for_iam_role() {
        let text = refused(&json!({"type": "msk", "authentication": "IAM_ROLE", "credentials": null}));
        assert!(text.ends_with("iamRole is required for IAM_ROLE authentication"), "{text}");
    }

    #[test]
    fn a_timestamp_without_its_strategy_is_refused() {
        let text = refused(&json!({"offset": {"strategy": "from_latest", "timestamp": "2026-01-01T00:00"}}));
        assert!(text.contains("offset.timestamp"), "{text}");
        assert_eq!(refused(&json!({"offset": {"strategy": "from_timestamp", "timestamp": "2026-01-01T00:00"}})), "");
    }

    #[test]
    fn deleting_by_tombstone_needs_exactly_once() {
        assert!(refused(&json!({"tombstoneMode": "delete"})).contains("exactlyOnce"));
        assert_eq!(refused(&json!({"tombstoneMode": "delete", "exactlyOnce": true})), "");
    }

    #[test]
    fn a_registry_answers_over_https_only() {
        let registry =
            json!({"url": "http://r", "authentication": "PLAIN", "credentials": {"username": "u", "password": "p"}});
        assert!(refused(&json!({"schemaRegistry": registry})).contains("HTTPS"));
    }

    #[test]
    fn registry_credentials_cannot_be_patched() {
        let patch = json!({"schemaRegistry": {"credentials": {"username": "u", "password": "p"}}});
        assert!(check_patch(patch.as_object().unwrap()).is_err());
    }
}
