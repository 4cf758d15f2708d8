//! The official OpenAPI document, which the package `clickhouse-cloud-api` ships in its folder.
//!
//! Found through `cargo metadata`, so that a build anywhere reads the version that is locked. Not here: what is in it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use thiserror::Error;

/// The package that ships the document.
const PACKAGE: &str = "clickhouse-cloud-api";
/// The document's file in it.
const FILE: &str = "clickhouse_cloud_openapi.json";

/// Why there is no document.
#[derive(Debug, Error)]
pub enum Error {
    /// `cargo metadata` could not be started.
    #[error("failed to start cargo")]
    Start(#[source] std::io::Error),
    /// `cargo metadata` refused.
    #[error("`cargo metadata` failed: {message}")]
    Metadata {
        /// What it said.
        message: String,
    },
    /// The package is not among the dependencies.
    #[error("package \"{PACKAGE}\" is not in the answer of `cargo metadata`")]
    FindPackage,
    /// The file cannot be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// Which one.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A text is not JSON.
    #[error("failed to parse JSON")]
    Parse(#[from] serde_json::Error),
}

/// The document, as a value that a test may change.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The version of the package that ships it.
    pub version: String,
    /// Its content.
    pub value: Value,
}

impl Document {
    /// The document of the locked version of the package.
    pub fn official() -> Result<Self, Error> {
        let metadata = metadata()?;
        let packages = metadata["packages"].as_array().into_iter().flatten();
        let package = packages.into_iter().find(|package| package["name"] == PACKAGE).ok_or(Error::FindPackage)?;
        let manifest = package["manifest_path"].as_str().ok_or(Error::FindPackage)?;
        let path = Path::new(manifest).with_file_name(FILE);
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Read { path, source })?;
        let version = package["version"].as_str().unwrap_or_default().to_owned();
        Ok(Self { version, value: serde_json::from_str(&text)? })
    }

    /// The schema itself, behind a reference if it is one.
    #[must_use]
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        // A reference to a reference ends; a document that refers in a circle would not be one.
        while let Some(name) = schema["$ref"].as_str().and_then(|text| text.strip_prefix("#/components/schemas/")) {
            schema = &self.value["components"]["schemas"][name];
        }
        schema
    }

    /// The schema of what GET of one pipe answers.
    #[must_use]
    pub fn answer(&self) -> &Value {
        &self.value["components"]["schemas"]["ClickPipe"]
    }
}

fn metadata() -> Result<Value, Error> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    // Other platforms' packages need not be on this machine.
    let arguments = ["metadata", "--format-version", "1", "--locked", "--filter-platform", "host-tuple"];
    let output =
        Command::new(cargo).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().map_err(Error::Start)?;
    if !output.status.success() {
        return Err(Error::Metadata { message: String::from_utf8_lossy(&output.stderr).into_owned() });
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
