//! The stage: a Kubernetes API, the simulator, the operator, and the words for what is done with them.
//!
//! Not here: the scenes.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use serde_json::Value;
use testbed::{Operator, ScratchFolder, SimulatorOptions, World, wait_until, workspace_root};

use super::actors;
use crate::run::Result;

/// How much faster than the real service the simulator lives. The rate limit is the real one.
const SPEED: f64 = 20.0;
/// The longest that anything may take.
pub(super) const PATIENCE: Duration = Duration::from_mins(2);

/// Everything that takes part.
pub(super) struct Stage {
    pub(super) world: World,
    pub(super) operator: Operator,
    /// The examples, made to name the simulator.
    pub(super) manifests: ScratchFolder,
    /// Most objects at one time.
    pub(super) objects: usize,
}

impl Stage {
    /// Starts everything and waits until it is ready.
    pub(super) fn set() -> Result<Self> {
        println!(
            "Starting etcd, kube-apiserver and the simulator; installing the chart; starting the operator with exactly the chart's rights"
        );
        let options = SimulatorOptions {
            organization: actors::ORGANIZATION.to_owned(),
            service: actors::SERVICE.to_owned(),
            key_id: actors::KEY_ID.to_owned(),
            key_secret: actors::KEY_SECRET.to_owned(),
            speed: SPEED,
            ..SimulatorOptions::default()
        };
        let world = World::alone(options)?;
        let manifests = actors::examples(&workspace_root().join("deploy/examples"), world.simulator().url())?;
        let operator = world.start_operator(&["--log-format", "json"])?;
        Ok(Self { world, operator, manifests, objects: 0 })
    }

