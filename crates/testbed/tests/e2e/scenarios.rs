//! A dozen of the stories in `tests/scenarios` once more, over the real API server and real processes: those with `also-on: api-server`.
//!
//! Each has a namespace and a service of its own, and one operator serves them all at once. Only what a story expects counts here, and it may
//! take a moment; how things happen is compared in memory. Not here: the stories, and what their words mean (crate `simulation`).

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use simulation::scenario::command::Command;
use simulation::scenario::expectation::{Expectation, View, condition};
use simulation::scenario::parse::parse;
use simulation::scenario::placeholder::{fill_in, meant};
use simulation::scenario::{Lines, Scenario, all};
use simulation::store::Named;
use simulation::world::{KEY, documents, put};
use testbed::{ControlPlane, Output, Simulator, SimulatorOptions, World};

use crate::words::{ORGANIZATION, PATIENCE, SERVICE, assert_budget_kept_by};

/// How long nothing may happen until everything counts as at rest.
const QUIET: Duration = Duration::from_secs(3);

#[test]
fn chosen_stories_end_the_same_on_a_real_api_server() {
    let stories: Vec<Scenario> = all().unwrap().into_iter().filter(is_chosen).collect();
    assert!(stories.len() >= 12, "{} stories", stories.len());
    let world = World::alone(options(0)).unwrap();
    let services: Vec<Simulator> =
        (1..).zip(&stories).map(|(seed, _)| Simulator::start(options(seed)).unwrap()).collect();
    let flags: Vec<&str> = services.iter().flat_map(|service| ["--allow-api-url", service.url()]).collect();
    let _operator = world.start_operator(&flags).unwrap();
    let problems = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for (story, service) in stories.iter().zip(&services) {
            let (plane, problems) = (world.control_plane(), &problems);
            scope.spawn(move || {
                let found = Stage::set(plane, service, &story.name()).and_then(|mut stage| stage.play(story));
                problems.lock().unwrap().extend(found.err().map(|problem| format!("{}: {problem}", story.name())));
            });
        }
    });
    let problems = problems.into_inner().unwrap();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    services.iter().for_each(assert_budget_kept_by);
}

fn is_chosen(story: &Scenario) -> bool {
    story.also_on.iter().any(|place| place == "api-server")
}

/// A service that lives fifty times as fast as the real one. The seed decides the ids of its pipes, and no two services have the same ones.
fn options(seed: u64) -> SimulatorOptions {
    SimulatorOptions {
        organization: ORGANIZATION.to_owned(),
        service: SERVICE.to_owned(),
        key_id: KEY.0.to_owned(),
        key_secret: KEY.1.to_owned(),
        speed: 50.0,
        seed,
        ..SimulatorOptions::default()
    }
}

/// Where one story plays.
struct Stage<'a> {
    plane: &'a ControlPlane,
    service: &'a Simulator,
    namespace: String,
    /// What was counted when counting began.
    before: BTreeMap<String, u64>,
    finally: Vec<(String, Expectation)>,
}

impl<'a> Stage<'a> {
    fn set(plane: &'a ControlPlane, service: &'a Simulator, story: &str) -> Result<Self, String> {
        let namespace = format!("story-{story}");
        plane.kubectl(&["create", "namespace", &namespace]).and_then(Output::text).map_err(|e| e.to_string())?;
        Ok(Self { plane, service, namespace, before: BTreeMap::new(), finally: Vec::new() })
    }

    fn play(&mut self, story: &Scenario) -> Result<(), String> {
        for lines in &story.commands {
            let lines = Lines { command: self.fill_in(&lines.command), block: self.fill_in(&lines.block) };
            let command = parse(&lines)?;
            self.act(&lines.command, command).map_err(|problem| format!("{}: {problem}", lines.command))?;
        }
        for (text, expectation) in std::mem::take(&mut self.finally) {
            self.wait_for(&expectation).map_err(|problem| format!("{text}: {problem}"))?;
        }
        Ok(())
    }

    fn act(&mut self, text: &str, command: Command) -> Result<(), String> {
        match command {
            Command::Apply(manifests, changes) => self.apply(&manifests, &changes),
            Command::Edit(named, changes) => self.edit(&named, &changes),
            Command::Delete(named) => {
                self.kubectl(&["delete", &named.kind.to_lowercase(), &named.name, "--wait=false"]).map(drop)
            }
            Command::Secret(name, key, value) => self.secret(&name, &key, &value),
            Command::Settle => self.settle(),
            Command::Mark => {
                self.before = self.counts();
                Ok(())
            }
            Command::Expect(expectation) | Command::Await(expectation) => self.wait_for(&expectation),
            Command::Finally(expectation) => {
                self.finally.push((text.to_owned(), expectation));
                Ok(())
            }
            Command::Fault(fault) => self.service.add_fault(&fault).map(drop).map_err(|error| error.to_string()),
            Command::Show(_) => Ok(()),
            other => Err(format!("{other:?} is not played here")),
        }
    }

