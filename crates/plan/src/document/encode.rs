//! How a value that was read is checked and encoded for the API.
//!
//! What people cannot see, and nobody means, is forgiven: a byte order mark at the beginning, one line break at the end, Windows line ends in PEM,
//! line breaks in base64. Everything else that cannot be right is refused. Errors say what is wrong and the cure, never the value.

mod pem;

use crd::credential::Encoding;
use data_encoding::BASE64;
use serde_json::Value;

/// Most characters of an encoded Protobuf schema that the API takes.
const LARGEST_SCHEMA: usize = 1_048_576;

/// The value as the API takes it.
///
/// # Errors
/// What is wrong with it and what to do.
pub(super) fn encode(encoding: Encoding, clear: &str) -> Result<String, String> {
    let clear = clear.strip_prefix('\u{feff}').unwrap_or(clear);
    if clear.trim().is_empty() {
        return Err("the value is empty: fill it in".to_owned());
    }
    match encoding {
        Encoding::Text | Encoding::Secret => one_line(clear),
        Encoding::Certificate => pem::certificates(clear),
        Encoding::PrivateKey => pem::private_key(clear),
        Encoding::ServiceAccountKey => service_account(clear.trim()),
        Encoding::ProtobufSchema => protobuf(clear),
    }
}

/// A bare text as people store it: one line break at the end is what `kubectl create secret --from-file` and editors add; any other is a
/// mistake.
///
/// # Errors
/// What is wrong with it and what to do.
pub fn one_line(clear: &str) -> Result<String, String> {
    let text = clear.strip_prefix('\u{feff}').unwrap_or(clear);
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.chars().any(char::is_control) {
        return Err("the value has line breaks or control characters inside: store the bare text".to_owned());
    }
    Ok(text.to_owned())
}

fn service_account(text: &str) -> Result<String, String> {
    const CURE: &str = "store the service-account key file as it was downloaded, or its base64 form";
    if text.starts_with('{') {
        return match serde_json::from_str(text) {
            Ok(file) => key_file(&file).map(|()| BASE64.encode(text.as_bytes())),
            Err(_) => Err(format!("the value begins like JSON and is not: {CURE}")),
        };
    }
    let Some((bare, bytes)) = base64(text) else {
        return Err(format!("the value is neither a JSON key file nor its base64 form: {CURE}"));
    };
    match serde_json::from_slice(&bytes) {
        Ok(file) => key_file(&file).map(|()| bare),
        Err(_) => Err(format!("the value is base64, but not of a JSON key file: {CURE}")),
    }
}

/// Google has other files that look alike: of a person who is logged in, of a federated identity.
fn key_file(file: &Value) -> Result<(), String> {
    match file.get("type").map(|r#type| r#type.as_str().unwrap_or_default()) {
        Some("service_account") => Ok(()),
        Some(_) => Err("the value is a Google credentials file of another type than \"service_account\": make a key of a service account and store that file".to_owned()),
        None => Err("the value is JSON without a member \"type\", so no service-account key file: store the file as it was downloaded".to_owned()),
    }
}

fn protobuf(clear: &str) -> Result<String, String> {
    let encoded = base64(clear).map_or_else(|| BASE64.encode(clear.as_bytes()), |(bare, _)| bare);
    if encoded.len() > LARGEST_SCHEMA {
        return Err(format!(
            "the schema is too large: the API takes {LARGEST_SCHEMA} characters as base64, which is {} bytes of text; leave out what the \
             messages do not use",
            LARGEST_SCHEMA / 4 * 3
        ));
    }
    Ok(encoded)
}

/// The text without line breaks and what it stands for, if it is base64.
fn base64(text: &str) -> Option<(String, Vec<u8>)> {
    let bare = text.trim().replace(['\r', '\n'], "");
    let bytes = BASE64.decode(bare.as_bytes()).ok().filter(|_| bare.len() >= 16)?;
    Some((bare, bytes))
}

#[cfg(test)]
mod tests;
