//! What a simulator is started with: who may call, which services there are, and how it behaves.
//!
//! Durations are in [`Timings`], answer shapes in [`Switch`]; what happens only now and then is a fault, not a setting.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::limit::RateLimit;
use crate::route::RouteKind;
use crate::switch::Switch;
use crate::timings::Timings;

/// The organization of a simulator that was told of none.
pub const DEFAULT_ORGANIZATION: &str = "11111111-1111-4111-8111-111111111111";
/// The service of a simulator that was told of none.
pub const DEFAULT_SERVICE: &str = "22222222-2222-4222-8222-222222222222";

/// Everything a simulator is started with. The same configuration and the same requests at the same times give the
/// same answers, bit for bit.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Ids of the organizations.
    pub organizations: Vec<String>,
    /// The services.
    pub services: Vec<ServiceConfig>,
    /// The API keys. When there are none, every key is accepted everywhere.
    pub keys: Vec<KeyConfig>,
    /// Decides every identifier.
    pub seed: u64,
    /// Refuse the documented but outdated request forms and unknown members.
    pub strict: bool,
    /// All durations except the rate limit's window are divided by this.
    pub speed: u32,
    /// What the simulator's time 0 is in milliseconds since 1970; only `createdAt` and `updatedAt` show it.
    pub epoch_unix_ms: u64,
    /// The rate limit of each key; `None` turns it off.
    pub rate_limit: Option<RateLimit>,
    /// How long everything takes.
    pub timings: Timings,
    /// In which ways answers differ from what was sent. None by default.
    pub switches: BTreeSet<Switch>,
    /// Behaviour on which the evidence is silent or divided.
    pub toggles: Toggles,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            organizations: vec![DEFAULT_ORGANIZATION.to_owned()],
            services: vec![ServiceConfig::new(DEFAULT_SERVICE)],
            keys: Vec::new(),
            seed: 1,
            strict: false,
            speed: 1,
            epoch_unix_ms: 1_767_225_600_000,
            rate_limit: Some(RateLimit::default()),
            timings: Timings::default(),
            switches: BTreeSet::new(),
            toggles: Toggles::default(),
        }
    }
}

impl Config {
    /// A duration at the configured speed.
    pub(crate) fn at_speed(&self, ms: u64) -> u64 {
        ms / u64::from(self.speed.max(1))
    }
}

/// A service that is there from the start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceConfig {
    /// Its id, a UUID.
    pub id: String,
    /// Its organization; the first one when absent.
    #[serde(default)]
    pub organization: Option<String>,
    /// Its name; made from the id when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Its state, such as `running` or `idle`.
    #[serde(default)]
    pub state: ServiceState,
    /// The cloud it runs on: `aws`, `gcp` or `azure`.
    #[serde(default = "aws")]
    pub provider: String,
    /// Tables that hold rows, as `database.table`; a managed table or a CDC target must not be among them.
    #[serde(default)]
    pub tables_with_rows: BTreeSet<String>,
}

impl ServiceConfig {
    /// A running service on AWS in the first organization.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            organization: None,
            name: None,
            state: ServiceState::Running,
            provider: aws(),
            tables_with_rows: BTreeSet::new(),
        }
    }
}

fn aws() -> String {
    "aws".to_owned()
}

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyConfig {
    /// The key's id, the user of HTTP Basic.
    pub id: String,
    /// The key's secret, the password of HTTP Basic.
    pub secret: String,
    /// The only organization it works in; the first one when absent.
    #[serde(default)]
    pub organization: Option<String>,
    /// A disabled key is answered with 401.
    #[serde(default)]
    pub disabled: bool,
}

/// The states of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the service's own words, which its documentation does not explain either")]
pub enum ServiceState {
    Starting,
    Stopping,
    Terminating,
    Softdeleting,
    Awaking,
    PartiallyRunning,
    Provisioning,
    #[default]
    Running,
    Stopped,
    Terminated,
    Softdeleted,
    Degraded,
    Failed,
    Idle,
}

impl ServiceState {
    /// The word used in JSON and in error texts.
    pub fn word(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Stopping => "stopping",
            Self::Terminating => "terminating",
            Self::Softdeleting => "softdeleting",
            Self::Awaking => "awaking",
            Self::PartiallyRunning => "partially_running",
            Self::Provisioning => "provisioning",
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Terminated => "terminated",
            Self::Softdeleted => "softdeleted",
            Self::Degraded => "degraded",
            Self::Failed => "failed",
            Self::Idle => "idle",
        }
    }
}

/// Behaviour on which the evidence is silent or divided; the defaults are the safest reading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "these are independent switches, not a state")]
pub struct Toggles {
    /// The calls that need a running service (424 otherwise). Create and update, as TF#376 says.
    pub gated: BTreeSet<RouteKind>,
    /// Every PATCH of a database pipe needs it paused; otherwise only one with a `source` does.
    pub every_edit_needs_pause: bool,
    /// A PATCH of a database pipe without a `source` resumes it too.
    pub rename_resumes: bool,
    /// `stop` while a database pipe is still loading is accepted and done afterwards; otherwise 400.
    pub stop_while_loading: bool,
    /// Redpanda with mutual TLS is accepted (it was refused live although the schema lists it).
    pub redpanda_mutual_tls: bool,
    /// Tables written by a pipe keep their rows, so that creating the same pipe again is refused.
    pub tables_keep_rows: bool,
    /// Two pipes of a service may not have the same name.
    pub unique_names: bool,
    /// The most pipes a service may have.
    pub max_pipes: Option<usize>,
}

impl Default for Toggles {
    fn default() -> Self {
        Self {
            gated: BTreeSet::from([RouteKind::CreatePipe, RouteKind::PatchPipe]),
            every_edit_needs_pause: true,
            rename_resumes: false,
            stop_while_loading: true,
            redpanda_mutual_tls: true,
            tables_keep_rows: false,
            unique_names: false,
            max_pipes: None,
        }
    }
}
