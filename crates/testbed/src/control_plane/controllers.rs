//! The few built-in controllers that some tests need.
//!
//! Not here: the rest of kube-controller-manager. A Deployment still makes no pods.

use std::sync::{MutexGuard, PoisonError};

use super::ControlPlane;
use crate::error::Result;
use crate::process::Process;
use crate::recipe::Recipe;

const CONTROLLERS: &str = "garbage-collector-controller,namespace-controller,serviceaccount-controller";

impl ControlPlane {
    /// Starts the controllers that collect owned objects, finish the deletion of namespaces, and make the `default`
    /// service account of each namespace. A second call changes nothing.
    pub fn start_controller_manager(&self) -> Result<()> {
        let mut controllers = self.controllers();
        if controllers.is_none() {
            let program = self.tools.controller_manager(|line| eprintln!("{line}"))?;
            let log = self.scratch.file("kube-controller-manager.log");
            let recipe = Recipe::new("kube-controller-manager", program, log).args([
                format!("--kubeconfig={}", self.kubeconfig().display()),
                format!("--controllers={CONTROLLERS}"),
                format!("--service-account-private-key-file={}", self.api_server.signing_key().display()),
                "--leader-elect=false".to_owned(),
                // No port: nobody asks it anything.
                "--secure-port=0".to_owned(),
            ]);
            *controllers = Some(Process::start(&recipe)?);
        }
        Ok(())
    }

    pub(super) fn controllers(&self) -> MutexGuard<'_, Option<Process>> {
        self.controllers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
