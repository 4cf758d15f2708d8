//! From a storm that breaks a promise to the few events that do: parts of it are left out as long as the same promise is broken.
//!
//! Every event draws from a stream of its own, so that leaving one out changes no other. Not here: the events.

use std::collections::BTreeSet;

use super::{End, Storm};

/// The fewest events that were found to break the promise.
#[derive(Debug)]
pub struct Shrunk {
    /// How the run with these events ended.
    pub end: End,
    /// How many events are left, and how many there were.
    pub events: (usize, usize),
}

/// Leaves out what can be left out; none when the storm breaks nothing.
pub fn shrink(storm: Storm) -> Option<Shrunk> {
    reduce(storm, |end| end.problems.first().map(|problem| kind(problem).to_owned()))
}

/// Leaves out what is not needed for the run to end with the same finding.
fn reduce(storm: Storm, finding: impl Fn(&End) -> Option<String>) -> Option<Shrunk> {
    let whole = storm.rage();
    let wanted = finding(&whole)?;
    let total = whole.events;
    let (mut left, mut end) = ((0..total).collect::<Vec<_>>(), whole);
    let mut part = left.len().div_ceil(2);
    while part > 0 {
        let mut from = 0;
        while from < left.len() {
            let until = (from + part).min(left.len());
            let rest: Vec<usize> = left
                .iter()
                .enumerate()
                .filter(|(at, _)| !(from..until).contains(at))
                .map(|(_, event)| *event)
                .collect();
            let without: BTreeSet<usize> = (0..total).filter(|event| !rest.contains(event)).collect();
            let tried = storm.rage_without(&without);
            if finding(&tried).as_ref() == Some(&wanted) {
                (left, end) = (rest, tried);
            } else {
                from = until;
            }
        }
        part = if part == 1 { 0 } else { part.div_ceil(2) };
    }
    Some(Shrunk { end, events: (left.len(), total) })
}

/// Which promise a problem is about.
fn kind(problem: &str) -> &str {
    problem.split(':').next().unwrap_or(problem)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::scenario::Scenario;
    use crate::scenario::parse::parse;

    /// A seed with few events, among them a pipe that somebody deletes.
    const SMALL: u64 = 2;

    #[test]
    fn what_is_not_needed_is_left_out() {
        let deletes = |end: &End| {
            end.trace.iter().any(|line| line.contains("others: delete")).then(|| "somebody deleted a pipe".to_owned())
        };
        let storm = Storm::of(SMALL);
        let Shrunk { end, events: (left, total) } = reduce(storm, deletes).unwrap();
        assert!(left <= 2 && total > 10, "{left} of {total} are left");
        let told = end.script.text();
        assert!(told.contains("apply ") && told.contains("somebody deletes "), "{told}");
    }

    #[test]
    fn every_storm_can_be_told_as_a_story() {
        for seed in 0..3 {
            let story = Storm::of(seed).rage().script.text();
            let scenario = Scenario::of(Path::new("storm.txt"), &format!("# A storm.\n{story}")).unwrap();
            assert!(scenario.commands.len() > 10, "{story}");
            for lines in &scenario.commands {
                parse(lines).unwrap_or_else(|error| panic!("{error}\n{story}"));
            }
        }
    }
}
