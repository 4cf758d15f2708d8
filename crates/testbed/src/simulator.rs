//! The pretended service as a process, and its admin interface.
//!
//! Not here: what the simulator does. Its answers are handed on as JSON, so that a new field needs nothing from us.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::binaries::Binary;
use crate::error::Result;
use crate::http::{Answer, Http};
use crate::process::Process;
use crate::recipe::Recipe;
use crate::scratch::ScratchFolder;

/// What the simulator pretends to be.
#[derive(Debug, Clone)]
pub struct SimulatorOptions {
    /// The organization's id.
    pub organization: String,
    /// The service's id.
    pub service: String,
    /// The id of the API key.
    pub key_id: String,
    /// The secret of the API key.
    pub key_secret: String,
    /// How many seconds pass in the service while one passes here.
    pub speed: f64,
    /// What the simulator's chances depend on.
    pub seed: u64,
    /// Further flags, word by word.
    pub flags: Vec<String>,
    /// The program, if it is not the one that cargo builds.
    pub program: Option<PathBuf>,
}

impl Default for SimulatorOptions {
    fn default() -> Self {
        Self {
            organization: "0f0c1d2e-0000-4000-8000-000000000001".to_owned(),
            service: "8a1e1d2e-0000-4000-8000-000000000001".to_owned(),
            key_id: "testbed-key".to_owned(),
            key_secret: "testbed-secret".to_owned(),
            speed: 1.0,
            seed: 1,
            flags: Vec::new(),
            program: None,
        }
    }
}

/// A running simulator. Dropping it ends it.
#[derive(Debug)]
pub struct Simulator {
    process: Process,
    url: String,
    options: SimulatorOptions,
    admin: Http,
    _scratch: ScratchFolder,
}

impl Simulator {
    /// Starts the simulator and waits until it listens.
    pub fn start(options: SimulatorOptions) -> Result<Self> {
        let scratch = ScratchFolder::new()?;
        let program = options.program.clone().map_or_else(|| Binary::Simulator.path(), Ok)?;
        let recipe = Recipe::new("clickpipes-sim", program, scratch.file("clickpipes-sim.log")).args(flags(&options));
        let process = Process::start(&recipe)?;
        let what = "the simulator to tell its address";
        let url = process.wait_until(Duration::from_mins(1), what, || Ok::<_, String>(address(&process.log())))?;
        let admin = Http::new(&url);
        Ok(Self { process, url, options, admin, _scratch: scratch })
    }

    /// Where the service is, such as `http://127.0.0.1:40123`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the simulator pretends to be.
    pub fn options(&self) -> &SimulatorOptions {
        &self.options
    }

    /// The process, to be paused, resumed or killed.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Every request that the service has got.
    pub fn requests(&self) -> Result<Value> {
        self.admin("GET", "/_sim/requests", None)
    }

    /// The simulator's counts.
    pub fn stats(&self) -> Result<Value> {
        self.admin("GET", "/_sim/stats", None)
    }

    /// Every pipe, as the service itself knows it.
    pub fn pipes(&self) -> Result<Value> {
        self.admin("GET", "/_sim/pipes", None)
    }

    /// Adds a fault.
    pub fn add_fault(&self, fault: &Value) -> Result<Value> {
        self.admin("POST", "/_sim/faults", Some(fault))
    }

    /// Changes a pipe behind everybody's back.
    pub fn change_pipe(&self, id: &str, change: &Value) -> Result<Value> {
        self.admin("PATCH", &format!("/_sim/pipes/{id}"), Some(change))
    }

    /// Any request to the admin interface; an answer other than 2xx is an error.
    pub fn admin(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Value> {
        self.admin.send(method, path, body)?.expect_success()?.json()
    }

    /// A request to the pretended service itself, with the right key and whatever the answer.
    pub fn ask(&self, method: &'static str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let SimulatorOptions { key_id, key_secret, .. } = &self.options;
        self.admin.clone().with_key(key_id, key_secret).send(method, path, body)
    }

    /// Everything that the simulator has written.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn flags(options: &SimulatorOptions) -> Vec<String> {
    let SimulatorOptions { organization, service, key_id, key_secret, speed, seed, flags, program: _ } = options;
    let key = format!("{key_id}:{key_secret}");
    let (faster, chance) = (speed.to_string(), seed.to_string());
    let named = [
        ("--listen", "127.0.0.1:0"),
        ("--organization", organization),
        ("--service", service),
        ("--key", &key),
        ("--speed", &faster),
        ("--seed", &chance),
    ];
    named
        .iter()
        .flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()])
        .chain(flags.iter().cloned())
        .collect()
}

/// The address in the line that the simulator writes once it listens. A line without its end is not whole yet.
fn address(log: &str) -> Option<String> {
    let mut whole = log.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    whole.find_map(|line| line.trim().strip_prefix("clickpipes-sim listening on ")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_is_read_only_from_a_whole_line() {
        assert_eq!(address("clickpipes-sim listening on http://127.0.0.1:40"), None);
        let log = "hello\nclickpipes-sim listening on http://127.0.0.1:40123\n";
        assert_eq!(address(log).as_deref(), Some("http://127.0.0.1:40123"));
    }
}
