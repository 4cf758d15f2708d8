//! Changing an object that is there: what counts as a change of the spec, who may write what, and when an object goes.
//!
//! Not here: making objects.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Change, Named, Refused, Store, whole_second};

impl Store {
    /// Changes everything but the status and what the server says. The generation moves with anything that is not metadata.
    pub fn update(&mut self, named: &Named, mut next: Value) -> Result<(), Refused> {
        let old = self.get(named)?;
        let is_deleting = !old["metadata"]["deletionTimestamp"].is_null();
        if is_deleting && finalizers(&next).iter().any(|finalizer| !finalizers(&old).contains(finalizer)) {
            return Err(Refused::Invalid("no new finalizers can be added if the object is being deleted".to_owned()));
        }
        if let Some(members) = next.as_object_mut() {
            members.remove("status");
            members.extend(old.get("status").map(|status| ("status".to_owned(), status.clone())));
        }
        self.complete(&mut next);
        if next == *old && !self.bare.contains(named) {
            return Ok(());
        }
        if spec(&next) != spec(&old) {
            move_generation(&mut next);
        }
        if is_deleting && finalizers(&next).is_empty() {
            self.remove(named);
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
        let changed = Arc::new(next.clone());
        self.update(named, next)?;
        Ok(self.get(named).unwrap_or(changed))
    }

    /// Replaces the status of the version that was handed in, and nothing else.
    pub fn replace_status(&mut self, named: &Named, version: &str, status: Value) -> Result<Arc<Value>, Refused> {
        let old = self.current(named, version)?;
        let mut next = Value::clone(&old);
        next["status"] = status;
        self.complete(&mut next);
        if next != *old || self.bare.contains(named) {
            self.write(named.clone(), next);
        }
        self.get(named)
    }

    /// Deletes: at once without finalizers, else when the last one goes. A namespace goes after everything in it.
    pub fn delete(&mut self, named: &Named, now: Timestamp) -> Result<(), Refused> {
        let old = self.get(named)?;
        let within = if named.kind == "Namespace" { self.within(&named.name) } else { Vec::new() };
        if finalizers(&old).is_empty() && within.is_empty() {
            self.remove(named);
        } else if old["metadata"]["deletionTimestamp"].is_null() {
            let mut next = Value::clone(&old);
            next["metadata"]["deletionTimestamp"] = json!(whole_second(now));
            next["metadata"]["deletionGracePeriodSeconds"] = json!(0);
            move_generation(&mut next);
            self.write(named.clone(), next);
        }
        for named in within {
            self.delete(&named, now)?;
        }
        Ok(())
    }

    fn within(&self, namespace: &str) -> Vec<Named> {
        self.objects.keys().filter(|named| named.namespace.as_deref() == Some(namespace)).cloned().collect()
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
        self.bare.remove(&named);
        self.objects.insert(named.clone(), Arc::clone(&object));
        self.log.push(Change { named, object, gone: false });
    }

    /// Watches show the object as it was stored last, with the version of its end.
    fn remove(&mut self, named: &Named) {
        let Some(last) = self.objects.remove(named) else { return };
        self.bare.remove(named);
        self.version += 1;
        let mut last = Value::clone(&last);
        last["metadata"]["resourceVersion"] = json!(self.version.to_string());
        self.log.push(Change { named: named.clone(), object: Arc::new(last), gone: true });
        let Some(namespace) = &named.namespace else { return };
        let is_last = self.within(namespace).is_empty();
        let namespace = Named::new("Namespace", None, namespace);
        let is_ending = self.get(&namespace).is_ok_and(|it| !it["metadata"]["deletionTimestamp"].is_null());
        if is_last && is_ending {
            self.remove(&namespace);
        }
    }
}

/// What counts for the generation.
fn spec(object: &Value) -> Vec<(&String, &Value)> {
    let members = object.as_object().into_iter().flatten();
    members.filter(|(name, _)| *name != "metadata" && *name != "status").collect()
}

/// Kinds that are not ours have none.
fn move_generation(object: &mut Value) {
    if let Some(generation) = object["metadata"]["generation"].as_i64() {
        object["metadata"]["generation"] = json!(generation + 1);
    }
}

fn finalizers(object: &Value) -> Vec<&str> {
    object["metadata"]["finalizers"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}
