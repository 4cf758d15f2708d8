//! A storm as a story: what happened, in the words of the scenarios, so that a failing seed can become a test.
//!
//! What scenarios have no word for (a process that stands still, a slow Kubernetes) stands there as a remark. Not here: playing it
//! ([`crate::scenario`]).

use crate::store::Named;

/// The commands so far.
#[derive(Clone, Debug, Default)]
pub struct Script {
    lines: Vec<String>,
    waited_ms: u64,
}

impl Script {
    /// Time passed.
    pub(super) fn wait(&mut self, ms: u64) {
        self.waited_ms += ms;
    }

    /// Something was done; what belongs to it stands below, a line each.
    pub(super) fn add(&mut self, command: impl Into<String>, block: &[String]) {
        if self.waited_ms >= 1000 {
            self.lines.push(format!("advance {}s", self.waited_ms / 1000));
            self.waited_ms %= 1000;
        }
        self.lines.push(command.into());
        self.lines.extend(block.iter().map(|line| format!("  {line}")));
    }

    /// The commands, a line each, and what they are to show: that everything comes to rest.
    pub fn text(&self) -> String {
        let mut lines = self.lines.clone();
        lines.push("faults end".to_owned());
        lines.push("settle".to_owned());
        lines.join("\n") + "\n"
    }
}

/// An object in the words of the scenarios.
pub(super) fn words(named: &Named) -> String {
    match named.kind.as_str() {
        "CloudConnection" => format!("connection/{}", named.name),
        "Secret" => format!("secret/{}", named.name),
        "Namespace" => format!("namespace/{}", named.name),
        _ => named.name.clone(),
    }
}
