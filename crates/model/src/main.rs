//! Prints the table: each variant and each mutant, how many states it has, how long that took and what held.
//!
//! `clickpipes-model [--long] [--write] [NAME ...]`. What is not as expected is told as a story, and the exit code says so. `--write` writes
//! the figures into `docs/model.md`. `--counterexample NAME` prints how a mutant breaks, as stories for `tests/scenarios`. Not here: what that page says ([`clickpipes_model::page`]).

use std::fmt::Write as _;
use std::process::ExitCode;

use clickpipes_model::page::{self, Rows};
use clickpipes_model::{Found, NAMES, Variant, Verdicts, World, bounds, mutants, scenarios, search, tell, variants};

/// More states than fit into the memory of a small machine.
const LIMIT: usize = 30_000_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (flags, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().map(String::as_str).partition(|argument| argument.starts_with("--"));
    if flags.as_slice() == ["--counterexample"] {
        return counterexample(&names);
    }
    let unknown = || flags.iter().find(|flag| !["--long", "--write"].contains(*flag));
    let known = |name: &&str| variants().into_iter().chain(mutants()).any(|variant| variant.name == *name);
    if let Some(unknown) = unknown().or_else(|| names.iter().find(|name| !known(name))) {
        eprintln!("no such flag or variant: {unknown}");
        return ExitCode::FAILURE;
    }
    let mut rows = page::rows(&std::fs::read_to_string(page::path()).unwrap_or_default());
    let as_expected = run(&names, flags.contains(&"--long"), &mut rows);
    if flags.contains(&"--write")
        && let Err(error) = std::fs::write(page::path(), page::page(&rows))
    {
        eprintln!("{}: {error}", page::path().display());
        return ExitCode::FAILURE;
    }
    if as_expected { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints how each of these breaks, as stories.
fn counterexample(names: &[&str]) -> ExitCode {
    let chosen = variants().into_iter().chain(mutants()).filter(|variant| names.contains(&variant.name));
    let stories: Vec<String> = chosen
        .flat_map(|variant| {
            let world = World::new(variant);
            scenarios(&world, &search(&world, LIMIT))
        })
        .collect();
    println!("{}", stories.join("\n\n"));
    if stories.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Searches what was chosen, and says whether all of it is as expected.
fn run(names: &[&str], long: bool, rows: &mut Rows) -> bool {
    let chosen = |variant: &Variant| match names {
        [] => long || !variant.long,
        names => names.contains(&variant.name),
    };
    println!("{:4} {:70} {:>9} {:>5} {:>7}  verdicts", "", "what", "states", "deep", "seconds");
    let mut as_expected = true;
    for variant in variants().into_iter().chain(mutants()).filter(chosen) {
        let is_mutant = variant.mutant.is_some();
        let world = World::new(variant);
        let found = search(&world, LIMIT);
        let good = found.is_as_expected(&world);
        as_expected &= good;
        rows.insert(world.variant().name.to_owned(), (&found).into());
        println!("{}{}", line(&world, &found), if good { "" } else { "  UNEXPECTED" });
        println!("     {}", bounds(world.variant()));
        for (name, way) in &found.ways {
            if !good || is_mutant || names.contains(&world.variant().name) {
                println!("\n     {name} does not hold:\n{}", tell(&world, way));
            }
        }
    }
    as_expected
}

fn line(world: &World, found: &Found) -> String {
    let Verdicts { one, one_runs, nothing_left, no_trespass, no_trap } = found.verdicts;
    let broken: Vec<&str> = NAMES
        .into_iter()
        .zip([one, one_runs, nothing_left, no_trespass, no_trap])
        .filter(|(_, held)| !held)
        .map(|(name, _)| name)
        .collect();
    let variant = world.variant();
    let mut verdict = match broken.as_slice() {
        [] => "all hold".to_owned(),
        broken => format!("broken: {}", broken.join(", ")),
    };
    if !found.complete {
        let _ = write!(verdict, "; not visited in full, only up to depth {}", found.depth);
    } else if found.traps > 0 {
        let _ = write!(verdict, " ({})", found.traps);
    }
    if found.exits > 0 {
        let _ = write!(verdict, "; {} exits", found.exits);
    }
    let seconds = found.took.as_secs_f64();
    format!("{:4} {:70} {:>9} {:>5} {seconds:>7.1}  {verdict}", variant.name, variant.about, found.states, found.depth)
}
