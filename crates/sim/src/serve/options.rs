//! The command line of `clickpipes-sim`; every flag is also an environment variable.

use std::net::SocketAddr;
use std::str::FromStr;

use clap::Parser;
use tracing::level_filters::LevelFilter;

use crate::config::{Config, DEFAULT_ORGANIZATION, DEFAULT_SERVICE, KeyConfig, ServiceConfig, ServiceState};
use crate::limit::RateLimit;
use crate::random::is_uuid;
use crate::switch::Switch;

const LONG_ABOUT: &str = "\
A simulator of the ClickHouse Cloud ClickPipes API, for demos, CI and tests.

It serves /v1/organizations/{org}/services/{service}/clickpipes and its siblings with the real API's validation, error \
texts, states, delays and rate limit. Nothing is kept on disk, and nothing is connected to.";

const AFTER_HELP: &str = "\
Admin API (no key needed, not rate-limited, not recorded), on the same port:
  GET    /_sim/requests              every API request so far
  DELETE /_sim/requests              forget them
  GET    /_sim/stats                 counts by route, method and status; most requests in 10 s by key; 429s
  GET    /_sim/pipes[/{id}]          pipes with everything that is write-only; POST, PATCH, DELETE: behind the API's back
  GET    /_sim/services              services; POST adds one, PATCH /_sim/services/{id} {\"state\":\"idle\"} changes one
  GET    /_sim/keys                  key ids; POST {\"id\",\"secret\",\"disabled\"?,\"organization\"?} adds or changes one
  GET    /_sim/faults                faults; POST {\"name\",\"parameters\"?,\"match\"?,\"times\"?,\"skip\"?} injects one,
                                     DELETE /_sim/faults[/{id}] takes one or all away
  GET    /_sim/config                timings, toggles and switches; PATCH changes them
  GET    /_sim/health                {\"ok\":true,\"now_ms\":...}

Faults (parameters are in the crate's README.md):
  gateway-timeout, server-error, never-answered, reset-before-commit, reset-after-commit, html-body, truncated-json,
  garbled, too-many-requests, failed-dependency, unauthorized, forbidden, status, slow-answer, late-commit,
  not-found-after-create, list-lag, list-truncated, list-empty, list-without-result, stale-answer, stale-read,
  normalise, scaling-unknown, auto-resume-delay, no-auto-resume, delete-linger, source-refuses, mongo-sticky,
  unknown-state, pipe-fails

Not simulated: ClickHouse itself (tables, rows, queries), sources, the rest of the Cloud API, bearer tokens, TLS.

Example:
  clickpipes-sim --speed 10 --key demo:secret &
  curl -u demo:secret http://127.0.0.1:8123/v1/organizations/11111111-1111-4111-8111-111111111111/services
  curl -X POST http://127.0.0.1:8123/_sim/faults -d '{\"name\":\"gateway-timeout\",\"times\":1,\"match\":{\"route\":\"CreatePipe\"},\"parameters\":{\"commit_after_ms\":60000}}'";

/// What the process is started with.
#[derive(Debug, Clone, Parser)]
#[command(name = "clickpipes-sim", version, about = "A simulator of the ClickHouse Cloud ClickPipes API")]
#[command(long_about = LONG_ABOUT, after_long_help = AFTER_HELP)]
pub struct Options {
    /// Where to listen; port 0 takes a free one, which the line on stdout names.
    #[arg(long, env = "CLICKPIPES_SIM_LISTEN", default_value = "127.0.0.1:8123")]
    pub listen: SocketAddr,

    /// Divide every duration by this.
    ///
    /// Provisioning, snapshots, latencies and the durations of faults, but not the rate limit's window: that is real
    /// time at any speed.
    #[arg(long, env = "CLICKPIPES_SIM_SPEED", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub speed: u32,

    /// Refuse documented but outdated request forms and unknown members.
    ///
    /// Without it `{"action":"stop"}`, `/organizations/{org}/clickpipes/cdcScaling`, `gs://` URLs, a missing
    /// `destination.database` (meaning `default`) and placeholders such as `<base64_...>` are accepted.
    #[arg(long, env = "CLICKPIPES_SIM_STRICT")]
    pub strict: bool,

    /// An organization's UUID; the first one owns services and keys. May be repeated.
    #[arg(long = "organization", env = "CLICKPIPES_SIM_ORGANIZATION", value_delimiter = ',', value_parser = uuid,
        default_value = DEFAULT_ORGANIZATION, value_name = "UUID")]
    pub organizations: Vec<String>,

    /// A service's UUID and optionally its state, such as `idle`. May be repeated.
    #[arg(long = "service", env = "CLICKPIPES_SIM_SERVICE", value_delimiter = ',', value_parser = service,
        default_value = DEFAULT_SERVICE, value_name = "UUID[=STATE]")]
    pub services: Vec<ServiceConfig>,

    /// An API key; without any, every key is accepted. May be repeated.
    #[arg(long = "key", env = "CLICKPIPES_SIM_KEY", value_delimiter = ',', value_parser = key, hide_env_values = true,
        value_name = "ID:SECRET")]
    pub keys: Vec<KeyConfig>,

    /// Decides every identifier.
    #[arg(long, env = "CLICKPIPES_SIM_SEED", default_value_t = 1)]
    pub seed: u64,

    /// Requests per window for each key, or `off`.
    #[arg(long, env = "CLICKPIPES_SIM_RATE_LIMIT", default_value = "10/10s", value_name = "N/SECONDSs|off")]
    pub rate_limit: Limit,

    /// Make answers differ from what was sent, in these ways (all off by default, as Terraform needs it).
    ///
    /// fill-defaults, empty-strings, null-for-absent, consumer-group, engine-parentheses, shuffle-arrays,
    /// scaling-quantities, scaling-zeros, settings-text, settings-null, settings-defaults, database-table, omit-azure,
    /// bucket-url, omit-registry-type, show-uri-credentials.
    #[arg(long = "normalise", env = "CLICKPIPES_SIM_NORMALISE", value_delimiter = ',', value_parser = switch,
        value_name = "SWITCH")]
    pub switches: Vec<Switch>,

    /// The least important lines that go to stderr: off, error, warn, info or debug.
    #[arg(long, env = "CLICKPIPES_SIM_LOG_LEVEL", default_value = "info")]
    pub log_level: LevelFilter,
}

