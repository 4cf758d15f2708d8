//! Starts a Kubernetes API for a person to try things on, and keeps it until Ctrl-C.
//!
//! Not here: the operator and the simulator (see `cargo xtask demo`). The tests of this crate also use this program: they
//! kill it in the rudest way and look whether anything is left.

use testbed::{ControlPlane, Result, Tools};

fn main() -> Result<()> {
    let tools = Tools::prepare(|line| eprintln!("{line}"))?;
    let plane = ControlPlane::start(&tools)?;
    println!("url {}", plane.url());
    println!("folder {}", plane.folder().display());
    for pid in plane.process_ids() {
        println!("process {pid}");
    }
    println!("export KUBECONFIG={}", plane.kubeconfig().display());
    loop {
        std::thread::park();
    }
}
