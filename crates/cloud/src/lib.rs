//! What the ClickHouse Cloud API understands, as values: [`Call`], [`Reply`], [`Failure`], and the documents in them.
//!
//! Turning a call into bytes and bytes into a reply are pure functions ([`request`](mod@request), [`reply`](mod@reply)). Not here: sending anything
//! (crate `client`), deciding anything (crate `plan`), time.

pub mod call;
pub mod document;
pub mod failure;
pub mod id;
pub mod pipe;
pub mod reply;
pub mod request;
pub mod secret;
pub mod service;
pub mod tick;

pub use call::{Call, Command};
pub use document::Document;
pub use failure::{Failure, Outcome, Refusal};
pub use id::{OrganizationId, PipeId, ServiceId};
pub use pipe::{Pipe, PipeState};
pub use reply::Reply;
pub use request::Request;
pub use secret::Secret;
pub use service::{Service, ServiceState};
pub use tick::Tick;
