//! Every story of `tests/scenarios`, one test each: what happens is what was accepted.
//!
//! `UPDATE_GOLDEN=1 cargo test -p clickpipes-simulation --test scenarios` accepts what happens. Not here: the stories, and how they are told.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use simulation::scenario::stage::play;
use simulation::scenario::{Scenario, all};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let stories = all().expect("every story can be read");
    let trials = stories.into_iter().map(|story| Trial::test(story.name(), move || tell(&story))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn tell(story: &Scenario) -> Result<(), Failed> {
    let end = play(story, None);
    if !end.problems.is_empty() {
        let trace = end.trace.join("\n");
        return Err(format!("{}\n\n{}\n{trace}\n\n{}", end.problems.join("\n"), end.happened, story.promise).into());
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return story.accept(&end.happened).map_err(Failed::from);
    }
    if end.happened == story.golden { Ok(()) } else { Err(difference(&story.golden, &end.happened).into()) }
}

/// The lines around the first one that differs.
fn difference(accepted: &str, happened: &str) -> String {
    let (accepted, happened): (Vec<&str>, Vec<&str>) = (accepted.lines().collect(), happened.lines().collect());
    let same = accepted.iter().zip(&happened).take_while(|(left, right)| left == right).count();
    let from = same.saturating_sub(3);
    let around = |lines: &[&str]| {
        let lines: Vec<&str> = lines.iter().skip(from).take(8).copied().collect();
        format!("    {}\n", lines.join("\n    "))
    };
    format!(
        "it happened otherwise from line {} on; accepted:\n{}happened:\n{}If that is right: UPDATE_GOLDEN=1",
        same + 1,
        around(&accepted),
        around(&happened)
    )
}
