//! How long everything takes, in milliseconds at speed 1.
//!
//! The rate limit's window is not here: it is real time at any speed.

use serde::{Deserialize, Serialize};

/// Durations in milliseconds, all divided by the speed.
///
/// The defaults are at the quick end of what is documented and observed, so that a demo at speed 1 still moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timings {
    /// A read, or a write that touches no source.
    pub answer_ms: u64,
    /// Creating a streaming or object-storage pipe; it is committed just before the answer.
    pub create_ms: u64,
    /// Creating a database pipe, which connects to the source first.
    pub create_database_ms: u64,
    /// A PATCH that makes the service connect to the source.
    pub validate_source_ms: u64,
    /// Provisioning of a new pipe.
    pub provisioning_ms: u64,
    /// Provisioning of a pipe that is started again.
    pub restart_ms: u64,
    /// Setup of a database pipe.
    pub setup_ms: u64,
    /// Snapshot of a database pipe.
    pub snapshot_ms: u64,
    /// Running time of a one-shot load before it is Completed.
    pub one_shot_ms: u64,
    /// Stopping or Pausing.
    pub stop_ms: u64,
    /// Resuming a paused database pipe.
    pub resume_ms: u64,
    /// How long a database pipe stays Paused after an accepted PATCH before it resumes by itself.
    pub auto_resume_ms: u64,
    /// Modifying: removing tables.
    pub modify_ms: u64,
    /// Resync: the swap at the end of a resync.
    pub resync_ms: u64,
    /// Until a change of the shared CDC scaling is in effect.
    pub cdc_scaling_ms: u64,
    /// How long a deleted database pipe stays visible.
    pub teardown_database_ms: u64,
    /// How long a deleted streaming or object-storage pipe stays visible.
    pub teardown_ms: u64,
    /// Waking an idle service.
    pub awake_ms: u64,
    /// Starting or stopping a service.
    pub service_ms: u64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            answer_ms: 60,
            create_ms: 1_500,
            create_database_ms: 6_000,
            validate_source_ms: 2_000,
            provisioning_ms: 20_000,
            restart_ms: 8_000,
            setup_ms: 10_000,
            snapshot_ms: 30_000,
            one_shot_ms: 30_000,
            stop_ms: 5_000,
            resume_ms: 2_000,
            auto_resume_ms: 2_000,
            modify_ms: 5_000,
            resync_ms: 5_000,
            cdc_scaling_ms: 180_000,
            teardown_database_ms: 30_000,
            teardown_ms: 0,
            awake_ms: 60_000,
            service_ms: 60_000,
        }
    }
}

impl Timings {
    /// All of them divided by a speed.
    pub(crate) fn at_speed(&self, speed: u32) -> Self {
        let at = |ms: u64| ms / u64::from(speed.max(1));
        let Self {
            answer_ms,
            create_ms,
            create_database_ms,
            validate_source_ms,
            provisioning_ms,
            restart_ms,
            setup_ms,
            snapshot_ms,
            one_shot_ms,
            stop_ms,
            resume_ms,
            auto_resume_ms,
            modify_ms,
            resync_ms,
            cdc_scaling_ms,
            teardown_database_ms,
            teardown_ms,
            awake_ms,
            service_ms,
        } = *self;
        Self {
            answer_ms: at(answer_ms),
            create_ms: at(create_ms),
            create_database_ms: at(create_database_ms),
            validate_source_ms: at(validate_source_ms),
            provisioning_ms: at(provisioning_ms),
            restart_ms: at(restart_ms),
            setup_ms: at(setup_ms),
            snapshot_ms: at(snapshot_ms),
            one_shot_ms: at(one_shot_ms),
            stop_ms: at(stop_ms),
            resume_ms: at(resume_ms),
            auto_resume_ms: at(auto_resume_ms),
            modify_ms: at(modify_ms),
            resync_ms: at(resync_ms),
            cdc_scaling_ms: at(cdc_scaling_ms),
            teardown_database_ms: at(teardown_database_ms),
            teardown_ms: at(teardown_ms),
            awake_ms: at(awake_ms),
            service_ms: at(service_ms),
        }
    }
}
