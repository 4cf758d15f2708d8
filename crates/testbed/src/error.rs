//! Every way in which starting, watching or ending a part can go wrong.
//!
//! Not here: what a started part answers. A refused kubectl command is an [`Output`](crate::Output), not an error,
//! until the caller asks for its text.

use std::path::PathBuf;
use std::time::Duration;

/// A result whose failure is this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a part could not be started, watched or ended.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder of ours could not be used.
    #[error("failed to {action} {path:?}")]
    UseFile {
        /// What was tried, as a verb: `read`, `write`, `create`...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A program could not be started at all.
    #[error("failed to start {program:?}")]
    StartProcess {
        /// The name of the program.
        program: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A signal could not be sent, or an end could not be awaited.
    #[error("failed to {action} {program:?} (process {pid})")]
    SignalProcess {
        /// What was tried, as a verb: `pause`, `end`...
        action: &'static str,
        /// The name of the program.
        program: String,
        /// Its process id.
        pid: u32,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A program ended although it was meant to keep running.
    #[error("{program:?} ended early with {status}; the end of its log:\n{log}")]
    EndedEarly {
        /// The name of the program.
        program: String,
        /// How it ended.
        status: String,
        /// The last lines that it wrote.
        log: String,
    },
    /// A command ended with a failure that the caller did not expect.
    #[error("`{command}` ended with {status}:\n{stderr}{stdout}")]
    RunCommand {
        /// The command line.
        command: String,
        /// How it ended.
        status: String,
        /// What it wrote to its standard output.
        stdout: String,
        /// What it wrote to its standard error.
        stderr: String,
    },
    /// A condition did not come true in time.
    #[error("waited {within:?} for {what} in vain; last seen: {last}")]
    WaitInVain {
        /// How long it was waited for.
        within: Duration,
        /// The condition, in words.
        what: String,
        /// What was seen at the last look.
        last: String,
    },
    /// The Go toolchain, which builds the Kubernetes programs, is not there.
    #[error(
        "the program `go` was not found. The Kubernetes programs for tests are built from pinned Go modules: install Go \
         {wanted} or newer (https://go.dev/dl), or set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kubectl"
    )]
    FindGo {
        /// The oldest Go version that the module accepts.
        wanted: String,
    },
    /// A Kubernetes program could not be built.
    #[error("failed to build {program:?} with Go; the end of its output:\n{log}")]
    BuildTool {
        /// The name of the program.
        program: &'static str,
        /// The last lines that Go wrote.
        log: String,
    },
    /// A folder that should have a program, such as the one that `KUBEBUILDER_ASSETS` names, lacks it.
    #[error("there is no {program:?} in {folder:?} (KUBEBUILDER_ASSETS names the folder of ready Kubernetes programs)")]
    FindAsset {
        /// The folder.
        folder: PathBuf,
        /// The program that is missing.
        program: &'static str,
    },
    /// A go.mod does not name the version of a module that we build.
    #[error("{path:?} does not say which version of {module:?} is wanted")]
    FindVersion {
        /// The go.mod file.
        path: PathBuf,
        /// The module that is looked for.
        module: &'static str,
    },
    /// Cargo did not produce one of our own programs.
    #[error("failed to build {program:?} with cargo; the end of its output:\n{log}")]
    BuildBinary {
        /// The name of the program.
        program: &'static str,
        /// The last lines that cargo wrote.
        log: String,
    },
    /// No port on 127.0.0.1 is free.
    #[error("found no free port on 127.0.0.1")]
    FindPort,
    /// An HTTP request got no answer.
    #[error("failed to {method} {url:?}")]
    Request {
        /// The method of the request.
        method: &'static str,
        /// The address that was asked.
        url: String,
        /// What the HTTP client said.
        source: Box<ureq::Error>,
    },
    /// An HTTP request was answered with a status that the caller did not expect.
    #[error("{method} {url:?} was answered with {status}: {body}")]
    Answered {
        /// The method of the request.
        method: &'static str,
        /// The address that was asked.
        url: String,
        /// The status code.
        status: u16,
        /// The body, as text.
        body: String,
    },
    /// A text was not JSON.
    #[error("{what} is not JSON: {text:?}")]
    ReadJson {
        /// Where the text came from.
        what: String,
        /// The text.
        text: String,
        /// What the parser said.
        source: serde_json::Error,
    },
}

impl Error {
    /// Turns what the operating system said about a file into our error.
    pub(crate) fn file(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::UseFile { action, path, source }
    }
}
