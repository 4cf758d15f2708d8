//! The API server of the control plane.
//!
//! Not here: what it is asked (see `clients`). The server makes its own certificate at its first start; the key of that
//! certificate also signs the tokens of service accounts, so no other program is needed to make keys.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use super::kubeconfig::{Access, kubeconfig};
use crate::error::{Error, Result};
use crate::port::free_port;
use crate::process::Process;
use crate::recipe::Recipe;
use crate::scratch::ScratchFolder;
use crate::tools::Tools;

/// A kube-apiserver that can be stopped and started again.
#[derive(Debug)]
pub(super) struct ApiServer {
    recipe: Recipe,
    process: Mutex<Process>,
    port: u16,
    certificates: PathBuf,
    admin_token: String,
}

impl ApiServer {
    /// Starts the server; it is not ready yet.
    pub(super) fn start(tools: &Tools, scratch: &ScratchFolder, etcd: &str) -> Result<Self> {
        let port = free_port()?;
        let certificates = scratch.file("certificates");
        let admin_token = Uuid::new_v4().to_string();
        let tokens = scratch.write("tokens.csv", &format!("{admin_token},admin,admin,\"system:masters\"\n"))?;
        let log = scratch.file("kube-apiserver.log");
        let recipe =
            Recipe::new("kube-apiserver", &tools.api_server, log).args(flags(etcd, port, &certificates, &tokens));
        let process = Mutex::new(Process::start(&recipe)?);
        let server = Self { recipe, process, port, certificates, admin_token };
        // The port listens only after the certificate has been written.
        server.wait_until(super::START, "the certificate of the API server", || {
            server.certificate().map(|text| text.contains("END CERTIFICATE").then_some(()))
        })?;
        Ok(server)
    }

    /// Kills the server.
    pub(super) fn stop(&self) -> Result<()> {
        self.process().kill().map(|_| ())
    }

    /// Starts the server again where it was.
    pub(super) fn start_again(&self) -> Result<()> {
        let mut process = self.process();
        process.kill()?;
        *process = Process::start(&self.recipe)?;
        Ok(())
    }

    pub(super) fn pid(&self) -> u32 {
        self.process().pid()
    }

    pub(super) fn log(&self) -> String {
        self.process().log()
    }

    pub(super) fn url(&self) -> String {
        format!("https://127.0.0.1:{}", self.port)
    }

    /// Writes the kubeconfig of a user who may do everything.
    pub(super) fn admin_kubeconfig(&self, scratch: &ScratchFolder) -> Result<PathBuf> {
        scratch.write("admin.kubeconfig", &self.kubeconfig(&self.admin_token, "default")?)
    }

    /// The kubeconfig of whoever holds this token.
    pub(super) fn kubeconfig(&self, token: &str, namespace: &str) -> Result<String> {
        let certificate = self.certificate()?;
        Ok(kubeconfig(&Access { url: &self.url(), certificate: &certificate, token, namespace }))
    }

    /// The key that signs the tokens of service accounts.
    pub(super) fn signing_key(&self) -> PathBuf {
        signing_key(&self.certificates)
    }

    /// Waits for a condition that needs the server to be running.
    pub(super) fn wait_until<T>(
        &self,
        within: Duration,
        what: &str,
        look: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        self.process().wait_until(within, what, look)
    }

    /// The server's certificate and, behind it, the one that signed it.
    fn certificate(&self) -> Result<String> {
        let path = self.certificates.join("apiserver.crt");
        std::fs::read_to_string(&path).map_err(Error::file("read", path))
    }

    fn process(&self) -> MutexGuard<'_, Process> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn signing_key(certificates: &Path) -> PathBuf {
    certificates.join("apiserver.key")
}

fn flags(etcd: &str, port: u16, certificates: &Path, tokens: &Path) -> Vec<String> {
    let key = signing_key(certificates);
    vec![
        format!("--etcd-servers={etcd}"),
        "--bind-address=127.0.0.1".to_owned(),
        format!("--secure-port={port}"),
        format!("--cert-dir={}", certificates.display()),
        format!("--service-account-key-file={}", key.display()),
        format!("--service-account-signing-key-file={}", key.display()),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        "--authorization-mode=RBAC".to_owned(),
        format!("--token-auth-file={}", tokens.display()),
        // No controller makes the `default` service account of a namespace, without which this plugin refuses pods.
        "--disable-admission-plugins=ServiceAccount".to_owned(),
    ]
}
