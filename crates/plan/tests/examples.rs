//! The manifests of `deploy/examples` are sent as the documentation's bodies, but for a list of differences, and show no secret.
//!
//! Not here: the rules of the definitions; the tests of the crate `crd` try them on the same manifests.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use clickpipes_plan::document::{Holder, Reference, Values, references, wanted};
use clickpipes_plan::fingerprint::Key;
use clickpipes_plan::{Account, Desired, Object, Wanted, body};
use cloud::{OrganizationId, Secret, ServiceId};
use crd::ClickPipe;
use crd::source::{Family, SourceKind};
use data_encoding::BASE64;
use serde_json::{Value, json};

/// The documentation page with a `curl` for each source.
const PAGE: &str = include_str!("../../../tests/reference/000.txt");

/// The page's section for each example; Pub/Sub has none.
const SECTIONS: [(&str, &str); 9] = [
    ("kafka", "create-kafka"),
    ("kinesis", "create-kinesis"),
    ("s3", "create-s3"),
    ("gcs", "create-gcs"),
    ("azure-blob", "create-abs"),
    ("postgres", "create-postgres"),
    ("mysql", "create-mysql"),
    ("mongodb", "create-mongodb"),
    ("bigquery", "create-bigquery"),
];

/// What stands in the page where a Google key file goes.
const KEY_FILE: &str = "<base64_encoded_service_account_json>";

/// One way in which our body is not the page's.
struct Difference {
    /// Why it is so.
    reason: &'static str,
    /// Makes it in the page's body, if it is about this example.
    make: fn(&mut Value, &Example),
}

const DIFFERENCES: [Difference; 5] = [
    Difference {
        reason: "the name carries a token, by which the operator knows its own pipe again after a lost answer",
        make: |page, example| {
            page["name"] = json!(format!("{} [{}]", page["name"].as_str().unwrap(), example.desired.token()));
        },
    },
    Difference {
        reason: "a pipe that the API can create without starting is started once its id is on record",
        make: |page, example| {
            if example.kind.family() != Family::Database {
                page["startPaused"] = json!(true);
            }
        },
    },
    Difference {
        reason: "destination.database is required in a manifest; the page leaves the default out beside a table",
        make: |page, _| {
            if page["destination"]["database"].is_null() {
                page["destination"]["database"] = json!("default");
            }
        },
    },
    Difference {
        reason: "the definition refuses gs:// in objectStorage.url: elsewhere the documentation asks for the https form",
        make: |page, _| {
            if let Some(url) = page.pointer_mut("/source/objectStorage/url")
                && let Some(path) = url.as_str().and_then(|url| url.strip_prefix("gs://"))
            {
                *url = json!(format!("https://storage.googleapis.com/{path}"));
            }
        },
    },
    Difference {
        reason: "the page's placeholder is no key file, which the operator refuses; the example has one, sent as base64",
        make: |page, example| {
            let places = ["/source/objectStorage/serviceAccountKey", "/source/bigquery/credentials/serviceAccountFile"];
            for place in places {
                if let Some(placeholder) = page.pointer_mut(place) {
                    assert_eq!(placeholder, KEY_FILE);
                    *placeholder = json!(BASE64.encode(example.secrets.values().next().unwrap().trim().as_bytes()));
                }
            }
        },
    },
];

#[test]
fn the_operator_sends_what_the_documentation_sends() {
    let mut made = BTreeSet::new();
    for (file, section) in SECTIONS {
        let example = Example::read(file);
        let mut page = documented(section);
        for Difference { reason, make } in &DIFFERENCES {
            let before = page.clone();
            make(&mut page, &example);
            if page != before {
                made.insert(*reason);
            }
        }
        assert_eq!(body::create(&example.desired, example.wanted()).expose(), page, "{file}");
    }
    assert_eq!(made.len(), DIFFERENCES.len(), "a listed difference is none any more; these are: {made:#?}");
}

#[test]
fn no_secret_of_an_example_is_shown() {
    for file in files() {
        let example = Example::read(&file);
        let body = body::create(&example.desired, example.wanted());
        let sent = body.expose().to_string();
        let shown = [
            format!("{:?} {:#?}", example.desired, example.desired),
            format!("{:?} {:#?}", example.wanted(), example.wanted()),
            format!("{body:?} {body}"),
            body.redacted().to_string(),
            example.wanted().document.redacted().to_string(),
        ];
        for clear in example.secrets.values() {
            let encoded = BASE64.encode(clear.trim().as_bytes());
            assert!(sent.contains(clear) || sent.contains(&encoded), "{file}: the secret is not sent at all");
            // A key file is also looked for by its innermost part: quotes would be escaped around it.
            let private_key = serde_json::from_str::<Value>(clear).ok().map(|file| file["private_key"].clone());
            let private_key = private_key.as_ref().and_then(Value::as_str);
            for text in [clear.trim(), &encoded].into_iter().chain(private_key) {
                assert!(shown.iter().all(|shown| !shown.contains(text)), "{file} shows a secret");
            }
        }
    }
}

