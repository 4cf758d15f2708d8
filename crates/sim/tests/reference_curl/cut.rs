//! Cuts the curl commands out of a page. A command begins with a line `curl …` and goes on while a line ends in `\` or
//! a quoted body is open; the same reading fits a page with fences and a page that has lost them.

use serde_json::Value;

/// Every command of a page, character for character.
pub(crate) fn commands(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in page.lines() {
        let mut command = match open.take() {
            Some(begun) => begun + "\n",
            None if line.starts_with("curl ") => String::new(),
            None => continue,
        };
        command.push_str(line);
        let quoted = command.matches('\'').count() % 2 == 1;
        if quoted || line.ends_with('\\') {
            open = Some(command);
        } else {
            found.push(command);
        }
    }
    assert_eq!(open, None, "a command has no end");
    found
}

/// The JSON that a command sends.
pub(crate) fn body(command: &str) -> Value {
    let sent = command.split('\'').nth(1).unwrap_or_default();
    serde_json::from_str(sent).unwrap_or_default()
}
