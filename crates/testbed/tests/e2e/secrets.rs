//! What people store: each mistake in a Secret or `ConfigMap` has its reason and words of its own, shows no value, and heals when it is
//! put right; what nobody can see is forgiven.
//!
//! Not here: every form of every value (crate `plan`, `document/encode`); changes of what was right (`rotation`).

use data_encoding::BASE64;
use serde_json::{Value, json};

use crate::cases::{list, merged};
use crate::words::{KEY, connection, kafka, wait_for, wait_ready, world};

/// Base64 of `hunter2`, as the body of PEM.
const BODY: &str = "aHVudGVyMg==";
const KEY_FILE: &str = r#"{"type": "service_account", "private_key": "hunter2"}"#;

/// The beginning of a `FileDescriptorSet`: bytes that are no text.
const DESCRIPTORS: &[u8] = b"\x0a\xff\x01\x0a\x0border.proto\x12\x04shop\xfe";

/// One pipe whose one reference is wrong.
struct Mistake {
    name: &'static str,
    /// What is changed in the source of a pipe that would work.
    source: Value,
    /// What the pipe refers to, if it is there at all.
    stored: Value,
    reason: &'static str,
    words: &'static [&'static str],
    /// What it is replaced by.
    cure: Value,
}

#[test]
fn every_mistake_in_a_stored_value_has_its_words_and_heals() {
    let world = world();
    let operator = world.start_operator(&["--log-level", "debug"]).unwrap();
    world.apply(&connection(KEY.1, world.simulator().url())).unwrap();
    world.apply(&secret("good", &json!({"password": "hunter2"})).to_string()).unwrap();
    let mistakes = mistakes();
    let stored = mistakes.iter().filter(|mistake| !mistake.stored.is_null()).map(|mistake| mistake.stored.clone());
    let pipes = mistakes.iter().map(|mistake| pipe(mistake.name, &mistake.source));
    world.apply(&list(&stored.chain(pipes).collect::<Vec<_>>())).unwrap();
    for Mistake { name, reason, words, .. } in &mistakes {
        let what = format!("clickpipe/{name}");
        let message = wait_for(&world, &what, "ReferencesResolved", "False", reason);
        for word in *words {
            assert!(message.contains(word), "{name}: {word:?} is not in {message:?}");
        }
        wait_for(&world, &what, "Ready", "Unknown", "ReferencesNotReady");
        wait_for(&world, &what, "Reconciling", "True", "ProgressingWithRetry");
    }
    let shown = world.get(&["clickpipes,cloudconnections,events"]).unwrap().to_string();
    for secret in ["hunter2", BODY] {
        assert!(!shown.contains(secret) && !operator.logs().contains(secret), "{secret} is shown");
    }
    world.apply(&list(&mistakes.iter().map(|mistake| mistake.cure.clone()).collect::<Vec<_>>())).unwrap();
    for Mistake { name, .. } in &mistakes {
        wait_ready(&world, name);
    }
}

#[test]
fn what_nobody_sees_is_forgiven() {
    let world = world();
    let _operator = world.start_operator(&[]).unwrap();
    // The key's own Secret, too, ends with a line break.
    let key = connection(KEY.1, world.simulator().url()).replace(KEY.1, &format!("\"{}\\r\\n\"", KEY.1));
    world.apply(&key).unwrap();
    let windows = pem("CERTIFICATE").replace('\n', "\r\n");
    let wrapped = BASE64.encode(KEY_FILE.as_bytes());
    let (first, second) = wrapped.split_at(40);
    let objects = [
        secret("newline", &json!({"password": "hunter2\n"})),
        pipe("newline", &json!({"credentials": {"password": {"secretKeyRef": {"name": "newline"}}}})),
        config_map("windows", &json!({"ca.crt": format!("# our CA\r\n{windows}")})),
        pipe(
            "windows",
            &json!({"credentials": {"password": {"secretKeyRef": {"name": "newline"}}},
            "caCertificate": {"configMapKeyRef": {"name": "windows", "key": "ca.crt"}}}),
        ),
        secret("wrapped", &json!({"key.json": format!("{first}\n{second}\n")})),
        gcs("wrapped"),
        secret("raw", &json!({"key.json": format!("{KEY_FILE}\n")})),
        gcs("raw"),
        json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "descriptors"},
            "binaryData": {"order.pb": BASE64.encode(DESCRIPTORS)}}),
        pipe(
            "descriptors",
            &json!({"format": "Protobuf", "credentials": {"password": {"secretKeyRef": {"name": "newline"}}},
            "protobufSchema": {"configMapKeyRef": {"name": "descriptors", "key": "order.pb"}}}),
        ),
    ];
    world.apply(&list(&objects)).unwrap();
    for name in ["newline", "windows", "wrapped", "raw", "descriptors"] {
        wait_ready(&world, name);
    }
    let requests = world.simulator().requests().unwrap();
    let sent = |path: &str| -> Vec<String> {
        let posts = requests.as_array().unwrap().iter().filter(|request| request["method"] == "POST");
        posts.filter_map(|request| Some(request["body"].pointer(path)?.as_str()?.to_owned())).collect()
    };
    assert_eq!(sent("/source/kafka/credentials/password"), ["hunter2"; 3]);
    assert_eq!(sent("/source/kafka/caCertificate"), [pem("CERTIFICATE")]);
    let files: Vec<Vec<u8>> = sent("/source/objectStorage/serviceAccountKey")
        .iter()
        .map(|file| BASE64.decode(file.as_bytes()).unwrap())
        .collect();
    assert_eq!(files, [KEY_FILE.as_bytes(), KEY_FILE.as_bytes()]);
    assert_eq!(sent("/source/kafka/protobufSchema"), [BASE64.encode(DESCRIPTORS)]);
}