#[test]
fn there_are_ten_examples_of_eight_kinds_each_with_one_source() {
    let examples: Vec<Example> = files().iter().map(|file| Example::read(file)).collect();
    assert_eq!(examples.len(), 10);
    for Example { desired, .. } in &examples {
        let source = serde_json::to_value(&desired.spec.source).unwrap();
        let set = SourceKind::ALL.iter().filter(|kind| !source[kind.as_str()].is_null());
        assert_eq!(set.count(), 1, "{}", desired.object.name);
    }
    let kinds: BTreeSet<SourceKind> = examples.iter().map(|example| example.kind).collect();
    assert_eq!(kinds, SourceKind::ALL.into_iter().collect());
}

/// One manifest file: a pipe, and the Secrets that it refers to.
struct Example {
    kind: SourceKind,
    desired: Desired,
    /// The clear values, by the Secret's name and key.
    secrets: BTreeMap<(String, String), String>,
}

impl Example {
    fn read(file: &str) -> Self {
        let text = std::fs::read_to_string(folder().join(format!("{file}.yaml"))).unwrap();
        let manifests: Vec<Value> =
            serde_saphyr::from_multiple(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (pipes, secrets): (Vec<Value>, Vec<Value>) =
            manifests.into_iter().partition(|manifest| manifest["kind"] == "ClickPipe");
        let [pipe] = <[Value; 1]>::try_from(pipes).unwrap_or_else(|pipes| panic!("{file}: {} pipes", pipes.len()));
        let pipe: ClickPipe = serde_json::from_value(pipe).unwrap_or_else(|error| panic!("{file}: {error}"));
        let secrets = secrets.iter().flat_map(clear_values).collect();
        Self { kind: pipe.spec.source.kind().unwrap(), desired: desired(pipe, &secrets), secrets }
    }

    fn wanted(&self) -> &Wanted {
        self.desired.wanted.as_ref().unwrap_or_else(|problems| panic!("{}: {problems:?}", self.desired.object.name))
    }
}

/// What is wanted of the pipe, its references read from these Secrets. Each Secret is referred to.
fn desired(pipe: ClickPipe, secrets: &BTreeMap<(String, String), String>) -> Desired {
    let ClickPipe { metadata, spec, .. } = pipe;
    let values: Values = secrets
        .iter()
        .map(|((name, key), clear)| {
            let reference = Reference { holder: Holder::Secret, name: name.clone(), key: key.clone(), bytes: false };
            (reference, Ok(Secret::new(clear.clone())))
        })
        .collect();
    assert_eq!(references(&spec), values.keys().cloned().collect::<Vec<_>>(), "what is referred to is in the file");
    Desired {
        object: Object {
            namespace: "data".into(),
            name: metadata.name.unwrap(),
            uid: "uid-1".into(),
            generation: 1,
            ..Object::default()
        },
        account: Ok(Account {
            organization: OrganizationId::parse("11111111-1111-4111-8111-111111111111").unwrap(),
            service: ServiceId::parse(&spec.service_id).unwrap(),
            poll_interval: Duration::from_mins(5),
            wake_idle_services: false,
            terminating: false,
        }),
        wanted: wanted(&spec, &values, &Key::new(Secret::new("test key".into()))),
        spec,
        paused: None,
        cluster_id: "cluster".into(),
        create_window: Duration::from_mins(15),
        claimed_by: None,
        inputs: "inputs".into(),
    }
}

/// The values of a Secret, by its name and their keys.
fn clear_values(secret: &Value) -> Vec<((String, String), String)> {
    assert_eq!(secret["kind"], "Secret");
    let name = secret["metadata"]["name"].as_str().unwrap();
    let values = secret["stringData"].as_object().unwrap().iter();
    values.map(|(key, clear)| ((name.to_owned(), key.clone()), clear.as_str().unwrap().to_owned())).collect()
}

/// The body of the `curl` in this section of the page.
fn documented(section: &str) -> Value {
    let (_, section) = PAGE.split_once(&format!("<div id=\"{section}\">")).unwrap();
    let (_, body) = section.split_once("-d '").unwrap();
    let (body, _) = body.split_once("' \\\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// The names of the examples that are pipes, without `.yaml`.
fn files() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries
        .filter_map(|name| name.strip_suffix(".yaml").map(str::to_owned))
        .filter(|name| name != "00-connection")
        .collect()
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/examples")
}
