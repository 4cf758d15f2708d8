//! A real Kubernetes API: etcd and kube-apiserver on free ports, with RBAC switched on.
//!
//! Not here: nodes, pods and the scheduler, which do not exist. Controllers run only when they are asked for
//! ([`ControlPlane::start_controller_manager`]): without them a deleted namespace stays, owned objects are not
//! collected, and a Deployment makes no pods.

mod api_server;
mod clients;
mod controllers;
mod etcd;
mod kubeconfig;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::Result;
use crate::process::Process;
use crate::scratch::ScratchFolder;
use crate::tools::Tools;
use crate::wait::wait_until;
use api_server::ApiServer;
use etcd::Etcd;

/// How long a part may take until it answers. It takes three seconds on a quiet machine; tests share theirs.
const START: Duration = Duration::from_mins(2);

/// A running Kubernetes API. Dropping it ends all of it.
#[derive(Debug)]
pub struct ControlPlane {
    // The order is the order of dropping: programs first, then the folder that they write to.
    controllers: std::sync::Mutex<Option<Process>>,
    api_server: ApiServer,
    etcd: Etcd,
    kubeconfig: PathBuf,
    tools: Tools,
    scratch: ScratchFolder,
}

impl ControlPlane {
    /// Starts etcd and the API server and waits until the API is ready.
    pub fn start(tools: &Tools) -> Result<Self> {
        let scratch = ScratchFolder::new()?;
        let etcd = Etcd::start(tools, &scratch)?;
        let api_server = ApiServer::start(tools, &scratch, etcd.url())?;
        let kubeconfig = api_server.admin_kubeconfig(&scratch)?;
        let controllers = std::sync::Mutex::default();
        let plane = Self { controllers, api_server, etcd, kubeconfig, tools: tools.clone(), scratch };
        plane.wait_until_ready()?;
        Ok(plane)
    }

    /// Where the API is, such as `https://127.0.0.1:20443`.
    pub fn url(&self) -> String {
        self.api_server.url()
    }

    /// The folder with the logs and the data of this control plane.
    pub fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// The process ids of all programs that run now, for tests of this crate.
    pub fn process_ids(&self) -> Vec<u32> {
        let controllers = self.controllers().as_ref().map(Process::pid);
        [self.etcd.process().pid(), self.api_server.pid()].into_iter().chain(controllers).collect()
    }

    /// Kills the API server and starts it again at the same address with the same data.
    pub fn restart_api_server(&self) -> Result<()> {
        self.stop_api_server()?;
        self.start_api_server()
    }

    /// Kills the API server. Clients get refused connections until [`start_api_server`](Self::start_api_server).
    pub fn stop_api_server(&self) -> Result<()> {
        self.api_server.stop()
    }

    /// Starts the API server again after [`stop_api_server`](Self::stop_api_server).
    pub fn start_api_server(&self) -> Result<()> {
        self.api_server.start_again()?;
        self.wait_until_ready()
    }

    /// Stops etcd in its tracks: the API server is up, but its answers do not come.
    pub fn pause_etcd(&self) -> Result<()> {
        self.etcd.process().pause()
    }

    /// Lets a paused etcd go on.
    pub fn resume_etcd(&self) -> Result<()> {
        self.etcd.process().resume()
    }

    /// What the API server has written to its log.
    pub fn api_server_log(&self) -> String {
        self.api_server.log()
    }

    /// Ready means: every start-up hook has run (the built-in roles exist), and so do the first namespaces.
    fn wait_until_ready(&self) -> Result<()> {
        let ready = || self.kubectl(&["get", "--raw=/readyz", "--request-timeout=5s"])?.text().map(Some);
        self.api_server.wait_until(START, "the Kubernetes API to be ready", ready)?;
        let namespaces = || self.kubectl(&["get", "namespace", "default", "kube-system"])?.text().map(Some);
        wait_until(START, "the namespaces default and kube-system", namespaces)?;
        Ok(())
    }
}
