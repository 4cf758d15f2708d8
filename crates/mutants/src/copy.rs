//! The copy of the workspace that is broken; the workspace itself is only read.
//!
//! Not here: what is written into the copy (see `rewrite`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Folders that are made, not written.
const MADE: [&str; 2] = ["target", ".git"];
/// What is broken; it is written by `build`, and only when it changes, since cargo goes by the time of a file.
pub(crate) const SOURCES: &str = "crates/plan/src";

/// The copy, and the folder of what is built from it.
pub(crate) struct Copy {
    /// Its root.
    pub(crate) root: PathBuf,
    /// The target folder of cargo.
    pub(crate) target: PathBuf,
}

impl Copy {
    /// Copies what has changed since the last time, so that cargo builds only that anew.
    pub(crate) fn make(root: &Path, folder: &Path) -> Result<Self> {
        let copy = Self { root: folder.join("workspace"), target: folder.join("build") };
        mirror(root, &copy.root, &root.join(SOURCES))?;
        Ok(copy)
    }

    /// Changes a file of the copy; one that says this already is left alone.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result {
        let path = self.root.join(file);
        fs::create_dir_all(path.parent().unwrap_or(&path))?;
        put(&path, text.as_bytes())
    }
}

/// The text of every file under a folder, by its path from the root.
pub(crate) fn texts(root: &Path, folder: &str) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            found.extend(texts(root, &path)?);
        } else {
            found.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(found)
}

fn mirror(from: &Path, to: &Path, without: &Path) -> Result {
    fs::create_dir_all(to)?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        if MADE.iter().any(|made| name == *made) {
            continue;
        }
        let (path, copy) = (entry.path(), to.join(&name));
        if path == without {
            // Written by another.
        } else if path.is_dir() {
            mirror(&path, &copy, without)?;
        } else {
            put(&copy, &fs::read(&path)?)?;
        }
        names.insert(name);
    }
    for entry in fs::read_dir(to)? {
        let entry = entry?;
        if !names.contains(&entry.file_name()) {
            let path = entry.path();
            if path.is_dir() { fs::remove_dir_all(path)? } else { fs::remove_file(path)? }
        }
    }
    Ok(())
}

fn put(path: &Path, bytes: &[u8]) -> Result {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}
