//! What a story says before it is known: `$nonce(object)`, `$hash(object)`, `$name(object)`, `$pipe(object)`.
//!
//! Not here: where the object is read.

use serde_json::Value;

/// The text with the value of every placeholder in its place, which is asked for by word and object.
pub fn fill_in(text: &str, value_of: impl Fn(&str, &str) -> String) -> String {
    let mut rest = text;
    let mut filled = String::new();
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        let Some((word, after)) = after.split_once('(') else { return filled + "$" + after };
        let (object, after) = after.split_once(')').unwrap_or((after, ""));
        filled.push_str(&value_of(word, object));
        rest = after;
    }
    filled + rest
}

/// What a word means in an object's status; null when it is not there.
pub fn meant<'a>(word: &str, status: &'a Value) -> &'a Value {
    match word {
        "nonce" => &status["create"]["nonce"],
        "hash" => &status["plan"]["hash"],
        "name" => &status["pipe"]["name"],
        _ => &status["pipe"]["id"],
    }
}

#[cfg(test)]
mod tests {
    use super::fill_in;

    #[test]
    fn every_placeholder_is_filled_in_also_one_that_comes_twice() {
        let value_of = |word: &str, object: &str| format!("<{word} of {object}>");
        for (text, filled) in [
            ("$pipe(a) and $hash(b)", "<pipe of a> and <hash of b>"),
            ("x $pipe(a), $pipe(a).", "x <pipe of a>, <pipe of a>."),
            ("costs 5 $", "costs 5 $"),
            ("none", "none"),
        ] {
            assert_eq!(fill_in(text, value_of), filled);
        }
    }
}
