//! Where the first load of a bucket begins: `skipInitialLoad` and `startAfter` exclude each other (OpenAPI description of both).
//!
//! What a spec no longer says is left as the pipe has it, and forbids the other. Not here: specs that say both (CEL).

use cloud::{Document, Pipe};
use serde_json::{Value, json};

use crate::diff::Difference;

const SKIP: [&str; 3] = ["source", "objectStorage", "skipInitialLoad"];
const AFTER: [&str; 3] = ["source", "objectStorage", "startAfter"];

/// A load that begins somewhere is not left out.
pub(super) fn begin(body: &mut Document) {
    if body.at(&AFTER).is_some() && body.at(&SKIP).is_none() {
        body.set(&SKIP, Document::plain(json!(false)));
    }
}

/// Whether the load is to be left out of a pipe that has a place where it begins: the API knows no value for none.
pub(super) fn leaves_out_a_beginning(difference: &Difference, pipe: &Pipe) -> bool {
    let begins = AFTER.iter().try_fold(&pipe.document, |value, name| value.get(name)).and_then(Value::as_str);
    difference.path == SKIP && difference.to == true && begins.is_some_and(|begins| !begins.is_empty())
}
