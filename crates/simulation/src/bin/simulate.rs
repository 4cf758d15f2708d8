//! Runs the real controller through trouble: storms decided by seeds, and stories with a crash at every point.
//!
//! `simulate storm` and `simulate sweep` run many and print one command that replays what failed. Not here: what a storm or a story is.

#[path = "simulate/crowd.rs"]
mod crowd;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crowd::{Ran, Report, crowd};
use simulation::answers::{Case, answer, cases};
use simulation::scenario::{self, Scenario};
use simulation::storm::shrink::{Shrunk, shrink};
use simulation::storm::{End, Storm};
use simulation::sweep::{Crash, crash, pairs, singles};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How what failed is replayed.
const REPLAY: &str = "cargo xtask simulate";

/// Runs the real controller through trouble, in virtual time.
#[derive(Parser)]
#[command(name = "simulate")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Storms: everything at random, decided by a seed.
    Storm {
        /// Replays this one and shows its trace.
        #[arg(long)]
        seed: Option<u64>,
        /// Leaves out of it what can be left out, and writes what is left into this file, as a story for tests/scenarios.
        #[arg(long, requires = "seed")]
        shrink: Option<PathBuf>,
        /// The first of many.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// How many.
        #[arg(long, default_value_t = 2_000)]
        count: u64,
        /// Writes which faults struck how often into this file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// A day of trouble for two operators without a Lease; then exactly one pipe for each object.
    Day {
        /// Decides everything.
        #[arg(long, default_value_t = 0)]
        seed: u64,
        /// How many objects.
        #[arg(long, default_value_t = 100)]
        objects: u32,
        /// Shows the trace.
        #[arg(long)]
        trace: bool,
        /// Writes which faults struck how often into this file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Every story with a crash before and after every effect.
    Sweep {
        /// Only stories with this in their name.
        #[arg(long, default_value = "")]
        story: String,
        /// Two crashes at every pair of points instead; of the stories that say so.
        #[arg(long)]
        pairs: bool,
        /// Writes which faults struck how often into this file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// Every kind of call, answered in every way.
    Answers {
        /// Only runs with this in their name, which is site, answer and position.
        #[arg(long, default_value = "")]
        case: String,
        /// Writes which faults struck how often into this file.
        #[arg(long)]
        report: Option<PathBuf>,
    },
    /// One call answered in one way, such as `create:Page:After`; shows its trace.
    Answer {
        /// Site, answer and position.
        case: String,
    },
    /// One story with these crashes, such as `7:after`; shows its trace.
    Crash {
        /// The story's name.
        story: String,
        /// Where to crash.
        at: Vec<Crash>,
    },
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Storm { seed: Some(seed), shrink: Some(file), .. } => shrunk(seed, &file),
        Command::Storm { seed: Some(seed), .. } => replay(seed),
        Command::Storm { seed: None, from, count, report, .. } => storms(from, count, report),
        Command::Day { seed, objects, trace, report } => day(Storm::day(seed, objects), trace, report),
        Command::Sweep { story, pairs, report } => sweep(&story, pairs, report),
        Command::Answers { case, report } => answers(&case, report),
        Command::Answer { case } => answer_one(&case),
        Command::Crash { story, at } => crash_one(&story, &at),
    }
}

fn replay(seed: u64) -> ExitCode {
    let storm = Storm::of(seed);
    let end = storm.rage();
    println!("{}\n{storm:?}: {} requests, {} lives", end.trace.join("\n"), end.requests, end.lives);
    verdict(&end.problems)
}

/// The few events of a storm that break a promise, as a story.
fn shrunk(seed: u64, file: &Path) -> ExitCode {
    let Some(Shrunk { end, events: (left, total) }) = shrink(Storm::of(seed)) else {
        println!("seed {seed} breaks nothing");
        return ExitCode::SUCCESS;
    };
    let first = end.problems.first().cloned().unwrap_or_default();
    let story = format!("# Seed {seed}: {first}.\n{}", end.script.text());
    println!("{left} of {total} events are left\n\n{story}");
    match std::fs::write(file, format!("{story}----\n")) {
        Ok(()) => println!(
            "written to {}: copy it to tests/scenarios, and say what must be so with expect and finally",
            file.display()
        ),
        Err(error) => println!("failed to write {}: {error}", file.display()),
    }
    verdict(&end.problems)
}

fn crash_one(name: &str, at: &[Crash]) -> ExitCode {
    let Some(story) = stories(name).into_iter().find(|story| story.name() == name) else {
        println!("there is no story {name}");
        return ExitCode::FAILURE;
    };
    let end = crash(&story, at);
    println!("{}\n\n{}", end.happened, end.trace.join("\n"));
    for (number, effect) in end.effects.iter().enumerate() {
        println!("{number}: {effect}");
    }
    verdict(&end.problems)
}

fn storms(from: u64, count: u64, file: Option<PathBuf>) -> ExitCode {
    let seeds: Vec<u64> = (from..from + count).collect();
    crowd("storms", &Report { layer: "L2", file }, &seeds, |seed| {
        let End { problems, struck, .. } = Storm::of(*seed).rage();
        Ran { problems, struck, replay: format!("{REPLAY} storm --seed {seed}") }
    })
}

fn day(storm: Storm, trace: bool, file: Option<PathBuf>) -> ExitCode {
    crowd("days", &Report { layer: "L2", file }, &[storm], |storm| {
        let End { problems, struck, trace: lines, requests, lives, .. } = storm.rage();
        if trace {
            println!("{}", lines.join("\n"));
        }
        println!("{} objects, {requests} requests, {lives} lives", storm.objects);
        let replay = format!("{REPLAY} day --seed {} --objects {} --trace", storm.seed, storm.objects);
        Ran { problems, struck, replay }
    })
}

fn sweep(part: &str, two: bool, file: Option<PathBuf>) -> ExitCode {
    let stories: Vec<Scenario> =
        stories(part).into_iter().filter(|story| !two || story.also_on.iter().any(|place| place == "pairs")).collect();
    let points = |story: &Scenario| if two { pairs(story) } else { singles(story) };
    let runs: Vec<(&Scenario, Vec<Crash>)> =
        stories.iter().flat_map(|story| points(story).into_iter().map(move |crashes| (story, crashes))).collect();
    println!("{} stories", stories.len());
    let what = if two { "pairs of crash points" } else { "crash points" };
    crowd(what, &Report { layer: "L3", file }, &runs, |(story, crashes)| {
        let at: Vec<String> = crashes.iter().map(ToString::to_string).collect();
        let end = crash(story, crashes);
        let replay = format!("{REPLAY} crash {} {}", story.name(), at.join(" "));
        Ran { problems: end.problems, struck: end.struck, replay }
    })
}

fn answers(part: &str, file: Option<PathBuf>) -> ExitCode {
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.to_string().contains(part)).collect();
    crowd("answers", &Report { layer: "L3", file }, &cases, |case| {
        let end = answer(case);
        Ran { problems: end.problems, struck: end.struck, replay: format!("{REPLAY} answer {case}") }
    })
}

fn answer_one(name: &str) -> ExitCode {
    let Some(case) = cases().into_iter().find(|case| case.to_string() == name) else {
        println!("there is no case {name}");
        return ExitCode::FAILURE;
    };
    let end = answer(&case);
    println!("{}\n\n{}", end.happened, end.trace.join("\n"));
    verdict(&end.problems)
}

fn stories(part: &str) -> Vec<Scenario> {
    let all = scenario::all().unwrap_or_else(|error| {
        println!("{error}");
        Vec::new()
    });
    all.into_iter().filter(|story| story.name().contains(part)).collect()
}

fn verdict(problems: &[String]) -> ExitCode {
    for problem in problems {
        println!("{problem}");
    }
    if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
