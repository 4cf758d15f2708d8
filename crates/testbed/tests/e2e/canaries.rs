//! The examples and their flavours with a value of its own in the place of each secret, so that a leak can be told from chance.
//!
//! Not here: where one must not appear (see `examples`).

use data_encoding::BASE64;
use serde_json::{Value, json};
use testbed::{ScratchFolder, World, workspace_root};

use crate::words::KEY;

/// The examples, ready to be applied as one folder.
pub(crate) struct Canaries {
    /// One file for each example.
    pub(crate) folder: ScratchFolder,
    /// How many pipes there are.
    pub(crate) pipes: usize,
    secrets: Vec<Canary>,
}

/// One secret value.
struct Canary {
    /// A text that is nowhere else.
    text: String,
    /// The whole value as Kubernetes stores it and as the operator encodes key files.
    encoded: String,
}

impl Canaries {
    /// Every Secret's values are replaced; the connection names the simulator and looks every 30 seconds.
    pub(crate) fn of_examples(world: &World) -> Self {
        let folder = ScratchFolder::new().unwrap();
        let examples = workspace_root().join("deploy/examples").to_string_lossy().into_owned();
        // kubectl reads the YAML and writes one JSON object after the other.
        let read = ["create", "--dry-run=client", "-o", "json", "--recursive", "-f", &examples];
        let read = world.control_plane().kubectl(&read).unwrap().text().unwrap();
        let (mut secrets, mut pipes) = (Vec::new(), 0);
        for (number, object) in serde_json::Deserializer::from_str(&read).into_iter::<Value>().enumerate() {
            let mut object = object.unwrap();
            object["metadata"].as_object_mut().unwrap().remove("namespace");
            match object["kind"].as_str().unwrap() {
                "Secret" => replace(&mut object, &mut secrets),
                "ConfigMap" => {}
                "CloudConnection" => {
                    object["spec"]["apiUrl"] = json!(world.simulator().url());
                    object["spec"]["pollInterval"] = json!("30s");
                }
                _ => pipes += 1,
            }
            folder.write(&format!("{number:02}.json"), &object.to_string()).unwrap();
        }
        Self { folder, pipes, secrets }
    }

    /// Every secret was sent to the service, so that looking for one can find it. An API key is sent in a header, which
    /// the service keeps to itself; it is known to be right because everything else works.
    pub(crate) fn assert_received(&self, world: &World) {
        let received = world.simulator().requests().unwrap().to_string();
        for Canary { text, encoded } in self.secrets.iter().filter(|canary| canary.text != KEY.1) {
            assert!(received.contains(text) || received.contains(encoded), "{text} never reached the service");
        }
        assert!(self.secrets.len() > self.pipes, "most examples have a secret, some two, and the connection has one");
    }

    /// No secret is in this text, neither as it is nor encoded.
    pub(crate) fn assert_absent(&self, place: &str, text: &str) {
        assert!(!text.is_empty(), "there are no {place}");
        for canary in &self.secrets {
            assert!(!text.contains(&canary.text), "{} is in the {place}", canary.text);
            assert!(!text.contains(&canary.encoded), "{} is encoded in the {place}", canary.text);
        }
    }
}

/// Puts canaries into a Secret. What a value has around its secret is kept: the service may look at it.
fn replace(object: &mut Value, secrets: &mut Vec<Canary>) {
    for (key, value) in object["stringData"].as_object_mut().unwrap() {
        let before = value.as_str().unwrap().trim_end();
        let text = match key.as_str() {
            // The id is no secret; the status of a connection may name it one day.
            "keyId" => {
                *value = json!(KEY.0);
                continue;
            }
            "keySecret" => KEY.1.to_owned(),
            // Eight letters of base64, so that it may stand in a certificate.
            _ => format!("canary{:02}", secrets.len()),
        };
        let whole =
            ["<private_key>", "<certificate>", "mykey", before].into_iter().find(|part| before.contains(part)).unwrap();
        let after = before.replace(whole, &text);
        secrets.push(Canary { encoded: BASE64.encode(after.as_bytes()), text });
        *value = json!(after);
    }
}
