//! Reads the tags: which test carries which fault, which oracle looks at which invariant.
//!
//! A Rust item is tagged by a line `Faults: F5, F19.` or `Invariants: 1, 1'.` in the comment directly above it, or, for a test, by its name
//! (`f05_f19_...`); a file as a whole by such a line in its module documentation; a story by `faults: F5 F19`. Not here: what the numbers mean.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A number at an item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tag {
    /// `F5` or `1'`.
    pub(super) number: String,
    /// The file, from the root.
    pub(super) file: String,
    /// The item; empty for a whole file.
    pub(super) name: String,
    /// Where else the item runs: `also-on` of a story.
    pub(super) also_on: Vec<String>,
}

/// All tags.
#[derive(Debug, Default)]
pub(super) struct Tags {
    pub(super) faults: Vec<Tag>,
    pub(super) invariants: Vec<Tag>,
}

/// Reads every crate and every story.
pub(super) fn read(root: &Path) -> io::Result<Tags> {
    let mut tags = Tags::default();
    for path in files(&root.join("crates"), "rs")? {
        let file = relative(root, &path);
        rust(&fs::read_to_string(&path)?, &file, &mut tags);
    }
    for path in files(&root.join("tests/scenarios"), "txt")? {
        let file = relative(root, &path);
        story(&fs::read_to_string(&path)?, &file, &mut tags.faults);
    }
    tags.faults.sort();
    tags.faults.dedup();
    tags.invariants.sort();
    tags.invariants.dedup();
    Ok(tags)
}

fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// The tags of a file of Rust.
fn rust(text: &str, file: &str, tags: &mut Tags) {
    let (mut faults, mut invariants, mut is_test, mut in_attribute) = (Vec::new(), Vec::new(), false, false);
    for line in text.lines().map(str::trim) {
        if in_attribute {
            in_attribute = !line.ends_with(']');
        } else if let Some(comment) = line.strip_prefix("//") {
            let whole = comment.starts_with('!');
            let (more_faults, more_invariants) = (listed(comment, "Faults: "), listed(comment, "Invariants: "));
            if whole {
                add(&mut tags.faults, more_faults, file, "");
                add(&mut tags.invariants, more_invariants, file, "");
            } else {
                faults.extend(more_faults);
                invariants.extend(more_invariants);
            }
        } else if line.starts_with("#[") {
            in_attribute = !line.ends_with(']');
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
        } else {
            let name = item(line);
            if is_test {
                faults.extend(numbers_of(&name));
            }
            add(&mut tags.faults, std::mem::take(&mut faults), file, &name);
            add(&mut tags.invariants, std::mem::take(&mut invariants), file, &name);
            is_test = false;
        }
    }
}

fn add(tags: &mut Vec<Tag>, numbers: Vec<String>, file: &str, name: &str) {
    let tag = |number| Tag { number, file: file.to_owned(), name: name.to_owned(), also_on: Vec::new() };
    tags.extend(numbers.into_iter().map(tag));
}

/// The numbers after a word, up to the full stop.
fn listed(comment: &str, word: &str) -> Vec<String> {
    let text = comment.trim_start_matches(['/', '!']).trim();
    // Prose may begin with the same word; numbers begin with a digit.
    let numbers = |list: &&str| list.trim_start_matches('F').starts_with(|c: char| c.is_ascii_digit());
    let Some(list) = text.strip_prefix(word).filter(numbers) else { return Vec::new() };
    list.trim_end_matches('.').split(", ").map(str::to_owned).collect()
}

/// What a line declares: the word after `fn`, `const`, `struct` and the like.
fn item(line: &str) -> String {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let declares = |word: &&str| matches!(*word, "fn" | "const" | "static" | "struct" | "enum" | "impl" | "mod");
    let found = words.by_ref().find(declares).and_then(|_| words.next());
    found.unwrap_or_default().to_owned()
}

/// The numbers at the beginning of a test's name.
fn numbers_of(name: &str) -> Vec<String> {
    let number = |part: &str| {
        let digits = part.strip_prefix('f')?;
        let number: u8 = digits.parse().ok()?;
        (digits.len() == 2).then(|| format!("F{number}"))
    };
    name.split('_').map_while(number).collect()
}

/// The tags of a story.
fn story(text: &str, file: &str, tags: &mut Vec<Tag>) {
    let head = text.lines().take_while(|line| *line != "----");
    let also_on: Vec<String> =
        head.clone().filter_map(|line| Some(line.strip_prefix("also-on: ")?.trim().to_owned())).collect();
    let name = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".txt");
    for number in head.filter_map(|line| line.strip_prefix("faults: ")).flat_map(str::split_whitespace) {
        let (number, file, name) = (number.to_owned(), file.to_owned(), name.to_owned());
        tags.push(Tag { number, file, name, also_on: also_on.clone() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let mut tags = Tags::default();
        rust(text, "file.rs", &mut tags);
        [tags.faults, tags.invariants].concat().into_iter().map(|tag| (tag.number, tag.name)).collect()
    }

    fn pair(number: &str, name: &str) -> (String, String) {
        (number.to_owned(), name.to_owned())
    }

    #[test]
    fn a_test_carries_its_numbers_in_its_name() {
        let text = "#[test]\nfn f01_f27_a_kill_leaves_one_pipe() {\nfn f03_is_no_test() {";
        assert_eq!(
            found(text),
            [pair("F1", "f01_f27_a_kill_leaves_one_pipe"), pair("F27", "f01_f27_a_kill_leaves_one_pipe")]
        );
    }

    #[test]
    fn a_line_above_an_item_tags_it_and_nothing_after_it() {
        let text = "/// A doc.\n///\n/// Faults: F5, F19.\n#[test]\nfn one() {\n}\n/// Invariants: 1, 1'.\npub fn two() {\nfn three() {";
        assert_eq!(found(text), [pair("F5", "one"), pair("F19", "one"), pair("1", "two"), pair("1'", "two")]);
    }

    #[test]
    fn the_documentation_of_a_file_tags_the_file() {
        assert_eq!(found("//! A file.\n//!\n//! Faults: F2.\n\nuse x;"), [pair("F2", "")]);
    }

    #[test]
    fn a_story_carries_its_numbers_in_its_head() {
        let mut tags = Vec::new();
        story(
            "# A story.\nfaults: F5 F19\nalso-on: pairs\napply x\n----\nfaults: F9",
            "tests/scenarios/one.txt",
            &mut tags,
        );
        let numbers: Vec<&str> = tags.iter().map(|tag| tag.number.as_str()).collect();
        assert_eq!(numbers, ["F5", "F19"]);
        assert_eq!((tags[0].name.as_str(), tags[0].also_on.as_slice()), ("one", &["pairs".to_owned()][..]));
    }
}
