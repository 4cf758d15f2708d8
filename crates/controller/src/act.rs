//! Carries out one step: the only place where a reconcile touches the world. One match, without a decision.
//!
//! Not here: which step ([`plan::plan`]), what came of it ([`plan::learn`]).

use client::{Account, Lane, clock};
use cloud::{Call, Failure, Refusal, Reply};
use crd::annotation::LAST_PIPE;
use crd::{ClickPipe, ClickPipeStatus, PIPE_FINALIZER};
use plan::{Learned, Look, Plan, Step};
use serde_json::json;

use crate::cluster::Cluster;
use crate::kind::KindName;
use crate::metrics::label::{WriteOutcome, WriteVerb};
use crate::pass::Pass;
use crate::recall;
use crate::reconcile::Error;

/// What came of a step: knowledge, which a refusal is too.
pub type Result = std::result::Result<std::result::Result<Learned, Failure>, Error>;

/// Carries out a step.
pub async fn act<C: Cluster>(pass: &mut Pass<'_, C>, plan: &Plan, step: &Step) -> Result {
    match step {
        Step::Hold => {
            pass.object =
                pass.context.cluster.add_finalizer(&pass.object, PIPE_FINALIZER).await.map_err(Error::Hold)?;
            Ok(Ok(Learned::Done))
        }
        Step::Release => {
            pass.context.cluster.remove_finalizer(&pass.object, PIPE_FINALIZER).await.map_err(Error::Release)?;
            Ok(Ok(Learned::Done))
        }
        Step::Note { last_pipe } => {
            let value = note(pass, last_pipe);
            pass.object = pass.context.cluster.annotate(&pass.object, LAST_PIPE, &value).await.map_err(Error::Note)?;
            Ok(Ok(Learned::Done))
        }
        Step::Remember { record, .. } => {
            let begun = clock::now();
            let written = remember(pass, plan, record).await?;
            Ok(Ok(Learned::Written(Box::new(written), begun)))
        }
        Step::Look(Look::Pipes { service, since }) => {
            let account = account(pass)?;
            let looked = pass.wait(account.list(service, *since)).await?;
            Ok(looked.map(|snapshot| {
                let seen = recall::seen(&snapshot);
                pass.context.metrics.ownerless.sweep(service, &seen, pass.context);
                Learned::Pipes(seen)
            }))
        }
        Step::Look(Look::Pipe { service, pipe }) => {
            let call = Call::GetPipe { service: service.clone(), pipe: pipe.clone() };
            let account = account(pass)?;
            Ok(match pass.wait(account.call(Lane::Observe, &call)).await? {
                Ok(Reply::Pipe(pipe)) => Ok(Learned::Pipe(Some(pipe))),
                Err(failure) if failure.is(&Refusal::NotFound) => Ok(Learned::Pipe(None)),
                Err(failure) => Err(failure),
                Ok(_) => Err(Failure::unknown("the answer is not about a pipe")),
            })
        }
        Step::Look(Look::Service { service }) => {
            let call = Call::GetService { service: service.clone() };
            let account = account(pass)?;
            Ok(match pass.wait(account.call(Lane::Observe, &call)).await? {
                Ok(_) => Ok(Learned::Service(true)),
                Err(failure) if failure.is(&Refusal::NotFound) => Ok(Learned::Service(false)),
                Err(failure) => Err(failure),
            })
        }
        Step::Call { call, .. } => Ok(send(pass, call).await?.map(Learned::Accepted)),
    }
}

/// One call that writes. From the moment it is handed over, it may have been carried out, and this process must not forget that.
async fn send<C: Cluster>(
    pass: &mut Pass<'_, C>,
    call: &Call,
) -> std::result::Result<std::result::Result<Reply, Failure>, Error> {
    let account = account(pass)?;
    let Some(permit) = pass.permit.take() else {
        return Ok(Err(Failure::not_sent("the operator is ending")));
    };
    plan::sending(&mut pass.known, call);
    pass.keep();
    let result = pass.slot.lend(account.send(permit, call)).await;
    if let Some(verb) = WriteVerb::of(call) {
        pass.context.metrics.wrote(KindName::ClickPipe, verb, WriteOutcome::of(&result));
    }
    Ok(result)
}

/// Writes the record, and with it what people see, if nobody has written since.
async fn remember<C: Cluster>(
    pass: &mut Pass<'_, C>,
    plan: &Plan,
    record: &ClickPipeStatus,
) -> std::result::Result<ClickPipeStatus, Error> {
    let known = plan::Known { record: record.clone(), ..pass.known.clone() };
    let status = plan::status(&pass.desired, &known, plan);
    let written = pass.context.cluster.replace_status(&ClickPipe { status: Some(status), ..pass.object.clone() }).await;
    pass.object = written.map_err(|error| {
        plan::unwritten(&mut pass.known, record);
        pass.keep();
        Error::Remember(error)
    })?;
    Ok(pass.object.status.clone().unwrap_or_default())
}

fn note<C>(pass: &Pass<'_, C>, pipe: &str) -> String {
    let record = pass.known.record.pipe.as_ref();
    let token = record.map(|record| record.token.clone());
    json!({"clusterId": pass.desired.cluster_id, "uid": pass.desired.object.uid, "pipeId": pipe, "token": token})
        .to_string()
}

/// The account that the pass makes its calls with.
pub fn account<C>(pass: &Pass<'_, C>) -> std::result::Result<Account, Error> {
    pass.found
        .connection
        .as_ref()
        .map(|resolved| resolved.account.clone())
        .map_err(|problem| Error::NoAccount(problem.message.clone()))
}
