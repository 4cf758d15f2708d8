//! The database of the control plane.
//!
//! Not here: anything that would make data survive a power cut. Tests do not need it and pay for it.

use std::time::Duration;

use crate::error::Result;
use crate::http::Http;
use crate::port::free_port;
use crate::process::Process;
use crate::recipe::Recipe;
use crate::scratch::ScratchFolder;
use crate::tools::Tools;

/// A running etcd.
#[derive(Debug)]
pub(super) struct Etcd {
    process: Process,
    url: String,
}

impl Etcd {
    /// Starts etcd and waits until it answers.
    pub(super) fn start(tools: &Tools, scratch: &ScratchFolder) -> Result<Self> {
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let peers = format!("http://127.0.0.1:{}", free_port()?);
        let recipe = Recipe::new("etcd", &tools.etcd, scratch.file("etcd.log")).args([
            format!("--data-dir={}", scratch.file("etcd").display()),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            format!("--listen-peer-urls={peers}"),
            format!("--initial-advertise-peer-urls={peers}"),
            format!("--initial-cluster=default={peers}"),
            "--unsafe-no-fsync".to_owned(),
            "--log-level=warn".to_owned(),
        ]);
        let etcd = Self { process: Process::start(&recipe)?, url };
        etcd.wait_until_healthy()?;
        Ok(etcd)
    }

    fn wait_until_healthy(&self) -> Result<()> {
        let http = Http::new(&self.url);
        let healthy = || http.get("/health")?.expect_success().map(|_| Some(()));
        self.process.wait_until(Duration::from_mins(1), "etcd to be healthy", healthy)
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn process(&self) -> &Process {
        &self.process
    }
}
