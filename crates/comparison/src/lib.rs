//! How the official Terraform provider creates a pipe, and the faults under which it is compared with the operator.
//!
//! The comparison is only worth something if it is fair, so this says what is modelled and what is not. Modelled is what is published about
//! `terraform-provider-clickhouse` 3.25 (`internal/api/common.go`, `resource/clickpipe.go`), no more:
//!
//! - its one request function repeats *every* method, POST included, on network errors, 429 and every 5xx, for 61 seconds in all ([`request`]);
//! - a pipe is written into the state only when everything after the POST went well ([`provider`]);
//! - an apply that failed keeps no state, so the next apply sends a POST again.
//!
//! Assumed, where nothing is published, in the provider's favour: waiting for the pipe ends without an error whatever its reads answer; waits
//! have their middle length; nobody retries more often than [`faults::APPLIES`] times.
//!
//! Not modelled: Terraform itself, tainting, `terraform import` by a person who looks for lost pipes, updates and deletes, a service that
//! is asleep. Not here: the operator, which stands beside it in `tests/side_by_side`; this library knows neither plan nor controller.

pub mod count;
pub mod faults;
pub mod provider;
pub mod request;
pub mod subject;
