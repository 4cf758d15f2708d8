//! What the person who starts the operator may choose: flags, each with an environment variable of the same meaning.
//!
//! Not here: what users choose per object; that is in the resources.

use std::net::SocketAddr;
use std::time::Duration;

use clap::builder::BoolishValueParser;
use clap::error::ErrorKind;
use clap::{ArgAction, CommandFactory, Parser, ValueEnum};
use client::transport::CREATE_TIMEOUT;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use crate::duration;
use crate::lease::terms::{BadTerms, Terms};
use crate::origin::Origin;

/// Keeps ClickPipes in ClickHouse Cloud as the ClickPipe resources of this cluster say.
///
/// It finds the cluster as kubectl does: KUBECONFIG, then ~/.kube/config, then the service account of its pod.
/// Every flag can also be given as the environment variable shown with it; a flag wins.
#[derive(Clone, Debug, Parser)]
#[command(name = "clickpipes-operator", version, max_term_width = 100)]
pub struct Config {
    /// Where to serve /healthz, /readyz and /metrics.
    #[arg(long, env = "CLICKPIPES_LISTEN", value_name = "ADDRESS", default_value = "0.0.0.0:8080")]
    pub listen: SocketAddr,

    /// How log lines look.
    #[arg(long, env = "CLICKPIPES_LOG_FORMAT", value_name = "FORMAT", value_enum, default_value_t = LogFormat::Json)]
    pub log_format: LogFormat,

    /// Which log lines are written: error, warn, info, debug or trace; per module as in `info,kube=debug`.
    #[arg(long, env = "CLICKPIPES_LOG_LEVEL", value_name = "LEVEL", default_value = "info", value_parser = log_level)]
    pub log_level: String,

    /// An origin, other than the official API, that a connection's apiUrl may name; for example a proxy or a simulator.
    /// Repeatable, or separated by commas. Whoever may create a connection can make the operator call these addresses.
    #[arg(long = "allow-api-url", env = "CLICKPIPES_ALLOW_API_URLS", value_name = "ORIGIN", value_delimiter = ',')]
    pub allow_api_urls: Vec<Origin>,

    /// What tells this cluster apart from others that use the same ClickHouse organization; default is the UID of the
    /// namespace kube-system. Set it before a copy of the cluster is started while the original goes on living.
    #[arg(long, env = "CLICKPIPES_CLUSTER_ID", value_name = "ID")]
    pub cluster_id: Option<String>,

    /// How long an unanswered creation of a pipe may still take effect in the service; until then it is not tried again. Less than
    /// 4m, for which the operator itself waits for the answer, is for tests: a pipe may then be made twice.
    #[arg(long, env = "CLICKPIPES_CREATE_WINDOW", value_name = "DURATION", default_value = "15m", value_parser = duration::parse)]
    pub create_window: Duration,

    /// Sends no request that changes anything, for any resource; observing goes on.
    #[arg(long, env = "CLICKPIPES_PAUSED", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub paused: bool,

    /// Whether a changed Secret is noticed at once. Otherwise the operator needs no right to list and watch Secrets, only to
    /// get them, and notices a change when it looks at the resource next: at each pollInterval.
    #[arg(long, env = "CLICKPIPES_WATCH_SECRETS", value_name = "BOOL", default_value_t = true, action = ArgAction::Set, value_parser = BoolishValueParser::new())]
    pub watch_secrets: bool,

    /// The namespace that the operator runs in; it keeps its own Secret there. `POD_NAMESPACE` is understood too.
    #[arg(long, env = "CLICKPIPES_OPERATOR_NAMESPACE", value_name = "NAMESPACE", default_value_t = own_namespace())]
    pub operator_namespace: String,

    /// How many resources are worked on at once; those that wait for the Cloud API do not count, up to eight times as many. The API's
    /// request budget is the real limit.
    #[arg(long, env = "CLICKPIPES_CONCURRENCY", value_name = "COUNT", default_value_t = 256, value_parser = clap::value_parser!(u16).range(1..))]
    pub concurrency: u16,

    /// Works only while this replica holds a Lease in the operator's namespace, so that of several replicas one works.
    #[arg(long, env = "CLICKPIPES_LEADER_ELECT", action = ArgAction::SetTrue, value_parser = BoolishValueParser::new())]
    pub leader_elect: bool,

    /// The name of the Lease. Operators with the same name and namespace take turns.
    #[arg(long, env = "CLICKPIPES_LEASE_NAME", value_name = "NAME", default_value = "clickpipes-operator")]
    pub lease_name: String,

    /// How long others wait after the last sign of life of the leader.
    #[arg(long, env = "CLICKPIPES_LEASE_DURATION", value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    pub lease_duration: Duration,

