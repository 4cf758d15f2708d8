//! Plays a story in memory and in virtual time, and writes down what happened.
//!
//! Not here: comparing that with what was accepted.

mod play;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::Value;

use super::command::{Command, Show};
use super::expectation::{Expectation, condition};
use super::look::Look;
use super::parse::parse;
use super::placeholder::{fill_in, meant};
use super::{Lines, Scenario, show};
use crate::choke::Choke;
use crate::shared::Clock;
use crate::store::Named;
use crate::struck::{self, Fault};
use crate::world::{Options, World, in_virtual_time};

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_hours(1);
/// How long nothing may happen until everything counts as at rest.
const QUIET: Duration = Duration::from_mins(1);
/// The longest that rest is waited for.
const RESTLESS: Duration = Duration::from_mins(40);
/// Twenty looks at a quiet service.
pub(crate) const TWENTY_LOOKS: Duration = Duration::from_mins(100);

/// How a story ended.
#[derive(Debug)]
pub struct End {
    /// What happened.
    pub happened: String,
    /// The effects, in order: where a process could have crashed.
    pub effects: Vec<String>,
    /// What went wrong.
    pub problems: Vec<String>,
    /// Everything in detail.
    pub trace: Vec<String>,
    /// Which faults struck.
    pub struck: BTreeSet<Fault>,
}

/// A story on its stage.
struct Stage<'a> {
    world: World,
    scenario: &'a Scenario,
    /// Whether something crashes, so that only the end is expected.
    crashing: bool,
    happened: Vec<String>,
    problems: Vec<String>,
    finally: Vec<(String, Expectation)>,
    labels: BTreeMap<String, String>,
    since: u64,
    shown: u64,
    known: BTreeMap<Named, String>,
}

/// Plays a story; with crash points only what must hold in any case is expected.
pub fn play(scenario: &Scenario, crashes: Option<Choke>) -> End {
    play_by(Clock::Right, scenario, crashes)
}

/// Plays a story while the operators have this clock.
pub fn play_by(clock: Clock, scenario: &Scenario, crashes: Option<Choke>) -> End {
    in_virtual_time(async {
        let crashing = crashes.is_some();
        let flags = scenario.commands.iter().filter_map(|lines| lines.command.strip_prefix("flags "));
        let flags = flags.flat_map(str::split_whitespace).map(str::to_owned).collect();
        let world = World::new(Options { flags, choke: crashes.unwrap_or_default(), ..Options::default() });
        *world.shared.clock.lock() = clock;
        let mut stage = Stage {
            world,
            scenario,
            crashing,
            happened: Vec::new(),
            problems: Vec::new(),
            finally: Vec::new(),
            labels: BTreeMap::new(),
            since: 0,
            shown: 0,
            known: BTreeMap::new(),
        };
        stage.run().await;
        stage.end()
    })
}

