//! A write waits for its turn in the key's budget, and then rests on what is there now: a person may have changed their mind in the line.
//!
//! Not here: who goes first (crate `client`), carrying the step out ([`crate::act`]).

use std::time::Duration;

use client::{Lane, clock};
use plan::{Plan, Step, is_same_ground};

use crate::act::account;
use crate::cluster::Cluster;
use crate::pass::{Owed, Pass};
use crate::reconcile::Error;
use crate::report;

/// A wait for the rate limit that people are told about.
const WORTH_TELLING: Duration = Duration::from_secs(5);
/// After a wait of this length everything is read again.
const LONG: Duration = Duration::from_secs(1);

/// Waits until the budget lets the next step go, if it is one that needs a permit; gives the plan as of then.
///
/// When nothing has changed but the age of the last look, the step stays what it was: to look again would send it to the end of the line.
pub async fn turn<C: Cluster>(mut pass: Box<Pass<'_, C>>, plan: Plan) -> Result<(Box<Pass<'_, C>>, Plan), Error> {
    let Some(lane) = plan.first().and_then(lane) else {
        // Whoever looks waits in the line: with a permit in hand it could keep itself waiting.
        if matches!(plan.first(), Some(Step::Look(_))) {
            pass.permit = None;
        }
        return Ok((pass, plan));
    };
    if pass.permit.is_some() {
        return Ok((pass, plan));
    }
    let begun = clock::now();
    let account = account(&pass)?;
    tell_of_wait(&mut pass, account.budget().eta).await?;
    match pass.wait(account.reserve(lane)).await {
        Ok(permit) => pass.permit = Some(permit),
        // What was announced is withheld, and that is an answer.
        Err(Error::Ending) if pass.owed == Owed::Call => return Ok((pass, plan)),
        Err(error) => return Err(error),
    }
    if clock::now() - begun < LONG {
        return Ok((pass, plan));
    }
    let (desired, record) = (Box::new(pass.desired.clone()), Box::new(pass.known.record.clone()));
    let mut pass = Box::pin(pass.anew()).await?;
    let now = pass.plan();
    let is_same = pass.desired == *desired && is_same_ground(&record, &pass.known.record);
    let is_only_old = is_same && matches!(now.first(), Some(Step::Look(_)));
    Ok((pass, if is_only_old { plan } else { now }))
}

/// In which lane a step waits for a permit. That of a create is taken before its intent is written, since waiting afterwards would let the intent
/// grow old.
const fn lane(step: &Step) -> Option<Lane> {
    match step {
        Step::Call { urgent: true, .. } => Some(Lane::Urgent),
        Step::Call { urgent: false, .. } | Step::Remember { reserve: true, .. } => Some(Lane::Create),
        Step::Hold | Step::Remember { reserve: false, .. } | Step::Note { .. } | Step::Look(_) | Step::Release => None,
    }
}

/// Tells people of a wait for the rate limit that is worth telling, before it begins; not between an announcement and its call.
async fn tell_of_wait<C: Cluster>(pass: &mut Pass<'_, C>, eta: Duration) -> Result<(), Error> {
    if eta > WORTH_TELLING && pass.owed == Owed::Nothing {
        pass.known.budget_wait = Some(eta);
        report::announce(pass).await?;
        pass.known.budget_wait = None;
    }
    Ok(())
}
