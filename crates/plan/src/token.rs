//! The token in a pipe's name: whose pipe it is, recomputable without any state.

use data_encoding::BASE32_NOPAD;
use sha2::{Digest, Sha256};

/// Letters in a token: 60 bits.
const LENGTH: usize = 12;

/// The token of an object: the same for the same cluster, namespace, name and service, whatever happened in between, and in whichever case
/// the service's id is written.
#[must_use]
pub fn token(cluster_id: &str, namespace: &str, name: &str, service_id: &str) -> String {
    let parts = ["v1", cluster_id, namespace, name, &service_id.to_ascii_lowercase()].join("|");
    let mut text = BASE32_NOPAD.encode(&Sha256::digest(parts)).to_ascii_lowercase();
    text.truncate(LENGTH);
    text
}

/// The name of a pipe that we create: `<name> [<token>]`.
#[must_use]
pub fn name_with(name: &str, token: &str) -> String {
    format!("{name} [{token}]")
}

/// Whether a pipe's name ends in this token. No name carries the empty token of a damaged record.
#[must_use]
pub fn carries(pipe_name: &str, token: &str) -> bool {
    !token.is_empty()
        && pipe_name.strip_suffix(']').and_then(|rest| rest.strip_suffix(token)).is_some_and(|rest| rest.ends_with('['))
}

/// The display name and the token of a pipe's name, when it ends in something of a token's form.
#[must_use]
pub fn split(pipe_name: &str) -> Option<(&str, &str)> {
    let (name, token) = pipe_name.strip_suffix(']')?.rsplit_once(" [")?;
    let is_token = token.len() == LENGTH && token.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    is_token.then_some((name, token))
}

/// A pipe's name without this token.
#[must_use]
pub fn without<'a>(pipe_name: &'a str, token: &str) -> &'a str {
    if !carries(pipe_name, token) {
        return pipe_name;
    }
    pipe_name.rsplit_once('[').map_or(pipe_name, |(name, _)| name.strip_suffix(' ').unwrap_or(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_something_of_a_tokens_form_is_split_off() {
        let token = token("c", "ns", "orders", "s");
        assert_eq!(split(&name_with("my [old] orders", &token)), Some(("my [old] orders", token.as_str())));
        for name in ["orders", "orders [prod]", "orders [ABCDEFGHIJKL]", "orders[abcdefghijkl]"] {
            assert_eq!(split(name), None, "{name}");
        }
    }

    #[test]
    fn a_token_depends_on_cluster_namespace_name_and_service() {
        let base = token("c", "ns", "orders", "s");
        assert_eq!(base.len(), LENGTH);
        assert_eq!(base, token("c", "ns", "orders", "s"));
        for other in [
            token("d", "ns", "orders", "s"),
            token("c", "n2", "orders", "s"),
            token("c", "ns", "order", "s"),
            token("c", "ns", "orders", "t"),
        ] {
            assert_ne!(base, other);
        }
    }

    /// An id may be written in either case; made again in the other one, the object must know its pipe.
    #[test]
    fn a_token_does_not_depend_on_the_case_of_the_service_id() {
        let id = "abcdef22-2222-4222-8222-222222222222";
        assert_eq!(token("c", "ns", "orders", &id.to_ascii_uppercase()), token("c", "ns", "orders", id));
    }

    #[test]
    fn a_name_carries_its_token_and_gives_it_back() {
        let name = name_with("My pipe [v2]", "abcdefghijkl");
        assert!(carries(&name, "abcdefghijkl"));
        assert!(!carries(&name, "abcdefghijkm"));
        assert!(!carries("abcdefghijkl", "abcdefghijkl"));
        assert_eq!(without(&name, "abcdefghijkl"), "My pipe [v2]");
        assert_eq!(without("plain", "abcdefghijkl"), "plain");
    }
}
