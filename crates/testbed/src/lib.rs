//! Starts the real parts for tests and for the demo, each on a free port, and ends every one of them.
//!
//! What there is: etcd and kube-apiserver ([`ControlPlane`]), kubectl and helm (methods of it), the pretended service
//! ([`Simulator`]), the operator ([`Operator`]), and all of them in one call ([`World`]). Everything is blocking and
//! made of ordinary processes, so a test reads from top to bottom.
//!
//! # Guarantees
//! - A process that was started here ends with the value that stands for it, and at the latest with the process that
//!   started it: after a normal exit, a panic, Ctrl-C, SIGTERM and SIGKILL alike (see [`Process`]).
//! - Processes are ended by process id, never by name.
//! - Nothing here sleeps for a guessed time: every wait looks for a condition and has an end (see [`wait_until`]).
//!
//! What is not here: assertions about the operator. They belong to the tests that use this crate.

mod binaries;
mod command;
mod control_plane;
mod error;
mod http;
mod operator;
mod port;
mod process;
mod recipe;
mod scratch;
mod simulator;
mod tools;
mod wait;
mod world;

pub use binaries::{Binary, workspace_root};
pub use command::{Command, Output};
pub use control_plane::ControlPlane;
pub use error::{Error, Result};
pub use http::{Answer, Http};
pub use operator::{Operator, OperatorOptions};
pub use port::free_port;
pub use process::Process;
pub use recipe::Recipe;
pub use scratch::ScratchFolder;
pub use simulator::{Simulator, SimulatorOptions};
pub use tools::{Tools, kstatus};
pub use wait::{wait_for_value, wait_until};
pub use world::World;