fn mistakes() -> Vec<Mistake> {
    let password = |name: &'static str, stored, reason, words| Mistake {
        name,
        source: json!({"credentials": {"password": {"secretKeyRef": {"name": name}}}}),
        stored,
        reason,
        words,
        cure: secret(name, &json!({"password": "hunter2"})),
    };
    let certificate = |name: &'static str, stored, reason, words| Mistake {
        name,
        source: json!({"caCertificate": {"secretKeyRef": {"name": name, "key": "ca.crt"}}}),
        stored,
        reason,
        words,
        cure: secret(name, &json!({"ca.crt": pem("CERTIFICATE")})),
    };
    let encrypted =
        secret("encrypted", &json!({"tls.crt": pem("CERTIFICATE"), "tls.key": pem("ENCRYPTED PRIVATE KEY")}));
    let mutual = json!({"type": "kafka", "authentication": "MUTUAL_TLS", "credentials": {
        "username": null, "password": null,
        "certificate": {"secretKeyRef": {"name": "encrypted", "key": "tls.crt"}},
        "privateKey": {"secretKeyRef": {"name": "encrypted", "key": "tls.key"}}}});
    let binary = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "binary"},
        "data": {"password": BASE64.encode(&[0xff, 0xfe, 0x00])}});
    vec![
        password("no-secret", json!(null), "SecretNotFound", &["no Secret \"no-secret\"", "create it"]),
        password(
            "no-key",
            secret("no-key", &json!({"pass": "hunter2"})),
            "SecretKeyMissing",
            &["no key \"password\"", "add it"],
        ),
        password("empty", secret("empty", &json!({"password": ""})), "SecretInvalid", &["is empty", "fill it in"]),
        password("blank", secret("blank", &json!({"password": " \n"})), "SecretInvalid", &["is empty", "fill it in"]),
        password("binary", binary, "SecretInvalid", &["is not UTF-8 text"]),
        password(
            "lines",
            secret("lines", &json!({"password": "user\nhunter2\n"})),
            "SecretInvalid",
            &["spec.source.kafka.credentials.password", "line breaks", "store the bare text"],
        ),
        certificate(
            "cut",
            secret("cut", &json!({"ca.crt": format!("-----BEGIN CERTIFICATE-----\n{BODY}\n")})),
            "SecretInvalid",
            &["spec.source.kafka.caCertificate", "-----END CERTIFICATE----- is missing"],
        ),
        certificate(
            "twice",
            secret("twice", &json!({"ca.crt": BASE64.encode(pem("CERTIFICATE").as_bytes())})),
            "SecretInvalid",
            &["encoded once too often"],
        ),
        certificate(
            "escaped",
            secret("escaped", &json!({"ca.crt": pem("CERTIFICATE").replace('\n', "\\n")})),
            "SecretInvalid",
            &["the two characters \\n"],
        ),
        certificate(
            "swapped",
            secret("swapped", &json!({"ca.crt": pem("PRIVATE KEY")})),
            "SecretInvalid",
            &["holds a private key"],
        ),
        Mistake {
            name: "encrypted",
            source: mutual,
            stored: encrypted,
            reason: "SecretInvalid",
            words: &["spec.source.kafka.credentials.privateKey", "passphrase"],
            cure: secret("encrypted", &json!({"tls.crt": pem("CERTIFICATE"), "tls.key": pem("PRIVATE KEY")})),
        },
        Mistake {
            name: "no-schema",
            source: json!({"format": "Protobuf", "protobufSchema": {"secretKeyRef": {"name": "no-schema", "key": "order.proto"}}}),
            stored: secret("no-schema", &json!({"order.proto": "\n"})),
            reason: "SecretInvalid",
            words: &["spec.source.kafka.protobufSchema", "is empty"],
            cure: secret("no-schema", &json!({"order.proto": "syntax = \"proto3\";\n"})),
        },
    ]
}

fn secret(name: &str, values: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": values})
}

fn config_map(name: &str, values: &Value) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": values})
}

fn pem(label: &str) -> String {
    format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----\n")
}

fn pipe(name: &str, source: &Value) -> Value {
    merged(&kafka(name, "good"), &json!({"spec": {"source": {"kafka": source}}}))
}

fn gcs(name: &str) -> Value {
    let source = json!({"kafka": null, "objectStorage": {
        "type": "gcs", "format": "JSONEachRow", "url": "https://storage.googleapis.com/b/*.json", "isContinuous": true,
        "authentication": "SERVICE_ACCOUNT", "serviceAccountKey": {"secretKeyRef": {"name": name, "key": "key.json"}}}});
    merged(&kafka(name, "good"), &json!({"spec": {"source": source}}))
}
