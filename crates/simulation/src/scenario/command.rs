//! What a story can say, as values. Not here: how it is written ([`super::parse`]), carrying it out ([`super::stage`]).

use std::time::Duration;

use serde_json::Value;

use super::expectation::Expectation;
use crate::store::Named;

/// Where, and what is put there; none removes.
pub type Change = (String, Option<Value>);

/// One command.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Applies manifests; the last object is changed first.
    Apply(String, Vec<Change>),
    /// Changes an object.
    Edit(Named, Vec<Change>),
    /// Deletes an object.
    Delete(Named),
    /// Sets one entry of a Secret: its name, the entry, the value.
    Secret(String, String, String),
    /// Somebody else does something in the console.
    Somebody(Deed),
    /// The service comes into a state; none removes it.
    Service(Option<String>),
    /// The API key works or does not.
    Key(bool),
    /// The API key is one of another organization.
    ForeignKey,
    /// The service behaves differently.
    Behaviour(Value),
    /// Something goes wrong with calls.
    Fault(Value),
    /// Nothing goes wrong with calls any more.
    FaultsEnd,
    /// Whether anything reaches the API.
    Network(bool),
    /// Time passes.
    Advance(Duration),
    /// Time passes until everything is at rest.
    Settle,
    /// The operator is killed and started again.
    Restart,
    /// So many operators run.
    Operators(usize),
    /// Counting begins anew.
    Mark,
    /// It must be so now.
    Expect(Expectation),
    /// It must become so within an hour.
    Await(Expectation),
    /// It must be so in the end, whatever crashed on the way.
    Finally(Expectation),
    /// Shows something in what happened.
    Show(Show),
}

/// What somebody else does in the console.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Puts the pipe of an object into a state.
    Puts(Named, String),
    /// Deletes the pipe of an object.
    Deletes(Named),
    /// Edits the pipe of an object.
    Edits(Named, Value),
    /// Makes a pipe that has nothing to do with any object; it gets a label.
    Makes(String, Value),
}

/// What can be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Show {
    /// The status of an object.
    Status(Named),
    /// What the operator would do next about an object.
    Plan(Named),
    /// The pipe of an object, as the service keeps it.
    Pipe(Named),
}