    /// Runs kubectl in the stage's namespace, shows the command and its output.
    pub(super) fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        let shown: Vec<String> = arguments.iter().map(|word| shown(word)).collect();
        println!("$ kubectl {}", shown.join(" "));
        let text = self.quiet_kubectl(arguments)?;
        print!("{}", indented(&text));
        Ok(text)
    }

    /// Runs kubectl in the stage's namespace.
    pub(super) fn quiet_kubectl(&self, arguments: &[&str]) -> Result<String> {
        let all = [arguments, &["--namespace", self.world.namespace()]].concat();
        Ok(self.world.control_plane().kubectl(&all)?.text()?)
    }

    /// Applies a manifest, showing that it is done.
    pub(super) fn apply(&self, what: &str, manifest: &str) -> Result {
        println!("$ kubectl apply -f {what}");
        print!("{}", indented(&self.world.apply(manifest)?));
        Ok(())
    }

    /// A pipe, as Kubernetes has it now.
    pub(super) fn pipe(&self, name: &str) -> Result<Value> {
        Ok(self.world.get(&["clickpipe", name])?)
    }

    /// Waits until a condition of a pipe has this status and reason (an empty reason is any), and shows it.
    pub(super) fn wait_for(&self, name: &str, condition: &str, status: &str, reason: &str) -> Result<Value> {
        let begun = Instant::now();
        let what = format!("{name}: {condition}={status} {reason}");
        let found = wait_until(PATIENCE, &what, || {
            let pipe = self.world.get(&["clickpipe", name]).map_err(|error| error.to_string())?;
            let Some(found) = actors::condition(&pipe, condition) else { return Ok(None) };
            let as_wanted = found["status"] == status
                && (reason.is_empty() || found["reason"] == reason)
                && is_current(&pipe, &found);
            if as_wanted { Ok(Some(found)) } else { Err(found.to_string()) }
        })?;
        let (reason, message) =
            (found["reason"].as_str().unwrap_or_default(), found["message"].as_str().unwrap_or_default());
        println!("  {name}: {condition}={status} {reason} after {:.1} s", begun.elapsed().as_secs_f64());
        println!("    \"{message}\"");
        Ok(found)
    }

    /// How many requests of this kind the service has seen.
    pub(super) fn count(&self, route: &str) -> Result<u64> {
        Ok(self.world.simulator().stats()?["by_route"][route].as_u64().unwrap_or_default())
    }

    /// How many requests that change something the service has seen.
    pub(super) fn writes(&self) -> Result<u64> {
        let methods = self.world.simulator().stats()?["by_method"].clone();
        Ok(["POST", "PATCH", "PUT", "DELETE"].iter().filter_map(|method| methods[*method].as_u64()).sum())
    }

    /// The pipes that live in the service now.
    pub(super) fn live_pipes(&self) -> Result<Vec<Value>> {
        let pipes = self.world.simulator().pipes()?;
        Ok(pipes.as_array().into_iter().flatten().filter(|pipe| pipe["alive"] == true).cloned().collect())
    }

    /// Waits for something in the service.
    pub(super) fn wait_service(&self, what: &str, holds: impl Fn(&Self) -> Result<bool>) -> Result {
        wait_until(PATIENCE, what, || match holds(self) {
            Ok(true) => Ok(Some(())),
            Ok(false) => Ok(None),
            Err(error) => Err(error.to_string()),
        })?;
        Ok(())
    }

    /// Shows the table of pipes until all are ready and synced; redrawn in place on a terminal.
    pub(super) fn watch_table(&self, count: usize) -> Result {
        println!("$ kubectl get clickpipes --watch");
        let (mut last, live) = (String::new(), std::io::stdout().is_terminal());
        wait_until(PATIENCE, "every example to be Ready and Synced", || {
            let table = self.quiet_kubectl(&["get", "clickpipes"]).map_err(|error| error.to_string())?;
            if table != last {
                if live && !last.is_empty() {
                    print!("\x1b[{}A\x1b[J", last.lines().count());
                }
                if live || last.is_empty() {
                    print!("{}", indented(&table));
                }
                last.clone_from(&table);
            }
            let ready = self.world.get(&["clickpipes"]).map_err(|error| error.to_string())?;
            let ready = ready["items"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|pipe| actors::is_true(pipe, "Ready") && actors::is_true(pipe, "Synced"))
                .count();
            if ready == count { Ok(Some(())) } else { Err(format!("{ready} of {count}\n{table}")) }
        })?;
        if !live {
            print!("{}", indented(&self.quiet_kubectl(&["get", "clickpipes"])?));
        }
        Ok(())
    }

    /// What helps to understand a failed scene.
    pub(super) fn show_trouble(&self) {
        if let Ok(text) = self.quiet_kubectl(&["get", "clickpipes", "-o", "yaml"]) {
            println!("{text}");
        }
        let log = self.operator.logs();
        let lines: Vec<&str> = log.lines().collect();
        println!(
            "The operator's last log lines:\n{}",
            lines.iter().rev().take(40).rev().copied().collect::<Vec<_>>().join("\n")
        );
    }

    /// Leaves everything running until Ctrl-C.
    pub(super) fn keep(&self) -> Result {
        println!("\nEverything keeps running; Ctrl-C ends it.\n");
        println!("  export KUBECONFIG={}", self.world.control_plane().kubeconfig().display());
        println!("  kubectl config set-context --current --namespace={}", self.world.namespace());
        println!("  simulator: {0} (admin API under {0}/_sim/)", self.world.simulator().url());
        println!("  operator's log: {}", self.operator.log_file().display());
        loop {
            std::thread::park();
        }
    }
}

/// A condition that was made for an older generation says nothing about this one.
fn is_current(pipe: &Value, condition: &Value) -> bool {
    let generation = &pipe["metadata"]["generation"];
    condition["observedGeneration"] == *generation
}

fn indented(text: &str) -> String {
    text.lines().flat_map(|line| ["  ", line, "\n"]).collect()
}

fn shown(word: &str) -> String {
    if word.contains([' ', '{', '"']) { format!("'{word}'") } else { word.to_owned() }
}
