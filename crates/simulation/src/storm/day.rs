//! A day: as many objects as a team has, two operators without a Lease, trouble from midnight to midnight; then exactly one pipe for each object.
//!
//! People do only what leaves every object with a wish for one pipe: they do not pause, keep, or let a loss stand. Not here: what goes wrong
//! ([`super::faults`]), what must hold at every moment ([`crate::watchman`]).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use super::people::SOURCES;
use super::{Run, Storm};

/// How long it lasts.
pub(super) const LASTS: Duration = Duration::from_hours(24);

impl Storm {
    /// A day of two operators over so many objects.
    pub fn day(seed: u64, objects: u32) -> Self {
        Self { seed, window_holds: true, replicas: 2, objects }
    }

    /// Whether it is a day.
    pub(super) const fn is_day(&self) -> bool {
        self.objects > 0
    }

    /// How many objects of one source there can be.
    pub(super) fn of_each(&self) -> u32 {
        self.objects.div_ceil(u32::try_from(SOURCES.len()).unwrap_or(1)).max(3)
    }
}

impl Run {
    /// The objects of the morning.
    pub(super) fn morning(&mut self) {
        let each = self.storm.of_each();
        let all = SOURCES.iter().flat_map(|source| (0..each).map(move |number| (*source, number)));
        for (source, number) in all.take(self.storm.objects as usize) {
            self.create(source, number);
        }
    }

    /// One thing that a user does.
    pub(super) fn somebody_works(&mut self) {
        let pipes = self.named("ClickPipe");
        let Some(pipe) = self.random.choice(&pipes).cloned() else { return };
        let number = self.next();
        match self.random.u32(0..12) {
            0 => self.delete(&pipe),
            1 | 2 => self.morning(),
            3 => self.set(&pipe, "spec.name", json!(format!("Name {number}"))),
            4 | 5 => self.set(&pipe, "spec.state", json!("Stopped")),
            6 | 7 => self.set(&pipe, "spec.state", json!("Running")),
            8 => self.rotate(&pipe, number),
            9 => self.annotate(&pipe, "reconcile-requested-at", Some(number.to_string())),
            10 => self.confirm(&pipe),
            _ => self.annotate(&pipe, "touched", Some(number.to_string())),
        }
    }

    /// In the evening people answer what they are asked.
    pub(super) fn answer_all(&mut self) {
        for pipe in self.named("ClickPipe") {
            self.confirm(&pipe);
            let conditions = self.object(&pipe)["status"]["conditions"].clone();
            let mut all = conditions.as_array().into_iter().flatten();
            // After many vanished at once nothing is made anew until somebody says so.
            if all.any(|one| one["type"] == "Stalled" && one["reason"] == "ExternallyDeleted") {
                let number = self.next();
                self.annotate(&pipe, "reconcile-requested-at", Some(number.to_string()));
            }
        }
    }

    /// How it is not exactly one pipe for each object. A pipe is an object's by its id, or by the token in its name.
    pub(super) fn not_one_each(&self) -> Vec<String> {
        let cloud = self.world.shared.cloud.lock();
        let live = cloud.pipes().filter(|pipe| pipe.gone_at_ms.is_none() && !pipe.foreign);
        let mut live: BTreeMap<String, String> = live.map(|pipe| (pipe.id.clone(), pipe.name.clone())).collect();
        drop(cloud);
        let mut problems = Vec::new();
        for named in self.named("ClickPipe") {
            let object = self.object(&named);
            let [id, token] =
                ["id", "token"].map(|member| object["status"]["pipe"][member].as_str().unwrap_or_default());
            let mark = format!("[{token}]");
            let own: Vec<String> = live
                .iter()
                .filter(|(pipe, name)| *pipe == id || name.ends_with(&mark))
                .map(|(pipe, _)| pipe.clone())
                .collect();
            live.retain(|pipe, _| !own.contains(pipe));
            if own != [id] {
                problems.push(format!("{} has the pipes {own:?}: {}", named.name, object["status"]["conditions"]));
            }
        }
        problems.extend(live.into_iter().map(|(id, name)| format!("without an object: {id} {name}")));
        problems
    }
}
