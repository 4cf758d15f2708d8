//! One pipe as the service keeps it: the document with everything secret in it, and where it is in its life.
//!
//! What of it an answer shows is in `view`; how it moves is in `machine`.

use serde_json::{Map, Value, json};

use crate::course::Course;
use crate::source::{Family, Source};
use crate::state::PipeState;

/// A pipe.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts, not a state")]
pub struct Pipe {
    /// Its id, a UUID.
    pub id: String,
    /// Its organization.
    pub organization: String,
    /// Its service.
    pub service: String,
    /// Its name; not unique.
    pub name: String,
    /// Where it reads from.
    pub source: Source,
    /// The members of the source, secrets included.
    pub document: Map<String, Value>,
    /// The destination, write-only members included.
    pub destination: Map<String, Value>,
    /// The column mappings as they were sent.
    pub field_mappings: Option<Value>,
    /// The size.
    pub scaling: Map<String, Value>,
    /// The settings that were set.
    pub settings: Map<String, Value>,
    /// Whether it was created stopped.
    pub start_paused: bool,
    /// Whether it was ever meant to run: created without `startPaused`, or started, or resynced.
    pub ever_started: bool,
    /// Whether it was made through the admin API: somebody else's.
    pub foreign: bool,
    /// When it was committed.
    pub committed_at_ms: u64,
    /// From when on a read by id finds it.
    pub visible_at_ms: u64,
    /// From when on the list shows it.
    pub listed_at_ms: u64,
    /// When it was last changed, state changes included.
    pub changed_at_ms: u64,
    /// When it is gone, once it was deleted; it stays visible until then.
    pub gone_at_ms: Option<u64>,
    /// Until when the scaling reads zero.
    pub scaling_unknown_until_ms: u64,
    /// Reads by id that are still answered with 404.
    pub hidden_reads: u64,
    /// Edits of a MongoDB pipe without credentials since the last one with them.
    pub edits_without_credentials: u64,
    pub(crate) created_micros: u64,
    pub(crate) updated_micros: u64,
    pub(crate) course: Course<PipeState>,
    pub(crate) stop_wanted: bool,
    /// The document before the last change, for stale reads.
    pub(crate) before: Option<Box<Self>>,
}

impl Pipe {
    /// Its state now.
    pub fn state(&self) -> PipeState {
        self.course.state()
    }

    /// Its family.
    pub fn family(&self) -> Family {
        self.source.family()
    }

    /// Whether it is there at that time: committed and not yet gone.
    pub fn alive(&self, now_ms: u64) -> bool {
        self.gone_at_ms.is_none_or(|gone| gone > now_ms)
    }

    /// How its data gets there: `cdc`, `snapshot` or `cdc_only`; empty for other families.
    pub(crate) fn replication_mode(&self) -> &str {
        let settings = self.document.get("settings");
        let mode = settings.and_then(|settings| settings.get("replicationMode"));
        mode.and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the service logs in at the source with a password: not with a role or a workload identity, which need none (CTL#662).
    pub(crate) fn by_password(&self) -> bool {
        let way = self.document.get("authentication").and_then(Value::as_str);
        !matches!(way, Some("IAM_ROLE" | "SERVICE_ACCOUNT_WORKLOAD_IDENTITY"))
    }

    /// Whether it loads once and is then Completed.
    pub(crate) fn one_shot(&self) -> bool {
        match self.family() {
            Family::Streaming => false,
            Family::ObjectStorage => self.document.get("isContinuous").and_then(Value::as_bool) != Some(true),
            Family::Database => self.replication_mode() == "snapshot",
        }
    }

    /// Everything there is to know about it, secrets included: for the admin API only.
    pub fn everything(&self, now_ms: u64) -> Value {
        json!({
            "id": self.id,
            "organization": self.organization,
            "service": self.service,
            "name": self.name,
            "state": self.state(),
            "source_type": self.source,
            "source": { self.source.arm(): self.document },
            "destination": self.destination,
            "field_mappings": self.field_mappings,
            "scaling": self.scaling,
            "settings": self.settings,
            "start_paused": self.start_paused,
            "ever_started": self.ever_started,
            "foreign": self.foreign,
            "committed_at_ms": self.committed_at_ms,
            "visible_at_ms": self.visible_at_ms,
            "listed_at_ms": self.listed_at_ms,
            "changed_at_ms": self.changed_at_ms,
            "gone_at_ms": self.gone_at_ms,
            "alive": self.alive(now_ms),
        })
    }
}
