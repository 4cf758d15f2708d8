//! What happened, line by line, and what must not have happened.
//!
//! Everything that somebody could read passes through here, and is searched for the canary. Not here: what must not happen (`watchman`).

use crate::CANARY;

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
    pub fn search(&mut self, place: &str, text: &str) {
        if text.contains(CANARY) {
            let near = text.find(CANARY).unwrap_or_default();
            let from = text.floor_char_boundary(near.saturating_sub(60));
            self.violations.push(format!("invariant 4: a secret is in {place}: ...{}", &text[from..near]));
        }
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
