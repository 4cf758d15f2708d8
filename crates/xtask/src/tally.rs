//! What the runs of the simulation counted, merged: fault x layer x runs x violations.
//!
//! Each run writes a file; this prints them all as one table. Not here: counting (crate `simulation`).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::run::Result;

/// Runs and violations of a fault in a layer.
type Counts = BTreeMap<(u64, String), (u64, u64)>;

/// The file into which a run writes; none is left there from before.
pub(crate) fn file(name: &str) -> std::io::Result<String> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{name}.json"));
    match fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(path.to_string_lossy().into_owned()),
    }
}

/// Prints what all runs counted; one that broke off counted nothing.
pub(crate) fn print(names: &[&str]) -> Result {
    let (mut counts, mut runs) = (Counts::new(), 0);
    for name in names {
        let Ok(text) = fs::read_to_string(folder().join(format!("{name}.json"))) else { continue };
        let report = serde_json::from_str(&text)?;
        runs += add(&mut counts, &report);
    }
    println!("\n{}\n{runs} runs", table(&counts));
    Ok(())
}

fn folder() -> PathBuf {
    testbed::workspace_root().join("target/faults")
}

/// Adds a report; gives its number of runs.
fn add(counts: &mut Counts, report: &Value) -> u64 {
    let layer = report["layer"].as_str().unwrap_or_default();
    for (fault, count) in report["faults"].as_object().into_iter().flatten() {
        let number = fault.trim_start_matches('F').parse().unwrap_or_default();
        let sum = counts.entry((number, layer.to_owned())).or_default();
        sum.0 += count["runs"].as_u64().unwrap_or_default();
        sum.1 += count["violations"].as_u64().unwrap_or_default();
    }
    report["runs"].as_u64().unwrap_or_default()
}

fn table(counts: &Counts) -> String {
    let mut text = format!("{:<8}{:<8}{:>10}{:>12}\n", "fault", "layer", "runs", "violations");
    for ((number, layer), (runs, violations)) in counts {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{:<8}{layer:<8}{runs:>10}{violations:>12}", format!("F{number}"));
    }
    text + "The other faults are made by single tests: docs/faults.md"
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn runs_of_one_layer_add_up() {
        let mut counts = Counts::new();
        let report = |layer: &str| json!({"layer": layer, "runs": 4, "faults": {"F10": {"runs": 2, "violations": 1}, "F9": {"runs": 3, "violations": 0}}});
        for layer in ["L2", "L3", "L3"] {
            assert_eq!(add(&mut counts, &report(layer)), 4);
        }
        let lines: Vec<String> =
            table(&counts).lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(lines[1..5], ["F9 L2 3 0", "F9 L3 6 0", "F10 L2 2 1", "F10 L3 4 2"]);
    }
}
