//! The ClickPipes operator: watches resources, asks the crate `plan` what to do, does it, and shows how things stand.
//!
//! Every module says in its first lines what it is for. Not here: any decision about a pipe (crate `plan`), HTTP to the Cloud API (crate
//! `client`).

pub mod act;
pub mod again;
pub mod attempts;
pub mod chain;
pub mod changes;
pub mod claims;
pub mod clients;
pub mod cluster;
pub mod config;
pub mod connection;
pub mod context;
pub mod count;
pub mod dependencies;
pub mod desire;
pub mod duration;
pub mod events;
pub mod fingerprint_key;
pub mod gather;
pub mod http;
pub mod kind;
pub mod lease;
pub mod logging;
pub mod metrics;
pub mod neighbours;
pub mod origin;
pub mod ownerless;
pub mod pass;
pub mod readiness;
pub mod recall;
pub mod reconcile;
pub mod report;
pub mod run;
pub mod secrets;
pub mod slots;
pub mod start;
pub mod tenure;
pub mod triggers;
pub mod turn;
pub mod undecodable;
pub mod watch;
pub mod work;