    fn kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let arguments = [arguments, &["--namespace", &self.namespace]].concat();
        self.plane.kubectl(&arguments).and_then(Output::text).map_err(|error| error.to_string())
    }

    /// The connection leads to this story's service.
    fn apply(&self, manifests: &str, changes: &[(String, Option<Value>)]) -> Result<(), String> {
        let mut objects = documents(manifests)?;
        if let Some(last) = objects.last_mut() {
            changes.iter().try_for_each(|(path, value)| put(last, path, value.clone()))?;
        }
        for mut object in objects {
            if object["kind"] == "CloudConnection" {
                object["spec"]["apiUrl"] = json!(self.service.url());
            }
            self.stdin("apply", &object)?;
        }
        Ok(())
    }

    fn stdin(&self, verb: &str, object: &Value) -> Result<(), String> {
        let arguments = [verb, "--namespace", &self.namespace, "-f", "-"];
        let output = self.plane.kubectl_stdin(&arguments, &object.to_string());
        output.and_then(Output::text).map(drop).map_err(|error| error.to_string())
    }

    /// Replaces the object; again when the operator wrote to it meanwhile.
    fn edit(&self, named: &Named, changes: &[(String, Option<Value>)]) -> Result<(), String> {
        let mut last = String::new();
        for _ in 0..10 {
            let mut object = self.object(named).ok_or_else(|| format!("there is no {}", named.name))?;
            changes.iter().try_for_each(|(path, value)| put(&mut object, path, value.clone()))?;
            match self.stdin("replace", &object) {
                Ok(()) => return Ok(()),
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }

    fn secret(&self, name: &str, key: &str, value: &str) -> Result<(), String> {
        let patch = json!({"stringData": {key: value}}).to_string();
        if self.object(&Named::new("Secret", None, name)).is_some() {
            return self.kubectl(&["patch", "secret", name, "--type=merge", "-p", &patch]).map(drop);
        }
        let metadata = json!({"name": name});
        self.stdin(
            "create",
            &json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {key: value}}),
        )
    }

    /// Waits until nothing is under way and nothing happens.
    fn settle(&self) -> Result<(), String> {
        let (begun, mut since, mut before) = (Instant::now(), Instant::now(), Value::Null);
        while begun.elapsed() < PATIENCE {
            let list = self.kubectl(&["get", "clickpipes,cloudconnections", "-o", "json"])?;
            let list: Value = serde_json::from_str(&list).map_err(|error| error.to_string())?;
            let objects = list["items"].as_array().cloned().unwrap_or_default();
            let now = json!([objects, self.counts()["writes"]]);
            if now != before || objects.iter().any(is_under_way) {
                (since, before) = (Instant::now(), now);
            } else if since.elapsed() >= QUIET {
                return Ok(());
            }
        }
        Err(format!("no rest: {before}"))
    }

    fn wait_for(&self, expectation: &Expectation) -> Result<(), String> {
        let begun = Instant::now();
        while let Some(missed) = expectation.missed(self) {
            if begun.elapsed() > PATIENCE {
                return Err(missed);
            }
        }
        Ok(())
    }

    fn counts(&self) -> BTreeMap<String, u64> {
        let stats = self.service.stats().unwrap_or_default();
        let number = |value: &Value| value.as_u64().unwrap_or_default();
        let routes = stats["by_route"].as_object().cloned().unwrap_or_default();
        let mut counts: BTreeMap<String, u64> =
            routes.iter().map(|(route, count)| (route.clone(), number(count))).collect();
        let writes = ["POST", "PATCH", "PUT", "DELETE"].iter().map(|method| number(&stats["by_method"][method])).sum();
        counts.insert("writes".to_owned(), writes);
        counts.insert("looks".to_owned(), number(&stats["by_method"]["GET"]));
        counts
    }

    /// Puts in what is only known now.
    fn fill_in(&self, text: &str) -> String {
        fill_in(text, |word, object| {
            let object = self.object(&Named::new("ClickPipe", None, object)).unwrap_or_default();
            meant(word, &object["status"]).as_str().unwrap_or_default().to_owned()
        })
    }
}

impl View for Stage<'_> {
    fn object(&self, named: &Named) -> Option<Value> {
        let text = self.kubectl(&["get", &named.kind.to_lowercase(), &named.name, "-o", "json"]).ok()?;
        serde_json::from_str(&text).ok()
    }

    fn pipes(&self) -> Vec<Value> {
        let pipes = self.service.pipes().unwrap_or_default();
        pipes.as_array().into_iter().flatten().filter(|pipe| pipe["alive"] == true).cloned().collect()
    }

    fn calls(&self, kind: &str) -> u64 {
        let count = |counts: &BTreeMap<String, u64>| counts.get(kind).copied().unwrap_or_default();
        count(&self.counts()) - count(&self.before)
    }
}

fn is_under_way(object: &Value) -> bool {
    let pending = condition(object, "Ready").is_none_or(|ready| ready["reason"] == "Pending");
    let behind = object["status"]["observedGeneration"] != object["metadata"]["generation"];
    let leaving = !object["metadata"]["deletionTimestamp"].is_null();
    pending || behind || leaving || condition(object, "Reconciling").is_some()
}
