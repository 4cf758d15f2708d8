//! The scenes of trouble: a bad manifest, a lost answer, a fixed field, a source that refuses.

use serde_json::json;

use super::actors;
use super::life::{ensure, id_of};
use super::stage::Stage;
use crate::run::Result;

pub(super) fn bad_manifest(stage: &mut Stage) -> Result {
    let bad = actors::kafka("bad", "broker.example.com", "Delete")
        .replace("authentication: PLAIN", "authentication: IAM_ROLE");
    println!("$ kubectl apply -f bad.yaml   (type: confluent with authentication: IAM_ROLE)");
    let Err(refusal) = stage.world.apply(&bad) else { return Err("the bad manifest was accepted".into()) };
    let text = refusal.to_string();
    let line = text
        .lines()
        .find(|line| line.contains("spec.source.kafka"))
        .ok_or_else(|| format!("no useful message: {text}"))?;
    println!("  {}", line.trim());
    Ok(())
}

pub(super) fn lost_answer(stage: &mut Stage) -> Result {
    let (creates, pipes) = (stage.count("CreatePipe")?, stage.live_pipes()?.len());
    let fault = json!({"name": "gateway-timeout", "parameters": {"commit_after_ms": 0, "answer_after_ms": 40_000}, "match": {"route": "CreatePipe"}, "times": 1});
    stage.world.simulator().add_fault(&fault)?;
    println!("  (the simulator will create the next pipe and answer 504 with an HTML page)");
    stage.apply("orders.yaml", &actors::kafka("orders", "broker.example.com", "Delete"))?;
    stage.wait_for("orders", "Ready", "True", "Running")?;
    let (creates, pipes) = (stage.count("CreatePipe")? - creates, stage.live_pipes()?.len() - pipes);
    ensure(creates == 1 && pipes == 1, format!("{creates} creates, {pipes} new pipes"))?;
    println!("  one create was sent, one pipe is there, adopted by its token");
    stage.kubectl(&["delete", "clickpipe", "orders"])?;
    Ok(())
}

pub(super) fn fixed_field(stage: &mut Stage) -> Result {
    let (id, writes) = (id_of(stage, "kafka")?, stage.writes()?);
    stage.kubectl(&[
        "patch",
        "clickpipe",
        "kafka",
        "--type=merge",
        "-p",
        r#"{"spec":{"source":{"kafka":{"topics":"other_topic"}}}}"#,
    ])?;
    stage.wait_for("kafka", "Stalled", "True", "ImmutableFieldChange")?;
    ensure(stage.writes()? == writes, "something was written".to_owned())?;
    let alive = stage.live_pipes()?.iter().any(|pipe| pipe["id"] == id.as_str() && pipe["state"] == "Running");
    ensure(alive, "the pipe does not run any more".to_owned())?;
    println!("  no call was made, the pipe goes on running");
    stage.kubectl(&[
        "patch",
        "clickpipe",
        "kafka",
        "--type=merge",
        "-p",
        r#"{"spec":{"source":{"kafka":{"topics":"my_topic"}}}}"#,
    ])?;
    stage.wait_for("kafka", "Ready", "True", "Running")?;
    Ok(())
}

pub(super) fn approved_replacement(stage: &mut Stage) -> Result {
    let (id, pipes) = (id_of(stage, "kafka")?, stage.live_pipes()?.len());
    stage.kubectl(&[
        "patch",
        "clickpipe",
        "kafka",
        "--type=merge",
        "-p",
        r#"{"spec":{"replacementPolicy":"OnApproval","source":{"kafka":{"topics":"other_topic"}}}}"#,
    ])?;
    stage.wait_for("kafka", "AwaitingApproval", "True", "ReplaceRequired")?;
    let plan = stage.pipe("kafka")?["status"]["plan"].clone();
    println!("  status.plan: {plan}");
    let hash = plan["hash"].as_str().ok_or("the plan has no hash")?;
    ensure(stage.live_pipes()?.iter().any(|pipe| pipe["id"] == id.as_str()), "the pipe is gone".to_owned())?;
    stage.kubectl(&["annotate", "clickpipe", "kafka", &format!("cloud.clickhouse.com/approve-plan={hash}")])?;
    stage.wait_for("kafka", "Ready", "True", "Running")?;
    let (new, live) = (id_of(stage, "kafka")?, stage.live_pipes()?);
    ensure(new != id && live.len() == pipes, format!("{} pipes, the object's is {new}", live.len()))?;
    ensure(live.iter().all(|pipe| pipe["id"] != id.as_str()), "the old pipe is still there".to_owned())?;
    println!("  pipe {id} is gone, pipe {new} reads other_topic");
    Ok(())
}

pub(super) fn refused_source(stage: &mut Stage) -> Result {
    let fault = json!({"name": "source-refuses", "parameters": {"host": "locked.example.com", "text": "failed to establish connection: SASL authentication failed"}});
    let fault = stage.world.simulator().add_fault(&fault)?;
    stage.apply("locked.yaml", &actors::kafka("locked", "locked.example.com", "Delete"))?;
    stage.wait_for("locked", "Synced", "False", "SourceRejected")?;
    let id = fault["id"].as_str().ok_or("the fault has no id")?;
    stage.world.simulator().admin("DELETE", &format!("/_sim/faults/{id}"), None)?;
    println!("  (the login works again; it would be tried by itself within a minute, and a person need not wait)");
    stage.kubectl(&["annotate", "clickpipe", "locked", "cloud.clickhouse.com/reconcile-requested-at=now"])?;
    stage.wait_for("locked", "Ready", "True", "Running")?;
    stage.kubectl(&["delete", "clickpipe", "locked"])?;
    Ok(())
}
