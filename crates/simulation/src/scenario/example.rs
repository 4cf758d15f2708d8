//! The manifests of `deploy/examples` with canaries where their secrets go.
//!
//! Not here: the manifests.

use std::path::Path;

use crate::world::KEY;

/// What stands in the examples where a secret goes, and what goes there in a story.
const PLACES: [(&str, &str); 7] = [
    ("<your_key_id>", KEY.0),
    ("<your_key_secret>", KEY.1),
    ("password: my_password", "password: canary-kafka-password"),
    ("<password>", "canary-password"),
    ("<secret_key>", "canary-secret-key"),
    ("<private_key>", "canary-private-key"),
    ("AccountKey=mykey", "AccountKey=canary-account-key"),
];

/// An example; `connection` is the connection that all of them use.
pub fn example(name: &str) -> Result<String, String> {
    let file = if name == "connection" { "00-connection" } else { name };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../deploy/examples/{file}.yaml"));
    let text = std::fs::read_to_string(path).map_err(|error| format!("there is no example {name}: {error}"))?;
    Ok(PLACES.iter().fold(text, |text, (place, canary)| text.replace(place, canary)))
}
