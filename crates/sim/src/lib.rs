//! A simulator of the ClickHouse Cloud ClickPipes API.
//!
//! [`Simulator`] is the whole service as one value: it takes a [`Request`] and the time, and gives an [`Exchange`] that
//! says what is answered and when. It is pure and deterministic, so a test drives its clock. With the feature `serve` the
//! binary `clickpipes-sim` puts HTTP and a real clock around it.
//!
//! It is written from what is known about the real API and shares no code with any client of it, so that the two cannot
//! share a mistake. It knows no ClickHouse: no tables, no rows, no queries.

mod agenda;
mod call;
mod config;
mod control;
mod course;
mod destination;
mod disguise;
mod edit;
mod endpoint;
mod fault;
mod fault_kind;
mod field;
mod interference;
mod limit;
mod machine;
mod mapping;
mod pipe;
mod random;
mod recording;
mod refusal;
mod request;
mod route;
mod rules;
mod scaling;
mod schema;
#[cfg(feature = "serve")]
pub mod serve;
mod service;
mod settings;
mod simulator;
mod source;
mod stamp;
mod state;
mod switch;
mod tables;
mod timings;
mod view;

pub use config::{Config, DEFAULT_ORGANIZATION, DEFAULT_SERVICE, KeyConfig, ServiceConfig, ServiceState, Toggles};
pub use control::{Denied, PipeEdit};
pub use fault::{Fault, Match};
pub use fault_kind::{FaultKind, Garble};
pub use limit::RateLimit;
pub use pipe::Pipe;
pub use recording::{Recorded, Stats};
pub use request::{Answer, Exchange, Reply, Request};
pub use route::RouteKind;
pub use simulator::Simulator;
pub use source::{Family, Source};
pub use state::PipeState;
pub use switch::Switch;
pub use timings::Timings;