impl Options {
    /// The simulator's configuration.
    pub fn config(&self) -> Config {
        Config {
            organizations: self.organizations.clone(),
            services: self.services.clone(),
            keys: self.keys.clone(),
            seed: self.seed,
            strict: self.strict,
            speed: self.speed,
            rate_limit: self.rate_limit.0,
            switches: self.switches.iter().copied().collect(),
            ..Config::default()
        }
    }
}

/// A rate limit on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Option<RateLimit>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "off" {
            return Ok(Self(None));
        }
        let wrong = || format!("\"{text}\" is neither \"off\" nor like \"10/10s\"");
        let (requests, window) = text.split_once('/').ok_or_else(wrong)?;
        let seconds: u64 = window.trim_end_matches('s').parse().map_err(|_| wrong())?;
        Ok(Self(Some(RateLimit {
            requests: requests.parse().map_err(|_| wrong())?,
            window_ms: seconds.saturating_mul(1000),
        })))
    }
}

fn uuid(text: &str) -> Result<String, String> {
    if is_uuid(text) { Ok(text.to_owned()) } else { Err("not a UUID".to_owned()) }
}

fn service(text: &str) -> Result<ServiceConfig, String> {
    let (id, state) = text.split_once('=').unwrap_or((text, "running"));
    let mut service = ServiceConfig::new(&uuid(id)?);
    let state: Result<ServiceState, _> = serde_json::from_value(serde_json::json!(state));
    service.state = state.map_err(|_| format!("\"{text}\" does not end in a state of a service"))?;
    Ok(service)
}

fn key(text: &str) -> Result<KeyConfig, String> {
    let (id, secret) = text.split_once(':').ok_or("a key is ID:SECRET")?;
    Ok(KeyConfig { id: id.to_owned(), secret: secret.to_owned(), organization: None, disabled: false })
}

fn switch(text: &str) -> Result<Switch, String> {
    Switch::named(text).ok_or_else(|| "no such switch".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_start_idle() {
        let options = Options::parse_from(["clickpipes-sim", "--service", "33333333-3333-4333-8333-333333333333=idle"]);
        assert_eq!(options.config().services[0].state, ServiceState::Idle);
    }

    #[test]
    fn the_rate_limit_can_be_off() {
        assert_eq!("off".parse(), Ok(Limit(None)));
        assert_eq!("10/10s".parse(), Ok(Limit(Some(RateLimit::default()))));
        assert!("ten".parse::<Limit>().is_err());
    }
}
