//! Takes secrets out of the service's words.
//!
//! The service quotes offending values in its refusals, and a value can be a password. Best effort: it finds a secret as it was sent, each
//! of its lines, and one that was cut off at the end. Not here: our own types, which do not show their secrets.

use cloud::secret::REDACTED;
use cloud::{Call, Document, Secret};

/// A text shorter than this is a word, not a secret.
const SHORTEST: usize = 4;
/// A line, or what is left of a secret that was cut off, tells nothing when it is shorter than this.
const TELLING: usize = 8;

/// What the service said about a call, without the secrets that it was sent.
pub(crate) fn scrub(words: String, key_secret: &Secret, call: &Call) -> String {
    let mut secrets = vec![key_secret.expose()];
    if let Some(body) = body(call) {
        collect(body, &mut secrets);
    }
    let mut needles: Vec<&str> = secrets.iter().copied().filter(|secret| secret.len() >= SHORTEST).collect();
    needles
        .extend(secrets.iter().flat_map(|secret| secret.lines()).map(str::trim).filter(|line| line.len() >= TELLING));
    // A secret can hold another one; the longer goes first.
    needles.sort_unstable_by_key(|needle| std::cmp::Reverse(needle.len()));
    needles.into_iter().fold(words, |words, needle| without_cut(words.replace(needle, REDACTED), needle))
}

/// The words without the beginning of a secret at their end, where they were cut off.
fn without_cut(words: String, secret: &str) -> String {
    let cuts = secret.char_indices().map(|(end, _)| end).rev().take_while(|end| *end >= TELLING);
    for beginning in cuts.filter_map(|end| secret.get(..end)) {
        if let Some(before) = words.strip_suffix(beginning) {
            return format!("{before}{REDACTED}");
        }
    }
    words
}

const fn body(call: &Call) -> Option<&Document> {
    match call {
        Call::CreatePipe { body, .. }
        | Call::PatchPipe { body, .. }
        | Call::PutSettings { body, .. }
        | Call::PatchScaling { body, .. } => Some(body),
        Call::ListServices
        | Call::GetService { .. }
        | Call::WakeService { .. }
        | Call::ListPipes { .. }
        | Call::GetPipe { .. }
        | Call::SetState { .. }
        | Call::DeletePipe { .. } => None,
    }
}

fn collect<'a>(document: &'a Document, secrets: &mut Vec<&'a str>) {
    match document {
        Document::Value(_) => {}
        Document::Secret(secret) => secrets.push(secret.expose()),
        Document::Object(members) => members.values().for_each(|member| collect(member, secrets)),
        Document::List(items) => items.iter().for_each(|item| collect(item, secrets)),
    }
}

#[cfg(test)]
mod tests {
    use cloud::ServiceId;

    use super::*;

    fn scrubbed(words: &str, secret: &str) -> String {
        let mut body = Document::empty();
        body.set(&["source", "kafka", "credentials", "password"], Document::Secret(Secret::new(secret.to_owned())));
        let service = ServiceId::parse("22222222-2222-4222-8222-222222222222").unwrap();
        scrub(words.to_owned(), &Secret::new("key-secret".to_owned()), &Call::CreatePipe { service, body })
    }

    #[test]
    fn a_quoted_secret_is_not_repeated() {
        let words = "BAD_REQUEST: request body.source.kafka.credentials.password: 'hunter2' (key-secret)";
        let expected = "BAD_REQUEST: request body.source.kafka.credentials.password: '<secret>' (<secret>)";
        assert_eq!(scrubbed(words, "hunter2"), expected);
    }

    #[test]
    fn a_secret_that_was_cut_off_is_not_repeated() {
        assert_eq!(scrubbed("bad value 'correct-horse-ba", "correct-horse-battery-staple"), "bad value '<secret>");
    }

    #[test]
    fn a_line_of_a_secret_is_not_repeated() {
        assert_eq!(scrubbed("bad: MIIEvQIBADANBg", "-----BEGIN-----\nMIIEvQIBADANBg\n"), "bad: <secret>");
    }

    #[test]
    fn other_words_stay() {
        assert_eq!(scrubbed("service is idle", "a"), "service is idle");
    }
}
