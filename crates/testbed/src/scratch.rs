//! A folder for one run, gone afterwards.
//!
//! Not here: what is in it.

use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::error::{Error, Result};

/// Removes the folder as soon as we are gone, however that happened. It tries a few times, because the guards of the
/// processes that still write into the folder are at work in the same moment.
const SWEEP: &str = r#"
read -r word
for attempt in 1 2 3 4 5; do
    rm -rf -- "$1" 2>/dev/null && exit
    sleep 1
done
"#;

/// A temporary folder that is removed when this value is dropped, and also when our process is killed.
///
/// Set the environment variable `CLICKPIPES_KEEP_FOLDERS` to any value to keep the folder with its logs.
#[derive(Debug)]
pub struct ScratchFolder {
    folder: Option<TempDir>,
    path: PathBuf,
    sweeper: Option<Child>,
}

impl ScratchFolder {
    /// Makes a new folder below the system's folder for temporary files.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("clickpipes-").tempdir();
        let folder = folder.map_err(Error::file("create", std::env::temp_dir()))?;
        let path = folder.path().to_owned();
        if std::env::var_os("CLICKPIPES_KEEP_FOLDERS").is_some() {
            return Ok(Self { path: folder.keep(), folder: None, sweeper: None });
        }
        let sweeper = start_sweeper(&path)?;
        Ok(Self { folder: Some(folder), path, sweeper: Some(sweeper) })
    }

    /// Where the folder is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A file in the folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file into the folder and tells its path.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.file(name);
        std::fs::write(&path, text).map_err(Error::file("write", &path))?;
        Ok(path)
    }
}

fn start_sweeper(path: &Path) -> Result<Child> {
    let mut command = Command::new("sh");
    command.args(["-c", SWEEP, "sweep"]).arg(path).process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().map_err(|source| Error::StartProcess { program: "sh".to_owned(), source })
}

impl Drop for ScratchFolder {
    fn drop(&mut self) {
        drop(self.folder.take());
        if let Some(mut sweeper) = self.sweeper.take() {
            drop(sweeper.stdin.take());
            let _ = sweeper.wait();
        }
    }
}
