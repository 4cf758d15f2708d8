//! Over many runs: in how many each fault struck, and how many violations those runs had; printed as a table and written for others to merge.
//!
//! Not here: which faults struck in one run ([`crate::struck`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::struck::Fault;

/// What was counted.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    runs: u64,
    violations: u64,
    faults: BTreeMap<Fault, Count>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    runs: u64,
    violations: u64,
}

impl Tally {
    /// One more run: what struck in it, and how many violations it had.
    pub fn add(&mut self, struck: &BTreeSet<Fault>, violations: usize) {
        let violations = violations as u64;
        self.runs += 1;
        self.violations += violations;
        for fault in struck {
            let count = self.faults.entry(*fault).or_default();
            count.runs += 1;
            count.violations += violations;
        }
    }

    /// Writes it as JSON: `{layer, what, runs, violations, faults: {F1: {runs, violations}}}`.
    pub fn write(&self, path: &Path, layer: &str, what: &str) -> io::Result<()> {
        let faults: Map<String, Value> = self
            .faults
            .iter()
            .map(|(fault, count)| (fault.to_string(), json!({"runs": count.runs, "violations": count.violations})))
            .collect();
        let report =
            json!({"layer": layer, "what": what, "runs": self.runs, "violations": self.violations, "faults": faults});
        std::fs::write(path, format!("{report:#}\n"))
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = format!("{:<8}{:>10}{:>12}\n", "fault", "runs", "violations");
        for (fault, Count { runs, violations }) in &self.faults {
            writeln!(text, "{:<8}{runs:>10}{violations:>12}", fault.to_string())?;
        }
        write!(f, "{text}{:<8}{:>10}{:>12}", "all", self.runs, self.violations)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_counts_for_every_fault_of_its_run() {
        let (five, six): (Fault, Fault) = ("F5".parse().unwrap(), "F6".parse().unwrap());
        let mut tally = Tally::default();
        tally.add(&BTreeSet::from([five, six]), 0);
        tally.add(&BTreeSet::from([five]), 2);
        let lines: Vec<String> =
            tally.to_string().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines, ["fault runs violations", "F5 2 2", "F6 1 0", "all 2 2"]);
    }
}