impl Stage<'_> {
    async fn run(&mut self) {
        for lines in self.scenario.commands.iter().filter(|lines| !lines.command.starts_with("flags ")) {
            let command = Lines { command: self.fill_in(&lines.command), block: self.fill_in(&lines.block) };
            let begun = self.happened.len();
            self.happened.push(format!("> {}", lines.command));
            let result = match parse(&command) {
                Ok(command) => {
                    let done = self.carry_out(&command).await;
                    // After a crash a pipe may not be there yet, and then nobody can do anything to it.
                    let is_nothing = self.crashing && matches!(command, Command::Somebody(_));
                    if is_nothing { Ok(()) } else { done }
                }
                Err(error) => Err(error),
            };
            if let Err(problem) = result {
                self.problems.push(format!("{}: {problem}", lines.command));
            }
            self.write_down();
            let says_nothing = ["expect ", "finally ", "mark"].iter().any(|word| lines.command.starts_with(word));
            if says_nothing && self.happened.len() == begun + 1 {
                self.happened.pop();
            }
            if self.problems.len() > 5 {
                return;
            }
        }
        self.finish().await;
    }

    /// The end: what must be so in any case, and that nothing moves any more.
    ///
    /// Invariants: 6, 11.
    async fn finish(&mut self) {
        if self.crashing {
            self.settle().await;
            self.confirm();
            self.settle().await;
        }
        for (text, expectation) in std::mem::take(&mut self.finally) {
            if let Some(missed) = self.wait_for(&expectation).await {
                self.problems.push(format!("{text}: {missed}"));
            }
        }
        if self.crashing && self.problems.is_empty() {
            self.stay().await;
        }
    }

    /// What is at rest writes nothing, here or there. A connection whose key did not work may be checked once more after an hour.
    ///
    /// Invariants: 5, 6.
    async fn stay(&mut self) {
        let mut seen = vec![self.activity()];
        for _ in 0..2 {
            self.world.advance(TWENTY_LOOKS).await;
            seen.push(self.activity());
            if seen.ends_with(&[seen[seen.len() - 2]]) {
                return;
            }
        }
        self.problems.push(format!("invariant 6: at rest and still writing: {seen:?}"));
    }

    /// A crash in the middle of the create of a database pipe ends with a question to a person, who looks and answers.
    fn confirm(&mut self) {
        let store = self.world.shared.store.lock();
        let asked =
            |pipe: &Value| condition(pipe, "Synced").is_some_and(|synced| synced["reason"] == "ConfirmationRequired");
        let asked = store.all("ClickPipe").filter(|(_, pipe)| asked(pipe));
        let answers: Vec<(Named, Value)> =
            asked.map(|(named, pipe)| (named.clone(), pipe["status"]["create"]["nonce"].clone())).collect();
        drop(store);
        for (named, nonce) in answers {
            let path = "metadata.annotations.cloud~2clickhouse~2com~1confirm-not-created";
            if let Err(problem) = self.world.edit(&named, path, Some(nonce)) {
                self.problems.push(problem);
            }
        }
    }

    fn end(mut self) -> End {
        let journal = self.world.shared.journal.lock();
        self.problems.extend(journal.violations().iter().cloned());
        let trace = journal.lines().to_vec();
        drop(journal);
        let effects = std::mem::take(&mut self.world.shared.choke.lock().effects);
        let struck = struck::of(&self.world.shared);
        End { happened: self.happened.join("\n") + "\n", effects, problems: self.problems, trace, struck }
    }

    fn look(&self) -> Look<'_> {
        Look { world: &self.world, since: self.since }
    }

    /// Puts in what is only known now. What no status has is looked for among the pipes with a label.
    fn fill_in(&self, text: &str) -> String {
        fill_in(text, |word, object| self.value_of(word, object))
    }

    fn value_of(&self, word: &str, object: &str) -> String {
        let (namespace, object) = object.split_once('/').unwrap_or(("data", object));
        let found = self.world.object(&Named::new("ClickPipe", Some(namespace), object));
        let status = found.map(|found| found["status"].clone()).unwrap_or_default();
        let label = || self.labels.get(object).cloned().unwrap_or_default();
        meant(word, &status).as_str().map_or_else(label, str::to_owned)
    }

    /// Time passes until nothing is under way and nothing happens.
    async fn settle(&mut self) {
        let (mut waited, mut quiet) = (Duration::ZERO, Duration::ZERO);
        while quiet < QUIET && waited < RESTLESS {
            let before = self.activity();
            let step = Duration::from_secs(5);
            self.world.advance(step).await;
            waited += step;
            let still = before == self.activity() && !self.is_anything_under_way();
            quiet = if still { quiet + step } else { Duration::ZERO };
        }
    }

    /// How much was written so far, here and there.
    fn activity(&self) -> (usize, usize) {
        let writes = self.world.shared.cloud.lock().requests().filter(|request| request.route.writes()).count();
        (self.world.shared.store.lock().length(), writes)
    }

    fn is_anything_under_way(&self) -> bool {
        let store = self.world.shared.store.lock();
        store.all("ClickPipe").any(|(_, pipe)| {
            let is_under_way =
                condition(pipe, "Reconciling").is_some() || !pipe["metadata"]["deletionTimestamp"].is_null();
            let is_new = condition(pipe, "Ready").is_some_and(|ready| ready["reason"] == "Pending");
            is_new || is_under_way
        })
    }

    /// Waits until it is so; what is, if it does not come.
    async fn wait_for(&mut self, expectation: &Expectation) -> Option<String> {
        let mut waited = Duration::ZERO;
        loop {
            let missed = expectation.missed(&self.look())?;
            if waited >= PATIENCE {
                return Some(missed);
            }
            let step = Duration::from_secs(1);
            self.world.advance(step).await;
            waited += step;
        }
    }

    /// Writes down what a command led to.
    fn write_down(&mut self) {
        let look = self.look();
        let lines = show::calls(&look, self.shown);
        let (last, objects) = (look.last_request(), show::objects(&look));
        self.happened.extend(lines.into_iter().map(|line| format!("  {line}")));
        self.shown = last;
        for (named, summary) in &objects {
            if self.known.get(named) != Some(summary) && named.kind == "ClickPipe" {
                self.happened.push(format!("  {}: {summary}", named.name));
            }
        }
        // What an object's pipe was is known after the object is gone.
        for named in objects.iter().map(|(named, _)| named).filter(|named| named.kind == "ClickPipe") {
            let id =
                self.world.object(named).and_then(|object| Some(object["status"]["pipe"]["id"].as_str()?.to_owned()));
            self.labels.extend(id.map(|id| (named.name.clone(), id)));
        }
        let objects: BTreeMap<Named, String> = objects.into_iter().collect();
        for named in self.known.keys().filter(|named| !objects.contains_key(*named)) {
            self.happened.push(format!("  {} is gone", named.name));
        }
        self.known = objects;
    }

    async fn show(&mut self, what: &Show) -> Result<(), String> {
        let look = self.look();
        let lines = match what {
            Show::Status(named) => show::status(&look, named),
            Show::Pipe(named) => show::pipe(&look, named),
            Show::Plan(named) => Box::pin(show::plan(&self.world, &look, named)).await?,
        };
        self.happened.extend(lines.into_iter().map(|line| format!("  | {line}")));
        Ok(())
    }

    async fn carry_out(&mut self, command: &Command) -> Result<(), String> {
        match command {
            Command::Advance(time) => self.world.advance(*time).await,
            Command::Settle => self.settle().await,
            Command::Restart => {
                self.world.kill(0);
                self.world.advance(Duration::from_secs(1)).await;
            }
            Command::Mark => self.since = self.look().last_request(),
            Command::Show(what) => self.show(what).await?,
            Command::Expect(_) if self.crashing => {}
            Command::Expect(expectation) => return expectation.missed(&self.look()).map_or(Ok(()), Err),
            Command::Await(expectation) => {
                let missed = self.wait_for(expectation).await;
                return missed.filter(|_| !self.crashing).map_or(Ok(()), Err);
            }
            Command::Finally(expectation) => {
                self.finally.push((format!("finally {expectation:?}"), expectation.clone()));
            }
            other => return self.act(other),
        }
        Ok(())
    }
}

/// The text of a value for people.
fn name_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
