//! Everything that one test needs, in one call.
//!
//! Not here: manifests and expectations.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use uuid::Uuid;

use crate::binaries::workspace_root;
use crate::control_plane::ControlPlane;
use crate::error::Result;
use crate::operator::{Operator, OperatorOptions};
use crate::simulator::{Simulator, SimulatorOptions};
use crate::tools::Tools;
use crate::wait::wait_until;

/// Where the operator's service account lives.
const OPERATOR_NAMESPACE: &str = "clickpipes-system";
const RELEASE: &str = "clickpipes-operator";

/// A Kubernetes API, a namespace of its own in it, and a service of its own.
///
/// The API is shared by all worlds of a process unless [`World::alone`] is asked for; namespaces keep them apart. An
/// operator sees all namespaces, so tests that start operators of their own want [`World::alone`].
#[derive(Debug)]
pub struct World {
    control_plane: Arc<ControlPlane>,
    namespace: String,
    simulator: Simulator,
}

impl World {
    /// A world in the control plane that all tests of this process share.
    pub fn start(options: SimulatorOptions) -> Result<Self> {
        Self::within(shared()?, options)
    }

    /// A world with a control plane of its own: for tests that disturb it, or that start operators.
    pub fn alone(options: SimulatorOptions) -> Result<Self> {
        Self::within(Arc::new(new_control_plane()?), options)
    }

    fn within(control_plane: Arc<ControlPlane>, options: SimulatorOptions) -> Result<Self> {
        let simulator = Simulator::start(options)?;
        let namespace = format!("test-{}", Uuid::new_v4().simple());
        control_plane.kubectl(&["create", "namespace", &namespace])?.text()?;
        Ok(Self { control_plane, namespace, simulator })
    }

    /// The Kubernetes API.
    pub fn control_plane(&self) -> &ControlPlane {
        &self.control_plane
    }

    /// The namespace that belongs to this world alone.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The service that belongs to this world alone.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// Applies manifests in this world's namespace.
    pub fn apply(&self, manifests: &str) -> Result<String> {
        self.control_plane.kubectl_stdin(&["apply", "--namespace", &self.namespace, "-f", "-"], manifests)?.text()
    }

    /// Runs kubectl in this world's namespace and reads its JSON.
    pub fn get(&self, what: &[&str]) -> Result<serde_json::Value> {
        let args = [&["get", "--namespace", &self.namespace, "-o", "json"], what].concat();
        self.control_plane.kubectl(&args)?.json()
    }

    /// Starts an operator as [`operator_options`](Self::operator_options) says, and waits until it is ready.
    pub fn start_operator(&self, flags: &[&str]) -> Result<Operator> {
        let operator = Operator::start(&self.operator_options(flags)?)?;
        operator.wait_until_ready(Duration::from_mins(1))?;
        Ok(operator)
    }

    /// The same, with the rights that the chart grants for these values (`name=value,...`).
    pub fn start_operator_with(&self, values: &str, flags: &[&str]) -> Result<Operator> {
        let options = self.operator_options(flags)?;
        install_chart(&self.control_plane, &["--set", values])?;
        let operator = Operator::start(&options)?;
        operator.wait_until_ready(Duration::from_mins(1))?;
        Ok(operator)
    }

    /// How to start an operator that may call this world's service and that has exactly the rights that the chart
    /// grants: the chart is installed, and the operator runs as the service account that the chart made.
    pub fn operator_options(&self, flags: &[&str]) -> Result<OperatorOptions> {
        install_chart(&self.control_plane, &[])?;
        let kubeconfig = self.control_plane.kubeconfig_for_service_account(OPERATOR_NAMESPACE, RELEASE)?;
        let own = ["--allow-api-url", self.simulator.url(), "--operator-namespace", OPERATOR_NAMESPACE];
        let flags = own.iter().chain(flags).map(|word| (*word).to_owned()).collect();
        Ok(OperatorOptions { kubeconfig, flags, ..OperatorOptions::default() })
    }
}

/// The control plane that all worlds of this process share. Nobody drops a static; the guards of its processes end them
/// when our process ends.
fn shared() -> Result<Arc<ControlPlane>> {
    static SHARED: Mutex<Option<Arc<ControlPlane>>> = Mutex::new(None);
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(plane) = &*shared {
        return Ok(Arc::clone(plane));
    }
    let plane = Arc::new(new_control_plane()?);
    *shared = Some(Arc::clone(&plane));
    Ok(plane)
}

fn new_control_plane() -> Result<ControlPlane> {
    let tools = Tools::prepare(|line| eprintln!("{line}"))?;
    let plane = ControlPlane::start(&tools)?;
    install_crds(&plane, &workspace_root().join("crds"))?;
    Ok(plane)
}

/// Applies the CRDs and waits until the API serves them.
fn install_crds(plane: &ControlPlane, folder: &Path) -> Result<()> {
    let folder = folder.to_string_lossy();
    plane.kubectl(&["apply", "--server-side", "-f", &folder])?.text()?;
    let established = ["wait", "--for=condition=Established", "--timeout=30s", "-f", &folder];
    wait_until(Duration::from_mins(1), "the CRDs to be established", || plane.kubectl(&established)?.text().map(Some))?;
    Ok(())
}

fn install_chart(plane: &ControlPlane, values: &[&str]) -> Result<()> {
    let chart = workspace_root().join("charts/clickpipes-operator").to_string_lossy().into_owned();
    let namespace = ["--namespace", OPERATOR_NAMESPACE, "--create-namespace"];
    plane
        .helm(&[&["upgrade", "--install", RELEASE, &chart, "--skip-crds"], &namespace[..], values].concat())?
        .text()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::scratch::ScratchFolder;

    const CRD: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: clickpipes.cloud.clickhouse.com}
spec:
  group: cloud.clickhouse.com
  scope: Namespaced
  names: {kind: ClickPipe, plural: clickpipes}
  versions:
    - {name: v1alpha1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
";

    /// A world with a CRD that accepts anything, and with a program as the service that only tells an address.
    fn world() -> World {
        let plane = ControlPlane::start(&Tools::prepare(|line| eprintln!("{line}")).unwrap()).unwrap();
        let folder = ScratchFolder::new().unwrap();
        folder.write("crd.yaml", CRD).unwrap();
        install_crds(&plane, folder.path()).unwrap();
        let program = Some(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/programs/listening")));
        World::within(Arc::new(plane), SimulatorOptions { program, ..SimulatorOptions::default() }).unwrap()
    }

    #[test]
    fn a_world_has_a_namespace_and_an_operator_with_the_rights_of_the_chart() {
        let world = world();
        world.apply("{apiVersion: cloud.clickhouse.com/v1alpha1, kind: ClickPipe, metadata: {name: orders}}").unwrap();
        let pipe = world.get(&["clickpipe", "orders"]).unwrap();
        assert_eq!(pipe["metadata"]["namespace"], world.namespace());

        let OperatorOptions { kubeconfig, flags, .. } = world.operator_options(&["--paused"]).unwrap();
        assert!(flags.contains(&world.simulator().url().to_owned()) && flags.contains(&"--paused".to_owned()));
        let operator = |args: &[&str]| {
            let namespace = ["--namespace", world.namespace()];
            world.control_plane().kubectl_as(&kubeconfig, &[args, &namespace].concat()).unwrap()
        };
        operator(&["annotate", "clickpipe", "orders", "seen=yes"]).text().unwrap();
        let refused = operator(&["delete", "clickpipe", "orders"]);
        assert!(refused.stderr.contains("forbidden"), "{refused:?}");
    }
}
