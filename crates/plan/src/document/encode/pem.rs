//! PEM: certificates and private keys, cut out of what people store around them.
//!
//! Not here: whether a certificate is valid or fits its key; the service connects with it and says so.

use data_encoding::BASE64;

/// One block: its label, and its body without line breaks.
struct Block {
    label: String,
    body: String,
}

/// One or more certificates, and nothing secret beside them.
pub(super) fn certificates(clear: &str) -> Result<String, String> {
    const CURE: &str = "store a certificate in PEM form, beginning with -----BEGIN CERTIFICATE-----";
    let blocks = blocks(clear, CURE)?;
    if blocks.iter().any(|block| block.label.ends_with("PRIVATE KEY")) {
        return Err(
            "the value holds a private key: store the certificate alone, and the key where the key belongs".to_owned()
        );
    }
    let kept: Vec<Block> = blocks.into_iter().filter(|block| block.label == "CERTIFICATE").collect();
    if kept.is_empty() { Err(format!("the value is PEM without a certificate: {CURE}")) } else { Ok(written(&kept)) }
}

/// One private key; what stands around it, such as its certificate, is left out.
pub(super) fn private_key(clear: &str) -> Result<String, String> {
    const CURE: &str = "store a private key in PEM form, beginning with -----BEGIN PRIVATE KEY-----";
    let kept: Vec<Block> =
        blocks(clear, CURE)?.into_iter().filter(|block| block.label.ends_with("PRIVATE KEY")).collect();
    match kept.as_slice() {
        [block] if block.label.starts_with("ENCRYPTED") => {
            Err("the private key needs a passphrase, which has no place here: store it decrypted".to_owned())
        }
        [_] => Ok(written(&kept)),
        [] => Err(format!("the value is PEM without a private key: {CURE}")),
        [..] => {
            Err("the value is PEM with several private keys: store the one that belongs to the certificate".to_owned())
        }
    }
}

fn written(blocks: &[Block]) -> String {
    let lines = |body: &str| -> String {
        let lines = body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned());
        lines.collect::<Vec<_>>().join("\n")
    };
    let text = blocks
        .iter()
        .map(|Block { label, body }| format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines(body)));
    text.collect()
}

fn blocks(clear: &str, cure: &str) -> Result<Vec<Block>, String> {
    let wrong = |what: &str| Err(format!("the value is not valid PEM, {what}: {cure}"));
    if clear.trim_start().starts_with("LS0tLS1CRUdJTi") {
        return wrong("but base64 of it, so it was encoded once too often");
    }
    if clear.contains("\\n") {
        return wrong("it has the two characters \\n where line breaks belong");
    }
    let mut found = Vec::new();
    let mut rest = clear;
    while let Some((_, begun)) = rest.split_once("-----BEGIN ") {
        let Some((label, inside)) = begun.split_once("-----") else { return wrong("its first line is cut off") };
        let Some((body, after)) = inside.split_once(&format!("-----END {label}-----")) else {
            return wrong(&format!("-----END {label}----- is missing"));
        };
        if body.contains("ENCRYPTED") {
            return Err("the private key needs a passphrase, which has no place here: store it decrypted".to_owned());
        }
        let body: String = body.split_ascii_whitespace().collect();
        if body.is_empty() || BASE64.decode(body.as_bytes()).is_err() {
            return wrong("what stands between its first and its last line is not base64");
        }
        found.push(Block { label: label.to_owned(), body });
        rest = after;
    }
    if found.is_empty() { wrong("it has no line -----BEGIN") } else { Ok(found) }
}
