//! Prints the table: each variant and each mutant, how many states it has, how long that took and what held.
//!
//! `clickpipes-model [--long] [NAME ...]`. What is not as expected is told as a story, and the exit code says so.

use std::process::ExitCode;

use clickpipes_model::{Found, NAMES, Variant, Verdicts, World, mutants, search, tell, variants};

/// More states than fit into the memory of a small machine.
const LIMIT: usize = 30_000_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    let long = flags.contains(&"--long");
    let chosen = |variant: &Variant| match names.as_slice() {
        [] => long || !variant.long,
        names => names.contains(&variant.name),
    };
    println!("{:4} {:58} {:>9} {:>5} {:>7}  verdicts", "", "what", "states", "deep", "seconds");
    let mut as_expected = true;
    for variant in variants().into_iter().chain(mutants()).filter(chosen) {
        let (expect, is_mutant) = (variant.expect, variant.mutant.is_some());
        let world = World::new(variant);
        let found = search(&world, LIMIT);
        let good = if is_mutant { found.verdicts != Verdicts::ALL } else { found.verdicts == expect && found.complete };
        as_expected &= good;
        println!("{}{}", line(&world, &found), if good { "" } else { "  UNEXPECTED" });
        for (name, way) in &found.ways {
            if !good || is_mutant || names.contains(&world.variant().name) {
                println!("\n     {name} does not hold:\n{}", tell(&world, way));
            }
        }
    }
    if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(world: &World, found: &Found) -> String {
    let Verdicts { one, one_runs, nothing_left, no_trespass, no_trap } = found.verdicts;
    let broken: Vec<&str> = NAMES
        .into_iter()
        .zip([one, one_runs, nothing_left, no_trespass, no_trap])
        .filter(|(_, held)| !held)
        .map(|(name, _)| name)
        .collect();
    let verdict = match (broken.as_slice(), found.complete) {
        ([], true) => "all hold".to_owned(),
        ([], false) => "not visited in full".to_owned(),
        (broken, _) => format!("broken: {} ({} traps)", broken.join(", "), found.traps),
    };
    let variant = world.variant();
    let seconds = found.took.as_secs_f64();
    format!("{:4} {:58} {:>9} {:>5} {seconds:>7.1}  {verdict}", variant.name, variant.about, found.states, found.depth)
}
