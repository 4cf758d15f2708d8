//! Shows people how things stand: the status, when it changed, and Events.
//!
//! Not here: what the status says ([`plan::status`]).

use std::time::Duration;

use crd::condition::{ConditionType, Reason};
use crd::{ClickPipe, ClickPipeStatus};
use plan::setback::Setback;
use plan::verdict::Kind;
use plan::{Plan, Step};

use crate::again::Again;
use crate::cluster::Cluster;
use crate::count;
use crate::events::{Deed, Topic};
use crate::pass::Pass;
use crate::reconcile::Error;

/// Ends a pass: writes the status if it changed, and says when to look again.
pub async fn report<C: Cluster>(pass: &mut Pass<'_, C>, plan: &Plan) -> Result<Again, Error> {
    let before = pass.object.status.clone().unwrap_or_default();
    let status = plan::status(&pass.desired, &pass.known, plan);
    if status != before {
        write(pass, status.clone()).await?;
        count::change(pass, &before, &status);
        announce_change(pass, &before, &status);
    }
    let doubts =
        |setback: &Setback| matches!(setback.reason(), Reason::AuthenticationFailed | Reason::PermissionDenied);
    if plan.verdict.kind == Kind::Waiting
        && pass.known.memory.setbacks().any(doubts)
        && let Ok(connection) = &pass.found.connection
    {
        pass.context.doubt(connection);
    }
    let interval = pass.desired.account.as_ref().map_or(Duration::from_mins(5), |account| account.poll_interval);
    Ok(Again::In(plan.verdict.again.unwrap_or(interval)))
}

/// Tells people that a step waits, before it does.
pub async fn announce<C: Cluster>(pass: &mut Pass<'_, C>) -> Result<(), Error> {
    let plan = pass.plan();
    let status = plan::status(&pass.desired, &pass.known, &plan);
    if pass.object.status.as_ref() == Some(&status) {
        return Ok(());
    }
    write(pass, status).await
}

async fn write<C: Cluster>(pass: &mut Pass<'_, C>, status: ClickPipeStatus) -> Result<(), Error> {
    let next = ClickPipe { status: Some(status), ..pass.object.clone() };
    pass.object = pass.context.cluster.replace_status(&next).await.map_err(Error::Report)?;
    pass.known.record = pass.object.status.clone().unwrap_or_default();
    Ok(())
}

/// An Event for what the operator did, and nothing for what it only looked at.
pub fn tell<C>(pass: &Pass<'_, C>, plan: &Plan, step: &Step) {
    let deed = match step {
        Step::Call { call, .. } => match call {
            cloud::Call::CreatePipe { .. } => Deed::PipeCreated,
            cloud::Call::PatchPipe { .. } | cloud::Call::PutSettings { .. } | cloud::Call::PatchScaling { .. } => {
                Deed::PipeUpdated
            }
            cloud::Call::SetState { command, .. } => match command {
                cloud::Command::Start => Deed::PipeStarted,
                cloud::Command::Stop => Deed::PipeStopped,
                cloud::Command::Resync => Deed::PipeResynced,
            },
            cloud::Call::DeletePipe { .. } => Deed::PipeDeleted,
            cloud::Call::WakeService { .. } => Deed::ServiceWoken,
            cloud::Call::ListServices
            | cloud::Call::GetService { .. }
            | cloud::Call::ListPipes { .. }
            | cloud::Call::GetPipe { .. } => return,
        },
        // Something is left in the service, or may be.
        Step::Release if plan.verdict.kind == Kind::Reported => Deed::PipeReleased,
        Step::Hold | Step::Remember { .. } | Step::Note { .. } | Step::Look(_) | Step::Release => return,
    };
    let own = pass.known.record.pipe.as_ref().map_or("", |pipe| pipe.id.as_str());
    // Not always the pipe on record: a second one of this object is deleted beside it.
    let pipe = match step {
        Step::Call { call: cloud::Call::DeletePipe { pipe, .. }, .. } => pipe.as_str(),
        _ => own,
    };
    let text = match deed {
        Deed::PipeReleased => plan.verdict.synced.message.clone(),
        _ if pipe.is_empty() => "accepted by ClickHouse Cloud".to_owned(),
        _ => format!("pipe {pipe}: accepted by ClickHouse Cloud"),
    };
    pass.context.events.tell(&pass.object, Topic::Did(deed), &text);
}

/// An Event when Ready or Synced came to another reason that people care about; of two with the same words the one that says more.
fn announce_change<C>(pass: &Pass<'_, C>, before: &ClickPipeStatus, after: &ClickPipeStatus) {
    let mut told = Vec::new();
    for r#type in [ConditionType::Synced, ConditionType::Ready, ConditionType::ReferencesResolved] {
        let find = |status: &ClickPipeStatus| {
            status.conditions.iter().find(|condition| condition.type_ == r#type.as_str()).cloned()
        };
        let Some(now) = find(after) else { continue };
        let moved =
            find(before).is_none_or(|then| (then.status, then.reason) != (now.status.clone(), now.reason.clone()));
        let Some(reason) = Reason::ALL.iter().copied().find(|reason| reason.as_str() == now.reason) else { continue };
        if !moved || reason == Reason::Deleting || told.contains(&now.message) {
            continue;
        }
        let topic = match now.status.as_str() {
            "False" => Topic::Trouble(reason),
            "True" if r#type == ConditionType::Ready => Topic::Became(reason),
            _ => continue,
        };
        pass.context.events.tell(&pass.object, topic, &now.message);
        told.push(now.message);
    }
}
