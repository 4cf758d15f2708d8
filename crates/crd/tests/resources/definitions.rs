//! The definitions as they are installed: small enough for plain `kubectl apply`, no null, no default where a default would take over
//! what the user did not ask to have managed, nothing secret in clear text, nothing unbounded.

use std::collections::BTreeSet;

use clickpipes_crd::definitions::all;
use clickpipes_crd::facts::tree::document;
use serde_json::Value;

use crate::server::schema_of;

/// Above this, `kubectl apply` cannot keep the object in its annotation.
const ANNOTATION_LIMIT: usize = 262_144;
/// The members of the spec in which nothing has a default.
const UNMANAGED_WHEN_ABSENT: [&str; 5] = ["source", "destination", "fieldMappings", "scaling", "settings"];

#[test]
fn plain_kubectl_apply_installs_them() {
    for definition in all() {
        let json = serde_json::to_string(&definition).unwrap();
        // The annotation holds the object as JSON, with every quote escaped once more on the way.
        let escaped = serde_json::to_string(&json).unwrap();
        let yaml = serde_saphyr::to_string(&definition).unwrap();
        for (form, size) in [("JSON", json.len()), ("escaped JSON", escaped.len()), ("YAML", yaml.len())] {
            assert!(size < ANNOTATION_LIMIT, "{}: {size} bytes of {form}", definition.spec.names.kind);
        }
    }
}

#[test]
fn null_is_no_value_and_our_own_marks_stay_inside() {
    for definition in all() {
        let json = serde_json::to_string(&definition).unwrap();
        for word in ["nullable", "x-facts", "x-default", "x-credential"] {
            assert!(!json.contains(word), "{}: {word}", definition.spec.names.kind);
        }
    }
}

#[test]
fn nothing_that_reaches_the_api_has_a_default() {
    let schema = schema_of("ClickPipe");
    for name in UNMANAGED_WHEN_ABSENT {
        visit(&schema["properties"]["spec"]["properties"][name], name, &mut |path, schema| {
            assert!(schema.get("default").is_none(), "{path} has a default");
        });
    }
}

#[test]
fn an_object_that_nobody_has_seen_is_not_ready() {
    for kind in ["ClickPipe", "CloudConnection", "ClusterCloudConnection"] {
        let default = &schema_of(kind)["properties"]["status"]["default"];
        assert_eq!(default["observedGeneration"], -1, "{kind}");
        assert!(
            default["conditions"].as_array().unwrap().iter().all(|condition| condition["status"] == "Unknown"),
            "{kind}"
        );
    }
}

#[test]
fn everything_that_a_user_writes_is_bounded() {
    let mut unbounded = Vec::new();
    for kind in ["ClickPipe", "CloudConnection", "ClusterCloudConnection"] {
        visit(&schema_of(kind)["properties"]["spec"], kind, &mut |path, schema| {
            // The selector is Kubernetes' own type.
            if path.contains(".selector.") {
                return;
            }
            let bounded = match schema["type"].as_str() {
                Some("string") => schema["maxLength"].is_number() || schema["enum"].is_array(),
                Some("array") => schema["maxItems"].is_number(),
                Some("integer") => schema["maximum"].is_number() || schema["format"] == "int64",
                _ => true,
            };
            if !bounded {
                unbounded.push(path.to_owned());
            }
        });
    }
    assert_eq!(unbounded, Vec::<String>::new());
}

#[test]
fn no_secret_can_be_written_in_clear_text() {
    let secret = ["password", "secret", "privatekey", "accountkey", "accountfile", "connectionstring", "token"];
    let mut clear = Vec::new();
    for kind in ["ClickPipe", "CloudConnection", "ClusterCloudConnection"] {
        visit(&schema_of(kind)["properties"]["spec"], kind, &mut |path, schema| {
            let name = path.rsplit('.').next().unwrap_or_default().to_lowercase();
            let names_a_secret = secret.iter().any(|word| name.contains(word)) && name != "secretkeyref";
            let can_hold_it = schema["type"] == "string" || schema["properties"]["value"].is_object();
            if names_a_secret && can_hold_it {
                clear.push(path.to_owned());
            }
        });
    }
    assert_eq!(clear, Vec::<String>::new());
}

#[test]
fn every_field_is_explained() {
    let mut silent = Vec::new();
    for kind in ["ClickPipe", "CloudConnection", "ClusterCloudConnection"] {
        visit(&schema_of(kind)["properties"]["spec"], kind, &mut |path, schema| {
            let explained = schema["description"].as_str().is_some_and(|text| text.len() > 3);
            if !explained && !path.ends_with("[]") && !path.contains(".selector") {
                silent.push(path.to_owned());
            }
        });
    }
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn what_cannot_change_says_so() {
    let schema = schema_of("ClickPipe");
    let explained = |path: &str| {
        let pointer = path.replace('.', "/properties/");
        let field = schema.pointer(&format!("/properties/spec/properties/{pointer}")).unwrap();
        field["description"].as_str().unwrap().to_owned()
    };
    assert!(explained("source.kafka.brokers").contains("Fixed at creation"));
    assert!(explained("source.bigquery").contains("Fixed at creation"));
    assert!(explained("source.postgres.host").contains("pauses the pipe"));
    assert!(explained("source.postgres.tableMappings").contains("after approval"));
    assert!(!explained("source.kafka.iamRole").contains("Fixed at creation"));
    assert!(explained("source.kafka.authentication").contains("SCRAM-SHA-512: "), "values are explained");
    assert!(document().member("source").is_some());
}

#[test]
fn the_kinds_are_found_under_their_names() {
    let names: BTreeSet<String> = all().iter().map(|definition| definition.metadata.name.clone().unwrap()).collect();
    let expected = ["clickpipes", "cloudconnections", "clustercloudconnections"];
    assert_eq!(names, expected.iter().map(|plural| format!("{plural}.{}", clickpipes_crd::GROUP)).collect());
}

fn visit(schema: &Value, path: &str, see: &mut dyn FnMut(&str, &Value)) {
    see(path, schema);
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        visit(member, &format!("{path}.{name}"), see);
    }
    if schema["items"].is_object() {
        visit(&schema["items"], &format!("{path}[]"), see);
    }
}
