//! Changing an object that is there: what counts as a change of the spec, who may write what, and when an object goes.
//!
//! Not here: making objects.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Change, Named, Refused, Store, whole_second};

impl Store {
    /// Changes everything but the status. The generation moves with anything that is not metadata.
    pub fn update(&mut self, named: &Named, mut next: Value) -> Result<(), Refused> {
        let old = self.get(named)?;
        next["status"] = old["status"].clone();
        if next["status"].is_null()
            && let Some(members) = next.as_object_mut()
        {
            members.remove("status");
        }
        let spec = |object: &Value| {
            let mut object = object.clone();
            if let Some(members) = object.as_object_mut() {
                members.retain(|name, _| name != "metadata" && name != "status");
            }
            object
        };
        if next == *old {
            return Ok(());
        }
        if spec(&next) != spec(&old) {
            next["metadata"]["generation"] = json!(old["metadata"]["generation"].as_i64().unwrap_or_default() + 1);
        }
        let is_deleting = !next["metadata"]["deletionTimestamp"].is_null();
        if is_deleting && finalizers(&next).is_empty() {
            self.remove(named, &Arc::new(next));
        } else {
            self.write(named.clone(), next);
        }
        Ok(())
    }

    /// Changes metadata of the version that was handed in.
    pub fn change_metadata(
        &mut self,
        named: &Named,
        version: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<Arc<Value>, Refused> {
        let old = self.current(named, version)?;
        let mut next = Value::clone(&old);
        change(&mut next["metadata"]);
        let is_deleting = !old["metadata"]["deletionTimestamp"].is_null();
        if is_deleting && finalizers(&next).iter().any(|finalizer| !finalizers(&old).contains(finalizer)) {
            return Err(Refused::Forbidden("no new finalizers can be added if the object is being deleted".to_owned()));
        }
        let changed = Arc::new(next.clone());
        self.update(named, next)?;
        Ok(self.get(named).unwrap_or(changed))
    }

    /// Replaces the status of the version that was handed in, and nothing else.
    pub fn replace_status(&mut self, named: &Named, version: &str, status: Value) -> Result<Arc<Value>, Refused> {
        let old = self.current(named, version)?;
        if old["status"] != status {
            let mut next = Value::clone(&old);
            next["status"] = status;
            self.write(named.clone(), next);
        }
        self.get(named)
    }

    /// Deletes: at once without finalizers, else when the last one goes.
    pub fn delete(&mut self, named: &Named, now: Timestamp) -> Result<(), Refused> {
        let old = self.get(named)?;
        if finalizers(&old).is_empty() {
            self.remove(named, &old);
        } else if old["metadata"]["deletionTimestamp"].is_null() {
            let mut next = Value::clone(&old);
            next["metadata"]["deletionTimestamp"] = json!(whole_second(now));
            next["metadata"]["generation"] = json!(old["metadata"]["generation"].as_i64().unwrap_or_default() + 1);
            self.write(named.clone(), next);
        }
        Ok(())
    }

    fn current(&self, named: &Named, version: &str) -> Result<Arc<Value>, Refused> {
        let old = self.get(named)?;
        let is_current = old["metadata"]["resourceVersion"].as_str() == Some(version);
        if is_current { Ok(old) } else { Err(Refused::Conflict) }
    }

    pub(super) fn write(&mut self, named: Named, mut object: Value) {
        self.version += 1;
        object["metadata"]["resourceVersion"] = json!(self.version.to_string());
        let object = Arc::new(object);
        self.objects.insert(named.clone(), Arc::clone(&object));
        self.log.push(Change { named, object, gone: false });
    }

    fn remove(&mut self, named: &Named, last: &Arc<Value>) {
        self.version += 1;
        self.objects.remove(named);
        self.log.push(Change { named: named.clone(), object: Arc::clone(last), gone: true });
    }
}

fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
