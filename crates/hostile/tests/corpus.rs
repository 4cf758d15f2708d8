//! The committed corpus goes through every target, in every test run.
//!
//! Not here: looking for more (`cargo xtask fuzz`).

use std::path::{Path, PathBuf};

use hostile::TARGETS;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fuzz")
}

/// Faults: F24, F36.
#[test]
fn every_input_of_the_corpus_keeps_the_promises() {
    for (name, run) in TARGETS {
        let mut inputs = 0;
        for entry in std::fs::read_dir(folder().join("corpus").join(name)).unwrap() {
            let path = entry.unwrap().path();
            println!("{}", path.display());
            run(&std::fs::read(path).unwrap());
            inputs += 1;
        }
        assert!(inputs >= 10, "{name} has {inputs} inputs");
    }
}

/// Faults: F24, F36.
#[test]
fn what_stays_json_when_it_is_changed_keeps_the_promises() {
    for (name, run) in TARGETS {
        for entry in std::fs::read_dir(folder().join("corpus").join(name)).unwrap() {
            let mut data = std::fs::read(entry.unwrap().path()).unwrap();
            for seed in 1..6 {
                let Some(changed) = hostile::mutate::json(&data, seed) else { break };
                run(&changed);
                data = changed;
            }
        }
    }
}

#[test]
fn every_target_has_its_program() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let program = std::fs::read_to_string(folder().join(format!("targets/{name}.rs"))).unwrap();
        assert!(program.contains(&format!("hostile::{name}::run(")), "{name}");
    }
}
