//! Asking the control plane: kubectl, helm, and kubeconfigs for others.
//!
//! Not here: what the answers mean.

use std::path::{Path, PathBuf};
use std::time::Duration;

use uuid::Uuid;

use super::ControlPlane;
use crate::command::{Command, Output};
use crate::error::Result;

/// The first start of helm on a busy machine, with a chart of CRDs, stays far below this.
const HELM: Duration = Duration::from_mins(3);

impl ControlPlane {
    /// The kubeconfig of a user who may do everything.
    pub fn kubeconfig(&self) -> &Path {
        &self.kubeconfig
    }

    /// Makes a kubeconfig with a fresh token of a service account, valid for a day. The account's rights are those that
    /// RBAC gives it, no more.
    pub fn kubeconfig_for_service_account(&self, namespace: &str, name: &str) -> Result<PathBuf> {
        let token = self.kubectl(&["create", "token", name, "--namespace", namespace, "--duration=24h"])?.text()?;
        let text = self.api_server.kubeconfig(token.trim(), namespace)?;
        self.scratch.write(&format!("{namespace}-{name}.kubeconfig"), &text)
    }

    /// Runs kubectl as a user who may do everything.
    pub fn kubectl(&self, args: &[&str]) -> Result<Output> {
        self.kubectl_command(self.kubeconfig(), args).run()
    }

    /// Runs kubectl as whoever the kubeconfig names.
    pub fn kubectl_as(&self, kubeconfig: &Path, args: &[&str]) -> Result<Output> {
        self.kubectl_command(kubeconfig, args).run()
    }

    /// Runs kubectl with a text on its standard input, for `apply -f -` and the like.
    pub fn kubectl_stdin(&self, args: &[&str], text: &str) -> Result<Output> {
        let file = self.scratch.write(&format!("stdin-{}.yaml", Uuid::new_v4()), text)?;
        let output = self.kubectl_command(self.kubeconfig(), args).with(|recipe| recipe.stdin(&file)).run();
        let _ = std::fs::remove_file(file);
        output
    }

    /// Runs helm as a user who may do everything. Its caches are in this control plane's folder.
    pub fn helm(&self, args: &[&str]) -> Result<Output> {
        let helm = self.tools.helm(|line| eprintln!("{line}"))?;
        let home = |name: &str| self.scratch.file("helm").join(name).to_string_lossy().into_owned();
        let command = Command::new("helm", &helm, self.scratch.path()).within(HELM).with(|recipe| {
            recipe
                .env("KUBECONFIG", self.kubeconfig().to_string_lossy())
                .env("HELM_CACHE_HOME", home("cache"))
                .env("HELM_CONFIG_HOME", home("config"))
                .env("HELM_DATA_HOME", home("data"))
                .args(args.iter().copied())
        });
        command.run()
    }

    fn kubectl_command(&self, kubeconfig: &Path, args: &[&str]) -> Command {
        Command::new("kubectl", &self.tools.kubectl, self.scratch.path()).with(|recipe| {
            recipe
                .env("KUBECONFIG", kubeconfig.to_string_lossy())
                // kubectl keeps what it has learned about an API by address, and addresses come back with another API.
                .args(["--cache-dir".to_owned(), self.scratch.file("kubectl").to_string_lossy().into_owned()])
                .args(args.iter().copied())
        })
    }
}
