//! How a call reaches the ClickHouse Cloud API: HTTP, the request budget of each key, and one shared snapshot per service.
//!
//! The way of a call: [`Account::reserve`] waits for the budget, [`Account::send`] puts one request on the wire through a
//! [`Transport`] and reads the answer. Nothing is ever sent twice. Not here: what the bytes mean (crate `cloud`), what follows from a
//! reply or a failure (crate `plan`), when to look again (crate `controller`).

mod account;
mod accounts;
mod budget;
pub mod clock;
mod key;
mod lane;
mod listing;
mod log;
pub mod pacer;
mod permit;
mod reach;
mod scrub;
mod shelf;
mod snapshot;
mod stats;
pub mod transport;

pub use account::Account;
pub use accounts::Accounts;
pub use budget::{BudgetView, Queued};
pub use key::AccountKey;
pub use lane::Lane;
pub use pacer::Limit;
pub use permit::Permit;
pub use reach::Cloud;
pub use snapshot::Snapshot;
pub use stats::{AnswerClass, Stats};
pub use transport::Transport;
pub use transport::http::BuildError;
