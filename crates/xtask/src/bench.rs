//! `cargo xtask bench`: what is measured, with counts before times, because machines are shared.
//!
//! Not here: tests. A figure that must hold is a test; a figure that tells how far we are is here, and in docs/performance.md.

use std::time::{Duration, Instant};

use testbed::{SimulatorOptions, World, wait_until};

use crate::demo::actors;
use crate::run::{Result, Run};

/// How many pipes are created at once.
const PIPES: usize = 100;
/// The longest that it may take.
const PATIENCE: Duration = Duration::from_mins(8);

/// Runs every measurement and prints its figures.
pub(crate) fn bench() -> Result {
    Run::cargo(&["run", "--quiet", "--release", "--package", "clickpipes-plan", "--example", "decisions"]).go()?;
    many_pipes()
}

/// Creates many pipes with the real operator at the real rate limit.
fn many_pipes() -> Result {
    let options = SimulatorOptions {
        organization: actors::ORGANIZATION.to_owned(),
        service: actors::SERVICE.to_owned(),
        key_id: actors::KEY_ID.to_owned(),
        key_secret: actors::KEY_SECRET.to_owned(),
        speed: 20.0,
        ..SimulatorOptions::default()
    };
    let world = World::alone(options)?;
    let operator = world.start_operator(&[])?;
    let examples = actors::examples(&testbed::workspace_root().join("deploy/examples"), world.simulator().url())?;
    world.apply(&std::fs::read_to_string(examples.file("00-connection.yaml"))?)?;
    world.apply(&std::fs::read_to_string(examples.file("kafka.yaml"))?)?;
    let names = (1..PIPES).map(|number| actors::kafka(&format!("pipe-{number}"), "broker.example.com", "Delete"));
    let manifests: Vec<String> = names.collect();
    let begun = Instant::now();
    world.apply(&manifests.join("---\n"))?;
    wait_until(PATIENCE, "every pipe to be Ready", || {
        let pipes = world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
        let ready =
            pipes["items"].as_array().into_iter().flatten().filter(|pipe| actors::is_true(pipe, "Ready")).count();
        if ready == PIPES { Ok(Some(())) } else { Err(format!("{ready} are ready")) }
    })?;
    let stats = world.simulator().stats()?;
    println!(
        "\n{PIPES} pipes at the real rate limit: all Ready after {:.0} s, {} requests: {}",
        begun.elapsed().as_secs_f64(),
        stats["requests"],
        stats["by_route"]
    );
    println!("most in any 10 s {}, refused as too many {}", stats["most_in_ten_seconds"], stats["throttled"]);
    println!("the operator's resident memory: {}", resident(operator.pid())?);
    Ok(())
}

/// The resident memory of a process, as Linux tells it.
fn resident(pid: u32) -> Result<String> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().to_owned())
}