    /// How long a leader works after its last successful renewal; shorter than the duration, by ten seconds or more if a call whose
    /// connection is being made at that moment is to be covered.
    #[arg(long, env = "CLICKPIPES_LEASE_RENEW_DEADLINE", value_name = "DURATION", default_value = "20s", value_parser = duration::parse)]
    pub lease_renew_deadline: Duration,

    /// How often the leader renews and others look.
    #[arg(long, env = "CLICKPIPES_LEASE_RETRY_PERIOD", value_name = "DURATION", default_value = "4s", value_parser = duration::parse)]
    pub lease_retry_period: Duration,
}

impl Config {
    /// What was given on the command line and in the environment; ends the process with a word of help when it makes no sense.
    pub fn read() -> Self {
        let config = Self::parse();
        if let Err(error) = config.lease_terms() {
            Self::command().error(ErrorKind::ValueValidation, error).exit();
        }
        config
    }

    /// What is allowed and should not be so where pipes matter: value, rule and cure, for the log.
    pub fn warnings(&self) -> Vec<String> {
        let window = self.create_window;
        let short = (window < CREATE_TIMEOUT).then(|| {
            format!(
                "--create-window is {window:?}, it should be at least {CREATE_TIMEOUT:?}, for which the answer to a create is waited for: a create that is carried out after the window is sent a second time; leave it at its default of 15m except in tests"
            )
        });
        short.into_iter().collect()
    }

    /// The times of the election, if they go together.
    pub fn lease_terms(&self) -> Result<Terms, BadTerms> {
        let (duration, renew_deadline) = (self.lease_duration, self.lease_renew_deadline);
        Terms { duration, renew_deadline, retry_period: self.lease_retry_period }.check()
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Text for people.
    Pretty,
}

/// The namespace of the pod when its manifest says so, else the one that the documentation uses.
fn own_namespace() -> String {
    std::env::var("POD_NAMESPACE")
        .ok()
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| "clickpipes-system".to_owned())
}

/// Takes a text that is a filter; the filter itself cannot be cloned.
fn log_level(text: &str) -> Result<String, ParseError> {
    EnvFilter::builder().parse(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(flags: &[&str]) -> Result<Config, clap::Error> {
        Config::try_parse_from(["clickpipes-operator"].iter().chain(flags))
    }

    #[test]
    fn the_flags_are_consistent() {
        Config::command().debug_assert();
    }

    #[test]
    fn no_flag_is_needed() {
        let config = config(&[]).unwrap();
        assert_eq!(config.create_window, Duration::from_mins(15));
        assert_eq!(config.concurrency, 256);
        assert!(!config.paused && !config.leader_elect && config.watch_secrets);
        assert!(config.lease_terms().is_ok());
    }

    #[test]
    fn times_of_the_lease_that_allow_two_leaders_are_refused() {
        let config = config(&["--lease-duration", "20s"]).unwrap();
        assert!(matches!(config.lease_terms(), Err(BadTerms::Overlap { .. })));
    }

    #[test]
    fn a_window_that_ends_before_the_answer_is_warned_of() {
        for (window, warned) in [("20s", true), ("3m59s", true), ("4m", false), ("15m", false)] {
            let warnings = config(&["--create-window", window]).unwrap().warnings();
            assert_eq!(warnings.iter().any(|warning| warning.contains("--create-window is")), warned, "{window}");
        }
        assert!(config(&[]).unwrap().warnings().is_empty());
    }

    #[test]
    fn origins_may_be_repeated_or_separated_by_commas() {
        let config =
            config(&["--allow-api-url", "http://a:1,http://b:2", "--allow-api-url", "https://c.example"]).unwrap();
        let origins: Vec<_> = config.allow_api_urls.iter().map(ToString::to_string).collect();
        assert_eq!(origins, ["http://a:1", "http://b:2", "https://c.example"]);
    }

    #[test]
    fn a_value_that_means_nothing_is_refused_at_start() {
        for flags in [
            ["--create-window", "soon"],
            ["--log-level", "in=fo=x"],
            ["--concurrency", "0"],
            ["--allow-api-url", "https://x/path"],
        ] {
            assert!(config(&flags).is_err(), "{flags:?}");
        }
    }

    #[test]
    fn every_flag_has_help_and_a_variable() {
        for argument in Config::command().get_arguments().filter(|argument| argument.get_id() != "help") {
            if argument.get_id() == "version" {
                continue;
            }
            assert!(argument.get_help().is_some(), "{}", argument.get_id());
            let variable = argument.get_env().and_then(|name| name.to_str()).unwrap_or_default();
            assert!(variable.starts_with("CLICKPIPES_"), "{}", argument.get_id());
        }
    }
}
