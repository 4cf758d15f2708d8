//! What happened, line by line, and what must not have happened.
//!
//! Everything that somebody could read passes through here, and is searched for the canary. Not here: what must not happen (`watchman`).

use crate::CANARY;

/// The canary, and as it looks inside base64, at each of the three places where it can begin.
const FORMS: [&str; 4] = [CANARY, "Y2FuYXJ5", "NhbmFye", "jYW5hcn"];

/// The trace of a run.
#[derive(Debug, Default)]
pub struct Journal {
    lines: Vec<String>,
    violations: Vec<String>,
}

impl Journal {
    /// Writes a line.
    pub fn line(&mut self, now_ms: u64, text: &str) {
        self.search("the trace", text);
        self.lines.push(format!("{} {text}", clock(now_ms)));
    }

    /// Something that must not happen has happened.
    pub fn violation(&mut self, now_ms: u64, text: &str) {
        self.lines.push(format!("{} VIOLATION {text}", clock(now_ms)));
        self.violations.push(text.to_owned());
    }

    /// Searches a text that people can read for a secret.
    ///
    /// Invariants: 4.
    pub fn search(&mut self, place: &str, text: &str) {
        let near = FORMS.iter().find_map(|form| text.find(form));
        if let Some(near) = near {
            let from = text.floor_char_boundary(near.saturating_sub(60));
            self.violations.push(format!("invariant 4: a secret is in {place}: ...{}", &text[from..near]));
        }
    }

    /// Whether a text holds a secret, in any form.
    pub fn is_secret(text: &str) -> bool {
        FORMS.iter().any(|form| text.contains(form))
    }

    /// The lines so far.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// What must not have happened and did.
    pub fn violations(&self) -> &[String] {
        &self.violations
    }
}

/// Virtual time as people read it.
pub fn clock(now_ms: u64) -> String {
    let (seconds, ms) = (now_ms / 1000, now_ms % 1000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
