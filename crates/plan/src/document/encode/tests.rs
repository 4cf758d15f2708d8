//! What is forgiven, what is refused and with which words, for each kind of value. No message repeats the value.

use super::*;

const KEY_FILE: &str = r#"{"type": "service_account", "private_key": "hunter2"}"#;
/// `hunter2` in base64.
const BODY: &str = "aHVudGVyMg==";

fn pem(label: &str) -> String {
    format!("-----BEGIN {label}-----\n{BODY}\n-----END {label}-----\n")
}

fn refused(encoding: Encoding, clear: &str, words: &str) {
    let message = encode(encoding, clear).unwrap_err();
    assert!(message.contains(words), "{words:?} is not in {message:?}");
    for secret in ["hunter2", BODY] {
        assert!(!message.contains(secret), "{message}");
    }
}

#[test]
fn nobody_sees_one_line_break_at_the_end_or_a_byte_order_mark() {
    for clear in ["hunter2", "hunter2\n", "hunter2\r\n", "\u{feff}hunter2\r\n"] {
        for encoding in [Encoding::Secret, Encoding::Text] {
            assert_eq!(encode(encoding, clear).as_deref(), Ok("hunter2"), "{clear:?}");
        }
    }
    assert_eq!(encode(Encoding::Secret, " hunter 2 ").as_deref(), Ok(" hunter 2 "), "blanks may be meant");
}

#[test]
fn a_text_of_several_lines_is_no_password() {
    for clear in ["hunter2\n\n", "user\nhunter2", "hunter2\t", "hunter2\0"] {
        refused(Encoding::Secret, clear, "line breaks or control characters inside: store the bare text");
    }
    for encoding in [Encoding::Secret, Encoding::Text, Encoding::Certificate, Encoding::ServiceAccountKey] {
        for clear in ["", " \n", "\u{feff}"] {
            refused(encoding, clear, "the value is empty: fill it in");
        }
    }
}

#[test]
fn a_key_file_is_encoded_once() {
    let encoded = encode(Encoding::ServiceAccountKey, &format!("\u{feff}{KEY_FILE}\r\n")).unwrap();
    assert_eq!(BASE64.decode(encoded.as_bytes()).unwrap(), KEY_FILE.as_bytes());
    let (first, second) = encoded.split_at(20);
    for clear in [encoded.clone(), format!("{encoded}\n"), format!("{first}\r\n{second}\n")] {
        assert_eq!(encode(Encoding::ServiceAccountKey, &clear), Ok(encoded.clone()), "{clear:?}");
    }
}

#[test]
fn what_is_no_key_file_is_refused() {
    let encoded = |text: &str| BASE64.encode(text.as_bytes());
    let cases = [
        ("<base64_encoded_service_account_json>", "neither a JSON key file nor its base64 form"),
        (r#"{"type": "service_account", "private_key": "hunter2""#, "begins like JSON and is not"),
        (r#"{"type": "authorized_user", "refresh_token": "hunter2"}"#, "of another type than \"service_account\""),
        (r#"{"private_key": "hunter2"}"#, "without a member \"type\""),
        (&encoded("hunter2 is not JSON"), "base64, but not of a JSON key file"),
        (&encoded(r#"{"type": "external_account", "x": "hunter2"}"#), "of another type"),
        (&encoded(&encoded(KEY_FILE)), "base64, but not of a JSON key file"),
    ];
    for (clear, words) in cases {
        refused(Encoding::ServiceAccountKey, clear, words);
    }
}

#[test]
fn certificates_are_cut_out_of_what_stands_around_them() {
    let one = pem("CERTIFICATE");
    let chain = format!("# our CA\nsubject=/CN=hunter2\n{one}\n\n{one}").replace('\n', "\r\n");
    assert_eq!(encode(Encoding::Certificate, &chain), Ok(format!("{one}{one}")));
    assert_eq!(
        encode(Encoding::Certificate, one.trim_end()),
        Ok(one.clone()),
        "the line break at the end may be missing"
    );
    let cases = [
        ("hunter2".to_owned(), "it has no line -----BEGIN"),
        (one.replace("-----END CERTIFICATE-----", ""), "-----END CERTIFICATE----- is missing"),
        (one.replace(BODY, "hunter2!"), "is not base64"),
        (one.replace(BODY, ""), "is not base64"),
        (one.replace('\n', "\\n"), "the two characters \\n where line breaks belong"),
        (BASE64.encode(one.as_bytes()), "encoded once too often"),
        (pem("PUBLIC KEY"), "PEM without a certificate: store a certificate"),
        (format!("{one}{}", pem("PRIVATE KEY")), "holds a private key: store the certificate alone"),
    ];
    for (clear, words) in cases {
        refused(Encoding::Certificate, &clear, words);
    }
}

#[test]
fn one_private_key_is_cut_out_and_must_not_be_encrypted() {
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"] {
        let around = format!("{}{}{}", pem("EC PARAMETERS"), pem(label), pem("CERTIFICATE"));
        assert_eq!(encode(Encoding::PrivateKey, &around), Ok(pem(label)));
    }
    let legacy =
        pem("RSA PRIVATE KEY").replace(BODY, &format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n{BODY}"));
    let cases = [
        (pem("CERTIFICATE"), "PEM without a private key: store a private key"),
        (pem("ENCRYPTED PRIVATE KEY"), "needs a passphrase"),
        (legacy, "needs a passphrase"),
        (pem("PRIVATE KEY").repeat(2), "several private keys"),
    ];
    for (clear, words) in cases {
        refused(Encoding::PrivateKey, &clear, words);
    }
}

#[test]
fn a_protobuf_schema_is_encoded_once_without_line_breaks() {
    let text = "syntax = \"proto3\";\r\nmessage Order { uint64 id = 1; }\n";
    let encoded = encode(Encoding::ProtobufSchema, text).unwrap();
    assert_eq!(BASE64.decode(encoded.as_bytes()).unwrap(), text.as_bytes());
    let (one, other) = encoded.split_at(20);
    assert_eq!(encode(Encoding::ProtobufSchema, &format!("{one}\n{other}\n")), Ok(encoded));
}

#[test]
fn a_protobuf_schema_is_measured_as_it_is_sent() {
    let fitting = "/".repeat(LARGEST_SCHEMA / 4 * 3 - 1);
    assert_eq!(encode(Encoding::ProtobufSchema, &format!("{fitting};")).unwrap().len(), LARGEST_SCHEMA);
    let message = encode(Encoding::ProtobufSchema, &format!("{fitting};;")).unwrap_err();
    assert!(message.contains("786432 bytes") && !message.contains("//"), "{message}");
}
