//! One pass over an object: the object, what is wanted of it and what is known, as they stand now.
//!
//! Not here: the loop over its steps ([`crate::reconcile`]).

use std::time::Duration;

use client::{Permit, clock};
use cloud::Failure;
use crd::ClickPipe;
use plan::{Desired, Known, Learned, Plan, Step};

use crate::cluster::Cluster;
use crate::context::Context;
use crate::gather::{Surroundings, gather};
use crate::reconcile::Error;
use crate::{desire, recall};

/// One pass over an object.
pub struct Pass<'a, C> {
    /// Everything that it may use.
    pub context: &'a Context<C>,
    /// The object, as it was read or last written.
    pub object: ClickPipe,
    /// Whether the object was read live: nothing is written on the word of a cache.
    pub is_live: bool,
    /// What it refers to.
    pub found: Surroundings,
    /// What is wanted of it.
    pub desired: Desired,
    /// What is known of it.
    pub known: Known,
    /// The permit for the create that follows.
    pub permit: Option<Permit>,
}

impl<'a, C: Cluster> Pass<'a, C> {
    /// A wait for the rate limit that people are told about.
    pub const WORTH_TELLING: Duration = Duration::from_secs(5);

    /// Begins a pass over an object from the cache, or read live.
    pub async fn begin(object: ClickPipe, is_live: bool, context: &'a Context<C>) -> Result<Self, Error> {
        let found = gather(&object, context).await?;
        let desired = desire::desire(&object, &found, context);
        let known = recall::recall(&object, &desired, &found, context);
        Ok(Self { context, object, is_live, found, desired, known, permit: None })
    }

    /// What to do next, as of now.
    pub fn plan(&mut self) -> Plan {
        self.known.now = clock::now();
        self.known.wall = recall::whole_second(self.context.now());
        self.known.fresh_nonce = (self.context.nonce)();
        plan::plan(&self.desired, &self.known)
    }

    /// Takes in what came of a step.
    pub fn learn(&mut self, step: &Step, result: Result<Learned, Failure>) {
        self.known.now = clock::now();
        plan::learn(&self.desired, &mut self.known, step, result);
        self.keep();
    }

    /// Keeps what this process remembers for the next pass.
    pub fn keep(&self) {
        self.context.memory.lock().insert(self.desired.object.uid.clone(), self.known.memory.clone());
    }
}
