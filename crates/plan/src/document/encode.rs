//! How a value that was read is checked and encoded for the API.
//!
//! Errors say what is wrong and the cure, never the value.

use crd::credential::Encoding;
use data_encoding::BASE64;
use serde_json::Value;

/// The value as the API takes it.
///
/// # Errors
/// What is wrong with it and what to do.
pub(super) fn encode(encoding: Encoding, clear: &str) -> Result<String, String> {
    if clear.trim().is_empty() {
        return Err("the value is empty: put the credential into the Secret".to_owned());
    }
    match encoding {
        Encoding::Text | Encoding::Secret => one_line(clear),
        Encoding::Certificate => {
            pem(clear, "CERTIFICATE-----", "a certificate in PEM form, beginning with -----BEGIN CERTIFICATE-----")
        }
        Encoding::PrivateKey => {
            pem(clear, "PRIVATE KEY-----", "a private key in PEM form, beginning with -----BEGIN PRIVATE KEY-----")
        }
        Encoding::ServiceAccountKey => service_account(clear.trim()),
        Encoding::ProtobufSchema => protobuf_schema(clear),
    }
}

/// Most characters of an encoded Protobuf schema that the API takes.
const LARGEST_SCHEMA: usize = 1_048_576;

fn protobuf_schema(clear: &str) -> Result<String, String> {
    let encoded =
        if is_base64(clear) { clear.split_ascii_whitespace().collect() } else { BASE64.encode(clear.as_bytes()) };
    if encoded.len() > LARGEST_SCHEMA {
        return Err(format!(
            "the schema is too large: the API takes {LARGEST_SCHEMA} characters as base64, which is {} bytes of text; leave out what the \
             messages do not use",
            LARGEST_SCHEMA / 4 * 3
        ));
    }
    Ok(encoded)
}

/// One trailing line break is what `kubectl create secret --from-file` and editors add; any other is a mistake.
fn one_line(clear: &str) -> Result<String, String> {
    let text = clear.strip_suffix('\n').unwrap_or(clear);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.contains(['\n', '\r', '\0']) {
        return Err("the value has line breaks or control characters inside: store the bare text".to_owned());
    }
    Ok(text.to_owned())
}

fn pem(clear: &str, label: &str, what: &str) -> Result<String, String> {
    let text = clear.replace("\r\n", "\n");
    let text = text.trim();
    let complete = text.starts_with("-----BEGIN ")
        && text.contains(label)
        && text.ends_with("-----")
        && text.contains("-----END ");
    if complete { Ok(format!("{text}\n")) } else { Err(format!("the value is not valid PEM: store {what}")) }
}

fn service_account(text: &str) -> Result<String, String> {
    if text.starts_with('{') {
        return match serde_json::from_str::<Value>(text) {
            Ok(_) => Ok(BASE64.encode(text.as_bytes())),
            Err(_) => {
                Err("the value begins like JSON and is not: store the service-account key file as it was downloaded"
                    .to_owned())
            }
        };
    }
    if is_base64(text) {
        Ok(text.split_ascii_whitespace().collect())
    } else {
        Err("the value is neither a JSON key file nor its base64 form: store the service-account key file as it was downloaded".to_owned())
    }
}

fn is_base64(text: &str) -> bool {
    let bare: String = text.split_ascii_whitespace().collect();
    bare.len() >= 16 && BASE64.decode(bare.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_break_at_the_end_is_forgiven() {
        for clear in ["hunter2", "hunter2\n", "hunter2\r\n"] {
            assert_eq!(encode(Encoding::Secret, clear).as_deref(), Ok("hunter2"));
        }
        assert!(encode(Encoding::Secret, "hun\nter2").is_err());
        assert!(encode(Encoding::Secret, " \n").is_err());
    }

    #[test]
    fn a_key_file_is_encoded_once() {
        let encoded = encode(Encoding::ServiceAccountKey, r#"{"type": "service_account"}"#).unwrap();
        assert_eq!(encode(Encoding::ServiceAccountKey, &encoded), Ok(encoded.clone()));
        assert!(encode(Encoding::ServiceAccountKey, "<base64_encoded_service_account_json>").is_err());
    }

    #[test]
    fn a_protobuf_schema_is_encoded_once_without_line_breaks() {
        let encoded = encode(Encoding::ProtobufSchema, "syntax = \"proto3\"; message Event {}").unwrap();
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

    #[test]
    fn a_malformed_certificate_is_refused_without_showing_it() {
        let message = encode(Encoding::PrivateKey, "-----BEGIN PRIVATE KEY-----\nAAAA").unwrap_err();
        assert!(message.contains("PEM") && !message.contains("AAAA"), "{message}");
        assert!(
            encode(Encoding::Certificate, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_ok()
        );
    }
}
