//! Why a mutant may survive: `crates/mutants/survivors.txt`, written by people.
//!
//! A line that begins with `=` is a reason; the lines under it are the names of the mutants that it holds for. Not here: whether they
//! survive (see `report`).

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Result;

/// Each name with its reason.
pub(crate) fn read(root: &Path) -> Result<BTreeMap<String, String>> {
    parse(&fs::read_to_string(root.join("crates/mutants/survivors.txt"))?)
}

fn parse(text: &str) -> Result<BTreeMap<String, String>> {
    let mut reasons = BTreeMap::new();
    let mut reason = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(words) = line.strip_prefix('=') {
            reason = Some(words.trim().to_owned());
        } else {
            let reason = reason.clone().ok_or_else(|| format!("{line}: stands under no reason"))?;
            if reasons.insert(line.to_owned(), reason).is_some() {
                return Err(format!("{line}: has two reasons").into());
            }
        }
    }
    Ok(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_holds_for_every_name_under_it() {
        let reasons = parse("# about\n\n= the same\na.rs: one\na.rs: two\n\n= other\nb.rs: three\n").unwrap();
        let words: Vec<&str> = reasons.values().map(String::as_str).collect();
        assert_eq!(words, ["the same", "the same", "other"]);
    }

    #[test]
    fn a_name_without_a_reason_is_refused() {
        assert!(parse("a.rs: one\n").is_err());
        assert!(parse("= a\na.rs: one\n= b\na.rs: one\n").is_err());
    }
}
