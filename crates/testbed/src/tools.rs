//! The Kubernetes programs: where they are, and making them when they are not there yet.
//!
//! Not here: starting them (see `control_plane`). Nothing is ever downloaded as a binary; Go builds the programs from
//! the modules that `tests/kubernetes/go.mod` pins and go.sum checks.

mod build;
mod version;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use crate::binaries::workspace_root;
use crate::error::{Error, Result};
use build::{Module, Package};

const ETCD: Package = Package { program: "etcd", path: "go.etcd.io/etcd/server/v3" };
const API_SERVER: Package = Package { program: "kube-apiserver", path: "k8s.io/kubernetes/cmd/kube-apiserver" };
const KUBECTL: Package = Package { program: "kubectl", path: "k8s.io/kubernetes/cmd/kubectl" };
const CONTROLLER_MANAGER: Package =
    Package { program: "kube-controller-manager", path: "k8s.io/kubernetes/cmd/kube-controller-manager" };
const KSTATUS: Package = Package { program: "kstatus", path: "." };
const HELM: Package = Package { program: "helm", path: "helm.sh/helm/v3/cmd/helm" };

/// The paths of the Kubernetes programs.
///
/// The environment decides where they come from:
/// - `KUBEBUILDER_ASSETS`: a folder with ready etcd, kube-apiserver and kubectl, as setup-envtest fills it. Programs
///   that such a folder usually lacks (helm, kube-controller-manager) are taken from it if they are there.
/// - `CLICKPIPES_TOOLS_DIR`: where built programs are kept; `target/kubernetes` in the workspace if it is not set.
#[derive(Debug, Clone)]
pub struct Tools {
    /// The etcd server.
    pub etcd: PathBuf,
    /// The Kubernetes API server.
    pub api_server: PathBuf,
    /// The command line client.
    pub kubectl: PathBuf,
    assets: Option<PathBuf>,
}

impl Tools {
    /// Makes etcd, kube-apiserver and kubectl available. The first time takes minutes and says so through `progress`;
    /// later it takes no time. Two processes that ask at once do not build twice.
    pub fn prepare(progress: impl Fn(&str)) -> Result<Self> {
        let assets = std::env::var_os("KUBEBUILDER_ASSETS").filter(|folder| !folder.is_empty());
        if let Some(folder) = assets {
            return Self::from_folder(Path::new(&folder));
        }
        let module = kubernetes()?;
        Ok(Self {
            etcd: module.program(&ETCD, &progress)?,
            api_server: module.program(&API_SERVER, &progress)?,
            kubectl: module.program(&KUBECTL, &progress)?,
            assets: None,
        })
    }

    /// Takes etcd, kube-apiserver and kubectl from a folder that has them.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let asset = |package: &Package| asset(folder, package);
        let (etcd, api_server, kubectl) = (asset(&ETCD)?, asset(&API_SERVER)?, asset(&KUBECTL)?);
        Ok(Self { etcd, api_server, kubectl, assets: Some(folder.to_owned()) })
    }

    /// The path of helm, which is built when it is first asked for.
    pub fn helm(&self, progress: impl Fn(&str)) -> Result<PathBuf> {
        self.ready(&HELM).map_or_else(|| helm()?.program(&HELM, &progress), Ok)
    }

    /// The path of kube-controller-manager, which is built when it is first asked for.
    pub fn controller_manager(&self, progress: impl Fn(&str)) -> Result<PathBuf> {
        self.ready(&CONTROLLER_MANAGER).map_or_else(|| kubernetes()?.program(&CONTROLLER_MANAGER, &progress), Ok)
    }

    fn ready(&self, package: &Package) -> Option<PathBuf> {
        self.assets.as_ref().and_then(|folder| asset(folder, package).ok())
    }
}

/// The path of a program that tells what kstatus makes of objects, by kstatus' own code; it is built when it is first asked for. It reads a JSON
/// array of objects and writes a JSON array of statuses.
pub fn kstatus(progress: impl Fn(&str)) -> Result<PathBuf> {
    let source = workspace_root().join("tests/kubernetes/kstatus");
    let library = version::required(&source, "github.com/fluxcd/cli-utils")?;
    let program = source.join("main.go");
    let text = std::fs::read(&program).map_err(Error::file("read", &program))?;
    // A program of ours changes without any version: its text is part of the key.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    let cache = cache().join(format!("kstatus-{library}-{:016x}", hasher.finish()));
    Module { source, cache, link_flags: "-s -w".to_owned() }.program(&KSTATUS, &progress)
}

fn asset(folder: &Path, package: &Package) -> Result<PathBuf> {
    let path = folder.join(package.program);
    let missing = || Error::FindAsset { folder: folder.to_owned(), program: package.program };
    path.is_file().then_some(path).ok_or_else(missing)
}

fn kubernetes() -> Result<Module> {
    let source = workspace_root().join("tests/kubernetes");
    let kubernetes = version::required(&source, "k8s.io/kubernetes")?;
    let etcd = version::required(&source, "go.etcd.io/etcd/server/v3")?;
    Ok(Module {
        source,
        cache: cache().join(format!("kubernetes-{kubernetes}-etcd-{etcd}")),
        link_flags: version::kubernetes_link_flags(&kubernetes),
    })
}

fn helm() -> Result<Module> {
    let source = workspace_root().join("tests/kubernetes/helm");
    let helm = version::required(&source, "helm.sh/helm/v3")?;
    let client = version::required(&source, "k8s.io/client-go")?;
    let link_flags = version::helm_link_flags(&helm, &client);
    Ok(Module { source, cache: cache().join(format!("helm-{helm}")), link_flags })
}

/// Where built programs are kept. It is the same for all build folders of cargo, so that one build serves them all.
fn cache() -> PathBuf {
    let chosen = std::env::var_os("CLICKPIPES_TOOLS_DIR").filter(|folder| !folder.is_empty());
    chosen.map_or_else(|| workspace_root().join("target/kubernetes"), PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scratch::ScratchFolder;

    #[test]
    fn a_folder_that_lacks_a_program_is_refused_by_name() {
        let folder = ScratchFolder::new().unwrap();
        folder.write("etcd", "").unwrap();
        let error = Tools::from_folder(folder.path()).unwrap_err().to_string();
        assert!(error.contains("kube-apiserver"), "{error}");
    }
}
