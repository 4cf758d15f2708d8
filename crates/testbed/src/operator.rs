//! The operator as a process.
//!
//! Not here: its rights. They come with the kubeconfig; see
//! [`ControlPlane::kubeconfig_for_service_account`](crate::ControlPlane::kubeconfig_for_service_account).

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use crate::binaries::Binary;
use crate::error::Result;
use crate::http::Http;
use crate::port::free_port;
use crate::process::Process;
use crate::recipe::Recipe;
use crate::scratch::ScratchFolder;

/// How the operator is started.
#[derive(Debug, Clone, Default)]
pub struct OperatorOptions {
    /// Whom the operator acts as, and where the API is.
    pub kubeconfig: PathBuf,
    /// Flags, word by word. `--listen` is added.
    pub flags: Vec<String>,
    /// Further environment variables.
    pub env: Vec<(String, String)>,
    /// The program, if it is not the one that cargo builds: an older release, for example.
    pub program: Option<PathBuf>,
}

/// A running operator. Dropping it kills it.
#[derive(Debug)]
pub struct Operator {
    process: Process,
    http: Http,
    log: PathBuf,
    _scratch: ScratchFolder,
}

impl Operator {
    /// Starts the operator; it is not ready yet.
    pub fn start(options: &OperatorOptions) -> Result<Self> {
        let OperatorOptions { kubeconfig, flags, env, program } = options;
        let program = program.clone().map_or_else(|| Binary::Operator.path(), Ok)?;
        let scratch = ScratchFolder::new()?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let log = scratch.file("clickpipes-operator.log");
        let recipe = Recipe::new("clickpipes-operator", program, &log)
            .env("KUBECONFIG", kubeconfig.to_string_lossy())
            .args(["--listen", &listen])
            .args(flags.iter().cloned());
        let recipe = env.iter().fold(recipe, |recipe, (name, value)| recipe.env(name, value));
        let process = Process::start(&recipe)?;
        Ok(Self { process, http: Http::new(&format!("http://{listen}")), log, _scratch: scratch })
    }

    /// Waits until the operator says that it is ready.
    pub fn wait_until_ready(&self, within: Duration) -> Result<()> {
        let ready = || self.http.get("/readyz")?.expect_success().map(|_| Some(()));
        self.process.wait_until(within, "the operator to be ready", ready)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// The process itself.
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Kills the operator as a crash would (SIGKILL).
    pub fn kill_9(&self) -> Result<ExitStatus> {
        self.process.kill()
    }

    /// Asks the operator to end (SIGTERM), as Kubernetes does, and waits for it.
    pub fn terminate(&self, within: Duration) -> Result<ExitStatus> {
        self.process.terminate(within)
    }

    /// Stops the operator in its tracks, as a frozen node would.
    pub fn pause(&self) -> Result<()> {
        self.process.pause()
    }

    /// Lets a paused operator go on.
    pub fn resume(&self) -> Result<()> {
        self.process.resume()
    }

    /// Everything that the operator has written.
    pub fn logs(&self) -> String {
        self.process.log()
    }

    /// The file that the operator writes to.
    pub fn log_file(&self) -> &Path {
        &self.log
    }

    /// The operator's metrics, as text.
    pub fn metrics(&self) -> Result<String> {
        Ok(self.http.get("/metrics")?.expect_success()?.body)
    }

    /// A client for the operator's own HTTP port.
    pub fn http(&self) -> &Http {
        &self.http
    }
}
