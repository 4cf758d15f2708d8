//! The scenes of an ordinary life: declare, repair, change, delete.

use std::time::Instant;

use serde_json::json;

use super::actors;
use super::stage::Stage;
use crate::run::Result;

pub(super) fn apply_examples(stage: &mut Stage) -> Result {
    let folder = stage.manifests.path().to_string_lossy().into_owned();
    println!("$ kubectl apply -f deploy/examples   (with apiUrl naming the simulator)");
    let begun = Instant::now();
    let text = stage.quiet_kubectl(&["apply", "-f", &folder])?;
    let count = text.lines().filter(|line| line.starts_with("clickpipe.")).count();
    println!("  {} objects, {count} of them ClickPipes", text.lines().count());
    stage.objects = text.lines().count();
    stage.watch_table(count)?;
    println!("  all Ready after {:.1} s", begun.elapsed().as_secs_f64());
    let (creates, gets) = (stage.count("CreatePipe")?, stage.count("GetPipe")?);
    ensure(creates == count as u64, format!("{creates} creates for {count} pipes"))?;
    ensure(gets == 0, format!("{gets} looks at single pipes"))?;
    println!(
        "  {creates} creates, {} state changes, {} lists, no look at a single pipe",
        stage.count("SetState")?,
        stage.count("ListPipes")?
    );
    stage.kubectl(&["get", "cloudconnections"])?;
    Ok(())
}

pub(super) fn repair(stage: &mut Stage) -> Result {
    let id = id_of(stage, "kafka")?;
    let before = stage.count("SetState")?;
    stage.world.simulator().change_pipe(&id, &json!({"state": "Stopped"}))?;
    println!("  (in ClickHouse Cloud: pipe {id} is stopped by hand; the next sweep sees it)");
    stage.wait_service("the pipe to be started again", |stage| Ok(stage.count("SetState")? == before + 1))?;
    stage.wait_for("kafka", "Ready", "True", "Running")?;
    stage.kubectl(&["get", "events", "--field-selector", "involvedObject.name=kafka"])?;
    Ok(())
}

pub(super) fn change(stage: &mut Stage) -> Result {
    let columns = r#"{"spec":{"destination":{"columns":[{"name":"id","type":"UInt64"},{"name":"message","type":"String"},{"name":"timestamp","type":"DateTime"},{"name":"region","type":"String"}]}}}"#;
    for (patch, route) in [
        (r#"{"spec":{"scaling":{"replicas":2}}}"#, "SetScaling"),
        (r#"{"spec":{"settings":{"streaming_max_insert_wait_ms":1000}}}"#, "PutSettings"),
        (columns, "PatchPipe"),
    ] {
        let (writes, of_route) = (stage.writes()?, stage.count(route)?);
        stage.kubectl(&["patch", "clickpipe", "kafka", "--type=merge", "-p", patch])?;
        stage.wait_for("kafka", "Synced", "True", "")?;
        let (writes, of_route) = (stage.writes()? - writes, stage.count(route)? - of_route);
        ensure(writes == 1 && of_route == 1, format!("{writes} writes, {of_route} of them {route}"))?;
        println!("  one write: {route}");
    }
    Ok(())
}

pub(super) fn delete(stage: &mut Stage) -> Result {
    for (name, deletion) in [("goes", "Delete"), ("stays", "Retain")] {
        stage.apply(&format!("{name}.yaml"), &actors::kafka(name, "broker.example.com", deletion))?;
        stage.wait_for(name, "Ready", "True", "Running")?;
        let id = id_of(stage, name)?;
        stage.kubectl(&["delete", "clickpipe", name])?;
        stage.wait_service("the end of the deletion", |stage| {
            let alive = stage.live_pipes()?.iter().any(|pipe| pipe["id"] == id.as_str());
            Ok(alive == (deletion == "Retain"))
        })?;
        println!("  deletionPolicy {deletion}: pipe {id} {}", if deletion == "Retain" { "is kept" } else { "is gone" });
        if deletion == "Retain" {
            stage.world.simulator().admin("DELETE", &format!("/_sim/pipes/{id}"), None)?;
            println!("  (in ClickHouse Cloud: the kept pipe is removed by hand)");
        }
    }
    Ok(())
}

pub(super) fn quiet(stage: &mut Stage) -> Result {
    let versions = |stage: &Stage| {
        stage.quiet_kubectl(&[
            "get",
            "clickpipes,cloudconnections",
            "-o",
            "jsonpath={.items[*].metadata.resourceVersion}",
        ])
    };
    let (lists, writes, before) = (stage.count("ListPipes")?, stage.writes()?, versions(stage)?);
    println!("  (waiting for the next two sweeps)");
    stage.wait_service("two sweeps", |stage| Ok(stage.count("ListPipes")? >= lists + 2))?;
    ensure(stage.writes()? == writes, "something was written to the service".to_owned())?;
    ensure(versions(stage)? == before, "something was written to Kubernetes".to_owned())?;
    println!("  two lists, no write to ClickHouse Cloud, every resourceVersion as before");
    Ok(())
}

pub(super) fn delete_all(stage: &mut Stage) -> Result {
    let examples = testbed::workspace_root().join("deploy/examples");
    println!("$ kubectl delete -f deploy/examples");
    let text = stage.quiet_kubectl(&["delete", "--timeout=100s", "-f", &examples.to_string_lossy()])?;
    println!("  {} objects deleted", text.lines().count());
    let left = stage.quiet_kubectl(&["get", "clickpipes,cloudconnections", "-o", "name"])?;
    ensure(left.trim().is_empty(), format!("left in Kubernetes: {left}"))?;
    let live = stage.live_pipes()?.len();
    ensure(live == 0, format!("{live} pipes are left in the service"))?;
    println!("  nothing is left in Kubernetes, no pipe is left in ClickHouse Cloud");
    Ok(())
}

/// The id of an object's pipe.
pub(super) fn id_of(stage: &Stage, name: &str) -> Result<String> {
    Ok(stage.pipe(name)?["status"]["pipe"]["id"].as_str().ok_or("no pipe is on record")?.to_owned())
}

/// Fails with these words unless it holds.
pub(super) fn ensure(holds: bool, otherwise: String) -> Result {
    if holds { Ok(()) } else { Err(otherwise.into()) }
}
