//! What is counted at the end of a run, at the service, the same for both sides.
//!
//! Not here: running anything.

use std::fmt::{self, Write as _};

use sim::{PipeState, RouteKind, Simulator};

/// How often it is looked at which pipes ingest.
pub const EVERY: u64 = 10_000;

/// Pipes that ingest now.
#[must_use]
pub fn ingesting(service: &Simulator, now_ms: u64) -> usize {
    let ingests = |state| matches!(state, PipeState::Running | PipeState::Snapshot | PipeState::Degraded);
    service.pipes().filter(|pipe| pipe.alive(now_ms) && ingests(pipe.state())).count()
}

/// What became of some runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Runs that met the fault.
    pub runs: u64,
    /// POSTs sent.
    pub posts: u64,
    /// Pipes that the service made.
    pub made: u64,
    /// Pipes beyond the first that are there at the end.
    pub duplicates: u64,
    /// Runs in which two pipes ingested at the same time.
    pub twice: u64,
    /// Pipes at the end that no state or record names.
    pub lost: u64,
    /// Runs that ended without any pipe.
    pub none: u64,
}

impl Count {
    /// One run at its end. `named` is the pipe that the state or record names.
    #[must_use]
    pub fn of(service: &Simulator, now_ms: u64, most_at_once: usize, named: Option<&str>) -> Self {
        let there: Vec<&str> = service.pipes().filter(|pipe| pipe.alive(now_ms)).map(|pipe| pipe.id.as_str()).collect();
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        Self {
            runs: 1,
            posts: service.stats().by_route.get(&RouteKind::CreatePipe).copied().unwrap_or_default(),
            made: number(service.pipes().count()),
            duplicates: number(there.len().saturating_sub(1)),
            twice: u64::from(most_at_once > 1),
            lost: number(there.iter().filter(|id| named != Some(**id)).count()),
            none: u64::from(there.is_empty()),
        }
    }

    /// Whether no run has a second pipe, had two at once, or does not know its pipe.
    #[must_use]
    pub fn is_at_most_once(&self) -> bool {
        let Self { runs, posts: _, made: _, duplicates, twice, lost, none: _ } = *self;
        runs > 0 && [duplicates, twice, lost] == [0; 3]
    }
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        let Self { runs, posts, made, duplicates, twice, lost, none } = more;
        self.runs += runs;
        self.posts += posts;
        self.made += made;
        self.duplicates += duplicates;
        self.twice += twice;
        self.lost += lost;
        self.none += none;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, posts, made, duplicates, twice, lost, none } = self;
        write!(f, "{runs} | {posts} | {made} | {duplicates} | {twice} | {lost} | {none}")
    }
}

/// The table: for each fault the provider and the operator.
#[must_use]
pub fn table(rows: &[(&str, Count, Count)]) -> String {
    let mut table = "| fault | client | runs | POSTs | pipes made | duplicates | running twice | lost | no pipe |\n\
                     | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for (title, provider, operator) in rows {
        let _ = writeln!(table, "| {title} | provider | {provider} |\n| | operator | {operator} |");
    }
    table
}
