//! The rules' cases, as the crates `crd` and `plan` keep them beside their quick tests: read, and made into manifests.
//!
//! Not here: playing them (`rules`, `conditions`).

use serde_json::{Map, Value, json};
use testbed::workspace_root;

use crate::words::SERVICE;

/// The cases of one file.
pub(crate) struct Cases {
    /// The file's name, without `.yaml`.
    pub(crate) file: String,
    whole: Value,
}

/// One case of a list: the object that is refused, the one that it was, the one that is cured.
pub(crate) struct Case {
    /// The name of its objects.
    pub(crate) name: String,
    /// Words of the refusal.
    pub(crate) says: String,
    /// What is stored before, for rules about changes.
    pub(crate) was: Option<Value>,
    /// What is refused.
    pub(crate) refused: Value,
    /// What is accepted.
    pub(crate) cured: Value,
}

impl Cases {
    /// Every file of a folder of the workspace, in order.
    pub(crate) fn read(folder: &str) -> Vec<Self> {
        let entries = std::fs::read_dir(workspace_root().join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
        paths.sort();
        let read = |path: &std::path::PathBuf| {
            let whole = serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            Self { file: path.file_stem().unwrap().to_string_lossy().into_owned(), whole }
        };
        paths.iter().map(read).collect()
    }

    /// The reason of Ready when a pipe of the base has settled.
    pub(crate) fn ready(&self) -> &str {
        self.whole["ready"].as_str().unwrap_or("Running")
    }

    /// The base, and everything that is said to be good.
    pub(crate) fn good(&self) -> Vec<Value> {
        let base = self.manifest(&format!("{}-base", self.file), &json!({}));
        let changes = self.whole["good"].as_array().into_iter().flatten().enumerate();
        let varied = changes.map(|(number, change)| self.manifest(&format!("{}-good-{number}", self.file), change));
        std::iter::once(base).chain(varied).collect()
    }

    /// The cases of one list.
    pub(crate) fn list(&self, list: &str) -> Vec<Case> {
        let cases = self.whole[list].as_array().into_iter().flatten().enumerate();
        let case = |(number, case): (usize, &Value)| {
            let name = format!("{}-{list}-{number}", self.file);
            let was = (!case["was"].is_null()).then(|| self.manifest(&name, &case["was"]));
            // What an edit changes was there before; what a rule of the API server says of an edit is told from the base.
            let from = if list == "replaced" { was.clone() } else { None };
            let from = from.unwrap_or_else(|| self.manifest(&name, &json!({})));
            let refused = merged(&from, &json!({"spec": case["when"]}));
            let cured = merged(&refused, &json!({"spec": case["cured"]}));
            let was = was.or_else(|| (list == "replaced").then(|| from.clone()));
            Case { name, says: case["says"].as_str().unwrap().to_owned(), was, refused, cured }
        };
        cases.map(case).collect()
    }

    fn manifest(&self, name: &str, change: &Value) -> Value {
        let (kind, header) = match self.file.as_str() {
            "connection" => ("CloudConnection", json!({})),
            "cluster-connection" => ("ClusterCloudConnection", json!({})),
            _ => ("ClickPipe", json!({"connectionRef": {"name": "prod"}, "serviceId": SERVICE})),
        };
        let spec = merged(&merged(&header, &self.whole["base"]), change);
        json!({"apiVersion": "cloud.clickhouse.com/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec})
    }
}

/// A JSON merge patch (RFC 7396).
pub(crate) fn merged(target: &Value, patch: &Value) -> Value {
    let Value::Object(patch) = patch else { return patch.clone() };
    let mut merged_target = target.as_object().cloned().unwrap_or_else(Map::new);
    for (name, value) in patch {
        let before = merged_target.remove(name).unwrap_or_default();
        if !value.is_null() {
            merged_target.insert(name.clone(), merged(&before, value));
        }
    }
    Value::Object(merged_target)
}

/// Many objects as one.
pub(crate) fn list(items: &[Value]) -> String {
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}
