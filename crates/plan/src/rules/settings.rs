//! Kafka's `kafka_read_committed` is sent with every PUT of settings: whether a PUT without it keeps it is not known.

use cloud::Document;

use crate::desired::Wanted;

pub(super) fn keep_read_committed(body: &mut Document, wanted: &Wanted) {
    let path = ["settings", "kafka_read_committed"];
    if let Some(value) = wanted.document.at(&path) {
        body.set(&path, value.clone());
    }
}
