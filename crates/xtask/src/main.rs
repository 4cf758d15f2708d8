//! Developer commands: `cargo xtask demo | test | check | generate | model | bench | simulate | fuzz | mutants | soak | compare`.
//!
//! Each command is one file. Not here: what the commands start; that is the crate `testbed`.

#![expect(clippy::indexing_slicing, reason = "a JSON value indexed by a name gives null, it does not panic")]

mod bench;
mod check;
mod compare;
mod demo;
mod fuzz;
mod generate;
mod run;
mod simulate;
mod slowest;
mod soak;
mod tally;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Developer commands of the ClickPipes operator.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Shows the main job for real: etcd, kube-apiserver, kubectl, the simulator and the operator; verifies every step.
    Demo {
        /// Leaves everything running and prints how to reach it; ends with Ctrl-C.
        #[arg(long)]
        keep: bool,
    },
    /// Runs every test there is, `check` included.
    Test {
        /// Only what takes at most two minutes: no real API server, no processes.
        #[arg(long)]
        quick: bool,
    },
    /// Format, lints, documentation, generated files, crate boundaries.
    Check,
    /// Writes the generated files: definitions, the chart's copy of them, the references.
    Generate {
        /// Writes nothing and fails when a file is not up to date.
        #[arg(long)]
        check: bool,
    },
    /// Runs one test program and takes down how long each of its tests took; cargo calls this.
    #[command(hide = true)]
    TimeTests {
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        program: Vec<String>,
    },
    /// Every order in which things can go wrong: prints the table of variants, and how each part of the protocol is missed.
    Model {
        /// Also the variants that take minutes.
        #[arg(long)]
        long: bool,
        /// Writes the figures into docs/model.md.
        #[arg(long)]
        write: bool,
        /// Prints the shortest way to a break of this mutant, as a story for tests/scenarios.
        #[arg(long, value_name = "NAME", conflicts_with_all = ["long", "write", "names"])]
        counterexample: Option<String>,
        /// Only these.
        names: Vec<String>,
    },
    /// Measures: counts of calls and bytes first, then times.
    Bench,
    /// Looks for inputs that break a promise, guided by coverage; needs a C++ compiler.
    Fuzz {
        /// Only this target: answer, record, observed or life.
        target: Option<String>,
        /// How long, for each target.
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    /// Breaks each guard of the plan once and asks the tests whether they notice; `mutants --help` tells more.
    Mutants {
        /// `--shard k/n`, `--again`, parts of names.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Runs the real controller through storms, a day, crashes and every answer in virtual time; `simulate --help` tells more.
    Simulate {
        /// `storm`, `day`, `sweep` (`--pairs`: of two crashes) or `answers`; `crash` and `answer` are one case again; and their options.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// The long form of the tests: fuzzing, every answer, crash point and pair of them, a day, the whole model, then storms until the time is over.
    Soak {
        /// How long the storms may go on.
        #[arg(long, default_value_t = 8.0)]
        hours: f64,
    },
    /// Meets the same faults as the official Terraform provider's client does, and prints what became of both.
    Compare,
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Demo { keep } => demo::demo(keep),
        Command::Test { quick } => test::test(quick),
        Command::Check => check::check(),
        Command::Generate { check } => generate::generate(&testbed::workspace_root(), check).map_err(Into::into),
        Command::TimeTests { program } => slowest::run(&program),
        Command::Model { long, write, counterexample, names } => {
            let mut arguments = vec!["run", "--quiet", "--package", "clickpipes-model", "--"];
            arguments.extend(long.then_some("--long"));
            arguments.extend(write.then_some("--write"));
            arguments.extend(counterexample.iter().flat_map(|name| ["--counterexample", name]));
            arguments.extend(names.iter().map(String::as_str));
            run::Run::cargo(&arguments).go()
        }
        Command::Bench => bench::bench(),
        Command::Fuzz { target, seconds } => fuzz::fuzz(target.as_deref(), seconds),
        Command::Mutants { arguments } => {
            let mut all = vec!["run", "--package", "clickpipes-mutants", "--"];
            all.extend(arguments.iter().map(String::as_str));
            run::Run::cargo(&all).go()
        }
        Command::Simulate { arguments } => simulate::simulate(&arguments),
        Command::Soak { hours } => soak::soak(hours),
        Command::Compare => compare::compare(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
