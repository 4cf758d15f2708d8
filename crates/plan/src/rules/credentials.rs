//! Which PATCH needs the whole credentials.
//!
//! The API checks the connection with the credentials in the payload: a changed host without them fails to log in
//! (terraform-provider-clickhouse#617), and MongoDB wants them with every change. Pub/Sub requires `authentication` in each update.

use cloud::Document;
use crd::facts::Route;

use crate::desired::Wanted;

pub(super) fn complete(body: &mut Document, wanted: &Wanted, route: Route) {
    let with = |arm: &str| -> &[&str] {
        match (arm, route) {
            ("mongodb", _) | ("postgres" | "mysql", Route::Patch) => &["credentials"],
            ("pubsub", _) => &["authentication"],
            _ => &[],
        }
    };
    let Some(Document::Object(arms)) = body.get("source").cloned() else { return };
    for arm in arms.keys() {
        for member in with(arm) {
            if let Some(value) = wanted.document.at(&["source", arm, member]) {
                body.set(&["source", arm, member], value.clone());
            }
        }
    }
    if let Some(value) = wanted.document.at(&["source", "validateSamples"]) {
        body.set(&["source", "validateSamples"], value.clone());
    }
}
